import jsonrpc from '@polkadot/types/interfaces/jsonrpc';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EngineProcess, type Listening } from './engine-process.js';
import { temporaryFolder } from './fixture.js';

let folder: ReturnType<typeof temporaryFolder>;
let engine: Listening;
let served: Set<string>;

beforeAll(async () => {
  folder = temporaryFolder();
  engine = await EngineProcess.start(folder.path, ['--block-time', 'manual']);
  served = new Set((await engine.rpc<{ methods: string[] }>('rpc_methods')).methods);
});

afterAll(async () => {
  await engine[Symbol.asyncDispose]();
  folder[Symbol.dispose]();
});

/** What is not here, and why. A name ends in _ when all that begin with it are meant. */
const EXCEPTIONS: Record<string, string> = {
  babe_: 'blocks are not made by BABE',
  beefy_: 'there is no BEEFY bridge',
  grandpa_: 'finality does not come from GRANDPA, and has no justifications',
  mmr_: 'there is no Merkle mountain range of leaves',
  contracts_: 'the pallet is not there; such calls are runtime APIs today',
  eth_: 'there is no Ethereum layer',
  net_: 'there is no Ethereum layer',
  web3_: 'there is no Ethereum layer',
  offchain_: 'no off-chain workers run, so nobody would read what is stored',
  sync_state_: 'there is no peer-to-peer network in which a light client could use such a specification',
  dev_getBlockStats: 'sizes of proofs for parachain validators, of which there are none',
  state_getChildKeys: 'gone from Substrate since 2021; childstate_getKeys is here',
  state_getChildStorage: 'gone from Substrate since 2021; childstate_getStorage is here',
  state_getChildStorageHash: 'gone from Substrate since 2021; childstate_getStorageHash is here',
  state_getChildStorageSize: 'gone from Substrate since 2021; childstate_getStorageSize is here',
  state_traceBlock: 'runtimes are not built with tracing',
  state_trieMigrationStatus: 'for chains that change from state version 0 to 1 by migration',
  system_addReservedPeer: 'there is no peer-to-peer network',
  system_removeReservedPeer: 'there is no peer-to-peer network',
  system_networkState: 'there is no peer-to-peer network',
  system_unstable_networkState: 'there is no peer-to-peer network',
  archive_v1_storageDiff: 'state_queryStorage tells what has changed between blocks',
  archive_v1_storageDiff_stopStorageDiff: 'state_queryStorage tells what has changed between blocks',
};

const isExcepted = (name: string) =>
  Object.keys(EXCEPTIONS).some(known => (known.endsWith('_') ? name.startsWith(known) : name === known));

interface Definition {
  endpoint?: string;
  pubsub?: [string, string, string];
  alias?: string | string[];
  aliasSection?: string;
}

/** All that @polkadot/api knows how to ask, with old names. */
function polkadotNames(): string[] {
  const names: string[] = [];
  for (const [section, methods] of Object.entries(jsonrpc as unknown as Record<string, Record<string, Definition>>)) {
    for (const [name, { endpoint, pubsub, alias = [], aliasSection }] of Object.entries(methods)) {
      names.push(endpoint ?? `${aliasSection ?? section}_${name}`, ...(Array.isArray(alias) ? alias : [alias]));
      if (pubsub) names.push(`${section}_${pubsub[1]}`, `${section}_${pubsub[2]}`);
    }
  }
  return names.filter(name => name !== '');
}

