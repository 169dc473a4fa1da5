import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Log, pollUntil, silentLog } from '../../../src/base/index.js';
import {
  type ChainClient,
  connect,
  type LocalChain,
  type Localnet,
  openLocalChain,
  startLocalnet,
} from '../../../src/chain/index.js';
import { WeightJournal } from '../../../src/neuron/weights/journal.js';
import { WeightSender } from '../../../src/neuron/weights/weight-sender.js';
import { WeightSetter } from '../../../src/neuron/weights/weight-setter.js';
import {
  generateMnemonic,
  keypairFromMnemonic,
  keypairFromUri,
  ready,
  type Signer,
} from '../../../src/wallet/index.js';
import { temporaryFolder } from '../../chain/helpers.js';

const NETUID = 1;
const TAO = 1_000_000_000n;
const TEMPO = 10;

let folder: ReturnType<typeof temporaryFolder>;
let net: Localnet;
let local: LocalChain;
let client: ChainClient;
let hotkey: Signer;
let others: Signer[];
let lines: string[];

/** Does it, and makes the blocks that it waits for. */
async function mined<T>(work: Promise<T>): Promise<T> {
  let isOver = false;
  const done = work.finally(() => {
    isOver = true;
  });
  done.catch(() => {});
  while (!isOver) {
    await pollUntil('it in the pool', { withinMs: 30_000, everyMs: 10 }, async () => {
      if (isOver) return true;
      return (await local.status()).ready > 0 ? true : undefined;
    });
    if (!isOver) await local.mine();
  }
  return done;
}

async function sudo(call: string, args: Record<string, unknown>): Promise<void> {
  const { callHex } = await client.prepare({ call, args, from: keypairFromUri('//Alice').address });
  await mined(local.sudo(callHex));
}

/** One life of a neuron: what it thinks of the others may be another thing in each. */
function live(scores: readonly number[]): WeightSetter {
  const log: Log = { ...silentLog, info: line => void lines.push(line), warn: line => void lines.push(line) };
  const signal = new AbortController().signal;
  const journal = new WeightJournal({ folder: folder.path, genesisHash: client.genesisHash, netuid: NETUID });
  const sender = new WeightSender({ client, netuid: NETUID, hotkey, journal, log, signal, oncePerEpoch: true });
  const keys = others.map(({ publicKey }) => `0x${Buffer.from(publicKey).toString('hex')}`);
  return new WeightSetter({
    client,
    netuid: NETUID,
    hotkey,
    ownHotkey: `0x${Buffer.from(hotkey.publicKey).toString('hex')}`,
    scores: () => new Map(keys.map((key, i) => [key, scores[i]!])),
    isLost: () => false,
    sender,
    pace: 'epoch',
    log,
    signal,
  });
}

/** Lets the neuron see the newest block, and then makes another. */
async function step(setter: WeightSetter): Promise<void> {
  const { number } = await local.status();
  await pollUntil('the newest block', { withinMs: 30_000, everyMs: 5 }, () =>
    client.headBlock() >= number ? true : undefined,
  );
  const metagraph = await client.metagraph(NETUID);
  await mined(setter.onMetagraph(metagraph));
  await local.mine();
}

async function until(setter: WeightSetter, line: string): Promise<void> {
  for (let i = 0; i < 5 * TEMPO && !lines.some(one => one.includes(line)); i++) await step(setter);
  expect(lines.find(one => one.includes(line))).toBeDefined();
}

beforeAll(async () => {
  await ready();
  folder = temporaryFolder();
  net = await startLocalnet({ port: 0, dataFolder: `${folder.path}/chain`, blockTime: 'manual', detached: false });
  local = await openLocalChain(net.url);
  client = await connect({ endpoints: [net.url] });
  const alice = keypairFromUri('//Alice');
  const keys = Array.from({ length: 4 }, () => keypairFromMnemonic(generateMnemonic()));
  hotkey = keys[0]!;
  others = keys.slice(1);
  for (const { address } of keys)
    await mined(client.burnedRegister({ netuid: NETUID, hotkey: address, signer: alice }));
  await mined(client.addStake({ netuid: NETUID, hotkey: hotkey.address, amountRao: 1_000n * TAO, signer: alice }));
  await sudo('AdminUtils.sudo_set_tempo', { netuid: NETUID, tempo: TEMPO });
  await sudo('AdminUtils.sudo_set_commit_reveal_weights_enabled', { netuid: NETUID, enabled: true });
  // A permit comes with an epoch.
  await local.mine(2 * TEMPO);
}, 120_000);

afterAll(async () => {
  await client?.close();
  await local?.close();
  await net?.stop();
  folder?.[Symbol.dispose]();
});

describe('weights that a subnet hides at first', () => {
  it('are committed, survive a restart, and are revealed in their window with what was committed', async () => {
    lines = [];
    await until(live([1, 0.5, 0.25]), 'commit_weights included');
    expect(await client.weights(NETUID)).toEqual(new Map());
    // Another process with another opinion: what was committed is what is revealed.
    await until(live([0, 0, 1]), 'revealed in block');
    expect(await client.weights(NETUID)).toEqual(
      new Map([
        [
          0,
          [
            [1, 65_535],
            [2, 32_768],
            [3, 16_384],
          ],
        ],
      ]),
    );
  }, 120_000);

  it('are said to be missed when nobody was there in time', async () => {
    lines = [];
    await until(live([1, 1, 1]), 'commit_weights included');
    await local.mine(3 * TEMPO);
    await until(live([1, 1, 1]), 'were not revealed in time and do not count');
    await until(live([0, 1, 0]), 'revealed in block');
  }, 120_000);

  it('are set directly as soon as the subnet does not hide them any more', async () => {
    await sudo('AdminUtils.sudo_set_commit_reveal_weights_enabled', { netuid: NETUID, enabled: false });
    lines = [];
    await until(live([0, 0, 1]), 'set_weights included');
    expect(await client.weights(NETUID)).toEqual(new Map([[0, [[3, 65_535]]]]));
  }, 120_000);
});
