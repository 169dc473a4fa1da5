import type { ApiPromise } from '@polkadot/api';
import { expandMetadata, Metadata, TypeRegistry } from '@polkadot/types';
import { describe, expect, it, vi } from 'vitest';
import { fromHex, toHex } from '../../src/base/index.js';
import { readHeader } from '../../src/chain/connection/header.js';
import {
  createApi,
  decodeStorage,
  encodeInputs,
  findApiMethod,
  findCall,
  findConstant,
  findStorage,
  hasPallet,
  storageKey,
} from '../../src/chain/metadata/api.js';
import { NEURONS_LITE } from '../../src/chain/metadata/scale/old-layouts.js';
import { createCall } from '../../src/chain/transactions/calls.js';
import { eraBirth, eraPeriod } from '../../src/chain/transactions/era.js';
import { describeDispatchError } from '../../src/chain/transactions/outcome.js';
import { signExtrinsic } from '../../src/chain/transactions/signing.js';
import { keypairFromUri, verify } from '../../src/wallet/index.js';
import { failure } from '../wallet/helpers.js';
import { GENESIS, SUBTENSOR_343, upstreamApi, upstreamMetadata } from './metadata-vectors.js';

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

describe.each([14, 15] as const)("upstream's metadata, spec 343, version %i", async version => {
  const metadata = upstreamMetadata(version);
  const api = await upstreamApi(version);
  if (!metadata || !api) {
    it('is not beside the repository, so nothing is compared with it', () => expect(api).toBeUndefined());
    return;
  }
  // The same library, but without the api around it: registry, metadata, and nothing else.
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

  const encodeCall = (path: string, args: Record<string, unknown>) => createCall(api, path, args).toU8a();

  it('encodes calls as polkadot-js does', () => {
    for (const [path, args] of CALLS) expect(toHex(encodeCall(path, args))).toBe(toHex(theirCall(path, args)));
  });

  it('has the calls at the indices that the official clients use', () => {
    expect([...encodeCall(...CALLS[0]!).subarray(0, 2)]).toEqual([7, 0]);
    expect([...encodeCall(...CALLS[1]!).subarray(0, 2)]).toEqual([7, 4]);
    expect([...encodeCall(...CALLS[4]!).subarray(0, 2)]).toEqual([7, 7]);
    expect([...encodeCall(...CALLS[5]!).subarray(0, 2)]).toEqual([5, 3]);
    expect(findCall(api, 'SubtensorModule.set_weights')).toBeDefined();
    expect(findCall(api, 'SubtensorModule.mine')).toBeUndefined();
    expect([hasPallet(api, 'SubtensorModule'), hasPallet(api, 'Mine')]).toEqual([true, false]);
  });

  it('does not care in which order arguments are named, but wants all of them and no other', async () => {
    const { netuid, ...rest } = CALLS[2]![1];
    expect(encodeCall(CALLS[2]![0], { ...rest, netuid })).toEqual(encodeCall(...CALLS[2]!));
    expect(await failure(() => encodeCall(CALLS[2]![0], rest))).toMatchObject({ code: 'unsupported' });
    const more = { ...CALLS[2]![1], limit: 1 };
    expect(await failure(() => encodeCall(CALLS[2]![0], more))).toMatchObject({ code: 'unsupported' });
    expect(await failure(() => encodeCall('SubtensorModule.mine', {}))).toMatchObject({ code: 'unsupported' });
    expect(await failure(() => encodeCall('constructor.name', {}))).toMatchObject({ code: 'unsupported' });
  });

  it('makes the storage keys that polkadot-js makes', async () => {
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
      expect(storageKey(api, path, args)).toBe(key.toHex());
    }
    expect(findStorage(api, 'SubtensorModule.Nothing')).toBeUndefined();
    expect(await failure(() => storageKey(api, 'SubtensorModule.Tempo'))).toMatchObject({ code: 'bad_argument' });
    expect(await failure(() => storageKey(api, 'SubtensorModule.Nothing'))).toMatchObject({ code: 'unsupported' });
  });

  it('reads defaults of absent values, and undefined of absent options', () => {
    expect(decodeStorage(api, 'SubtensorModule.Tempo', null)?.toPrimitive()).toBeTypeOf('number');
    expect(decodeStorage(api, 'SubtensorModule.Uids', null)).toBeUndefined();
    expect(decodeStorage(api, 'SubtensorModule.Uids', '0x0300')?.toPrimitive()).toBe(3);
    expect(findConstant(api, 'Balances.ExistentialDeposit')?.toString()).toBe('500');
    expect(findConstant(api, 'Balances.Nothing')).toBeUndefined();
  });

  it('names the errors of the pallet', () => {
    const moduleError = (index: number) =>
      describeDispatchError(
        api,
        registry.createTypeUnsafe('DispatchError', [{ Module: { index, error: [0, 0, 0, 0] } }]),
      );
    const { pallet, name, docs } = moduleError(7);
    expect(pallet).toBe('SubtensorModule');
    expect(name).toMatch(/^[A-Z]\w+$/);
    expect(docs).not.toBe('');
    expect(moduleError(200)).toMatchObject({ pallet: 'pallet 200', name: 'error 0' });
    const other = registry.createTypeUnsafe<never>('DispatchError', ['BadOrigin']);
    expect(describeDispatchError(api, other)).toMatchObject({ pallet: 'System', name: 'BadOrigin' });
  });

  it('signs transactions that are byte for byte those of polkadot-js', async () => {
    const birthHash = `0x${'22'.repeat(32)}`;
    const long = [
      'SubtensorModule.set_weights',
      { netuid: 1, dests: range(256), weights: range(256), version_key: 0 },
    ] as const;
    for (const [path, args] of [...CALLS, long]) {
      const call = createCall(api, path, args);
      const era = { period: 64, birth: 1234, birthHash };
      const ours = await signExtrinsic(api, call, alice, { nonce: 77, era });
      const options = {
        blockHash: birthHash,
        era: registry.createType('ExtrinsicEra', { current: 1234, period: 64 }),
        genesisHash: GENESIS,
        nonce: 77,
        runtimeVersion: SUBTENSOR_343 as never,
        signedExtensions: registry.signedExtensions,
        tip: 0,
      };
      const method = registry.createType('Call', call.toU8a());
      const theirsSigned = registry.createType('Extrinsic', { method } as never, { version: 4 });
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
      const fixed = await signExtrinsic(api, call, spy, { nonce: 77, era });
      expect(fixed.hex).toBe((theirsSigned as { toHex(): string }).toHex());
      expect(fixed.hash).toBe((theirsSigned as { hash: { toHex(): string } }).hash.toHex());
      expect(ours.hex.length).toBe(fixed.hex.length);
      // And the real signature is one of exactly these bytes.
      const signature = fromHex(ours.hex).subarray(ours.hex.indexOf(toHex(alice.publicKey).slice(2)) / 2 - 1 + 33);
      expect(verify(alice.publicKey, signedBytes[0]!, signature.subarray(0, 64))).toBe(true);
    }
  });

  it('signs past an extension that it does not know only when that has no bytes', async () => {
    const withExtension = (name: string, other: string) => {
      const text = Buffer.from(metadata).toString('latin1').replaceAll(name, other);
      const version = { ...SUBTENSOR_343, specName: 'other' };
      const chain = { genesisHash: GENESIS, name: 'x', version, metadata: Buffer.from(text, 'latin1') };
      return createApi(chain, { call: async () => null });
    };
    const context = { nonce: 0, era: { period: 64, birth: 0, birthHash: GENESIS } };
    const sign = async (other: ApiPromise) => signExtrinsic(other, createCall(other, ...CALLS[0]!), silentKey, context);
    const silentKey = { publicKey: alice.publicKey, address: alice.address, sign: () => new Uint8Array(64) };
    const empty = await withExtension('CheckNonZeroSender', 'CheckNonZeroSendex');
    expect(empty.registry.signedExtensions).toContain('CheckNonZeroSendex');
    expect(await sign(empty)).toEqual(await sign(api));
    for (const name of ['CheckNonce', 'CheckTxVersion']) {
      const error = await failure(async () => sign(await withExtension(name, `${name.slice(0, -1)}x`)));
      expect(error).toMatchObject({ code: 'unsupported' });
      expect(error.message).toContain(`${name.slice(0, -1)}x`);
    }
  });

  it('refuses metadata that is none, and prints nothing of it', async () => {
    const printed = vi.spyOn(console, 'error').mockImplementation(() => {});
    for (const bad of [metadata.subarray(0, metadata.length / 2), metadata.subarray(4), new Uint8Array(8)]) {
      const chain = { genesisHash: GENESIS, name: 'x', version: SUBTENSOR_343, metadata: bad };
      expect(await failure(() => createApi(chain, { call: async () => null }))).toMatchObject({ code: 'unsupported' });
    }
    expect(printed).not.toHaveBeenCalled();
    printed.mockRestore();
  });

  it('asks its connection, and prints nothing when that fails', async () => {
    const printed = vi.spyOn(console, 'error').mockImplementation(() => {});
    expect((await failure(async () => api.query.system!.account!(alice.address))).message).toContain('nobody is there');
    expect((await failure(async () => api.rpc.chain.getBlockHash(0))).message).toContain('nobody is there');
    expect(printed).not.toHaveBeenCalled();
    printed.mockRestore();
  });

  it('takes for a header only what is one', () => {
    const hash = `0x${'00'.repeat(32)}`;
    const header = { parentHash: hash, number: '0x10', stateRoot: hash, extrinsicsRoot: hash, digest: { logs: [] } };
    expect(readHeader(api, header)).toMatchObject({ number: 16, parentHash: hash, changesRuntime: false });
    expect(readHeader(api, { ...header, digest: { logs: ['0x08'] } })?.changesRuntime).toBe(true);
    for (const bad of [undefined, null, 7, 'x', {}, { ...header, number: 'many' }, { ...header, digest: 7 }]) {
      expect(readHeader(api, bad)).toBeUndefined();
    }
  });

  if (version === 15) {
    it('describes neurons in the layout that opaque answers have', () => {
      const method = findApiMethod(api, 'NeuronInfoRuntimeApi.get_neurons_lite')!;
      expect(method.layout).toEqual(NEURONS_LITE);
      expect(encodeInputs(api, method, [258])).toBe('0x0201');
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

  it('begin where polkadot-js and the chain see their beginning', () => {
    const registry = new TypeRegistry();
    for (const period of [4, 32, 64, 2048, 4096, 32_768, 65_536]) {
      for (const current of [0, 1, 31, 1000, 65_535, 1_234_567]) {
        const birth = eraBirth(period, current);
        const theirs = registry.createType('ExtrinsicEra', { current: birth, period });
        expect(theirs.asMortalEra.birth(current)).toBe(birth);
      }
    }
  });
});

function range(n: number): number[] {
  return Array.from({ length: n }, (_, i) => i);
}
