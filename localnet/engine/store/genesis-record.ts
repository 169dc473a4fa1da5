import { closeSync, copyFileSync, fstatSync, fsyncSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { systemCodeOf } from '../../../src/base/errors.js';
import { syncFolder } from '../../../src/base/files.js';
import type { Log } from '../../../src/base/silent-log.js';
import type { Key } from '../codec.js';
import { engineError } from '../errors.js';
import { LogFile } from './log-file.js';
import { readSegment, segmentPath } from './segment.js';

/**
 * The first state as a snapshot of its own, of block 0 or of the block that a dump was of. Old states are discarded; a follower
 * has to begin with this one all the same.
 */
const FILE = 'genesis.log';

export function genesisPath(folder: string): string {
  return join(folder, FILE);
}

/** To be called while the state's first segment holds nothing but its snapshot. */
export function keepGenesis(folder: string, block: number): void {
  const path = genesisPath(folder);
  copyFileSync(segmentPath(folder, block), path);
  const file = openSync(path, 'r');
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  syncFolder(folder);
}

/** A part of it and the length of the whole; undefined in a folder that has none. */
export function genesisPart(
  folder: string,
  offset: number,
  length: number,
): { bytes: Uint8Array; total: number } | undefined {
  let file: number;
  try {
    file = openSync(genesisPath(folder), 'r');
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
  try {
    const total = fstatSync(file).size;
    const bytes = Buffer.alloc(Math.max(0, Math.min(length, total - offset)));
    return { bytes: bytes.subarray(0, readSync(file, bytes, 0, bytes.length, offset)), total };
  } finally {
    closeSync(file);
  }
}

/** The number of the block and all entries of such a file; `bad_data` when it is not whole. */
export function readGenesis(path: string, log: Log): { block: number; values: Map<Key, Uint8Array> } {
  const file = LogFile.open(path);
  try {
    const values = new Map<Key, Uint8Array>();
    let whole = false;
    let block: number | undefined;
    for (const frame of readSegment(file, 0, log)) {
      block ??= frame.block;
      if (whole || frame.kind === 'changes' || frame.block !== block) break;
      whole = frame.kind === 'end';
      if (!whole) frame.each((key, value) => values.set(key, new Uint8Array(value ?? [])));
    }
    if (whole && block !== undefined) return { block, values };
  } finally {
    file.close();
  }
  throw engineError('bad_data', `${path} is no first state`);
}
