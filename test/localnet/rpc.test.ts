import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aliceKeys } from '../../localnet/engine/chain/transaction.js';
import { hex, Reader, toKey } from '../../localnet/engine/codec.js';
import { Dispatcher } from '../../localnet/engine/rpc/dispatch.js';
import { FAMILIES } from '../../localnet/engine/rpc/families.js';
import type { Engine } from '../../localnet/engine/rpc/family.js';
import { stateFamily } from '../../localnet/engine/rpc/methods/state.js';
import { blake2b256 } from '../../localnet/engine/runtime/host/crypto-library.js';
import { encodeAddress, silentLog } from '../../src/base/index.js';
import { account, openChain, type TestChain, temporaryFolder } from './fixture.js';

const AMOUNT = 5_000_000_000n;
const ALICE = encodeAddress(aliceKeys().publicKey);
const CODE = '0x3a636f6465';

let folder: ReturnType<typeof temporaryFolder>;
let test: TestChain;
let dispatcher: Dispatcher;
const notified: { method: string; params: { subscription: string; result: unknown } }[] = [];
const caller = { connection: 1, notify: (text: string) => void notified.push(JSON.parse(text) as never) };

beforeAll(() => {
  folder = temporaryFolder();
  test = openChain(folder.path);
  const about = {
    chainName: 'Test',
    properties: {},
    version: '1',
    dataFolder: folder.path,
    blockTime: 'manual',
  } as const;
  const engine: Engine = { chain: test.chain, pool: test.pool, author: test.author, about };
  dispatcher = new Dispatcher(
    FAMILIES.map(family => family(engine)),
    silentLog,
  );
  test.pool.submit(test.transfer(account(1), AMOUNT, 0));
  test.author.build();
  test.author.build();
});

afterAll(() => {
  test.close();
  folder[Symbol.dispose]();
});

async function call<T = unknown>(method: string, ...params: unknown[]): Promise<T> {
  const { body, answered } = await dispatcher.handle(caller, { method, params });
  const { result, error } = JSON.parse(`{${body}}`) as { result?: T; error?: { code: number; message: string } };
  answered();
  if (error) throw new Error(`${error.code}: ${error.message}`);
  return result as T;
}

