import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import * as bittensor from '../../src/index.js';

vi.mock('../../src/wallet/keyfile/costs.js', () => import('../helpers/cheap-costs.js'));

/** Nothing listens at this port. */
const NOWHERE = 'ws://127.0.0.1:1';

let folder: string;
let before: NodeJS.ProcessEnv;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'library-'));
  before = { ...process.env };
  for (const name of Object.keys(process.env)) if (name.startsWith('BT_')) delete process.env[name];
  Object.assign(process.env, { HOME: folder, BT_WALLET_PATH: join(folder, 'wallets') });
});
afterEach(() => {
  process.env = before;
  rmSync(folder, { recursive: true, force: true });
});

describe('a metagraph', () => {
  it('says so where it was not read yet, and where no chain answers', async () => {
    const graph = bittensor.metagraph({ endpoint: NOWHERE });
    expect(() => graph.n).toThrow(expect.objectContaining({ code: 'not_synced' }));
    await expect(graph.sync()).rejects.toMatchObject({ code: 'chain_unreachable' });
    await expect(graph.sync()).rejects.toThrow(/start a local chain \(bittensor-cli localnet start\)/);
  });

  it('takes its network and subnet from the call, or else from the environment', () => {
    expect(bittensor.metagraph().network.name).toBe('local');
    Object.assign(process.env, { BT_SUBTENSOR_NETWORK: 'test', BT_NETUID: '7' });
    const { network, netuid } = bittensor.metagraph();
    expect([network.name, netuid]).toEqual(['test', 7]);
    expect(bittensor.metagraph({ network: 'akatsuki', netuid: 3 }).network.name).toBe('finney');
    expect(() => bittensor.metagraph({ network: 'nowhere' })).toThrow(expect.objectContaining({ code: 'bad_network' }));
  });

  it('refuses files that are no metagraph', async () => {
    const file = join(folder, 'graph.json');
    await expect(bittensor.metagraph().load(file)).rejects.toMatchObject({ code: 'bad_metagraph_file' });
    const empty = {
      format: 'bittensor-metagraph/1',
      netuid: 1,
      block: 1,
      blockHash: '0x',
      tempo: 1,
      lastEpochBlock: 0,
    };
    for (const text of ['', '[]', '{}', JSON.stringify({ ...empty, neurons: [], weights: [[0, []]] })]) {
      writeFileSync(file, text);
      await expect(bittensor.metagraph().load(file), text).rejects.toMatchObject({ code: 'bad_metagraph_file' });
    }
    writeFileSync(file, JSON.stringify({ ...empty, neurons: [], weights: [] }));
    const graph = await bittensor.metagraph().load(file);
    expect([graph.n, graph.W]).toEqual([0, []]);
    expect(() => graph.B).toThrow(expect.objectContaining({ code: 'not_synced' }));
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(graph.load(file, { signal })).rejects.toThrow('enough');
    await expect(graph.save(join(folder, 'another.json'), { signal })).rejects.toThrow('enough');
    expect(existsSync(join(folder, 'another.json'))).toBe(false);
  });
});

describe('an axon and a dendrite without a chain', () => {
  it('need its address only, and ask no chain', async () => {
    process.env['BT_SUBTENSOR_CHAIN_ENDPOINT'] = NOWHERE;
    const network = 'none';
    const wallet = await bittensor.wallet({ network, hotkey: 'server' }).create();
    const callers: string[] = [];
    await using axon = await bittensor
      .axon({
        wallet,
        network,
        blacklist: pubkey => void callers.push(pubkey),
        forwardTensor: (_, x) => ({
          dtype: 'float32',
          shape: x.shape,
          data: Float32Array.from(x.dataSync(), v => 2 * v),
        }),
      })
      .start();
    const caller = await bittensor.wallet({ network, hotkey: 'client' }).create();
    await using dendrite = bittensor.dendrite({ wallet: caller, network, timeoutMs: 20_000 });
    const endpoints = { hotkey: wallet.hotkeyAddress, ip: '127.0.0.1', port: axon.port };
    const inputs = { dtype: 'float32' as const, shape: [1, 2], data: Float32Array.of(1, 2) };
    const [responses, codes] = await dendrite.forwardTensor({ endpoints, inputs });
    expect([codes, Array.from(responses[0]!.data)]).toEqual([['Success'], [2, 4]]);
    expect(callers).toEqual([caller.hotkeyAddress]);
    await expect(axon.subscribe()).rejects.toMatchObject({ code: 'bad_argument' });
    const nobody = { ...endpoints, hotkey: 'nobody' };
    await expect(dendrite.forwardTensor({ endpoints: nobody, inputs })).rejects.toMatchObject({ code: 'bad_endpoint' });
  });
});

