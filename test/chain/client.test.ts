import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Log, pollUntil, silentLog } from '../../src/base/index.js';
import {
  type Block,
  type ChainClient,
  connect,
  type Localnet,
  type Metagraph,
  startLocalnet,
} from '../../src/chain/index.js';
import { generateMnemonic, type Keypair, keypairFromMnemonic, keypairFromUri, ready } from '../../src/wallet/index.js';
import { failure } from '../wallet/helpers.js';
import { temporaryFolder } from './helpers.js';

const TAO = 1_000_000_000n;
const NETUID = 1;
/** The development account that the local genesis funds. */
const alice = keypairFromUri('//Alice');

interface Running {
  net: Localnet;
  client: ChainClient;
}

async function running(
  folder: string,
  blockTime: number | 'instant' | 'manual',
  log: Log = silentLog,
): Promise<Running> {
  const net = await startLocalnet({ port: 0, dataFolder: folder, blockTime, detached: false });
  const client = await connect({ endpoints: [net.url], log });
  return { net, client };
}

function newKey(): Keypair {
  return keypairFromMnemonic(generateMnemonic());
}

/** A funded coldkey and a registered hotkey with stake. */
async function member(client: ChainClient): Promise<{ coldkey: Keypair; hotkey: Keypair; uid: number }> {
  const [coldkey, hotkey] = [newKey(), newKey()];
  await client.devFund({ address: coldkey.address, amountRao: 1_000n * TAO });
  await client.devFund({ address: hotkey.address, amountRao: TAO });
  await client.burnedRegister({ netuid: NETUID, hotkey: hotkey.address, signer: coldkey });
  const uid = await client.uidOf(NETUID, hotkey.address);
  await client.addStake({ netuid: NETUID, hotkey: hotkey.address, amountRao: 100n * TAO, signer: coldkey });
  return { coldkey, hotkey, uid: uid! };
}

async function poolSize({ port }: Localnet): Promise<number> {
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'dev_status', params: [] });
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(`http://127.0.0.1:${port}`, { method: 'POST', headers, body });
  return ((await answer.json()) as { result: { ready: number } }).result.ready;
}

function seen<T>(what: string, check: () => T | undefined | Promise<T | undefined>): Promise<T> {
  return pollUntil(what, { withinMs: 30_000, everyMs: 20 }, check);
}