// `rpc_methods` of a Substrate node of 2025 without a parachain: sc-rpc, sc-rpc-spec-v2, frame's system and payment.
const NODE = `account_nextIndex archive_v1_body archive_v1_call archive_v1_finalizedHeight archive_v1_genesisHash
archive_v1_hashByHeight archive_v1_header archive_v1_stopStorage archive_v1_storage archive_v1_storageDiff
archive_v1_storageDiff_stopStorageDiff author_hasKey author_hasSessionKeys author_insertKey author_pendingExtrinsics
author_removeExtrinsic author_rotateKeys author_submitAndWatchExtrinsic author_submitExtrinsic author_unwatchExtrinsic
babe_epochAuthorship chainHead_v1_body chainHead_v1_call chainHead_v1_continue chainHead_v1_follow chainHead_v1_header
chainHead_v1_stopOperation chainHead_v1_storage chainHead_v1_unfollow chainHead_v1_unpin chainSpec_v1_chainName
chainSpec_v1_genesisHash chainSpec_v1_properties chain_getBlock chain_getBlockHash chain_getFinalisedHead
chain_getFinalizedHead chain_getHead chain_getHeader chain_getRuntimeVersion chain_subscribeAllHeads
chain_subscribeFinalisedHeads chain_subscribeFinalizedHeads chain_subscribeNewHead chain_subscribeNewHeads
chain_subscribeRuntimeVersion chain_unsubscribeAllHeads chain_unsubscribeFinalisedHeads chain_unsubscribeFinalizedHeads
chain_unsubscribeNewHead chain_unsubscribeNewHeads chain_unsubscribeRuntimeVersion childstate_getKeys
childstate_getKeysPaged childstate_getKeysPagedAt childstate_getStorage childstate_getStorageEntries
childstate_getStorageHash childstate_getStorageSize engine_createBlock engine_finalizeBlock grandpa_proveFinality
grandpa_roundState grandpa_subscribeJustifications grandpa_unsubscribeJustifications offchain_localStorageClear
offchain_localStorageGet offchain_localStorageSet payment_queryFeeDetails payment_queryInfo rpc_methods state_call
state_callAt state_getChildReadProof state_getKeys state_getKeysPaged state_getKeysPagedAt state_getMetadata state_getPairs
state_getReadProof state_getRuntimeVersion state_getStorage state_getStorageAt state_getStorageHash state_getStorageHashAt
state_getStorageSize state_getStorageSizeAt state_queryStorage state_queryStorageAt state_subscribeRuntimeVersion
state_subscribeStorage state_traceBlock state_trieMigrationStatus state_unsubscribeRuntimeVersion state_unsubscribeStorage
subscribe_newHead sync_state_genSyncSpec system_accountNextIndex system_addLogFilter system_addReservedPeer system_chain
system_chainType system_dryRun system_dryRunAt system_health system_localListenAddresses system_localPeerId system_name
system_nodeRoles system_peers system_properties system_removeReservedPeer system_reservedPeers system_resetLogFilter
system_syncState system_unstable_networkState system_version transactionWatch_v1_submitAndWatch transactionWatch_v1_unwatch
transaction_v1_broadcast transaction_v1_stop unsubscribe_newHead`.split(/\s+/);

describe('the methods', () => {
  it('are all that @polkadot/api knows, but for what makes no sense here', () => {
    const names = polkadotNames();
    expect(names.length).toBeGreaterThan(130);
    expect(names.filter(name => !served.has(name) && !isExcepted(name))).toEqual([]);
  });

  it('are all that a real node lists, but for what makes no sense here', () => {
    expect(NODE.filter(name => !served.has(name) && !isExcepted(name))).toEqual([]);
  });

  it('have no exception that is served, or that nobody knows', () => {
    const known = [...polkadotNames(), ...NODE];
    expect([...served].filter(isExcepted)).toEqual([]);
    const idle = Object.keys(EXCEPTIONS).filter(
      name => !known.some(other => (name.endsWith('_') ? other.startsWith(name) : other === name)),
    );
    expect(idle).toEqual([]);
  });

  it('are all there when they are called, too', async () => {
    for (const name of served) {
      // What changes the chain or the process has its own tests.
      if (name.startsWith('dev_') || name === 'engine_createBlock') continue;
      const error = await engine.rpc(name).then(
        () => undefined,
        (failure: { code: number; message: string }) => failure,
      );
      expect([name, error?.code === -32601 && !error.message.endsWith('needs a websocket')]).toEqual([name, false]);
      expect([name, error?.code]).not.toEqual([name, -32603]);
    }
  });
});

