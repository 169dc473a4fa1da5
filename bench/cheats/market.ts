import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pollUntil, silentLog, toHex } from '../../src/base/index.js';
import {
  type ChainClient,
  connect,
  type LocalChain,
  type Localnet,
  type Metagraph,
  openLocalChain,
  startLocalnet,
} from '../../src/chain/index.js';
import { WeightJournal } from '../../src/neuron/weights/journal.js';
import { WeightSender } from '../../src/neuron/weights/weight-sender.js';
import { WeightSetter } from '../../src/neuron/weights/weight-setter.js';
import { type Keypair, keypairFromSeed, keypairFromUri, ready } from '../../src/wallet/index.js';

const NETUID = 1;
const TAO = 1_000_000_000n;
const STAKE_TAO = 1_000n;

/** Somebody with a hotkey on the subnet. */
export interface Member {
  readonly name: string;
  readonly key: Keypair;
  /** As the metagraph names it. */
  readonly hotkey: string;
}

/** Who sets weights, with the shipped code. */
export interface Weigher extends Member {
  setter: WeightSetter;
  readonly habit: Habit;
}

/** When a weigher comes. */
export interface Habit {
  /** Only in this last part of an epoch; at any time by default. */
  readonly lateShare?: number;
  /** What it looks at before its row is made. */
  before?(): Promise<void>;
}

export interface MarketOptions {
  seed: number;
  weighers: readonly string[];
  members: readonly string[];
  tempo: number;
  /** Settings of the subnet beside its tempo and who may set weights: calls of AdminUtils, in this order. */
  settings: readonly Setting[];
}

export type Setting = readonly [call: string, args: Readonly<Record<string, unknown>>];

/** A local chain with the runtime's own epochs, blocks made by hand, and those who have a place on its subnet. */
export class Market implements AsyncDisposable {
  readonly members: Member[] = [];
  readonly weighers: Weigher[] = [];
  private readonly stop = new AbortController();

  private constructor(
    private readonly options: MarketOptions,
    private readonly folder: string,
    private readonly net: Localnet,
    private readonly local: LocalChain,
    readonly client: ChainClient,
  ) {}

  static async open(options: MarketOptions): Promise<Market> {
    await ready();
    const folder = mkdtempSync(join(tmpdir(), 'bittensor-market-'));
    const net = await startLocalnet({
      port: 0,
      dataFolder: join(folder, 'chain'),
      blockTime: 'manual',
      detached: false,
    });
    const local = await openLocalChain(net.url);
    const market = new Market(options, folder, net, local, await connect({ endpoints: [net.url] }));
    try {
      await market.populate();
      return market;
    } catch (error) {
      await market[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Gives a weigher what it thinks of the others, asked for when its row is due. */
  judge(name: string, scores: () => ReadonlyMap<string, number>, habit: Habit = {}): void {
    const member = this.members.find(one => one.name === name)!;
    const { client } = this;
    const { signal } = this.stop;
    const log = silentLog;
    const folder = join(this.folder, name);
    const journal = new WeightJournal({ folder, genesisHash: client.genesisHash, netuid: NETUID });
    const sender = new WeightSender({
      client,
      netuid: NETUID,
      hotkey: member.key,
      journal,
      log,
      signal,
      oncePerEpoch: true,
    });
    const setter = new WeightSetter({
      client,
      netuid: NETUID,
      hotkey: member.key,
      ownHotkey: member.hotkey,
      scores,
      isLost: () => false,
      sender,
      pace: 'epoch',
      log,
      signal,
    });
    this.weighers.push({ ...member, setter, habit });
  }

  metagraph(): Promise<Metagraph> {
    return this.client.metagraph(NETUID);
  }

  /** The newest row of a member that is to be seen, by hotkey. */
  async rowOf(name: string): Promise<Map<string, number>> {
    const metagraph = await this.metagraph();
    const uid = metagraph.neurons.find(
      neuron => neuron.hotkeyHex === this.members.find(one => one.name === name)!.hotkey,
    )!.uid;
    const row = (await this.client.weights(NETUID, { uids: [uid] })).get(uid) ?? [];
    return new Map(row.map(([to, weight]) => [metagraph.neurons[to]!.hotkeyHex, weight]));
  }

  /** Makes blocks, in which weights are set, until the next epoch has run. */
  async epoch(): Promise<Metagraph> {
    const begin = (await this.metagraph()).lastEpochBlock;
    for (;;) {
      const metagraph = await this.metagraph();
      if (metagraph.lastEpochBlock !== begin) return metagraph;
      const share = (metagraph.block - metagraph.lastEpochBlock) / metagraph.tempo;
      const awake = this.weighers.filter(one => share >= 1 - (one.habit.lateShare ?? 1));
      for (const one of awake) await one.habit.before?.();
      await this.mined(Promise.all(awake.map(one => one.setter.onMetagraph(metagraph))));
      await this.mine();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.stop.abort();
    await this.client.close();
    await this.local.close();
    await this.net.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  private async populate(): Promise<void> {
    const { seed, weighers, members, tempo } = this.options;
    const { client } = this;
    const alice = keypairFromUri('//Alice');
    for (const [i, name] of [...weighers, ...members].entries()) {
      const key = keypairFromSeed(new Uint8Array(32).fill(1 + i).fill(100 + seed, 1, 2));
      this.members.push({ name, key, hotkey: toHex(key.publicKey) });
      await this.mined(client.burnedRegister({ netuid: NETUID, hotkey: key.address, signer: alice }));
    }
    for (const { key } of this.members.slice(0, weighers.length)) {
      const stake = { netuid: NETUID, hotkey: key.address, amountRao: STAKE_TAO * TAO };
      await this.mined(client.addStake({ ...stake, signer: alice }));
    }
    const settings: Setting[] = [
      ['sudo_set_tempo', { tempo }],
      ['sudo_set_kappa', { kappa: 32_767 }],
      ['sudo_set_max_allowed_validators', { max_allowed_validators: weighers.length }],
      ...this.options.settings,
    ];
    for (const [name, values] of settings) {
      const call = `AdminUtils.${name}`;
      const { callHex } = await client.prepare({ call, args: { netuid: NETUID, ...values }, from: alice.address });
      await this.mined(this.local.sudo(callHex));
    }
    // Permits come with an epoch.
    for (let i = 0; i <= tempo; i++) await this.mine();
  }

  /** Makes the blocks that this waits for. */
  private async mined<T>(work: Promise<T>): Promise<T> {
    let isOver = false;
    const done = work.finally(() => {
      isOver = true;
    });
    done.catch(() => {});
    while (!isOver) {
      await pollUntil('something in the pool', { withinMs: 60_000, everyMs: 5 }, async () =>
        isOver || (await this.local.status()).ready > 0 ? true : undefined,
      );
      if (!isOver) await this.mine();
    }
    return done;
  }

  private async mine(): Promise<void> {
    await this.local.mine();
    const { number } = await this.local.status();
    await pollUntil('the newest block', { withinMs: 60_000, everyMs: 2 }, () =>
      this.client.headBlock() >= number ? true : undefined,
    );
  }
}