describe('a wallet', () => {
  it('writes no coldkey without a password, except for the local network', async () => {
    const real = bittensor.wallet({ network: 'finney' });
    expect(real.name).toBe('default');
    await expect(real.create()).rejects.toMatchObject({ code: 'needs_password' });
    expect(() => real.coldkeyAddress).toThrow(expect.objectContaining({ code: 'wallet_not_found' }));
    const local = await bittensor.wallet().create();
    expect(local.name).toBe('local');
    expect(local.endorsement).toMatchObject({ hotkey: expect.anything() });
  });

  it('is one wallet when two programs make it at once', async () => {
    const both = await Promise.all([bittensor.wallet().create(), bittensor.wallet().create()]);
    const [first, second] = await Promise.all(both.map(wallet => wallet.hotkey()));
    expect(second!.address).toBe(first!.address);
  });

  it('is encrypted with the password of the call, which opens it again', async () => {
    const options = { network: 'finney', name: 'rich', password: 'correct horse battery staple' };
    const made = await bittensor.wallet(options).create();
    const words = (await made.coldkey()).exportSecrets().mnemonic;
    expect(words?.split(' ')).toHaveLength(12);
    await expect(bittensor.wallet({ ...options, password: undefined }).coldkey()).rejects.toMatchObject({
      code: 'needs_password',
    });
    process.env['BT_WALLET_PASSWORD'] = options.password;
    expect((await bittensor.wallet({ ...options, password: undefined }).coldkey()).address).toBe(made.coldkeyAddress);
  }, 180_000);
});

describe('subtensor', () => {
  it('refuses weights that cannot be right before it signs anything', async () => {
    const chain = bittensor.subtensor({ endpoint: NOWHERE });
    const refused = { code: 'bad_argument' };
    await expect(chain.setWeights({ uids: [1, 2], weights: [1] })).rejects.toMatchObject(refused);
    await expect(chain.setWeights({ uids: [1], weights: [-1] })).rejects.toMatchObject(refused);
    await expect(chain.setWeights({ uids: [1], weights: [Number.NaN] })).rejects.toMatchObject(refused);
    await expect(chain.setWeights({ uids: [1], weights: new Float32Array(1) })).rejects.toThrow(/nothing to set/);
  });

  it('does nothing after it was closed', async () => {
    const chain = bittensor.subtensor({ endpoint: NOWHERE });
    await chain.close();
    await chain.close();
    await expect(chain.block()).rejects.toMatchObject({ code: 'closed' });
  });
});

describe('the data loader', () => {
  it('gives batches of token ids, the same for a seed, and goes on where it ended', async () => {
    const read = async (dataset: ReturnType<typeof bittensor.dataloader>, batches: number) => {
      const all: number[][] = [];
      for await (const batch of dataset.dataloader(batches)) {
        expect([batch.dtype, batch.shape]).toEqual(['int32', [10, 20]]);
        all.push(Array.from(batch.data));
      }
      return all;
    };
    const whole = await read(bittensor.dataloader(), 4);
    const inParts = bittensor.dataloader();
    expect([...(await read(inParts, 1)), ...(await read(inParts, 3))]).toEqual(whole);
    expect(new Set(whole.map(String)).size).toBe(4);
    expect(whole.flat().every(id => id >= 0 && id < bittensor.vocabSize)).toBe(true);
    expect(await read(bittensor.dataloader({ seed: 1 }), 1)).not.toEqual(whole.slice(0, 1));
    await inParts.close();
  });

  it('stops with its signal, and refuses a path where nothing is', async () => {
    const stopped = bittensor.dataloader().dataloader(10, { signal: AbortSignal.abort(new Error('enough')) });
    await expect(stopped.next()).rejects.toThrow('enough');
    const missing = bittensor.dataloader({ path: join(folder, 'nothing') }).dataloader();
    await expect(missing.next()).rejects.toMatchObject({ code: 'bad_dataset' });
    const path = join(folder, 'later.txt');
    const later = bittensor.dataloader({ path });
    await expect(later.dataloader(1).next()).rejects.toMatchObject({ code: 'bad_dataset' });
    writeFileSync(path, 'The quick brown fox jumped over the lazy dog. '.repeat(200));
    expect((await later.dataloader(1).next()).value).toMatchObject({ shape: [10, 20] });
    await later.close();
  });
});