describe('what a node says of itself', () => {
  it('has the shapes of a real one', async () => {
    expect(await engine.rpc('system_localPeerId')).toMatch(/^12D3KooW[1-9A-HJ-NP-Za-km-z]{44}$/);
    expect(await engine.rpc('system_reservedPeers')).toEqual([]);
    expect(await engine.rpc('system_nodeRoles')).toEqual(['Authority']);
    expect(await engine.rpc('system_chainType')).toBe('Local');
    const health = { peers: 0, isSyncing: false, shouldHavePeers: false };
    expect(await engine.rpc('system_health')).toEqual(health);
    const response = await fetch(`http://127.0.0.1:${engine.port}/health`);
    expect([response.status, await response.json()]).toEqual([200, health]);
  });

  it('is said in more words on request', async () => {
    const trap = () => engine.rpc('state_call', 'Metadata_metadata_at_version', '0x').catch(() => {});
    await trap();
    expect(engine.stderr).not.toContain('DEBUG');
    await engine.rpc('system_addLogFilter', 'runtime=debug');
    await trap();
    expect(engine.stderr).toContain('DEBUG');
    await engine.rpc('system_resetLogFilter');
    const { length } = engine.stderr;
    await trap();
    expect(engine.stderr.length).toBe(length);
  });

  it('makes blocks on request', async () => {
    await expect(engine.rpc('engine_createBlock', false, true)).rejects.toThrow('Transaction pool is empty');
    const { hash } = await engine.rpc<{ hash: string }>('engine_createBlock', true, true);
    expect(await engine.rpc('chain_getHead')).toBe(hash);
    expect(await engine.rpc('engine_finalizeBlock', hash)).toBe(true);
    await expect(engine.rpc('engine_createBlock', true, true, engine.genesis)).rejects.toThrow('newest');
    await expect(engine.rpc('engine_finalizeBlock', `0x${'11'.repeat(32)}`)).rejects.toThrow('UnknownBlock');
  });
});

describe('a question that cannot be answered', () => {
  const nowhere = `0x${'11'.repeat(32)}`;
  it.each([
    [
      'state_getStorage',
      ['0x00', nowhere],
      4003,
      'Client error: UnknownBlock: Header was not found in the database: 0x1111',
    ],
    ['state_getKeysPaged', ['0x', 1001], 4002, 'count exceeds maximum value. value: 1001, max: 1000'],
    ['childstate_getKeysPaged', ['0x00', '0x', 1001], 4002, 'count exceeds maximum value'],
    ['state_queryStorage', [['0x00'], nowhere], 4003, 'UnknownBlock'],
    [
      'state_call',
      ['Core_nothing', '0x'],
      4003,
      'Client error: Execution failed: the runtime has no function Core_nothing',
    ],
    ['state_getStorage', ['zz'], -32602, '0x-hexadecimal'],
    ['state_getStorage', [], -32602, 'key'],
    ['state_getStorage', [7], -32602, 'key'],
    ['state_queryStorageAt', ['0x00'], -32602, 'list'],
    ['chain_getBlockHash', [[[1]]], -32602, 'no block number'],
    ['chain_getBlockHash', [Array(10_001).fill(1)], -32602, 'at most'],
    ['chain_getBlockHash', [''], -32602, 'no block number'],
    ['payment_queryInfo', ['0x00'], 1, 'Unable to query dispatch info.'],
    ['payment_queryFeeDetails', ['0x00'], 1, 'Unable to query fee details.'],
    ['system_dryRun', ['0x00', nowhere], 4003, 'UnknownBlock'],
    ['chainHead_v1_follow', [true], -32601, 'needs a websocket'],
    ['transaction_v1_broadcast', ['0x0400'], -32601, 'needs a websocket'],
    ['archive_v1_hashByHeight', ['x'], -32602, 'height'],
  ] as [string, unknown[], number, string][])('has a code and says why: %s %j', async (method, params, code, text) => {
    const error = await engine.rpc(method, ...params).then(
      () => undefined,
      (failure: { code: number; message: string }) => failure,
    );
    expect(error).toMatchObject({ code, message: expect.stringContaining(text) });
  });
});

describe('the ban of a transaction', () => {
  it('ends with the next block, or lasts as long as the setting says', async () => {
    using long = temporaryFolder();
    await using strict = await EngineProcess.start(long.path, ['--block-time', 'manual', '--tx-ban-seconds', '600']);
    for (const [node, then] of [
      [engine, 1002],
      [strict, 1012],
    ] as const) {
      const submit = () => node.rpc('author_submitExtrinsic', '0x0400');
      await expect(submit()).rejects.toMatchObject({ code: 1002 });
      await expect(submit()).rejects.toMatchObject({ code: 1012, message: 'Transaction is temporarily banned' });
      await node.rpc('dev_newBlock');
      await expect(submit()).rejects.toMatchObject({ code: then });
    }
  });
});
