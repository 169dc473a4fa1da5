import type { Synapse } from '../gen/bittensor.js';
import type { PeerEntry, UnverifiedEntry } from './synapse-entry.js';

export interface PeerTableOptions {
  /** Entries kept (`--metagraph_size`), besides the own one. */
  readonly size: number;
  /** How long an entry counts after its neuron signed it, milliseconds. */
  readonly expiryMs: number;
  /** How far a neuron's clock may be ahead of this one. */
  readonly aheadMs: number;
  /** An entry only a little newer than the known one is not worth verifying. */
  readonly renewMs: number;
}

interface Row {
  readonly entry: UnverifiedEntry;
  /** Its neuron answered at the address that the entry names. */
  confirmed: boolean;
}

/**
 * The synapses of other neurons that gossip brought, each signed by its neuron. Liveness is the neuron's own word: only
 * a newer signature of it renews an entry, whoever passes it on and however often.
 */
export class PeerTable {
  private readonly rows = new Map<string, Row>();

  constructor(private readonly options: PeerTableOptions) {}

  /** Whether an entry says something new, to be asked before the costly verification. */
  wants(entry: PeerEntry, nowMs: number): 'stranger' | 'renewal' | undefined {
    if (entry.heartbeatMs > nowMs + this.options.aheadMs || this.expired(entry, nowMs)) return undefined;
    const known = this.known(entry);
    if (!known) return 'stranger';
    if (entry.heartbeatMs <= known.heartbeatMs) return undefined;
    const newer = entry.heartbeatMs - known.heartbeatMs >= this.options.renewMs;
    return newer || !sameAddress(entry, known) ? 'renewal' : undefined;
  }

  /** The entry that this one would replace. */
  known(entry: PeerEntry): UnverifiedEntry | undefined {
    return this.rows.get(nameOf(entry))?.entry;
  }

  /** Takes a verified entry in. True when that changes who is live or where. */
  put(entry: UnverifiedEntry): boolean {
    const name = nameOf(entry);
    const known = this.rows.get(name);
    if (!known && this.rows.size >= this.options.size && !this.evict()) return false;
    if (!known) {
      this.rows.set(name, { entry, confirmed: false });
      return !entry.gone;
    }
    const moved = !sameAddress(entry, known.entry);
    this.rows.set(name, { entry, confirmed: known.confirmed && !moved });
    return moved;
  }

  /** Notes that this neuron answered where it says it does: its entries are not given up for a stranger's. */
  confirm(hotkey: string): void {
    for (const row of this.rows.values()) if (row.entry.hotkey === hotkey) row.confirmed = true;
  }

  /** Drops what is too old. True when something live went. */
  expire(nowMs: number): boolean {
    let changed = false;
    for (const [name, { entry }] of this.rows) {
      if (!this.expired(entry, nowMs)) continue;
      this.rows.delete(name);
      changed ||= !entry.gone;
    }
    return changed;
  }

  /** Synapses of others that live, in the order of their keys. */
  live(nowMs: number): PeerEntry[] {
    return [...this.rows]
      .filter(([, { entry }]) => !entry.gone && !this.expired(entry, nowMs))
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([, { entry }]) => publicPart(entry));
  }

  /** Up to `count` entries to pass on, picked at random; goodbyes among them. */
  sample(count: number, nowMs: number): Synapse[] {
    const entries = [...this.rows.values()].map(row => row.entry).filter(entry => !this.expired(entry, nowMs));
    return pick(entries, count).map(entry => entry.message);
  }

  get size(): number {
    return this.rows.size;
  }

  private expired(entry: PeerEntry, nowMs: number): boolean {
    return nowMs - entry.heartbeatMs > this.options.expiryMs;
  }

  /** Drops the oldest entry of those that never answered. A table of confirmed ones takes no stranger's. */
  private evict(): boolean {
    let oldest: [string, number] | undefined;
    for (const [name, { entry, confirmed }] of this.rows) {
      if (!confirmed && (!oldest || entry.heartbeatMs < oldest[1])) oldest = [name, entry.heartbeatMs];
    }
    return oldest !== undefined && this.rows.delete(oldest[0]);
  }
}

function nameOf(entry: PeerEntry): string {
  return `${entry.hotkey}/${entry.synapseKey}`;
}

function sameAddress(a: PeerEntry, b: PeerEntry): boolean {
  const sameMetagraph = a.metagraph?.host === b.metagraph?.host && a.metagraph?.port === b.metagraph?.port;
  return a.host === b.host && a.port === b.port && sameMetagraph;
}

function publicPart({ message: _message, ...entry }: UnverifiedEntry): PeerEntry {
  return entry;
}

/** Up to `count` of `items`, at random. */
export function pick<T>(items: readonly T[], count: number): T[] {
  const rest = [...items];
  const picked: T[] = [];
  while (picked.length < count && rest.length > 0) {
    const i = Math.floor(Math.random() * rest.length);
    picked.push(rest[i]!);
    rest[i] = rest.at(-1)!;
    rest.pop();
  }
  return picked;
}
