import { readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { systemCodeOf, writeFileAtomic } from '../../base/index.js';
import type { ScoreBook } from './scoring.js';

const FORMAT = 'bittensor-scores/1';

/** Where the scores of one model on one subnet of one chain lie. */
export function scoresPath(folder: string, genesisHash: string, netuid: number, model: string): string {
  return join(folder, `scores-${genesisHash.slice(2, 10)}-${netuid}-${model}.json`);
}

export function saveScores(path: string, book: ScoreBook): void {
  writeFileAtomic(path, `${JSON.stringify({ format: FORMAT, scores: book.toJSON() })}\n`);
}

/** Loads what was saved. Returns `none` when there is nothing, `damaged` when it could not be read and was put aside. */
export function loadScores(path: string, book: ScoreBook): 'loaded' | 'none' | 'damaged' {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return 'none';
    throw error;
  }
  try {
    const data = JSON.parse(text) as { format?: unknown; scores?: unknown } | null;
    if (data?.format !== FORMAT) throw new Error('another format');
    book.load(data.scores);
    return 'loaded';
  } catch {
    renameSync(path, `${path}.damaged`);
    return 'damaged';
  }
}
