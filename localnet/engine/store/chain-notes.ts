import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf, systemCodeOf } from '../../../src/base/errors.js';
import { writeFileAtomic } from '../../../src/base/files.js';
import type { Log } from '../../../src/base/silent-log.js';

const FILE = 'notes.json';
const FORMAT = 1;

/** What is not in the blocks: journeys in time, snapshots, and what was final. */
export interface ChainNotes {
  travels: readonly { block: number; offsetMs: number }[];
  snapshots: readonly { id: number; block: number; hash: string }[];
  lastSnapshot: number;
  /** The lag of the last run, and what was final beyond what follows from it. */
  finality: { lag: number; number: number };
}

export const NO_NOTES: ChainNotes = { travels: [], snapshots: [], lastSnapshot: 0, finality: { lag: 0, number: 0 } };

/** Reads the notes of a folder; without any, or with damaged ones (one line in the log), there is nothing to know. */
export function readNotes(folder: string, log: Log): ChainNotes {
  const path = join(folder, FILE);
  try {
    const notes = JSON.parse(readFileSync(path, 'utf8')) as ChainNotes & { format: number };
    if (notes.format === FORMAT && isWhole(notes)) return notes;
    log.warn(`${path} is not what this program writes: snapshots and moved time are forgotten`);
  } catch (error) {
    if (systemCodeOf(error) !== 'ENOENT') {
      log.warn(`cannot read ${path}, so snapshots and moved time are forgotten: ${messageOf(error)}`);
    }
  }
  return NO_NOTES;
}

/** Does nothing when they are there already. Error code `disk` when they cannot be written; the old ones then stay. */
export function writeNotes(folder: string, notes: ChainNotes): void {
  const path = join(folder, FILE);
  const text = `${JSON.stringify({ format: FORMAT, ...notes }, undefined, 2)}\n`;
  if (textIn(path) === text) return;
  writeFileAtomic(path, text);
}

function textIn(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

function isWhole({ travels, snapshots, lastSnapshot, finality }: ChainNotes): boolean {
  const isCount = (value: unknown) => Number.isSafeInteger(value) && (value as number) >= 0;
  return (
    Array.isArray(travels) &&
    travels.every(({ block, offsetMs }) => isCount(block) && Number.isSafeInteger(offsetMs)) &&
    Array.isArray(snapshots) &&
    snapshots.every(({ id, block, hash }) => isCount(id) && isCount(block) && typeof hash === 'string') &&
    isCount(lastSnapshot) &&
    isCount(finality?.lag) &&
    isCount(finality?.number)
  );
}
