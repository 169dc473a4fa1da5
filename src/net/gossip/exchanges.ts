import { setImmediate as yieldToOthers } from 'node:timers/promises';
import { type Clock, equalBytes, type Log, messageOf } from '../../base/index.js';
import { type Address, formatAddress, parseLiteral } from '../address.js';
import { Bucket } from '../bucket.js';
import { RequestError } from '../errors.js';
import { GossipBatch, type Synapse } from '../gen/bittensor.js';
import { decodeWithin } from '../wire/decode.js';
import { gossipBatchRule } from '../wire/envelope.js';
import { clean } from '../wire/status.js';
import { isSpoken, PROTOCOL_VERSION, speaks } from '../wire/version.js';
import type { Contacts } from './contacts.js';
import { readHave } from './have.js';
import type { OwnSynapses } from './own-synapses.js';
import { type PeerTable, pick } from './peer-table.js';
import { openEntry, type UnverifiedEntry, verifyEntry } from './synapse-entry.js';
import type { GossipTransport } from './transport.js';
import { judgeWork, type WorkRules } from './work.js';

/** What one exchange may carry each way, as in October 2020. */
const BATCH = { peers: 10, synapses: 1_000 };
/** Signatures verified between two pauses that let others run: some two milliseconds. */
const VERIFY_AT_ONCE = 8;
/** What a full table asks for, so that newcomers have a chance without all the rest coming again and again. */
const TASTE = 16;

export interface ExchangesOptions {
  readonly table: PeerTable;
  readonly contacts: Contacts;
  /** Undefined for an observer without a key. */
  readonly own: OwnSynapses | undefined;
  /** This node's key as text; empty without one. */
  readonly ownKey: string;
  /** Entries and batches of another one are refused. */
  readonly network: Uint8Array;
  readonly work: WorkRules;
  readonly transport: GossipTransport;
  readonly clock: Clock;
  readonly log: Log;
  readonly timeoutMs: number;
  readonly random: () => number;
  readonly verify?: typeof verifyEntry | undefined;
  /** A synapse came, went or moved. */
  readonly onChange: () => void;
}

/** One exchange after the other: what is asked, what is answered, and what of it is believed. */
export class Exchanges {
  // New keys cost their maker work, but verifying them must not eat up what renewals need.
  private readonly budgets: { readonly stranger: Bucket; readonly renewal: Bucket };

  constructor(private readonly options: ExchangesOptions) {
    const nowMs = options.clock.nowMs();
    this.budgets = { stranger: new Bucket(1_000, 200, nowMs), renewal: new Bucket(1_000, 1_000, nowMs) };
  }

  /** Asks one partner for what this node does not know. True when it answered. */
  async ask(partner: Address, signal: AbortSignal): Promise<boolean> {
    const { transport, table, contacts, clock, log, timeoutMs, ownKey } = this.options;
    const name = formatAddress(partner);
    try {
      const bytes = GossipBatch.encode(this.request()).finish();
      const reply = this.open(await transport.ask(partner, { bytes, timeoutMs, signal }));
      if (ownKey !== '' && reply.neuronKey === ownKey) {
        contacts.isOwn(partner, clock.nowMs());
        return false;
      }
      await this.merge(reply);
      table.answered(reply.neuronKey, partner);
      if (contacts.succeeded(partner, clock.nowMs())) log.info(`bootstrap peer ${name} answers again`);
      return true;
    } catch (error) {
      if (signal.aborted) return false;
      table.failed(partner);
      const first = contacts.failed(partner, clock.nowMs());
      if (first) log.warn(`bootstrap peer ${name} does not answer (${messageOf(error)}); trying again`);
      else log.debug(`gossip with ${name}: ${messageOf(error)}`);
      return false;
    }
  }

  /** Answers a stranger. Throws a `RequestError` for what no honest node sends. */
  async answer(bytes: Uint8Array): Promise<Uint8Array> {
    const batch = this.open(bytes);
    const have = readable(() => readHave(batch));
    if (this.options.ownKey === '' || batch.neuronKey !== this.options.ownKey) await this.merge(batch);
    const { own, table, clock } = this.options;
    const first = own?.messages() ?? [];
    const room = BATCH.synapses - first.length;
    const count = batch.takes > 0 ? Math.min(room, batch.takes) : room;
    const others = have ? table.newsFor(have, count, clock.nowMs()) : table.sample(count, clock.nowMs());
    return GossipBatch.encode(this.batch([...first, ...others])).finish();
  }

