import { isBittensorError, messageOf } from '../../../src/base/errors.js';
import { hex } from '../codec.js';
import { engineError } from '../errors.js';
import type { Runtime } from '../runtime/runtime.js';
import { type Outcome, Overlay, type StateReader } from '../state/overlay.js';
import type { StateVersion } from '../state/trie.js';
import type { BlockId } from './finality.js';
import { type Block, encodeBlock, headerHash } from './header.js';

/** What a block is executed on: its parent, and the state and runtime behind that. */
export interface Parent extends BlockId {
  state: StateReader;
  runtime: Runtime;
}

/** What executing a block led to. */
export interface Verified {
  outcome: Outcome;
  version: StateVersion;
}

/** Executes a block on its parent's state in a fresh instance; one that does not verify is `bad_block`. */
export function verifyBlock(block: Block, parent: Parent): Verified {
  const { header } = block;
  const at = `block ${header.number} (${block.hash})`;
  if (headerHash(block.encodedHeader) !== block.hash) throw engineError('bad_block', `${at} has another hash`);
  if (header.number !== parent.number + 1) {
    throw engineError('bad_block', `${at} does not follow block ${parent.number}`);
  }
  if (hex(header.parentHash) !== parent.hash) {
    throw engineError('bad_block', `${at} has parent ${hex(header.parentHash)}, not ${parent.hash}`);
  }
  const { runtime } = parent;
  const version = runtime.version.stateVersion;
  // A damaged state is the folder's fault, not the block's.
  parent.state.trie(version);
  const state = new Overlay(parent.state);
  try {
    runtime.executor.call(state, 'Core_execute_block', encodeBlock(block), true);
  } catch (error) {
    if (isBittensorError(error) && error.code === 'not_here') throw error;
    throw engineError('bad_block', `${at} does not verify: ${messageOf(error)}`, { cause: error });
  }
  const outcome = state.outcome(version);
  const { root } = outcome.trie;
  if (hex(root) !== hex(header.stateRoot)) {
    throw engineError('bad_block', `${at} has state root ${hex(header.stateRoot)}, executing it gives ${hex(root)}`);
  }
  return { outcome, version };
}