describe('the priority pool', () => {
  /** A call that ends when told to. */
  const held = () => {
    let end!: () => void;
    const ended = new Promise<void>(resolve => {
      end = resolve;
    });
    return { call: () => ended, end };
  };

  it('runs by priority, first come first served among equals', async () => {
    await using pool = bittensor.priorityThreadPool({ maxWorkers: 1 });
    const first = held();
    const order: string[] = [];
    const note = (name: string) => order.push(name);
    const all = [
      pool.submit(first.call, undefined, 1),
      pool.submit(note, 'small', 0.5),
      pool.submit(note, 'large', 1_000),
      pool.submit(note, 'large, later', 1_000n * 1_000_000_000n),
      pool.submit(note, 'none'),
    ];
    first.end();
    await Promise.all(all);
    expect(order).toEqual(['large', 'large, later', 'small', 'none']);
  });

  it('takes any number for a priority', async () => {
    await using pool = bittensor.priorityThreadPool({ maxWorkers: 1 });
    const first = held();
    const order: string[] = [];
    const note = (name: string) => order.push(name);
    const running = pool.submit(first.call, undefined);
    const given = [Number.NaN, -1, Number.POSITIVE_INFINITY, Number.MAX_VALUE, 2].map(priority =>
      pool.submit(note, String(priority), priority),
    );
    first.end();
    await Promise.all([running, ...given]);
    expect(order.filter(name => name !== 'NaN' && name !== '-1')).toEqual(['Infinity', String(Number.MAX_VALUE), '2']);
    expect(order).toHaveLength(5);
  });

  it('gives up what takes longer than its caller waits', async () => {
    await using pool = bittensor.priorityThreadPool({ maxWorkers: 1 });
    const slow = held();
    const running = pool.submit((_, { signal }) => {
      signal.addEventListener('abort', slow.end);
      return slow.call();
    }, undefined);
    const waiting = pool.submit(() => 1, undefined);
    await expect(waiting.result({ timeoutMs: 20 })).rejects.toMatchObject({ name: 'TimeoutError' });
    await expect(running.result({ signal: AbortSignal.abort(new Error('left')) })).rejects.toThrow('left');
    expect(await pool.submit(x => x + 1, 1).result({ timeoutMs: 10_000 })).toBe(2);
  });

  it('refuses what comes when it is full or closed', async () => {
    const pool = bittensor.priorityThreadPool({ maxWorkers: 1, maxSize: 1 });
    const busy = held();
    const running = pool.submit(busy.call, undefined);
    const waiting = pool.submit(() => 1, undefined, 2);
    await expect(pool.submit(() => 2, undefined, 1)).rejects.toMatchObject({ returnCode: 'NucleusFull' });
    await pool.close();
    await expect(waiting).rejects.toMatchObject({ returnCode: 'Unavailable' });
    await expect(running).rejects.toMatchObject({ returnCode: 'Unavailable' });
    await expect(pool.submit(() => 3, undefined)).rejects.toMatchObject({ returnCode: 'Unavailable' });
    busy.end();
  });
});

describe('a dendrite', () => {
  it('refuses what it cannot ask with', async () => {
    const dendrite = bittensor.dendrite({ endpoint: NOWHERE });
    const nobody = bittensor.endpoint.dummy();
    const refused = { code: 'bad_argument' };
    const floats = { dtype: 'float32' as const, shape: [1, 2], data: new Float32Array(2) };
    await expect(dendrite.forwardText({ endpoints: nobody, inputs: floats })).rejects.toMatchObject(refused);
    await expect(dendrite.forwardTensor({ endpoints: nobody, inputs: [] })).rejects.toMatchObject(refused);
    const short = { ...floats, shape: [1, 3] };
    await expect(dendrite.forwardTensor({ endpoints: nobody, inputs: short })).rejects.toMatchObject(refused);
    await dendrite.close();
    await expect(dendrite.forwardTensor({ endpoints: nobody, inputs: floats })).rejects.toMatchObject({
      code: 'closed',
    });
  });

  it('that is being opened for several calls is not lost to all when one gives up, and close() ends the opening', async () => {
    // Takes connections, and never says anything.
    const chain = createServer(() => {});
    const { port } = await new Promise<AddressInfo>(resolve => {
      chain.listen(0, '127.0.0.1', () => resolve(chain.address() as AddressInfo));
    });
    const wallet = await bittensor.wallet({ network: 'none' }).create();
    const endpoints = { hotkey: wallet.hotkeyAddress, ip: '127.0.0.1', port: 1 };
    const inputs = { dtype: 'float32' as const, shape: [1, 1], data: Float32Array.of(1) };
    try {
      const dendrite = bittensor.dendrite({ endpoint: `ws://127.0.0.1:${port}`, wallet });
      const gaveUp = new AbortController();
      const first = dendrite.forwardTensor({ endpoints, inputs, signal: gaveUp.signal });
      const second = dendrite.forwardTensor({ endpoints, inputs });
      const outcome = second.catch((error: unknown) => error);
      gaveUp.abort(new Error('enough'));
      await expect(first).rejects.toThrow('enough');
      await dendrite.close();
      expect(await outcome).toMatchObject({ code: 'closed' });
    } finally {
      chain.close();
    }
  });
});

