import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Log, silentLog } from '../../../src/base/index.js';
import type { ChainClient, Metagraph } from '../../../src/chain/index.js';
import { PeerHealth } from '../../../src/neuron/membership/peer-health.js';
import { WeightJournal } from '../../../src/neuron/weights/journal.js';
import { WeightRow } from '../../../src/neuron/weights/weight-row.js';
import { WeightSender } from '../../../src/neuron/weights/weight-sender.js';
import { WeightSetter, type WeightSetterOptions } from '../../../src/neuron/weights/weight-setter.js';
import { keypairFromUri } from '../../../src/wallet/index.js';
import { temporaryFolder } from '../../chain/helpers.js';

const hotkey = keypairFromUri('//Alice');
const OWN = 'own';
const TEMPO = 40;

let sent: { block: number; uids: number[]; weightsU16: number[] }[];
let lines: string[];
let block: number;
let rateLimit: number;
let lastUpdate: number;
let health: PeerHealth;
let row: WeightRow;
let setter: WeightSetter;
let inEpochs: WeightSetter;
let folder: ReturnType<typeof temporaryFolder>;

beforeEach(() => {
  sent = [];
  lines = [];
  block = 0;
  rateLimit = 0;
  lastUpdate = 0;
  health = new PeerHealth({ nowMs: () => 0 });
  row = new WeightRow();
  const log: Log = { ...silentLog, info: line => void lines.push(line), warn: line => void lines.push(line) };
  const client = {
    blockTimeMs: 250,
    headBlock: () => block,
    waiting: async () => 0,
    hyperparameters: async () => ({
      tempo: TEMPO,
      weightsRateLimit: rateLimit,
      minAllowedWeights: 1,
      maxWeightsLimitU16: 65_535,
      commitRevealEnabled: false,
    }),
    setWeights: async ({ uids, weightsU16 }: { uids: number[]; weightsU16: number[] }) => {
      sent.push({ block, uids, weightsU16 });
      lastUpdate = block;
      return { blockNumber: block };
    },
    weights: async () => new Map([[0, sent.at(-1)!.uids.map((uid, i) => [uid, sent.at(-1)!.weightsU16[i]!])]]),
  } as unknown as ChainClient;
  const signal = new AbortController().signal;
  folder = temporaryFolder();
  const journal = new WeightJournal({ folder: folder.path, genesisHash: `0x${'00'.repeat(32)}`, netuid: 1 });
  const sender = new WeightSender({ client, netuid: 1, hotkey, journal, log, signal, oncePerEpoch: false });
  const options: WeightSetterOptions = {
    client,
    netuid: 1,
    hotkey,
    ownHotkey: OWN,
    scores: () => row.shares(),
    isLost: name => health.isLost(name),
    sender,
    pace: 'newcomer',
    log,
    signal,
  };
  setter = new WeightSetter(options);
  inEpochs = new WeightSetter({ ...options, pace: 'epoch' });
});

afterEach(() => folder[Symbol.dispose]());

/** The subnet at a block, with this neuron as uid 0 and the named peers after it. */
async function see(at: number, peers: readonly string[], permit = true, by = setter): Promise<void> {
  block = at;
  const neurons = [OWN, ...peers].map((hotkeyHex, uid) => ({
    uid,
    hotkeyHex,
    lastUpdate,
    validatorPermit: permit,
    incentive: 0,
    dividends: 0,
    emissionRao: 0n,
    stakeRao: 0n,
  }));
  const metagraph = {
    block: at,
    token: 'TAO',
    n: neurons.length,
    lastEpochBlock: at - (at % TEMPO),
    neurons,
    byHotkey: () => neurons[0],
  };
  await by.onMetagraph(metagraph as unknown as Metagraph);
}

describe('the weight setter', () => {
  it('sets nothing without a permit, and nothing alone, which it says once', async () => {
    row.update({ a: 1 });
    await see(100, ['a'], false);
    expect(sent).toEqual([]);
    await see(101, []);
    await see(102, []);
    expect(sent).toEqual([]);
    expect(lines.filter(line => line.startsWith('Alone on the subnet'))).toHaveLength(1);
  });

  it('sets once per tempo, never with itself, the largest at 65535', async () => {
    for (let i = 0; i < 500; i++) row.update({ a: 0.75, b: 0.25 });
    for (let at = 100; at < 100 + 3 * TEMPO; at++) await see(at, ['a', 'b']);
    expect(sent.map(set => set.block)).toEqual([100, 140, 180]);
    expect(sent[0]!.uids).toEqual([1, 2]);
    expect(sent[0]!.weightsU16[0]).toBe(65535);
    expect(sent[0]!.weightsU16[1]! / 65535).toBeCloseTo(1 / 3, 2);
  });

  it('sets again as soon as a peer has come, but not sooner than the chain allows', async () => {
    row.update({ a: 1 });
    await see(100, ['a']);
    for (let i = 0; i < 100; i++) row.update({ a: 0.5, b: 0.5 });
    rateLimit = 10;
    await see(105, ['a', 'b']);
    expect(sent).toHaveLength(1);
    await see(110, ['a', 'b']);
    expect(sent.at(-1)).toMatchObject({ block: 110, uids: [1, 2] });
  });

  it('leaves out a peer that does not answer any more, and withdraws when nobody is left', async () => {
    for (let i = 0; i < 100; i++) row.update({ a: 0.5, b: 0.5 });
    await see(100, ['a', 'b']);
    for (let i = 0; i < 3; i++) health.failed('a');
    await see(140, ['a', 'b']);
    expect(sent.at(-1)).toMatchObject({ uids: [2], weightsU16: [65535] });
    for (let i = 0; i < 3; i++) health.failed('b');
    await see(150, ['a', 'b']);
    expect(sent.at(-1)).toMatchObject({ block: 150, uids: [0], weightsU16: [65535] });
    await see(200, ['a', 'b']);
    expect(sent).toHaveLength(3);
    health.succeeded('b');
    await see(201, ['a', 'b']);
    expect(sent.at(-1)).toMatchObject({ block: 201, uids: [2] });
  });

  it('of a row each epoch withdraws in the second half only, so that peers may be back by then', async () => {
    const at = (block: number) => see(block, ['a'], true, inEpochs);
    row.update({ a: 1 });
    await at(120 + TEMPO / 2);
    expect(sent).toHaveLength(1);
    for (let i = 0; i < 3; i++) health.failed('a');
    await at(165);
    expect(sent).toHaveLength(1);
    health.succeeded('a');
    await at(180);
    expect(sent.at(-1)).toMatchObject({ block: 180, uids: [1] });
    for (let i = 0; i < 3; i++) health.failed('a');
    await at(200 + TEMPO / 4);
    await at(200 + TEMPO / 2);
    expect(sent.at(-1)).toMatchObject({ block: 220, uids: [0] });
  });

  it('of a row each epoch does not withdraw because it was cut off itself, and sees nobody when it is back', async () => {
    const at = (block: number) => see(block, ['a'], true, inEpochs);
    row.update({ a: 1 });
    await at(140);
    for (let i = 0; i < 3; i++) health.failed('a');
    // Of the blocks until here it heard nothing.
    await at(1000 + TEMPO / 2);
    await at(1000 + TEMPO / 2 + 3);
    expect(sent).toHaveLength(1);
    health.succeeded('a');
    await at(1000 + TEMPO / 2 + 4);
    expect(sent.at(-1)).toMatchObject({ block: 1024, uids: [1] });
  });
});
