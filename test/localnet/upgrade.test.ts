import { describe, expect, it } from 'vitest';
import { join, lengthPrefixed, Reader } from '../../localnet/engine/codec.js';
import { CODE_KEY } from '../../localnet/engine/runtime/runtime.js';
import { account, inOrder, openChain, runtimeCode, type TestChain, temporaryFolder } from './fixture.js';
import { packedAsIs } from './zstd.js';

/** Sudo.sudo(System.<name>(code)). */
function setCode({ metadata }: TestChain, name: string, code: Uint8Array): Uint8Array {
  const sudo = metadata.call('Sudo', 'sudo')!;
  const set = metadata.call('System', name)!;
  return join(Uint8Array.of(sudo.pallet, sudo.call, set.pallet, set.call), lengthPrefixed(code));
}

/** Whether the last extrinsic of the head failed inside of Sudo, by the event `Sudo.Sudid { Err }`. */
const SUDID_ERROR = (test: TestChain) => {
  const call = test.metadata.call('Sudo', 'sudo')!;
  return Buffer.from([call.pallet, 0, 1]);
};
const EVENTS = Buffer.from('26aa394eea5630e07c48ae0c9558cef780d41e5e16056765bc8461851072c9d7', 'hex').toString(
  'latin1',
);

describe('an upgrade', () => {
  it('to a packed runtime is made by System.set_code, holds from the next block on, and survives a restart', () => {
    using folder = temporaryFolder();
    const packed = packedAsIs(runtimeCode);
    let head: string;
    {
      using test = openChain(folder.path);
      const before = test.chain.runtime;
      const upgrade = test.sign(setCode(test, 'set_code_without_checks', packed), 0);
      const { block, newRuntime } = test.chain.build(inOrder(upgrade, test.transfer(account(1), 1_000_000n, 1)));
      expect(newRuntime).toBe(true);
      // The transfer behind it was applied, by the old runtime.
      expect(block.extrinsics).toHaveLength(3);
      expect(Buffer.compare(test.chain.state.get(CODE_KEY)!, packed)).toBe(0);
      expect(test.chain.runtime).not.toBe(before);
      expect(test.chain.runtime.version).toEqual(before.version);
      expect(test.chain.runtimeOf(test.chain.stateAt(0)!)).toBe(before);
      const next = test.chain.build(inOrder(test.transfer(account(1), 1_000_000n, 2)));
      expect(next.newRuntime).toBe(false);
      expect(next.block.extrinsics).toHaveLength(2);
      head = next.block.hash;
    }
    using test = openChain(folder.path);
    expect(test.chain.head.hash).toBe(head);
    expect(Buffer.compare(test.chain.state.get(CODE_KEY)!, packed)).toBe(0);
    expect(test.chain.build(inOrder(test.transfer(account(1), 1_000_000n, 3))).block.extrinsics).toHaveLength(2);
    const old = test.chain.stateAt(0)!;
    expect(Buffer.compare(old.get(CODE_KEY)!, runtimeCode)).toBe(0);
    const metadata = (at: number) => {
      const state = test.chain.stateAt(at)!;
      return new Reader(test.chain.runtimeOf(state).view(state, 'Metadata_metadata', new Uint8Array())).vec();
    };
    expect(Buffer.compare(metadata(0), metadata(3))).toBe(0);
  });

  it('with checks reads the version of a packed runtime, and refuses what is none', () => {
    using folder = temporaryFolder();
    using test = openChain(folder.path);
    const refused = (code: Uint8Array, nonce: number) => {
      const { block, newRuntime } = test.chain.build(inOrder(test.sign(setCode(test, 'set_code', code), nonce)));
      expect(block.extrinsics).toHaveLength(2);
      expect(newRuntime).toBe(false);
      const events = Buffer.from(test.chain.state.get(EVENTS)!);
      const at = events.indexOf(SUDID_ERROR(test));
      expect(at).toBeGreaterThan(0);
      // DispatchError::Module of the System pallet: its error's index.
      expect([...events.subarray(at + 3, at + 5)]).toEqual([3, 0]);
      return events[at + 5];
    };
    // frame-system's errors: InvalidSpecName, SpecVersionNeedsToIncrease, FailedToExtractRuntimeVersion.
    expect(refused(packedAsIs(runtimeCode), 0)).toBe(1);
    expect(refused(packedAsIs(Buffer.from('no wasm')), 1)).toBe(2);
    expect(refused(packedAsIs(runtimeCode).subarray(0, 5000), 2)).toBe(2);
  });
});
