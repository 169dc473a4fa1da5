import { writeFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BittensorError, type Log, silentLog } from '../../../src/base/index.js';
import { commitmentHash, type Hyperparameters, type Metagraph } from '../../../src/chain/index.js';
import { digestOf, WeightJournal } from '../../../src/neuron/weights/journal.js';
import { WeightSender, type WeightSenderOptions } from '../../../src/neuron/weights/weight-sender.js';
import { keypairFromUri } from '../../../src/wallet/index.js';
import { temporaryFolder } from '../../chain/helpers.js';

const TEMPO = 10;
const hotkey = keypairFromUri('//Alice');
const LIMITS = { commitRevealEnabled: false, weightsVersionKey: 0n } as unknown as Hyperparameters;

/** The process ends here, as by kill -9: nothing that comes after it happens. */
class Killed extends Error {}

/** What becomes of a row that is given to the chain. */
type Fate =
  | 'included'
  | 'refused'
  | 'rejected'
  | 'lost'
  | 'late'
  | 'unseen'
  | 'killed before'
  | 'killed after'
  | 'killed, late';

interface Row {
  uids: readonly number[];
  weights: readonly number[];
}

/** A chain of one account: what waits in the pool comes into a block by its nonce. */
class Chain {
  block = 1;
  row: [number, number][] = [];
  lastUpdate = 0;
  /** Rows that wait, by nonce, and the block in which each comes, unless another one of its nonce did; some in the pools of other nodes only. */
  private pool: { vector: Row; at: number; nonce: number; seen: boolean }[] = [];
  private nonce = 0;
  readonly signed: { epoch: number; digest: string }[] = [];
  readonly included: { epoch: number; digest: string }[] = [];

  get epoch(): number {
    return this.block - (this.block % TEMPO);
  }

  mine(): void {
    this.block += 1;
    for (const tx of this.pool.toSorted((a, b) => a.nonce - b.nonce)) {
      if (tx.at <= this.block && tx.nonce === this.nonce) this.include(tx.vector);
    }
    this.pool = this.pool.filter(tx => tx.nonce >= this.nonce);
  }

  include(vector: Row): void {
    this.nonce += 1;
    this.row = vector.uids.map((uid, i) => [uid, vector.weights[i]!]);
    this.lastUpdate = this.block;
    this.included.push({ epoch: this.epoch, digest: digestOf(vector) });
  }

  private wait(vector: Row, blocks: number, seen = true): void {
    const nonce = this.nonce + this.pool.filter(tx => tx.seen).length;
    this.pool.push({ vector, at: this.block + blocks, nonce, seen });
  }

  metagraph(): Metagraph {
    const neurons = Array.from({ length: 4 }, (_, uid) => ({
      uid,
      hotkeyHex: String(uid),
      lastUpdate: this.lastUpdate,
    }));
    const { block, epoch } = this;
    return {
      block,
      lastEpochBlock: epoch,
      tempo: TEMPO,
      n: 4,
      neurons,
      byHotkey: () => neurons[0],
    } as unknown as Metagraph;
  }

  client(fate: () => Fate): WeightSenderOptions['client'] {
    return {
      blockTimeMs: 12_000,
      headBlock: () => this.block,
      waiting: async () => this.pool.filter(tx => tx.seen).length,
      weights: async () => new Map([[0, this.row]]),
      setWeights: async ({ uids, weightsU16 }: { uids: number[]; weightsU16: number[] }) => {
        const outcome = fate();
        if (outcome === 'killed before') throw new Killed();
        const vector = { uids, weights: weightsU16 };
        this.signed.push({ epoch: this.epoch, digest: digestOf(vector) });
        // In this epoch, or in the first blocks of the next.
        const later = 1 + (uids.length % 3) * 5;
        if (outcome === 'killed, late' || outcome === 'late') this.wait(vector, later);
        if (outcome === 'killed after') this.wait(vector, 1);
        if (outcome === 'unseen') this.wait(vector, later, false);
        if (outcome.startsWith('killed')) throw new Killed();
        if (outcome === 'late' || outcome === 'lost' || outcome === 'unseen')
          throw new BittensorError('timeout', 'no answer');
        if (outcome === 'refused')
          throw new BittensorError('dispatch', 'too fast', { data: { name: 'SettingWeightsTooFast' } });
        if (outcome === 'rejected') throw new BittensorError('rejected', 'not by this pool');
        this.mine();
        this.include(vector);
        return { blockNumber: this.block };
      },
    } as unknown as WeightSenderOptions['client'];
  }
}

/** At most one row in each epoch. */
function rowsByEpoch(list: readonly { epoch: number; digest: string }[]): number {
  const epochs = [...new Set(list.map(one => one.epoch))];
  return Math.max(
    0,
    ...epochs.map(epoch => new Set(list.filter(one => one.epoch === epoch).map(one => one.digest)).size),
  );
}

