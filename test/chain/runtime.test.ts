import { expandMetadata, Metadata, TypeRegistry } from '@polkadot/types';
import { describe, expect, it } from 'vitest';
import { toHex } from '../../src/base/index.js';
import { eraBirth, eraPeriod, encodeEra, signExtrinsic } from '../../src/chain/extrinsic.js';
import { NEURONS_LITE_SHAPE } from '../../src/chain/neurons.js';
import { keypairFromUri } from '../../src/wallet/index.js';
import { failure } from '../wallet/helpers.js';
import { SUBTENSOR_343, upstreamMetadata, upstreamRuntime } from './metadata-vectors.js';

const alice = keypairFromUri('//Alice');
const bob = keypairFromUri('//Bob');

const CALLS: readonly (readonly [path: string, args: Record<string, unknown>])[] = [
  [
    'SubtensorModule.set_weights',
    { netuid: 1, dests: [0, 5, 300], weights: [65_535, 1, 12_345], version_key: 2n ** 63n },
  ],
  [
    'SubtensorModule.serve_axon',
    {
      netuid: 7,
      version: 100,
      ip: 0x0102_0304n,
      port: 8091,
      ip_type: 4,
      protocol: 4,
      placeholder1: 0,
      placeholder2: 0,
    },
  ],
  ['SubtensorModule.add_stake', { hotkey: bob.address, netuid: 1, amount_staked: 123_456_789_012n }],
  ['SubtensorModule.remove_stake', { hotkey: bob.address, netuid: 1, amount_unstaked: 1n }],
  ['SubtensorModule.burned_register', { netuid: 64, hotkey: bob.address }],
  ['Balances.transfer_keep_alive', { dest: { Id: bob.address }, value: 10n ** 12n }],
];

