import {
  abortingWith,
  type Clock,
  type Log,
  messageOf,
  type Startable,
  silentLog,
  sleep,
  systemClock,
} from '../../base/index.js';
import type { Signer } from '../../wallet/index.js';
import { dialHost, parseAddress } from '../address.js';
import { keyText } from '../auth/signed.js';
import { netError } from '../errors.js';
import { networkBytes, networkOfName, TEST_NETWORK } from '../wire/network.js';
import { Contacts } from './contacts.js';
import { Exchanges } from './exchanges.js';
import { type FindWork, findWorkInThread } from './find-work.js';
import { GrpcTransport } from './grpc-transport.js';
import { LocalWeights } from './local-weights.js';
import { OwnSynapses, type ServedSynapse } from './own-synapses.js';
import { PeerTable, pick } from './peer-table.js';
import { nameOf, openEntry, type PeerEntry, type verifyEntry } from './synapse-entry.js';
import type { GossipTransport } from './transport.js';
import { DEFAULT_DIFFICULTY, MAX_DIFFICULTY, type WorkRules } from './work.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

export interface GossipOptions {
  /** The neuron's key. Without one this node observes: it asks, answers, and announces nothing. */
  readonly signer?: Signer | undefined;
  /**
   * Which network it is of, 32 bytes: that of a name (`networkOfName`), or a genesis hash. Entries of others are refused.
   * Default: the network named `test`.
   */
  readonly network?: Uint8Array | undefined;
  /** What this node serves from the start; more by `subscribe`. */
  readonly synapse?: ServedSynapse | undefined;
  /** Where to listen for gossip. Default `0.0.0.0`. */
  readonly host?: string;
  /** Default 0: any free port. */
  readonly port?: number;
  /** `host:port`, or a port of this machine. `0.0.0.0` means this machine. Tried for ever. */
  readonly bootstrap?: readonly string[];
  /** Synapses of others kept (`--metagraph_size`). Default 10,000. */
  readonly size?: number;
  /**
   * Zero bits of the proof of work that each entry must have, the own one too: the same for a whole network. Default 21,
   * which takes a thread three quarters of a second, once an hour; 0: none; at most 28.
   */
  readonly difficulty?: number;
  /** Where nodes have a chain: the newest block, and whether one is recent. Then every proof is bound to a block. */
  readonly blocks?: { newest(): string; isRecent(hash: string): boolean };
  readonly log?: Log;
  readonly clock?: Clock;
  /** Mean time between two exchanges that this node begins. Default 1,500. */
  readonly intervalMs?: number;
  /** How often this node signs that it lives. Default a minute. */
  readonly heartbeatMs?: number;
  /** When a node that signed nothing new counts as gone. Default 5 minutes. */
  readonly expiryMs?: number;
  /** How long one exchange may take. Default 2,000. */
  readonly timeoutMs?: number;
  /** For simulations: what gossip travels by, chance, how work is found and entries are verified. */
  readonly transport?: GossipTransport;
  readonly random?: () => number;
  readonly findWork?: FindWork;
  readonly verify?: typeof verifyEntry;
}

/** A synapse by its names, as `getSynapses` gives it. */
type Named = Pick<PeerEntry, 'hotkey' | 'synapseKey'>;

/**
 * The metagraph without a chain, the manual's Metagraph class: nodes tell each other which synapses they know. Each entry
 * is signed by its own neuron, with the time and with a proof of work; nobody can keep another alive, move it, or make it
 * up under its key, and made-up keys cost their maker. Everything is bounded.
 */
export class Gossip implements Startable, AsyncDisposable {
  private readonly transport: GossipTransport;
  private readonly table: PeerTable;
  private readonly contacts: Contacts;
  private readonly weights: LocalWeights;
  private readonly own: OwnSynapses | undefined;
  private readonly ownKey: string;
  private readonly exchanges: Exchanges;
  private readonly clock: Clock;
  private readonly log: Log;
  private readonly random: () => number;
  private readonly stopping = new AbortController();
  private readonly watchers = new Set<() => void>();
  private started: Promise<void> | undefined;
  private stopped: Promise<void> | undefined;
  private loop: Promise<void> = Promise.resolve();
  private wake = new AbortController();
  private boundPort = 0;