describe('a client of the local chain', () => {
  const folder = temporaryFolder();
  let chain: Running;
  let client: ChainClient;

  beforeAll(async () => {
    await ready();
    chain = await running(folder.path, 50);
    client = chain.client;
  });

  afterAll(async () => {
    await client?.close();
    await chain?.net.stop();
    folder[Symbol.dispose]();
  });

  it('knows what chain it is', () => {
    expect(client.genesisHash).toBe(chain.net.genesis);
    expect([client.isLocal, client.blockTimeMs, client.endpoint]).toEqual([true, 50, chain.net.url]);
    expect(client.existentialDepositRao()).toBe(500n);
  });

  it('tells finalized blocks, one after the other', async () => {
    const blocks: Block[] = [];
    const cancel = client.onBlock(block => blocks.push(block));
    await seen('three blocks', () => (blocks.length >= 3 ? true : undefined));
    cancel();
    const numbers = blocks.map(block => block.number);
    expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
    expect(client.headBlock()).toBeGreaterThanOrEqual(numbers.at(-1)!);
    const last = blocks.at(-1)!;
    const [name] = await client.read([['System.BlockHash', last.number - 1]], { at: last.hash });
    expect(name).toBe(blocks.at(-2)!.hash);
  });

  it('goes all the way: fund, register, stake, serve, weigh, earn', async () => {
    const one = await member(client);
    const two = await member(client);
    expect([one.uid, two.uid]).toEqual([0, 1]);
    const burn = await client.burnRao(NETUID);
    expect(burn).toBeGreaterThan(0n);
    expect(await client.balanceRao(one.coldkey.address)).toBeLessThan(900n * TAO);

    const served = await client.serveAxon({ netuid: NETUID, ip: '127.0.0.1', port: 8091, signer: one.hotkey });
    expect(served.events.map(event => event.name)).toContain('AxonServed');
    await client.serveAxon({ netuid: NETUID, ip: '::1', port: 8092, signer: two.hotkey, waitFor: 'finalization' });

    const metagraph = await client.metagraph(NETUID);
    expect(metagraph.block).toBeGreaterThanOrEqual(served.blockNumber);
    expect(metagraph).toMatchObject({ netuid: NETUID, n: 2, tempo: 40 });
    expect(metagraph.byHotkey(one.hotkey.address)).toMatchObject({
      uid: 0,
      coldkey: one.coldkey.address,
      stakeRao: expect.any(BigInt),
      axon: { ip: '127.0.0.1', port: 8091, ipType: 4, block: served.blockNumber },
    });
    expect(metagraph.neurons[1]!.axon).toMatchObject({ ip: '::1', port: 8092, ipType: 6 });
    expect(metagraph.neurons[0]!.stakeRao).toBeGreaterThanOrEqual(99n * TAO);

    const graphs: Metagraph[] = [];
    const cancel = client.onMetagraph(NETUID, graph => graphs.push(graph));
    await seen('permits', () => (graphs.at(-1)?.neurons.every(neuron => neuron.validatorPermit) ? true : undefined));
    const set = await client.setWeights({ netuid: NETUID, uids: [1], weightsU16: [65_535], signer: one.hotkey });
    await client.setWeights({ netuid: NETUID, uids: [0], weightsU16: [7], signer: two.hotkey });
    expect(await client.weights(NETUID)).toEqual(
      new Map([
        [0, [[1, 65_535]]],
        [1, [[0, 65_535]]],
      ]),
    );
    const earning = await seen('incentive', () => graphs.find(graph => graph.I.some(incentive => incentive > 0)));
    cancel();
    const silent = graphs.length;
    expect(earning.lastEpochBlock).toBeGreaterThanOrEqual(set.blockNumber);
    expect(earning.lastEpochBlock).toBeLessThanOrEqual(earning.block);
    expect(earning.I.reduce((sum, incentive) => sum + incentive, 0)).toBeCloseTo(1, 3);
    expect(earning.E.some(tao => tao > 0)).toBe(true);
    expect(earning.neurons[0]!.lastUpdate).toBe(set.blockNumber);
    expect(await client.blocksUntilEpoch(NETUID)).toBeLessThanOrEqual(40);
    await seen('more blocks', () => (client.headBlock() > earning.block + 3 ? true : undefined));
    expect(graphs.length).toBeLessThanOrEqual(silent + 1);
    const blocks = graphs.map(graph => graph.block);
    expect(blocks).toEqual([...new Set(blocks)].sort((a, b) => a - b));
  });

  it('removes stake and transfers, and names the fee', async () => {
    const { coldkey, hotkey } = await member(client);
    const before = await client.balanceRao(coldkey.address);
    await client.removeStake({ netuid: NETUID, hotkey: hotkey.address, amountRao: 40n * TAO, signer: coldkey });
    expect(await client.balanceRao(coldkey.address)).toBeGreaterThan(before + 39n * TAO);
    const friend = newKey();
    const { feeRao } = await client.transfer({ to: friend.address, amountRao: 5n * TAO, signer: coldkey });
    expect(feeRao).toBeTypeOf('bigint');
    expect(await client.balanceRao(friend.address)).toBe(5n * TAO);
    expect(await client.balanceRao(newKey().address)).toBe(0n);
  });

  it('names the reason when a call fails on the chain', async () => {
    const { hotkey, coldkey } = await member(client);
    const again = await failure(() =>
      client.burnedRegister({ netuid: NETUID, hotkey: hotkey.address, signer: coldkey }),
    );
    expect(again).toMatchObject({
      code: 'dispatch',
      data: { pallet: 'SubtensorModule', name: 'HotKeyAlreadyRegisteredInSubNet' },
    });
    expect(again.message).toContain('burned_register');
    expect(again.data.docs).not.toBe('');
    expect(again.data.blockNumber).toBeTypeOf('number');
    const dear = { netuid: NETUID, hotkey: newKey().address, limitRao: 1n, signer: coldkey };
    expect(await failure(() => client.burnedRegister(dear))).toMatchObject({
      code: 'dispatch',
      data: { name: 'RegistrationPriceLimitExceeded' },
    });
    expect(await client.uidOf(NETUID, dear.hotkey)).toBeUndefined();
    const missing = await failure(() =>
      client.burnedRegister({ netuid: 999, hotkey: newKey().address, signer: coldkey }),
    );
    expect(missing).toMatchObject({ code: 'dispatch', data: { name: expect.stringMatching(/NotExist/) } });
    const poor = await failure(() => client.transfer({ to: hotkey.address, amountRao: 10n ** 15n, signer: coldkey }));
    expect(poor).toMatchObject({ code: 'dispatch' });
    expect(poor.data.name).toMatch(/FundsUnavailable|InsufficientBalance/);
  });

  it('says when the pool refuses: an account without money cannot pay', async () => {
    const error = await failure(() => client.transfer({ to: newKey().address, amountRao: 1n, signer: newKey() }));
    expect(['rejected', 'dispatch']).toContain(error.code);
    expect(error.message).toContain('transfer_keep_alive');
  });

  it('refuses arguments that no chain would take', async () => {
    const signer = newKey();
    const wrong = [
      () => client.setWeights({ netuid: 1, uids: [1, 2], weightsU16: [1], signer }),
      () => client.setWeights({ netuid: 1, uids: [], weightsU16: [], signer }),
      () => client.setWeights({ netuid: 1, uids: [1], weightsU16: [65_536], signer }),
      () => client.setWeights({ netuid: 1, uids: [1], weightsU16: [0.5], signer }),
      () => client.serveAxon({ netuid: 1, ip: 'localhost', port: 1, signer }),
      () => client.serveAxon({ netuid: 1, ip: '1.2.3.4', port: 65_536, signer }),
      () => client.transfer({ to: 'nobody', amountRao: 1n, signer }),
      () => client.transfer({ to: signer.address, amountRao: -1n, signer }),
      () => client.balanceRao('nobody'),
    ];
    for (const attempt of wrong) expect(await failure(attempt)).toMatchObject({ code: 'bad_argument' });
    expect(await failure(() => client.read([['SubtensorModule.Nothing']]))).toMatchObject({ code: 'unsupported' });
    const call = { call: 'SubtensorModule.nothing', args: {}, signer };
    expect(await failure(() => client.submit(call))).toMatchObject({ code: 'unsupported' });
  });

  it('has no metagraph of neurons where there is no subnet', async () => {
    expect((await client.metagraph(77)).n).toBe(0);
  });

  it('submits two hundred transactions of one account at once without a clash', async () => {
    const rich = newKey();
    await client.devFund({ address: rich.address, amountRao: 1_000n * TAO });
    const friend = newKey().address;
    const sent = await Promise.all(
      Array.from({ length: 200 }, () => client.transfer({ to: friend, amountRao: TAO, signer: rich })),
    );
    expect(new Set(sent.map(({ hash }) => hash)).size).toBe(200);
    expect(await client.balanceRao(friend)).toBe(200n * TAO);
  });

  it('shares an account with other processes: clashes are tried again', async () => {
    const rich = newKey();
    await client.devFund({ address: rich.address, amountRao: 1_000n * TAO });
    const friend = newKey().address;
    await using other = await connect({ endpoints: [chain.net.url] });
    const transfers = Array.from({ length: 30 }, (_, i) =>
      (i % 2 === 0 ? client : other).transfer({ to: friend, amountRao: TAO, signer: rich }),
    );
    await Promise.all(transfers);
    expect(await client.balanceRao(friend)).toBe(30n * TAO);
  });

  it('funds accounts for several clients at once', async () => {
    const keys = Array.from({ length: 10 }, newKey);
    await using other = await connect({ endpoints: [chain.net.url] });
    await Promise.all(
      keys.map((key, i) => (i % 2 ? other : client).devFund({ address: key.address, amountRao: TAO + BigInt(i) })),
    );
    const balances = await Promise.all(keys.map(key => client.balanceRao(key.address)));
    expect(balances).toEqual(keys.map((_, i) => TAO + BigInt(i)));
  });

  it('closes twice, and then refuses', async () => {
    const other = await connect({ endpoints: [chain.net.url] });
    const waiting = failure(() => other.transfer({ to: newKey().address, amountRao: TAO, signer: newKey() }));
    await Promise.all([other.close(), other.close()]);
    expect(await waiting).toMatchObject({ code: 'closed' });
    expect(await failure(() => other.metagraph(1))).toMatchObject({ code: 'closed' });
  });
});

