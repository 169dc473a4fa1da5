import { u32le, u64le } from '../../../src/base/bytes.js';
import { join, Reader } from '../codec.js';
import type { Runtime } from '../runtime/runtime.js';
import type { StateReader } from '../state/overlay.js';
import { preRuntimeDigest } from './header.js';

const NONE = new Uint8Array();

/** The slots of a chain, and what a block says in its header of the one that it was made in. */
export interface Slots {
  lengthMs: number;
  digest(slot: number): Uint8Array[];
}

/**
 * As the runtime has it: Aura, BABE (a secondary slot of the first authority, which needs no lottery), or neither. Without,
 * a slot is a millisecond, so that any two blocks are in different ones. Seals are left out: nobody else makes blocks.
 * Source: polkadot-sdk, sp-consensus-aura; sp-consensus-babe, digests.rs.
 */
export function slotsOf(runtime: Runtime, state: StateReader): Slots {
  const length = (method: string) => Math.max(1, Number(new Reader(runtime.view(state, method, NONE)).u64()));
  if (runtime.executor.has('AuraApi_slot_duration')) {
    return {
      lengthMs: length('AuraApi_slot_duration'),
      digest: slot => [preRuntimeDigest('aura', u64le(BigInt(slot)))],
    };
  }
  // The first field of the configuration is the slot's length.
  if (runtime.executor.has('BabeApi_configuration')) {
    return {
      lengthMs: length('BabeApi_configuration'),
      digest: slot => [preRuntimeDigest('BABE', join(SECONDARY_PLAIN, FIRST_AUTHORITY, u64le(BigInt(slot))))],
    };
  }
  return { lengthMs: 1, digest: () => [] };
}

/** A variant of BABE's `PreDigest`. */
const SECONDARY_PLAIN = Uint8Array.of(2);
const FIRST_AUTHORITY = u32le(0);