  constructor(private readonly options: GossipOptions) {
    const { signer, difficulty = DEFAULT_DIFFICULTY, heartbeatMs = MINUTE_MS, blocks } = options;
    if (!Number.isInteger(difficulty) || difficulty < 0 || difficulty > MAX_DIFFICULTY) {
      throw new RangeError(`difficulty ${difficulty}: 0 to ${MAX_DIFFICULTY} zero bits`);
    }
    const network = networkBytes(options.network ?? networkOfName(TEST_NETWORK));
    this.clock = options.clock ?? systemClock;
    this.log = options.log ?? silentLog;
    this.random = options.random ?? Math.random;
    this.ownKey = signer ? keyText(signer.publicKey) : '';
    const size = options.size ?? 10_000;
    const bootstrap = (options.bootstrap ?? []).map(parseAddress);
    this.contacts = new Contacts(
      bootstrap.map(({ host, port }) => ({ host: dialHost(host), port })),
      this.random,
    );
    this.weights = new LocalWeights(size);
    this.table = new PeerTable({
      size,
      expiryMs: options.expiryMs ?? 5 * MINUTE_MS,
      aheadMs: 10_000,
      renewMs: heartbeatMs / 2,
      weightOf: name => this.weights.get(name),
      random: this.random,
    });
    this.own =
      signer &&
      new OwnSynapses({
        signer,
        network,
        clock: this.clock,
        log: this.log,
        difficulty,
        // Half of what others take: a node that slept has time to work before it is forgotten.
        renewWorkMs: HOUR_MS,
        heartbeatMs,
        findWork: options.findWork ?? findWorkInThread,
        newestBlock: blocks && (() => blocks.newest()),
        onSigned: () => this.wake.abort(),
      });
    const { host = '0.0.0.0', port = 0 } = options;
    this.transport = options.transport ?? new GrpcTransport({ host, port, log: this.log, signer });
    const isRecentBlock = blocks && ((hash: string) => blocks.isRecent(hash));
    const work: WorkRules = { difficulty, maxAgeMs: 2 * HOUR_MS, aheadMs: 10_000, isRecentBlock };
    this.exchanges = new Exchanges({
      table: this.table,
      contacts: this.contacts,
      own: this.own,
      ownKey: this.ownKey,
      network,
      work,
      transport: this.transport,
      clock: this.clock,
      log: this.log,
      timeoutMs: options.timeoutMs ?? 2_000,
      random: this.random,
      verify: options.verify,
      onChange: () => this.changed(),
    });
    if (options.synapse) void this.announcer().serve(options.synapse);
  }

  /** Listens and begins to gossip. Errors `port_in_use`, `cannot_listen`, `closed`. */
  start(): Promise<void> {
    this.started ??= this.listen().then(() => {
      this.loop = this.run();
    });
    return this.started;
  }