describe('the methods', () => {
  // facts: what bittensor 9, 10, 11 and btcli call.
  it('include all that the official clients use, by the names they use', async () => {
    const { methods } = await call<{ methods: string[] }>('rpc_methods');
    for (const name of [
      'account_nextIndex',
      'author_pendingExtrinsics',
      'author_submitAndWatchExtrinsic',
      'author_submitExtrinsic',
      'author_unwatchExtrinsic',
      'chain_getBlock',
      'chain_getBlockHash',
      'chain_getFinalizedHead',
      'chain_getHead',
      'chain_getHeader',
      'chain_subscribeFinalizedHeads',
      'chain_subscribeNewHeads',
      'chain_unsubscribeFinalizedHeads',
      'chain_unsubscribeNewHeads',
      'dev_fund',
      'dev_newBlock',
      'dev_status',
      'payment_queryFeeDetails',
      'payment_queryInfo',
      'rpc_methods',
      'state_call',
      'state_getKeys',
      'state_getKeysPaged',
      'state_getMetadata',
      'state_getPairs',
      'state_getReadProof',
      'state_getRuntimeVersion',
      'state_getStorage',
      'state_getStorageAt',
      'state_getStorageHash',
      'state_getStorageSize',
      'state_queryStorage',
      'state_queryStorageAt',
      'state_subscribeRuntimeVersion',
      'state_subscribeStorage',
      'state_unsubscribeStorage',
      'system_accountNextIndex',
      'system_chain',
      'system_chainType',
      'system_dryRun',
      'system_health',
      'system_name',
      'system_properties',
      'system_version',
    ]) {
      expect(methods).toContain(name);
    }
  });

  it('find blocks by number, list and hash', async () => {
    const [zero, one, two] = [0, 1, 2].map(number => test.chain.hashAt(number));
    expect(await call('chain_getBlockHash', [0, '0x1', 2, 9])).toEqual([zero, one, two, null]);
    expect(await call('chain_getBlockHash', 1)).toBe(one);
    expect([
      await call('chain_getHead'),
      await call('chain_getFinalizedHead'),
      await call('chain_getBlockHash'),
    ]).toEqual([two, two, two]);
    expect(await call('chain_getHeader', one)).toMatchObject({ number: '0x1', parentHash: zero });
    expect(await call('chain_getHeader', `0x${'11'.repeat(32)}`)).toBeNull();
    const { block } = await call<{ block: { extrinsics: string[] } }>('chain_getBlock', one);
    expect(block.extrinsics).toHaveLength(2);
    expect(await call('chain_getBlock', `0x${'11'.repeat(32)}`)).toBeNull();
    await expect(call('chain_getBlockHash', 'x')).rejects.toThrow('-32602');
  });

  it('read state in every way, and agree', async () => {
    const code = await call<string>('state_getStorage', CODE);
    expect(await call('state_getStorageAt', CODE, test.chain.hashAt(1))).toBe(code);
    expect(await call('state_getStorageSize', CODE)).toBe(code.length / 2 - 1);
    expect(await call('state_getStorageHash', CODE)).toBe(hex(blake2b256(test.chain.state.get(':code')!)));
    expect(await call('state_getStorage', CODE.slice(2))).toBe(code);
    expect(await call('state_getStorage', '0x00')).toBeNull();
    expect(await call('state_getStorageSize', '0x00')).toBeNull();
    expect(await call('state_queryStorageAt', [CODE, '0x00'], null)).toEqual([
      {
        block: test.chain.head.hash,
        changes: [
          [CODE, code],
          ['0x00', null],
        ],
      },
    ]);
    const keys = await call<string[]>('state_getKeys', '0x');
    expect(keys).toEqual([...keys].sort());
    expect((await call<[string, string][]>('state_getPairs', '0x')).map(([key]) => key)).toEqual(keys);
    expect(await call('state_getKeysPaged', '0x', 2, keys[3])).toEqual(keys.slice(4, 6));
    expect(await call('state_getKeys', CODE)).toEqual([CODE]);
    const number = '0x26aa394eea5630e07c48ae0c9558cef702a5c1b19ab7a04f536c519aca4983ac';
    const changes = await call<{ changes: unknown }[]>('state_queryStorage', [number, CODE], test.chain.hashAt(0));
    expect(changes).toHaveLength(3);
    expect(changes[1]!.changes).toEqual([[number, '0x01000000']]);
  });

  it('give metadata in versions 14 and 15, and the version of the runtime', async () => {
    expect((await call<string>('state_getMetadata')).slice(0, 12)).toBe('0x6d6574610e');
    const v15 = await call<string>('state_call', 'Metadata_metadata_at_version', '0x0f000000');
    const reader = new Reader(Buffer.from(v15.slice(2), 'hex'), 1);
    expect(Buffer.from(reader.vec().subarray(0, 5)).toString('hex')).toBe('6d6574610f');
    const version = await call<Record<string, unknown>>('chain_getRuntimeVersion', test.chain.hashAt(0));
    expect(version).toMatchObject({ specName: 'node-subtensor', stateVersion: 1 });
    expect(Object.keys(version).sort()).toEqual(
      [
        'apis',
        'authoringVersion',
        'implName',
        'implVersion',
        'specName',
        'specVersion',
        'stateVersion',
        'transactionVersion',
      ].sort(),
    );
  });

  it('tell the next nonce with the pool counted, fees, and the outcome of a dry run', async () => {
    expect(await call('account_nextIndex', ALICE)).toBe(1);
    const bytes = hex(test.transfer(account(2), AMOUNT, 1));
    expect(await call('system_dryRun', bytes)).toBe('0x0000');
    const info = await call<{ partialFee: string; class: string; weight: object }>('payment_queryInfo', bytes);
    expect(info.class).toBe('normal');
    expect(Object.keys(info.weight)).toEqual(['ref_time', 'proof_size']);
    const { inclusionFee } = await call<{ inclusionFee: Record<string, string> }>('payment_queryFeeDetails', bytes);
    const sum = Object.values(inclusionFee).reduce((total, fee) => total + BigInt(fee), 0n);
    expect(sum).toBe(BigInt(info.partialFee));
    await call('author_submitExtrinsic', bytes);
    expect(await call('system_accountNextIndex', ALICE)).toBe(2);
    await expect(call('author_submitExtrinsic', bytes)).rejects.toThrow('1013');
    expect(await call('author_pendingExtrinsics')).toEqual([bytes]);
    await call('dev_newBlock');
    await expect(call('author_submitExtrinsic', bytes)).rejects.toThrow('1010: Invalid Transaction');
  });

  it('notify subscribers of storage, heads and transactions, after the answer that names the subscription', async () => {
    const time = '0xf0c365c3cf59d671eb72da0e7a4113c49f1f0515f462cdcf84e0f1d6045dfcbb';
    const storage = await call<string>('state_subscribeStorage', [time]);
    const heads = await call<string>('subscribe_newHead');
    const watch = await call<string>('author_submitAndWatchExtrinsic', hex(test.transfer(account(3), AMOUNT, 2)));
    notified.length = 0;
    await call('dev_newBlock');
    const of = (id: string) => notified.filter(({ params }) => params.subscription === id);
    expect(of(storage)).toMatchObject([
      { method: 'state_storage', params: { result: { block: test.chain.head.hash } } },
    ]);
    expect(of(heads)).toMatchObject([{ method: 'chain_newHead', params: { result: { number: '0x4' } } }]);
    expect(of(watch)[0]).toMatchObject({
      method: 'author_extrinsicUpdate',
      params: { result: { inBlock: test.chain.head.hash } },
    });
    expect(await call('unsubscribe_newHead', heads)).toBe(true);
    dispatcher.closed(1);
    notified.length = 0;
    await call('dev_newBlock');
    expect(notified).toEqual([]);
  });

  it('prove what they read', async () => {
    const { at, proof } = await call<{ at: string; proof: string[] }>('state_getReadProof', [CODE]);
    expect(at).toBe(test.chain.head.hash);
    const hashes = proof.map(item => hex(blake2b256(Buffer.from(item.slice(2), 'hex'))));
    expect(hashes).toContain(hex(test.chain.head.header.stateRoot));
    expect(hashes).toContain(hex(blake2b256(test.chain.state.get(toKey(Buffer.from(':code')))!)));
    const old = await call<{ proof: string[] }>('state_getReadProof', [CODE], test.chain.hashAt(1));
    const oldHashes = old.proof.map(item => hex(blake2b256(Buffer.from(item.slice(2), 'hex'))));
    expect(oldHashes).toContain(hex(test.chain.block(1)!.header.stateRoot));
  });

  it('say when a state was discarded', async () => {
    using other = temporaryFolder();
    using short = openChain(other.path, { keepBlocks: 16 });
    for (let i = 0; i < 20; i++) short.author.build();
    const about = { chainName: '', properties: {}, version: '', dataFolder: '', blockTime: 'manual' } as const;
    const family = stateFamily({ chain: short.chain, pool: short.pool, author: short.author, about });
    const d = new Dispatcher([family], silentLog);
    const ask = async (number: number) =>
      (await d.handle(undefined, { method: 'state_getStorage', params: [CODE, short.chain.hashAt(number)] })).body;
    expect(await ask(3)).toContain('State already discarded for 0x');
    expect(await ask(4)).toContain('"result":"0x');
  });
});

