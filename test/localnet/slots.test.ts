import { describe, expect, it } from 'vitest';
import { slotsOf } from '../../localnet/engine/chain/slots.js';
import { hex, unhex } from '../../localnet/engine/codec.js';
import { NOTHING } from '../../localnet/engine/runtime/executor.js';
import type { Runtime } from '../../localnet/engine/runtime/runtime.js';

/** A runtime that has one function, which answers with these bytes. */
function runtimeWith(method: string, answer: string): Runtime {
  return { executor: { has: (name: string) => name === method }, view: () => unhex(answer) } as unknown as Runtime;
}

describe('the slots of a block', () => {
  it('are those of Aura', () => {
    const { lengthMs, digest } = slotsOf(runtimeWith('AuraApi_slot_duration', '0xb80b000000000000'), NOTHING);
    expect(lengthMs).toBe(3000);
    expect(digest(598_425_207).map(hex)).toEqual(['0x066175726120773eab2300000000']);
  });

  // The digest item is one that the kitchen-sink runtime of polkadot-sdk accepted.
  it('are secondary ones of the first authority with BABE', () => {
    const configuration = `0xb80b000000000000${'c800000000000000'}`;
    const { lengthMs, digest } = slotsOf(runtimeWith('BabeApi_configuration', configuration), NOTHING);
    expect(lengthMs).toBe(3000);
    expect(digest(598_425_207).map(hex)).toEqual(['0x0642414245340200000000773eab2300000000']);
  });

  it('are milliseconds, of which nothing is said, for any other runtime', () => {
    const { lengthMs, digest } = slotsOf(runtimeWith('Core_version', '0x'), NOTHING);
    expect(lengthMs).toBe(1);
    expect(digest(5)).toEqual([]);
  });
});