  /** Says goodbye to a few neighbours and closes everything. */
  stop(): Promise<void> {
    this.stopped ??= this.end();
    return this.stopped;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  /** Listens without gossiping of its own accord: whoever has `update` called decides when. Else use `start`. */
  async listen(): Promise<void> {
    this.stopping.signal.throwIfAborted();
    this.boundPort = await this.transport.listen(bytes => this.exchanges.answer(bytes));
    this.own?.start(this.boundPort);
    const address = this.own?.address();
    if (address) this.contacts.isOwn(address);
  }

  /** Signs what is due, drops who is gone, and gossips once with a random partner. */
  async update(): Promise<void> {
    this.own?.refresh();
    this.drop(this.table.expire(this.clock.nowMs()));
    await this.doGossip();
  }

  /** One exchange with a random partner. True when it answered; false where it did not, or nobody is known. */
  async doGossip(): Promise<boolean> {
    const now = this.clock.nowMs();
    const partner = this.contacts.choose(this.exchanges.addresses(), now, this.table.newcomer(now));
    return partner !== undefined && (await this.exchanges.ask(partner, this.stopping.signal));
  }

  /** Forgets synapses whose neuron signed nothing within `ttlSeconds`, by default 5 minutes. */
  doClean(ttlSeconds = 300): void {
    this.drop(this.table.expire(this.clock.nowMs(), ttlSeconds * 1000));
  }

  /**
   * Announces a synapse of this node, or what changed of it. Resolves when its proof of work is made and it is told to
   * others, which is after `start`. Errors `no_key`, `bad_address`, `too_many`, `closed`.
   */
  async subscribe(synapse: ServedSynapse): Promise<void> {
    const own = this.announcer();
    const announced = own.serve(synapse);
    const address = own.address();
    if (address) this.contacts.isOwn(address);
    await announced;
  }

  /** The bound port; 0 before `start()`. */
  get port(): number {
    return this.boundPort;
  }

  /** Live synapses of others. */
  peers(): readonly PeerEntry[] {
    return this.table.live(this.clock.nowMs());
  }

  /** Live synapses, this node's own ones first. */
  synapses(): readonly PeerEntry[] {
    return [...this.ownEntries(), ...this.peers()];
  }

  /** Up to `count` addresses where neurons answer gossip, `host:port`, at random. */
  getPeers(count = 10): string[] {
    return pick([...this.exchanges.addresses().keys()], count, this.random);
  }

  /** Up to `count` live synapses: this node's own ones, then the others by score (weight, answers, age). */
  getSynapses(count = 1_000): PeerEntry[] {
    return [...this.ownEntries(), ...this.table.best(this.clock.nowMs())].slice(0, count);
  }

  /** The weights that this node gave; 0 for synapses that got none. They are never told to others. */
  getWeights(synapses: readonly Named[]): number[] {
    return synapses.map(synapse => this.weights.get(nameOf(synapse)));
  }

  /**
   * Gives weights (finite, not negative), which decide whom a full table keeps. One for a synapse of this node is left out.
   * Throws a `RangeError` where the numbers do not fit.
   */
  setWeights(synapses: readonly Named[], weights: ArrayLike<number>): void {
    if (weights.length !== synapses.length) {
      throw new RangeError(`${weights.length} weights for ${synapses.length} synapses`);
    }
    synapses.forEach((synapse, i) => {
      if (synapse.hotkey !== this.ownKey) this.weights.set(nameOf(synapse), weights[i]!);
    });
  }

  /** Calls back when a synapse came, went or moved. Returns what ends that. */
  onChange(watcher: () => void): () => void {
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  }

  private async run(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      this.wake = abortingWith(signal);
      try {
        await this.update();
      } catch (error) {
        this.log.error(`gossip: ${messageOf(error)}`);
      }
      const pauseMs = (this.options.intervalMs ?? 1_500) * (2 / 3 + (2 / 3) * this.random());
      await sleep(pauseMs, this.wake.signal).catch(() => {});
      this.wake.abort();
    }
  }

  private async end(): Promise<void> {
    this.stopping.abort(netError('closed', 'gossip was stopped'));
    this.own?.stop();
    await this.started?.catch(() => {});
    await this.loop;
    if (this.boundPort !== 0) await this.exchanges.sayGoodbye();
    await this.transport.close();
  }

  private announcer(): OwnSynapses {
    if (this.own) return this.own;
    throw netError('no_key', 'an observer announces no synapse: give gossip a signer');
  }

  private ownEntries(): PeerEntry[] {
    return (this.own?.messages() ?? []).flatMap(message => {
      const entry = openEntry(message);
      if (!entry) return [];
      const { message: _message, ...known } = entry;
      return known;
    });
  }

  private drop({ changed, left }: ReturnType<PeerTable['expire']>): void {
    for (const address of left) this.contacts.remember(address, this.clock.nowMs());
    if (changed) this.changed();
  }

  private changed(): void {
    for (const watcher of this.watchers) {
      try {
        watcher();
      } catch (error) {
        this.log.error(`a watcher of the metagraph failed: ${messageOf(error)}`);
      }
    }
  }
}
