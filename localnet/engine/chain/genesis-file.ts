import { closeSync, fstatSync, openSync, readFileSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { systemCodeOf } from '../../../src/base/errors.js';
import { writeFileAtomic } from '../../../src/base/files.js';
import { hex, type Key, keyHex } from '../codec.js';

/** The first state as a raw chain specification: states are pruned, and a follower has to begin with it. */
const FILE = 'genesis.json';

/** In ASCII, so that it can be sent in parts of any length. */
export function writeGenesisFile(folder: string, specification: string): void {
  writeFileAtomic(join(folder, FILE), ascii(specification));
}

/** JSON text with everything beyond ASCII escaped. */
export function ascii(json: string): string {
  return json.replace(/[\u0080-\uffff]/g, c => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** The part of a raw chain specification that the state is made of. */
export function rawGenesis(values: ReadonlyMap<Key, Uint8Array>): string {
  const top: Record<string, string> = {};
  for (const [key, value] of values) top[keyHex(key)] = hex(value);
  return JSON.stringify({ genesis: { raw: { top, childrenDefault: {} } } });
}

export function readGenesisFile(folder: string): string | undefined {
  return unlessMissing(() => readFileSync(join(folder, FILE), 'latin1'));
}

/** A part of it and the length of the whole; undefined in a folder that has none. */
export function genesisFilePart(
  folder: string,
  offset: number,
  length: number,
): { text: string; total: number } | undefined {
  return unlessMissing(() => {
    const file = openSync(join(folder, FILE), 'r');
    try {
      const total = fstatSync(file).size;
      const bytes = Buffer.alloc(Math.max(0, Math.min(length, total - offset)));
      return { text: bytes.toString('latin1', 0, readSync(file, bytes, 0, bytes.length, offset)), total };
    } finally {
      closeSync(file);
    }
  });
}

function unlessMissing<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}