  /** Tells some neighbours that this node's synapses end. */
  async sayGoodbye(): Promise<void> {
    const goodbyes = this.options.own?.goodbyes() ?? [];
    if (goodbyes.length === 0) return;
    const bytes = GossipBatch.encode(this.batch(goodbyes)).finish();
    const neighbours = pick([...this.addresses().values()], 3, this.options.random);
    const send = (address: Address) => this.options.transport.ask(address, { bytes, timeoutMs: 500 });
    await Promise.allSettled(neighbours.map(send));
  }

  /** Where the known neurons answer gossip, by `host:port`. */
  addresses(): ReadonlyMap<string, Address> {
    return this.options.table.addresses(this.options.clock.nowMs());
  }

  private request(): GossipBatch {
    const { own, table } = this.options;
    const { free } = table;
    return {
      ...this.batch(own?.messages() ?? []),
      ...table.have(),
      takes: free < BATCH.synapses ? Math.max(TASTE, free) : 0,
    };
  }

  private batch(synapses: Synapse[]): GossipBatch {
    const { own, ownKey, network, random } = this.options;
    const address = own?.address();
    return {
      ...GossipBatch.create(),
      version: PROTOCOL_VERSION,
      peers: pick([...this.addresses().keys()], BATCH.peers, random),
      synapses,
      address: address ? formatAddress(address) : '',
      neuronKey: ownKey,
      network,
    };
  }

  /** Takes in what is new, verified. One bad entry ends it: nobody honest passes on what does not verify. */
  private async merge(batch: GossipBatch): Promise<void> {
    const { table, clock, network, onChange, contacts, verify = verifyEntry } = this.options;
    let verified = 0;
    let changed = false;
    try {
      for (const message of batch.synapses) {
        const entry = openEntry(message);
        if (!entry) throw new RequestError('InvalidRequest', `a malformed synapse from ${senderOf(batch)}`);
        if (!equalBytes(message.network, network)) {
          throw new RequestError('Unauthenticated', `a synapse of another network from ${senderOf(batch)}`);
        }
        if (!this.isWorthVerifying(entry, batch)) continue;
        if (!verify(entry, table.known(entry))) {
          throw new RequestError('Unauthenticated', `a synapse from ${senderOf(batch)} with a wrong signature`);
        }
        changed = table.put(entry, clock.nowMs()) || changed;
        if (++verified % VERIFY_AT_ONCE === 0) await yieldToOthers();
      }
    } finally {
      if (changed) onChange();
    }
    const known = this.addresses();
    for (const text of [batch.address, ...batch.peers]) {
      const address = parseLiteral(text);
      if (address && !known.has(formatAddress(address))) contacts.hear(address);
    }
  }

  private open(bytes: Uint8Array): GossipBatch {
    const batch = decodeWithin('GossipBatch', GossipBatch, bytes, gossipBatchRule(BATCH));
    if (!isSpoken(batch.version)) throw new RequestError('RequestIncompatibleVersion', speaks('gossip', batch.version));
    if (!equalBytes(batch.network, this.options.network)) {
      throw new RequestError('Unauthenticated', 'this is gossip of another network');
    }
    return batch;
  }

  /** The cheap checks: is it news, is there work behind it, and is there time for the signature? */
  private isWorthVerifying(entry: UnverifiedEntry, batch: GossipBatch): boolean {
    const { table, clock, ownKey, own, work } = this.options;
    if (entry.hotkey === ownKey && own?.has(entry.synapseKey)) return false;
    const wanted = table.wants(entry, clock.nowMs());
    if (!wanted) return false;
    // A goodbye is wanted of a known neuron only, whose work was seen.
    if (!entry.gone) {
      const verdict = judgeWork(entry.message, work, clock.nowMs());
      if (verdict === 'none') {
        const why = `a synapse from ${senderOf(batch)} without the work asked for here (${work.difficulty} bits)`;
        throw new RequestError('Unauthenticated', why);
      }
      if (verdict === 'old') return false;
    }
    return this.budgets[wanted].take(clock.nowMs());
  }
}

function senderOf({ address }: GossipBatch): string {
  return clean(address) || 'an observer';
}

function readable<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new RequestError('InvalidRequest', `not a GossipBatch: ${clean(messageOf(error))}`, error);
  }
}