interface Life {
  sender: WeightSender;
  lines: string[];
}

function live(folder: string, chain: Chain, fate: () => Fate, clock = { nowMs: () => 0 }): Life {
  const lines: string[] = [];
  const log: Log = { ...silentLog, info: line => void lines.push(line), warn: line => void lines.push(line) };
  const journal = new WeightJournal({ folder, genesisHash: `0x${'00'.repeat(32)}`, netuid: 1 });
  const signal = new AbortController().signal;
  const client = chain.client(fate);
  const sender = new WeightSender({ client, netuid: 1, hotkey, journal, log, signal, oncePerEpoch: true, clock });
  return { sender, lines };
}

const fates = fc.constantFrom<Fate>(
  'included',
  'included',
  'refused',
  'rejected',
  'lost',
  'late',
  'unseen',
  'killed before',
  'killed after',
  'killed, late',
);

describe('the sender of weights', () => {
  it('never signs two rows in an epoch and never lets one see two, whatever is lost, late, refused or killed', async () => {
    const run = fc.record({
      fates: fc.array(fates, { minLength: 1, maxLength: 60 }),
      blocks: fc.integer({ min: 10, max: 80 }),
    });
    await fc.assert(
      fc.asyncProperty(run, async ({ fates, blocks }) => {
        using folder = temporaryFolder();
        const chain = new Chain();
        let count = 0;
        let nowMs = 0;
        let isDead = false;
        const fate = () => {
          const next = fates[count++ % fates.length]!;
          isDead = next.startsWith('killed');
          return next;
        };
        const clock = { nowMs: () => nowMs };
        let life = live(folder.path, chain, fate, clock);
        for (let i = 0; i < blocks; i++) {
          chain.mine();
          nowMs += 12_000;
          // Another row each time.
          const vector = { uids: [1, 2, 3].slice(0, 1 + (i % 3)), weights: [65_535, i, 7].slice(0, 1 + (i % 3)) };
          await life.sender.tend(chain.metagraph());
          await life.sender.send(chain.metagraph(), vector, LIMITS);
          // What a killed process would still have written does not matter: its journal is read anew.
          if (isDead) life = live(folder.path, chain, fate, clock);
          isDead = false;
        }
        expect(rowsByEpoch(chain.signed)).toBeLessThanOrEqual(1);
        expect(rowsByEpoch(chain.included)).toBeLessThanOrEqual(1);
      }),
      { seed: 8, numRuns: 40 },
    );
  });

  it.each([
    'rejected',
    'refused',
  ] as const)('signs no other row while one that was sent before may still come, also when sending it again was %s', async outcome => {
    using folder = temporaryFolder();
    const chain = new Chain();
    chain.block = 8;
    const fates: Fate[] = ['unseen', outcome];
    let nowMs = 0;
    const { sender } = live(folder.path, chain, () => fates.shift() ?? 'included', { nowMs: () => nowMs });
    while (chain.block < 2 * TEMPO - 2) {
      chain.mine();
      nowMs += 120_000;
      await sender.tend(chain.metagraph());
      // At the end of an epoch, at once in the next, and again in the half of it in which rows are due.
      const isDue = chain.block === 9 || chain.block === 10 || chain.block > 15;
      if (isDue) await sender.send(chain.metagraph(), { uids: [1], weights: [65_535 - chain.block] }, LIMITS);
    }
    expect(chain.included.map(one => one.epoch)).toContain(TEMPO);
    expect(rowsByEpoch(chain.included)).toBe(1);
    expect(rowsByEpoch(chain.signed)).toBe(1);
  });

  it('sets a row in every epoch where nothing goes wrong', async () => {
    using folder = temporaryFolder();
    const chain = new Chain();
    const { sender } = live(folder.path, chain, () => 'included');
    for (let i = 0; i < 5 * TEMPO; i++) {
      chain.mine();
      await sender.tend(chain.metagraph());
      await sender.send(chain.metagraph(), { uids: [1], weights: [65_535] }, LIMITS);
    }
    expect(new Set(chain.included.map(one => one.epoch)).size).toBeGreaterThanOrEqual(5);
    expect(chain.included.length).toBeLessThanOrEqual(6);
  });

  it('waits longer after each failure, up to a minute, and signs the same row again', async () => {
    using folder = temporaryFolder();
    const chain = new Chain();
    let nowMs = 0;
    const tries: number[] = [];
    const fate = (): Fate => {
      tries.push(nowMs);
      return 'lost';
    };
    const { sender, lines } = live(folder.path, chain, fate, { nowMs: () => nowMs });
    for (; nowMs < 400_000; nowMs += 500) {
      const vector = { uids: [1, 2], weights: [65_535, nowMs / 500] };
      await sender.send(chain.metagraph(), vector, LIMITS);
    }
    const waits = tries.slice(1).map((at, i) => at - tries[i]!);
    expect(waits.slice(0, 8)).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]);
    expect(new Set(chain.signed.map(one => one.digest)).size).toBe(1);
    expect(lines[0]).toContain('trying again in 1 s');
  });

  it('signs nothing before a later epoch after a journal that cannot be read, over restarts too', async () => {
    using folder = temporaryFolder();
    const chain = new Chain();
    const { path } = new WeightJournal({ folder: folder.path, genesisHash: `0x${'00'.repeat(32)}`, netuid: 1 });
    writeFileSync(path, 'torn');
    const send = (life: Life) => life.sender.send(chain.metagraph(), { uids: [1], weights: [65_535] }, LIMITS);
    const first = live(folder.path, chain, () => 'included');
    expect(first.lines.join()).toContain('no weights for a while');
    for (; chain.block < 12; chain.mine()) await send(first);
    const second = live(folder.path, chain, () => 'included');
    for (; chain.included.length === 0 && chain.block < 200; chain.mine()) await send(second);
    // Five minutes of blocks, which is how long a signature may be worth something, rounded up to a power of two; then the next epoch.
    expect(chain.included.map(one => one.epoch)).toEqual([50]);
    const third = live(folder.path, chain, () => 'included');
    expect(third.lines).toEqual([]);
    expect(third.sender.allowed(chain.metagraph())).toMatchObject({ why: 'this epoch has its row' });
  });

  it('signs nothing on a chain that is behind what it has signed', async () => {
    using folder = temporaryFolder();
    const chain = new Chain();
    chain.block = 55;
    const { sender } = live(folder.path, chain, () => 'included');
    await sender.send(chain.metagraph(), { uids: [1], weights: [65_535] }, LIMITS);
    chain.block = 31;
    expect(sender.allowed(chain.metagraph())).toMatchObject({ kind: 'nothing' });
  });

  it('does not give a hidden row up because a node that is behind does not know it', async () => {
    using folder = temporaryFolder();
    const chain = new Chain();
    const row = { uids: [1], weights: [65_535] };
    const journal = new WeightJournal({ folder: folder.path, genesisHash: `0x${'00'.repeat(32)}`, netuid: 1 });
    const salted = { salt: [1, 2], versionKey: '0', hotkeys: ['1'], digest: digestOf(row) };
    journal.write({ epoch: 20, ...row, ...salted, state: 'included', block: 25, includedBlock: 27 });
    const client = {
      ...chain.client(() => 'lost'),
      read: async () => [[]],
    } as unknown as WeightSenderOptions['client'];
    const signal = new AbortController().signal;
    const base = { client, netuid: 1, hotkey, journal, log: silentLog, signal, oncePerEpoch: true };
    const sender = new WeightSender(base);
    for (const [block, state] of [
      [24, 'included'],
      [26, 'included'],
      [27, 'missed'],
    ] as const) {
      chain.block = block;
      await sender.tend(chain.metagraph());
      expect(journal.entries()[0]?.state).toBe(state);
    }
  });

  it('waits as long where all else goes well, and no longer because the clock was set back', async () => {
    using folder = temporaryFolder();
    const chain = new Chain();
    let nowMs = 10_000_000;
    const tries: number[] = [];
    const fate = (): Fate => {
      tries.push(nowMs);
      return 'refused';
    };
    const { sender } = live(folder.path, chain, fate, { nowMs: () => nowMs });
    const life = async () => {
      await sender.tend(chain.metagraph());
      await sender.send(chain.metagraph(), { uids: [1], weights: [65_535] }, LIMITS);
    };
    for (const until = nowMs + 200_000; nowMs < until; nowMs += 500) await life();
    const waits = tries.slice(1).map((at, i) => at - tries[i]!);
    expect(waits.slice(0, 7)).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000]);
    const before = tries.length;
    nowMs -= 5_000_000;
    await life();
    expect(tries.length).toBe(before + 1);
  });

  it('notes each signature before it leaves, and so gives up none that is of worth', async () => {
    using folder = temporaryFolder();
    const chain = new Chain();
    const journal = new WeightJournal({ folder: folder.path, genesisHash: `0x${'00'.repeat(32)}`, netuid: 1 });
    const client = {
      ...chain.client(() => 'lost'),
      setWeights: async ({ onSigned }: { onSigned(hash: string): void }) => {
        onSigned('0x01');
        // This machine sleeps; then the time of the first has run out, and it is signed once more.
        chain.block += 5_000;
        onSigned('0x02');
        throw new BittensorError('timeout', 'no answer');
      },
    } as unknown as WeightSenderOptions['client'];
    const signal = new AbortController().signal;
    const sender = new WeightSender({ client, netuid: 1, hotkey, journal, log: silentLog, signal, oncePerEpoch: true });
    await sender.send(chain.metagraph(), { uids: [1], weights: [65_535] }, LIMITS);
    const signedAt = chain.block;
    expect(journal.entries()).toMatchObject([{ state: 'submitted', block: signedAt }]);
    chain.block += 3;
    await sender.tend(chain.metagraph());
    expect(sender.allowed(chain.metagraph())).toMatchObject({ kind: 'again' });
  });

  it('brings a refused row in the other form where the subnet hides weights since, and no other row', async () => {
    using folder = temporaryFolder();
    const chain = new Chain();
    let nowMs = 0;
    const commits: string[] = [];
    const client = {
      ...chain.client(() => 'refused'),
      submit: async ({ args }: { args: { commit_hash: string } }) => {
        commits.push(args.commit_hash);
        return { blockNumber: chain.block };
      },
      read: async () => [[]],
    } as unknown as WeightSenderOptions['client'];
    const journal = new WeightJournal({ folder: folder.path, genesisHash: `0x${'00'.repeat(32)}`, netuid: 1 });
    const signal = new AbortController().signal;
    const clock = { nowMs: () => nowMs };
    const base = { client, netuid: 1, hotkey, journal, log: silentLog, signal, oncePerEpoch: true, clock };
    const sender = new WeightSender(base);
    await sender.send(chain.metagraph(), { uids: [1], weights: [65_535] }, LIMITS);
    expect(journal.entries()).toMatchObject([{ state: 'failed' }]);
    nowMs += 120_000;
    const hides = { commitRevealEnabled: true, weightsVersionKey: 3n } as unknown as Hyperparameters;
    await sender.send(chain.metagraph(), { uids: [2], weights: [65_535] }, hides);
    expect(commits).toHaveLength(1);
    const [first, second] = journal.entries();
    expect(second).toMatchObject({ state: 'included', uids: [1], digest: first!.digest, versionKey: '3' });
    expect(sender.allowed(chain.metagraph())).toMatchObject({ kind: 'nothing' });
  });

  it('is held up by no reveal that the chain refuses, and tries that one again until its time has passed', async () => {
    using folder = temporaryFolder();
    const chain = new Chain();
    chain.block = 35;
    const row = { uids: [1], weights: [65_535] };
    const journal = new WeightJournal({ folder: folder.path, genesisHash: `0x${'00'.repeat(32)}`, netuid: 1 });
    const entry = { ...row, hotkeys: ['1'], digest: digestOf(row), state: 'included' as const };
    // The subnet has asked for another version since the first was committed.
    journal.write({ ...entry, epoch: 10, block: 15, includedBlock: 15, salt: [1], versionKey: '7' });
    journal.write({ ...entry, epoch: 20, block: 25, includedBlock: 25, salt: [2], versionKey: '8' });
    const commits = journal.entries().map(({ salt = [], versionKey = '' }) => {
      const what = { netuid: 1, hotkey: hotkey.address, uids: [1], weightsU16: [65_535], salt };
      return [commitmentHash({ ...what, versionKey: BigInt(versionKey) }), 0, 30, 39];
    });
    const asked: string[] = [];
    const client = {
      ...chain.client(() => 'included'),
      read: async () => [commits],
      submit: async ({ args }: { args: { version_key: bigint } }) => {
        asked.push(String(args.version_key));
        if (args.version_key === 8n) return { blockNumber: chain.block };
        throw new BittensorError('dispatch', 'another version is wanted', {
          data: { name: 'IncorrectWeightVersionKey' },
        });
      },
    } as unknown as WeightSenderOptions['client'];
    const lines: string[] = [];
    const log: Log = { ...silentLog, warn: line => void lines.push(line) };
    let nowMs = 0;
    const clock = { nowMs: () => nowMs };
    const signal = new AbortController().signal;
    const sender = new WeightSender({ client, netuid: 1, hotkey, journal, log, signal, oncePerEpoch: true, clock });
    await sender.tend(chain.metagraph());
    expect(asked).toEqual(['7', '8']);
    expect(journal.entries().map(one => one.state)).toEqual(['included', 'revealed']);
    expect(await sender.send(chain.metagraph(), { uids: [2], weights: [65_535] }, LIMITS)).toMatchObject({
      state: 'included',
    });
    await sender.tend(chain.metagraph());
    expect(asked).toHaveLength(2);
    nowMs += 1_000;
    await sender.tend(chain.metagraph());
    expect(asked).toEqual(['7', '8', '7']);
    chain.block = 40;
    await sender.tend(chain.metagraph());
    expect(journal.entries()[0]!.state).toBe('missed');
    expect(lines.filter(line => line.includes('epoch 10'))).toEqual([
      'Weights of epoch 10 cannot be revealed: another version is wanted; trying again until block 39',
      expect.stringContaining('were not revealed in time'),
    ]);
  });
});
