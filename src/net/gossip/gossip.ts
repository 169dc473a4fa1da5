import { setImmediate as yieldToOthers } from 'node:timers/promises';
import { type Clock, type Log, messageOf, type Startable, silentLog, sleep, systemClock } from '../../base/index.js';
import type { Endorsement, Signer } from '../../wallet/index.js';
import { type Address, dialHost, formatAddress, parseAddress, parseLiteral } from '../address.js';
import { keyText } from '../auth/signed.js';
import { ChannelPool } from '../dendrite/channels.js';
import { netError, RequestError } from '../errors.js';
import { GossipBatch, type Synapse } from '../gen/bittensor.js';
import { defaultServerLimits, type RawCall, RpcServer } from '../server/rpc-server.js';
import { checkEnvelope, gossipBatchRule } from '../wire/envelope.js';
import { clean } from '../wire/status.js';
import { PROTOCOL_VERSION } from '../wire/version.js';
import { Budget } from './budget.js';
import { Contacts } from './contacts.js';
import { PeerTable, pick } from './peer-table.js';
import { openEntry, type PeerEntry, sealEntry, verifyEntry } from './synapse-entry.js';

/** What one exchange may carry each way, as in October 2020. */
const BATCH = { peers: 10, synapses: 1_000 };
const MESSAGE_BYTES = 2 ** 20;
const PATH = '/Metagraph/Gossip';
/** Signatures verified between two pauses that let others run: some two milliseconds. */
const VERIFY_AT_ONCE = 8;

export interface GossipOptions {
  readonly signer: Signer;
  /** What this node serves. The host, a literal address, is announced for its metagraph port too. */
  readonly synapse: {
    readonly synapseKey: string;
    readonly host: string;
    readonly port: number;
    /** The coldkey's word that the signer is its hotkey; passed on with the synapse. */
    readonly endorsement?: Endorsement | undefined;
  };
  /** Where to listen for gossip. Default `0.0.0.0`. */
  readonly host?: string;
  /** Default 0: any free port. */
  readonly port?: number;
  /** `host:port`, or a port of this machine. `0.0.0.0` means this machine. */
  readonly bootstrap?: readonly string[];
  /** Synapses of others kept (`--metagraph_size`). Default 10,000. */
  readonly size?: number;
  readonly log?: Log;
  readonly clock?: Clock;
  /** Mean time between two exchanges that this node begins. Default 1,500. */
  readonly intervalMs?: number;
  /** How often this node signs that it lives. Default 5,000. */
  readonly heartbeatMs?: number;
  /** When a node that signed nothing new counts as gone. Default 60,000. */
  readonly expiryMs?: number;
  /** How long one exchange may take. Default 2,000. */
  readonly timeoutMs?: number;
}

/**
 * The metagraph without a chain, for tests: nodes tell each other which synapses they know. Each entry is signed by its
 * own neuron, with the time; nobody can keep another alive, move it, or make it up under its key. Everything is bounded;
 * proof of work against many made-up keys comes with the network issue.
 */
export class Gossip implements Startable, AsyncDisposable {
  private readonly server: RpcServer;
  private readonly channels = new ChannelPool({ channels: 32, messageBytes: MESSAGE_BYTES });
  private readonly table: PeerTable;
  private readonly contacts: Contacts;
  private readonly clock: Clock;
  private readonly log: Log;
  private readonly ownKey: string;
  // New keys cost their maker as little as they cost this node, so they must not eat up what renewals need.
  private readonly budgets = { stranger: new Budget(200, 1_000), renewal: new Budget(1_000, 1_000) };
  private readonly stopping = new AbortController();
  private readonly watchers = new Set<() => void>();
  private started: Promise<void> | undefined;
  private loop: Promise<void> = Promise.resolve();
  private boundPort = 0;
  private own: Synapse | undefined;