describe('a dataset', () => {
  it('is opened for all calls that wait, and says that it was closed', async () => {
    const dataset = bittensor.dataloader({ batchSize: 2, blockSize: 8 });
    const gaveUp = new AbortController();
    const first = dataset.dataloader(1, { signal: gaveUp.signal }).next();
    const second = dataset.dataloader(2);
    const batch = second.next();
    gaveUp.abort(new Error('enough'));
    await expect(first).rejects.toThrow('enough');
    expect((await batch).value).toMatchObject({ shape: [2, 8] });
    await dataset.close();
    await expect(second.next()).rejects.toMatchObject({ code: 'closed' });
    await expect(dataset.dataloader().next()).rejects.toMatchObject({ code: 'closed' });
  });
});

describe('what cannot be right', () => {
  const ids = { dtype: 'int32' as const, shape: [1, 1], data: Int32Array.of(1) };
  const set = (uids: number[]) => bittensor.subtensor({ endpoint: NOWHERE }).setWeights({ uids, weights: [1, 1] });

  it.each([
    ['a subnet of -1', () => bittensor.metagraph({ netuid: -1 }), 'netuid is -1, and has to be a whole number from 0'],
    ['a pool without a worker', () => bittensor.priorityThreadPool({ maxWorkers: 0 }), 'maxWorkers is 0'],
    ['a line of half a place', () => bittensor.priorityThreadPool({ maxSize: 0.5 }), 'maxSize is 0.5'],
    ['batches of nothing', () => bittensor.dataloader({ batchSize: 0 }), 'batchSize is 0'],
    ['rows of -1', () => bittensor.dataloader({ blockSize: -1 }), 'blockSize is -1'],
    ['a model of no words', () => bittensor.bertModel({ vocabSize: 0, hiddenSize: 64 }), 'vocabSize is 0'],
    ['heads that do not fit', () => bittensor.bertModel({ vocabSize: 9, hiddenSize: 64, heads: 7 }), '7 heads do not'],
    ['a port beyond all', () => bittensor.axon({ port: 65_536 }), 'port is 65536'],
    ['an address that is none', () => bittensor.axon({ externalIp: 'my house' }), 'externalIp is "my house"'],
    ['a uid beyond all', () => set([1, 70_000]), 'a uid is 70000'],
    ['a uid twice', () => set([3, 3]), 'uid 3 is there twice'],
  ])('is refused with a code and the value: %s', async (_, act, words) => {
    const error = await (async () => act())().then(
      () => undefined,
      (error: unknown) => error,
    );
    expect(error).toMatchObject({ code: 'bad_argument', message: expect.stringContaining(words) });
  });

  it('is a loss that is no scalar, and nothing is left of it', async () => {
    const network = 'none';
    const wallet = await bittensor.wallet({ network }).create();
    await using dendrite = bittensor.dendrite({ network, wallet, timeoutMs: 500 });
    const endpoints = { hotkey: wallet.hotkeyAddress, ip: '127.0.0.1', port: 1 };
    const tf = await bittensor.tensorflow('js');
    const { numTensors } = tf.memory();
    for (const loss of [([x]: bittensor.TfTensor[]) => x!, () => 5 as never]) {
      const step = dendrite.trainStep({ endpoints, inputs: ids, loss });
      await expect(step).rejects.toMatchObject({ code: 'bad_argument', message: expect.stringContaining('tf.mean()') });
    }
    expect(tf.memory().numTensors).toBe(numTensors);
  });

  it('is a port that somebody has, until it is free', async () => {
    const network = 'none';
    const wallet = await bittensor.wallet({ network }).create();
    const other = createServer();
    await new Promise<void>(resolve => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as AddressInfo;
    await using axon = bittensor.axon({ network, wallet, port });
    const both = await Promise.allSettled([axon.start(), axon.start()]);
    expect(both).toMatchObject([{ reason: { code: 'port_in_use' } }, { reason: { code: 'port_in_use' } }]);
    await new Promise(resolve => other.close(resolve));
    await axon.start();
    expect(axon.port).toBe(port);
  });

  it('is to start an axon that was closed', async () => {
    const axon = bittensor.axon({ network: 'none', wallet: await bittensor.wallet({ network: 'none' }).create() });
    await axon.start();
    await axon.close();
    await expect(axon.start()).rejects.toMatchObject({ code: 'closed' });
    await expect(axon.subscribe()).rejects.toMatchObject({ code: 'closed' });
  });

  it('is a wallet that was not made, which its error says how to make', async () => {
    const wallet = bittensor.wallet({ network: 'none' });
    const absent = { code: 'wallet_not_found', message: expect.stringContaining('await wallet().create()') };
    await expect(wallet.hotkey()).rejects.toMatchObject(absent);
    await expect(wallet.coldkey()).rejects.toMatchObject(absent);
    expect(() => wallet.hotkeyAddress).toThrow(expect.objectContaining(absent));
    expect(() => wallet.coldkeyAddress).toThrow(expect.objectContaining(absent));
  });
});
