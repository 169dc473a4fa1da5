import { readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { type Log, messageOf, systemCodeOf, writeFileAtomic } from '../../base/index.js';
import type { ScoreBook } from './scoring.js';

const FORMAT = 'bittensor-scores/1';
const SAVE_EVERY_MS = 15_000;

/** Goes on with the scores that were saved there. Returns what saves them, now or when it is time again. */
export function keepScores(path: string, book: ScoreBook, log: Log): { save(): void; saveWhenDue(): void } {
  const found = loadScores(path, book);
  if (found === 'loaded') log.info(`Going on with the scores in ${path}`);
  if (found === 'damaged') log.warn(`The scores in ${path} could not be read and are now ${path}.damaged`);
  let savedAt = performance.now();
  const save = () => {
    savedAt = performance.now();
    try {
      saveScores(path, book);
    } catch (error) {
      // Judging goes on without a disk.
      log.error(`Scores not saved: ${messageOf(error)}`);
    }
  };
  return { save, saveWhenDue: () => performance.now() - savedAt > SAVE_EVERY_MS && save() };
}

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