  constructor(private readonly options: GossipOptions) {
    const heartbeatMs = options.heartbeatMs ?? 5_000;
    this.clock = options.clock ?? systemClock;
    this.log = options.log ?? silentLog;
    this.ownKey = keyText(options.signer.publicKey);
    const bootstrap = (options.bootstrap ?? []).map(parseAddress);
    this.contacts = new Contacts(bootstrap.map(({ host, port }) => ({ host: dialHost(host), port })));
    this.table = new PeerTable({
      size: options.size ?? 10_000,
      expiryMs: options.expiryMs ?? 60_000,
      aheadMs: 10_000,
      renewMs: heartbeatMs / 2,
    });
    const limits = { ...defaultServerLimits, messageBytes: MESSAGE_BYTES, concurrentCalls: 16, receiveMs: 5_000 };
    this.server = new RpcServer({ [PATH]: call => this.answer(call) }, limits, this.log);
  }

  /** Listens and begins to gossip. Errors `port_in_use`, `cannot_listen`, `bad_address`, `closed`. */
  start(): Promise<void> {
    this.started ??= this.begin();
    return this.started;
  }

  /** Says goodbye to a few neighbours and closes everything. */
  async stop(): Promise<void> {
    if (!this.stopping.signal.aborted) {
      this.stopping.abort(netError('closed', 'gossip was stopped'));
      await this.loop;
      if (this.own) await this.sayGoodbye();
    }
    await this.server.stop(100);
    this.channels.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  /** The bound port; 0 before `start()`. */
  get port(): number {
    return this.boundPort;
  }

  /** Live synapses of others. */
  peers(): readonly PeerEntry[] {
    return this.table.live(this.clock.nowMs());
  }

  /** Live synapses, this node's own one first. */
  synapses(): readonly PeerEntry[] {
    const own = this.own && openEntry(this.own);
    return own ? [own, ...this.peers()] : this.peers();
  }

  /** Calls back when a synapse came, went or moved. Returns what ends that. */
  onChange(watcher: () => void): () => void {
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  }

  private async begin(): Promise<void> {
    this.boundPort = await this.server.listen(this.options.host ?? '0.0.0.0', this.options.port ?? 0);
    this.contacts.isOwn(this.ownAddress());
    this.own = this.sign();
    this.loop = this.run();
  }

  private async run(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      try {
        await this.round(signal);
      } catch (error) {
        this.log.error(`gossip: ${messageOf(error)}`);
      }
      const pause = (this.options.intervalMs ?? 1_500) * (2 / 3 + (2 / 3) * Math.random());
      await sleep(pause, signal).catch(() => {});
    }
  }

  private async round(signal: AbortSignal): Promise<void> {
    const now = this.clock.nowMs();
    if (now - this.own!.heartbeat >= (this.options.heartbeatMs ?? 5_000)) this.own = this.sign();
    if (this.table.expire(now)) this.changed();
    const partner = this.contacts.choose(this.addresses(), now);
    if (partner) await this.exchange(partner, signal);
  }

  private async exchange(partner: Address, signal: AbortSignal): Promise<void> {
    const name = formatAddress(partner);
    try {
      const bytes = GossipBatch.encode(this.batch()).finish();
      const timeoutMs = this.options.timeoutMs ?? 2_000;
      const reply = open(await this.channels.call('', partner, { path: PATH, bytes, timeoutMs, signal }));
      if (reply.neuronKey === this.ownKey) {
        this.contacts.isOwn(partner);
        return;
      }
      await this.merge(reply);
      if (this.peers().some(peer => peer.hotkey === reply.neuronKey)) this.table.confirm(reply.neuronKey);
      if (this.contacts.succeeded(partner)) this.log.info(`bootstrap peer ${name} answers again`);
    } catch (error) {
      if (signal.aborted) return;
      const first = this.contacts.failed(partner, this.clock.nowMs());
      if (first) this.log.warn(`bootstrap peer ${name} does not answer (${messageOf(error)}); trying again`);
      else this.log.debug(`gossip with ${name}: ${messageOf(error)}`);
    }
  }