describe('a chain that makes no blocks', () => {
  it('lets a submission end at its deadline with the hash, or at its signal', async () => {
    using folder = temporaryFolder();
    const { net, client } = await running(folder.path, 'manual');
    try {
      const friend = newKey();
      const funding = client.devFund({ address: friend.address, amountRao: TAO }).catch(error => error);
      const late = await failure(() =>
        client.transfer({ to: friend.address, amountRao: 1n, signer: alice, timeoutMs: 5_000 }),
      );
      expect(late).toMatchObject({ code: 'timeout', data: { hash: expect.stringMatching(/^0x[0-9a-f]{64}$/) } });
      const stop = new AbortController();
      const stopped = failure(() =>
        client.transfer({ to: friend.address, amountRao: 2n, signer: alice, signal: stop.signal }),
      );
      await seen('it in the pool', async () => ((await poolSize(net)) >= 3 ? true : undefined));
      stop.abort(new Error('enough'));
      expect((await stopped).message).toBe('enough');
      await client.close();
      await funding;
    } finally {
      await client.close();
      await net.stop();
    }
  });
});

describe('a chain whose process is killed', () => {
  it('is found again on the same port: blocks go on, and what was submitted arrives', async () => {
    using folder = temporaryFolder();
    const said: string[] = [];
    const log = { ...silentLog, warn: (m: string) => said.push(m), info: (m: string) => said.push(m) };
    const first = await startLocalnet({ port: 0, dataFolder: folder.path, blockTime: 100, detached: false });
    const client = await connect({ endpoints: [first.url], log });
    const rich = newKey();
    await client.devFund({ address: rich.address, amountRao: 100n * TAO });
    const blocks: number[] = [];
    const graphs: number[] = [];
    client.onBlock(block => blocks.push(block.number));
    client.onMetagraph(NETUID, metagraph => graphs.push(metagraph.block));
    await seen('blocks', () => (blocks.length > 3 && graphs.length > 3 ? true : undefined));

    process.kill(first.pid!, 'SIGKILL');
    await first.exited;
    const before = Math.max(...blocks);
    const friend = newKey().address;
    const submitting = client.transfer({ to: friend, amountRao: TAO, signer: rich });
    const reading = client.balanceRao(rich.address);
    const second = await startLocalnet({ port: first.port, dataFolder: folder.path, blockTime: 100, detached: false });
    try {
      expect(second.joined).toBe(false);
      expect(await reading).toBeGreaterThan(0n);
      expect((await submitting).blockNumber).toBeGreaterThan(0);
      expect(await client.balanceRao(friend)).toBe(TAO);
      await seen('more blocks', () => (Math.max(...blocks) > before + 3 ? true : undefined));
      await seen('more metagraphs', () => (Math.max(...graphs) > before + 3 ? true : undefined));
      expect(said.filter(line => line.includes('lost'))).toHaveLength(1);
      expect(said.filter(line => line.includes('connected again'))).toHaveLength(1);
    } finally {
      await client.close();
      await second.stop();
    }
  });

  it('is refused when another chain has taken its place', async () => {
    using folder = temporaryFolder();
    using another = temporaryFolder();
    const said: string[] = [];
    const first = await startLocalnet({ port: 0, dataFolder: folder.path, blockTime: 100, detached: false });
    const client = await connect({ endpoints: [first.url], log: { ...silentLog, error: m => said.push(m) } });
    await first.stop();
    const second = await startLocalnet({ port: first.port, dataFolder: another.path, blockTime: 99, detached: false });
    try {
      const error = await seen('the refusal', async () => {
        const refused = await failure(() => client.balanceRao(alice.address, { timeoutMs: 300 }));
        return refused.code === 'foreign_chain' ? refused : undefined;
      });
      expect(error.message).toContain('another chain');
      expect(said).toEqual([error.message]);
    } finally {
      await client.close();
      await second.stop();
    }
  });

  it('lets a submission that was under way arrive after the restart', async () => {
    using folder = temporaryFolder();
    const first = await startLocalnet({ port: 0, dataFolder: folder.path, blockTime: 3_000, detached: false });
    const client = await connect({ endpoints: [first.url] });
    const friend = newKey().address;
    // In the pool, in no block yet: the pool is lost with the process.
    const submitting = client.transfer({ to: friend, amountRao: 50n * TAO, signer: alice });
    await seen('it in the pool', async () => ((await poolSize(first)) === 1 ? true : undefined));
    process.kill(first.pid!, 'SIGKILL');
    await first.exited;
    const second = await startLocalnet({ port: first.port, dataFolder: folder.path, blockTime: 100, detached: false });
    try {
      expect((await submitting).blockNumber).toBeGreaterThan(0);
      expect(await client.balanceRao(friend)).toBe(50n * TAO);
    } finally {
      await client.close();
      await second.stop();
    }
  });
});