describe('the pool over RPC', () => {
  it('wants a transaction to begin with its length, and ignores what follows behind it', async () => {
    await expect(call('author_submitExtrinsic', '0x')).rejects.toThrow('1001: Extrinsic has invalid format');
    await expect(call('author_submitExtrinsic', '0xff00')).rejects.toThrow('1001: Extrinsic has invalid format');
    await expect(call('author_submitExtrinsic', '0x0400')).rejects.toThrow('1002: Verification Error');
    const bytes = hex(test.transfer(account(20), AMOUNT, await call('system_accountNextIndex', ALICE)));
    const hash = await call('author_submitExtrinsic', `${bytes}0102`);
    expect(hash).toBe(hex(blake2b256(Buffer.from(bytes.slice(2), 'hex'))));
    expect(await call('author_pendingExtrinsics')).toEqual([bytes]);
    expect(await call('author_removeExtrinsic', [{ extrinsic: bytes }, { hash: `0x${'11'.repeat(32)}` }])).toEqual([
      hash,
    ]);
    expect(await call('author_pendingExtrinsics')).toEqual([]);
    await expect(call('author_submitExtrinsic', bytes)).rejects.toThrow('1012: Transaction is temporarily banned');
    await expect(call('author_removeExtrinsic', [{}])).rejects.toThrow('-32602');
    await expect(call('author_removeExtrinsic', 'x')).rejects.toThrow('-32602');
  });

  it('has no keys', async () => {
    expect(await call('author_hasKey', '0x00', 'aura')).toBe(false);
    await expect(call('author_hasKey', '0x00', 'x')).rejects.toThrow('1040: Invalid key type');
    expect(await call('author_hasSessionKeys', '0x00')).toBe(false);
    await expect(call('author_rotateKeys')).rejects.toThrow('1040: The key store is unavailable');
    await expect(call('author_insertKey', 'aura', '//Alice', '0x00')).rejects.toThrow('1040');
  });
});