  private async answer(call: RawCall): Promise<Uint8Array> {
    const batch = open(call.bytes);
    if (batch.neuronKey !== this.ownKey) await this.merge(batch);
    return GossipBatch.encode(this.batch()).finish();
  }

  /** Takes in what is new, verified. One bad entry ends it: nobody honest passes on what does not verify. */
  private async merge(batch: GossipBatch): Promise<void> {
    let verified = 0;
    let changed = false;
    try {
      for (const message of batch.synapses) {
        const entry = openEntry(message);
        if (!entry) throw new RequestError('InvalidRequest', `a malformed synapse from ${clean(batch.address)}`);
        const wanted = this.isOwnEntry(entry) ? undefined : this.table.wants(entry, this.clock.nowMs());
        if (!wanted || !this.budgets[wanted].spend()) continue;
        if (!verifyEntry(entry, this.table.known(entry))) {
          throw new RequestError('Unauthenticated', `a synapse from ${clean(batch.address)} with a wrong signature`);
        }
        changed = this.table.put(entry) || changed;
        if (++verified % VERIFY_AT_ONCE === 0) await yieldToOthers();
      }
    } finally {
      if (changed) this.changed();
    }
    const known = new Set(this.addresses().map(formatAddress));
    for (const text of [batch.address, ...batch.peers]) {
      const address = parseLiteral(text);
      if (address && !known.has(formatAddress(address))) this.contacts.hear(address);
    }
  }

  private batch(): GossipBatch {
    const now = this.clock.nowMs();
    return {
      ...GossipBatch.create(),
      version: PROTOCOL_VERSION,
      peers: pick(this.addresses(), BATCH.peers).map(formatAddress),
      synapses: [this.own!, ...this.table.sample(BATCH.synapses - 1, now)],
      address: formatAddress(this.ownAddress()),
      neuronKey: this.ownKey,
    };
  }

  private sign(goodbye = false): Synapse {
    const { signer, synapse } = this.options;
    // Later than the one before, even when the clock was set back.
    const heartbeatMs = Math.max((this.own?.heartbeat ?? 0) + 1, this.clock.nowMs());
    const { synapseKey, host, port, endorsement } = synapse;
    return sealEntry(signer, {
      synapseKey,
      address: { host, port },
      metagraph: this.ownAddress(),
      heartbeatMs,
      goodbye,
      endorsement,
    });
  }

  private async sayGoodbye(): Promise<void> {
    this.own = this.sign(true);
    const bytes = GossipBatch.encode(this.batch()).finish();
    const neighbours = pick(this.addresses(), 3);
    const send = (address: Address) => this.channels.call('', address, { path: PATH, bytes, timeoutMs: 500 });
    await Promise.allSettled(neighbours.map(send));
  }

  /** Where the known neurons answer gossip. */
  private addresses(): Address[] {
    return this.peers().flatMap(peer => peer.metagraph ?? []);
  }

  private isOwnEntry(entry: PeerEntry): boolean {
    return entry.hotkey === this.ownKey && entry.synapseKey === this.options.synapse.synapseKey;
  }

  private ownAddress(): Address {
    return { host: this.options.synapse.host, port: this.boundPort };
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

function open(bytes: Uint8Array): GossipBatch {
  let batch: GossipBatch;
  try {
    checkEnvelope(bytes, gossipBatchRule(BATCH));
    batch = GossipBatch.decode(bytes);
  } catch (error) {
    throw new RequestError('InvalidRequest', `not a GossipBatch: ${clean(messageOf(error))}`, error);
  }
  if (batch.version.split('.', 1)[0] !== PROTOCOL_VERSION.split('.', 1)[0]) {
    throw new RequestError('RequestIncompatibleVersion', `gossip of version ${clean(batch.version) || 'none'}`);
  }
  return batch;
}
