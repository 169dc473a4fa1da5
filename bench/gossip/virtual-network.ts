import type { Clock } from '../../src/base/index.js';
import { type Address, formatAddress } from '../../src/net/address.js';
import { Synapse } from '../../src/net/gen/bittensor.js';
import { verifyEntry } from '../../src/net/gossip/synapse-entry.js';
import type { GossipTransport } from '../../src/net/gossip/transport.js';

type Answer = (bytes: Uint8Array) => Promise<Uint8Array>;

interface Event {
  readonly atMs: number;
  readonly order: number;
  readonly act: () => Promise<void> | void;
}

/** Mulberry32: the same chance in every run. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/**
 * Many nodes in one process, by a clock that jumps from event to event. An exchange takes no time; one with an address
 * where nobody answers takes the whole time-out of the caller. Signatures are really made and really verified, but one that
 * a thousand nodes verify is computed once.
 */
export class VirtualNetwork {
  nowMs = 1_800_000_000_000;
  readonly clock: Clock = { nowMs: () => this.nowMs };
  readonly random: () => number;
  /** What went over the wire since the start, requests and replies. */
  bytes = 0;
  exchanges = 0;
  /** Signatures that nodes asked for, each time that one did. */
  verifications = 0;
  /** Whether one address reaches the other; set it to part the network. */
  connected: (from: string, to: string) => boolean = () => true;
  private readonly endpoints = new Map<string, Answer>();
  private readonly verified = new Map<string, boolean>();
  private readonly events: Event[] = [];
  private order = 0;

  constructor(seed: number) {
    this.random = seeded(seed);
  }

  /** How a node at this address speaks with others. `lostMs` takes what time-outs cost since it was asked last. */
  transport(own: Address): GossipTransport & { lostMs(): number } {
    const name = formatAddress(own);
    let lostMs = 0;
    return {
      listen: answer => {
        this.endpoints.set(name, answer);
        return Promise.resolve(own.port);
      },
      ask: async (address, { bytes, timeoutMs }) => {
        const to = formatAddress(address);
        const answer = this.endpoints.get(to);
        if (!answer || !this.connected(name, to)) {
          lostMs += timeoutMs;
          throw new Error('nobody answers');
        }
        this.exchanges++;
        this.bytes += bytes.length;
        const reply = await answer(bytes);
        this.bytes += reply.length;
        return reply;
      },
      close: () => {
        this.endpoints.delete(name);
        return Promise.resolve();
      },
      lostMs: () => {
        const lost = lostMs;
        lostMs = 0;
        return lost;
      },
    };
  }

  readonly verify: typeof verifyEntry = entry => {
    this.verifications++;
    const name = Buffer.from(Synapse.encode(entry.message).finish()).toString('latin1');
    let known = this.verified.get(name);
    if (known === undefined) {
      if (this.verified.size > 200_000) this.verified.clear();
      known = verifyEntry(entry);
      this.verified.set(name, known);
    }
    return known;
  };

  after(ms: number, act: Event['act']): void {
    const event = { atMs: Math.ceil(this.nowMs + ms), order: this.order++, act };
    const { events } = this;
    let at = events.push(event) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!isBefore(event, events[parent]!)) break;
      events[at] = events[parent]!;
      at = parent;
    }
    events[at] = event;
  }

  /** Lets `ms` pass, or less where `done`, asked every second, says so. True when it did. */
  async pass(ms: number, done: () => boolean = () => false): Promise<boolean> {
    const endMs = this.nowMs + ms;
    let askAtMs = this.nowMs;
    for (;;) {
      const next = this.events[0];
      if (askAtMs <= Math.min(next?.atMs ?? endMs, endMs)) {
        this.nowMs = Math.max(this.nowMs, askAtMs);
        askAtMs += 1_000;
        if (done()) return true;
        continue;
      }
      if (!next || next.atMs > endMs) break;
      this.takeFirst();
      this.nowMs = next.atMs;
      await next.act();
    }
    this.nowMs = endMs;
    return done();
  }

  private takeFirst(): void {
    const { events } = this;
    const last = events.pop()!;
    if (events.length === 0) return;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= events.length) break;
      if (child + 1 < events.length && isBefore(events[child + 1]!, events[child]!)) child++;
      if (!isBefore(events[child]!, last)) break;
      events[at] = events[child]!;
      at = child;
    }
    events[at] = last;
  }
}

function isBefore(a: Event, b: Event): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);
}