describe.each([14, 15] as const)("upstream's metadata, spec 343, version %i", version => {
  const metadata = upstreamMetadata(version);
  const runtime = upstreamRuntime(version);
  if (!metadata || !runtime) {
    it('is not beside the repository, so nothing is compared with it', () => expect(runtime).toBeUndefined());
    return;
  }
  const registry = new TypeRegistry();
  const decoded = new Metadata(registry, metadata);
  registry.setMetadata(decoded, undefined, undefined, true);
  const theirs = expandMetadata(registry, decoded);

  const camel = (name: string) =>
    name.charAt(0).toLowerCase() + name.slice(1).replace(/_(.)/g, (_, c: string) => c.toUpperCase());
  const theirCall = (path: string, args: Record<string, unknown>) => {
    const [pallet, call] = path.split('.') as [string, string];
    return theirs.tx[camel(pallet)]![camel(call)]!(...Object.values(args)).toU8a();
  };

  it('encodes calls as polkadot-js does', () => {
    for (const [path, args] of CALLS) expect(toHex(runtime.encodeCall(path, args))).toBe(toHex(theirCall(path, args)));
  });

  it('has the calls at the indices that the official clients use', () => {
    expect([...runtime.encodeCall(...CALLS[0]!).subarray(0, 2)]).toEqual([7, 0]);
    expect([...runtime.encodeCall(...CALLS[1]!).subarray(0, 2)]).toEqual([7, 4]);
    expect([...runtime.encodeCall(...CALLS[4]!).subarray(0, 2)]).toEqual([7, 7]);
    expect([...runtime.encodeCall(...CALLS[5]!).subarray(0, 2)]).toEqual([5, 3]);
  });

  it('does not care in which order arguments are named, but wants all of them and no other', async () => {
    const { netuid, ...rest } = CALLS[2]![1];
    expect(runtime.encodeCall(CALLS[2]![0], { ...rest, netuid })).toEqual(runtime.encodeCall(...CALLS[2]!));
    expect(await failure(() => runtime.encodeCall(CALLS[2]![0], rest))).toMatchObject({ code: 'unsupported' });
    const more = { ...CALLS[2]![1], limit: 1 };
    expect(await failure(() => runtime.encodeCall(CALLS[2]![0], more))).toMatchObject({ code: 'unsupported' });
    expect(await failure(() => runtime.encodeCall('SubtensorModule.mine', {}))).toMatchObject({ code: 'unsupported' });
  });

  it('makes the storage keys that polkadot-js makes', () => {
    const keys: readonly (readonly [path: string, ...keys: unknown[]])[] = [
      ['System.Events'],
      ['System.Account', alice.address],
      ['SubtensorModule.Tempo', 3],
      ['SubtensorModule.Uids', 3, alice.address],
      ['SubtensorModule.Weights', 1, 200],
      ['SubtensorModule.Alpha', alice.address, bob.address, 1],
      ['SubtensorModule.TotalNetworks'],
    ];
    for (const [path, ...args] of keys) {
      const [pallet, item] = path.split('.') as [string, string];
      const entry = theirs.query[camel(pallet)]![camel(item)]!;
      const key = registry.createType('StorageKey', [entry, args]) as unknown as { toHex(): string };
      expect(runtime.storageKey(path, args)).toBe(key.toHex());
    }
  });

  it('reads defaults of absent values, and undefined of absent options', () => {
    expect(runtime.decodeStorage('SubtensorModule.Tempo', null)?.toPrimitive()).toBeTypeOf('number');
    expect(runtime.decodeStorage('SubtensorModule.Uids', null)).toBeUndefined();
    expect(runtime.constant('Balances.ExistentialDeposit')?.toString()).toBe('500');
  });

  it('names the errors of the pallet', () => {
    const { pallet, name, docs } = runtime.moduleError(7, Uint8Array.of(0, 0, 0, 0));
    expect(pallet).toBe('SubtensorModule');
    expect(name).toMatch(/^[A-Z]\w+$/);
    expect(docs).not.toBe('');
    expect(runtime.moduleError(200, Uint8Array.of(9, 0, 0, 0)).name).toBe('error 9');
  });

  it('signs transactions that are byte for byte those of polkadot-js', () => {
    const genesisHash = `0x${'11'.repeat(32)}`;
    const birthHash = `0x${'22'.repeat(32)}`;
    const long = [
      'SubtensorModule.set_weights',
      { netuid: 1, dests: range(256), weights: range(256), version_key: 0 },
    ] as const;
    for (const [path, args] of [...CALLS, long]) {
      const call = runtime.encodeCall(path, args);
      const era = { period: 64, birth: 1234, birthHash };
      const ours = signExtrinsic(call, alice, runtime, { nonce: 77, era, genesisHash });
      const options = {
        blockHash: birthHash,
        era: registry.createType('ExtrinsicEra', { current: 1234, period: 64 }),
        genesisHash,
        nonce: 77,
        runtimeVersion: SUBTENSOR_343 as never,
        signedExtensions: registry.signedExtensions,
        tip: 0,
      };
      const theirsSigned = registry.createType('Extrinsic', { method: registry.createType('Call', call) } as never, {
        version: 4,
      });
      const signedBytes: Uint8Array[] = [];
      const pair = {
        addressRaw: alice.publicKey,
        // polkadot-js asks its pair for a signature with the type's byte before it.
        sign: (payload: Uint8Array) => {
          signedBytes.push(payload);
          return Uint8Array.of(1, ...new Uint8Array(64).fill(5));
        },
      };
      (theirsSigned as never as { sign(pair: unknown, options: unknown): void }).sign(pair, options);
      // Signatures are random: compare what is signed, and everything around the signature.
      const spy = {
        ...alice,
        publicKey: alice.publicKey,
        address: alice.address,
        sign: (payload: Uint8Array) => {
          expect(toHex(payload)).toBe(toHex(signedBytes[0]!));
          return new Uint8Array(64).fill(5);
        },
      };
      const fixed = signExtrinsic(call, spy, runtime, { nonce: 77, era, genesisHash });
      expect(toHex(fixed.bytes)).toBe((theirsSigned as { toHex(): string }).toHex());
      expect(fixed.hash).toBe((theirsSigned as { hash: { toHex(): string } }).hash.toHex());
      expect(ours.bytes.length).toBe(fixed.bytes.length);
    }
  });

  if (version === 15) {
    it('describes neurons in the shape that the fast decoder reads', () => {
      expect(runtime.apiShape('NeuronInfoRuntimeApi.get_neurons_lite')).toBe(NEURONS_LITE_SHAPE);
    });
  }
});

describe('eras', () => {
  it('cover at least five minutes of blocks with a power of two', () => {
    expect(eraPeriod(12_000)).toBe(32);
    expect(eraPeriod(250)).toBe(2048);
    expect(eraPeriod(10)).toBe(32_768);
    expect(eraPeriod(1)).toBe(65_536);
    expect(eraPeriod(10_000_000)).toBe(4);
  });

  it('are encoded as polkadot-js encodes them', () => {
    const registry = new TypeRegistry();
    for (const period of [4, 32, 64, 2048, 4096, 32_768, 65_536]) {
      for (const current of [0, 1, 31, 1000, 65_535, 1_234_567]) {
        const birth = eraBirth(period, current);
        const theirs = registry.createType('ExtrinsicEra', { current: birth, period });
        expect(toHex(encodeEra({ period, birth, birthHash: '' }))).toBe(theirs.toHex());
        expect(theirs.asMortalEra.birth(current)).toBe(birth);
      }
    }
  });
});

function range(n: number): number[] {
  return Array.from({ length: n }, (_, i) => i);
}
