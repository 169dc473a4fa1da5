import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf, systemCodeOf } from '../../../src/base/errors.js';
import { writeFileAtomic } from '../../../src/base/files.js';
import { engineError } from '../errors.js';
import type { BlockId } from './finality.js';

const FILE = 'chain.json';
const FORMAT = 1;

/** Which chain a folder holds: written when it begins, never changed. */
export interface Description {
  /** What transactions are signed for: the hash of block 0, wherever that is. */
  genesis: string;
  /** Names what it began with: preset and patch, specification, or fork. */
  source: string;
  /** The block that the chain here begins with, when that is not block 0. */
  first?: BlockId;
}

export function writeDescription(folder: string, description: Description): void {
  writeFileAtomic(join(folder, FILE), `${JSON.stringify({ format: FORMAT, ...description }, undefined, 2)}\n`);
}

/** Undefined in a folder without a chain; `bad_data` when the file is damaged or of another format. */
export function readDescription(folder: string): Description | undefined {
  const path = join(folder, FILE);
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return undefined;
    throw engineError('bad_data', `cannot read ${path}: ${messageOf(error)}`, { cause: error });
  }
  let description: Partial<Description & { format: number }>;
  try {
    description = JSON.parse(text) as typeof description;
  } catch {
    throw engineError('bad_data', `${path} is not JSON: the data folder is damaged`);
  }
  if (description?.format !== FORMAT) {
    throw engineError('bad_data', `${path} has format ${String(description?.format)}, this program reads ${FORMAT}`);
  }
  if (typeof description.genesis !== 'string' || typeof description.source !== 'string') {
    throw engineError('bad_data', `${path} lacks the genesis or the source`);
  }
  return description as Description;
}
