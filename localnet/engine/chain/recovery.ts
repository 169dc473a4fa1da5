import { existsSync, renameSync } from 'node:fs';
import { equalBytes } from '../../../src/base/bytes.js';
import { isBittensorError, messageOf } from '../../../src/base/errors.js';
import type { Log } from '../../../src/base/silent-log.js';
import type { Runtimes } from '../runtime/runtime.js';
import type { StateReader } from '../state/overlay.js';
import type { BlockLog } from '../store/block-log.js';
import { genesisPath, readGenesis } from '../store/genesis-record.js';
import { segmentPath, segmentsIn } from '../store/segment.js';
import { StateLog, type StateLogOptions } from '../store/state-log.js';
import { verifyBlock } from './verify.js';

/**
 * Opens the states of a folder whose blocks are whole. A damaged segment is put aside, as `.damaged`, and what it held is made
 * again from the segment before it, or else from the first state; the caller executes the blocks that are missing then.
 * Throws what is wrong when there is no first state to begin with.
 */
export function openStates(folder: string, head: number, runtimes: Runtimes, options: StateLogOptions): StateLog {
  for (;;) {
    try {
      return StateLog.open(folder, head, options);
    } catch (error) {
      if (!isBittensorError(error) || error.code !== 'bad_data' || !existsSync(genesisPath(folder))) throw error;
      const newest = segmentsIn(folder).at(-1);
      if (newest === undefined) return fromGenesis(folder, runtimes, options, error);
      const path = segmentPath(folder, newest);
      renameSync(path, `${path}.damaged`);
      options.log.warn(`making a part of the state again, the old one is now ${path}.damaged: ${messageOf(error)}`);
    }
  }
}

function fromGenesis(folder: string, runtimes: Runtimes, options: StateLogOptions, reason: Error): StateLog {
  const { block, values } = readGenesis(genesisPath(folder), options.log);
  const version = runtimes.of({ get: key => values.get(key) ?? null }).version.stateVersion;
  const states = StateLog.create(folder, values, version, { ...options, first: block });
  const expected = options.rootOf?.(block);
  if (expected && equalBytes(states.head().trie(version).root, expected)) return states;
  states.close();
  throw reason;
}

/** Executes blocks whose state the last run could not write any more. */
export function executeMissing({
  blocks,
  states,
  whole,
  runtimes,
  log,
}: {
  blocks: BlockLog;
  states: StateLog;
  /** The newest state; of a fork, with what is elsewhere. */
  whole: () => StateReader;
  runtimes: Runtimes;
  log: Log;
}): void {
  const missing = blocks.head - states.headNumber;
  if (missing > 0) log.warn(`executing ${missing} blocks again whose state was not on the disk`);
  while (states.headNumber < blocks.head) {
    const number = states.headNumber;
    const state = whole();
    const parent = { number, hash: blocks.hashAt(number)!, state, runtime: runtimes.of(state) };
    const { outcome, version } = verifyBlock(blocks.block(number + 1)!, parent);
    states.append(number + 1, outcome.changes, outcome.trie, version, outcome.children);
  }
}
