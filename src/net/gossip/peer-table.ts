import { createHash } from 'node:crypto';
import { type Address, formatAddress } from '../address.js';
import type { Synapse } from '../gen/bittensor.js';
import { type Have, type HaveId, HaveWriter, type Part } from './have.js';
import { nameOf, type PeerEntry, type UnverifiedEntry } from './synapse-entry.js';

export interface PeerTableOptions {
  /** Entries kept (`--metagraph_size`), besides the own ones. */
  readonly size: number;
  /** How long an entry counts after its neuron signed it, milliseconds. */
  readonly expiryMs: number;
  /** How far a neuron's clock may be ahead of this one. */
  readonly aheadMs: number;
  /** An entry only a little newer than the known one is not worth verifying. */
  readonly renewMs: number;
  /** What this node gave to a synapse, by name. Default: nothing to any. */
  readonly weightOf?: (name: string) => number;
  readonly random?: () => number;
}

/** What lives, until the next entry expires or anything changes. A renewal changes the entries only. */
interface View {
  readonly rows: readonly Row[];
  readonly addresses: ReadonlyMap<string, Address>;
  readonly untilMs: number;
  entries: readonly PeerEntry[] | undefined;
}

/** Synapses of one neuron, so that one key cannot fill the table. */
export const SYNAPSES_PER_KEY = 8;
/** How often a neuron may move within the time after which a renewal is worth it. */
const MOVES = 30;
/** Most parts that `have` divides a table into, and entries in each. */
const PART_ENTRIES = 4_096;
/** What answers count for at most, and what failures take at most. */
const MOST_ANSWERS = 16;
const MOST_FAILURES = 4;
const HOUR_MS = 3_600_000;
/** Rows found in one look for what to give up. */
const VICTIMS = 32;

interface Row {
  readonly name: string;
  readonly id: HaveId;
  readonly firstMs: number;
  entry: UnverifiedEntry;
  /** What of the entry is for others, and where its neuron answers gossip, as text; empty: nowhere. */
  shown: PeerEntry;
  metagraph: string;
  /** The heartbeat with which the address became what it is, and when that was by this clock. */
  movedHeartbeatMs: number;
  movedMs: number;
  /** Whether its neuron was asked where the entry says it answers, and how often it did, less how often it did not. */
  asked: boolean;
  answers: number;
}

/**
 * The synapses of other neurons that gossip brought, each signed by its neuron. Liveness is the neuron's own word: only
 * a newer signature of it renews an entry, whoever passes it on and however often. A full table gives up what is worth
 * least to this node: never a neuron that it gave a weight to or that answered it, and of the others the newest.
 */
export class PeerTable {
  private readonly rows = new Map<string, Row>();
  private readonly perKey = new Map<string, number>();
  private victims: Row[] = [];
  private readonly random: () => number;
  private view: View | undefined;

  constructor(private readonly options: PeerTableOptions) {
    this.random = options.random ?? Math.random;
  }

  /** Whether an entry says something new, to be asked before the costly verification. */
  wants(entry: PeerEntry, nowMs: number): 'stranger' | 'renewal' | undefined {
    if (entry.heartbeatMs > nowMs + this.options.aheadMs || this.expired(entry, nowMs)) return undefined;
    const row = this.rows.get(nameOf(entry));
    if (!row) {
      // A goodbye of one that is not known is worth no place.
      if (entry.gone || (this.perKey.get(entry.hotkey) ?? 0) >= SYNAPSES_PER_KEY) return undefined;
      return 'stranger';
    }
    const { entry: known } = row;
    if (entry.heartbeatMs <= known.heartbeatMs) return undefined;
    if (entry.gone && !known.gone) return 'renewal';
    if (entry.heartbeatMs - known.heartbeatMs >= this.options.renewMs) return 'renewal';
    // A neuron that moves is heard at once, one that moves to and fro is not.
    return !sameAddress(entry, known) && nowMs - row.movedMs >= this.options.renewMs / MOVES ? 'renewal' : undefined;
  }

  /** The entry that this one would replace. */
  known(entry: Pick<PeerEntry, 'hotkey' | 'synapseKey'>): UnverifiedEntry | undefined {
    return this.rows.get(nameOf(entry))?.entry;
  }

  /** Takes a verified entry in. True when that changes who is live or where. */
  put(entry: UnverifiedEntry, nowMs: number): boolean {
    const row = this.rows.get(nameOf(entry));
    if (!row) return this.add(entry, nowMs);
    const moved = !sameAddress(entry, row.entry);
    row.entry = entry;
    row.shown = publicPart(entry);
    if (this.view) this.view.entries = undefined;
    if (moved) {
      this.view = undefined;
      row.metagraph = entry.metagraph ? formatAddress(entry.metagraph) : '';
      row.movedHeartbeatMs = entry.heartbeatMs;
      row.movedMs = nowMs;
      row.asked = false;
      row.answers = 0;
    }
    return moved;
  }

  /** Notes that this neuron answered where it says it does. */
  answered(hotkey: string, address: Address): void {
    this.note(address, row => {
      if (row.entry.hotkey === hotkey) row.answers = Math.min(MOST_ANSWERS, Math.max(0, row.answers) + 1);
    });
  }

  /** Notes that nobody, or somebody who lies, answered there. */
  failed(address: Address): void {
    this.note(address, row => {
      row.answers = Math.max(-MOST_FAILURES, Math.min(0, row.answers - 1));
    });
  }

  /** Drops what is too old. Tells whether something live went, and where those answered that once did. */
  expire(nowMs: number, olderThanMs = this.options.expiryMs): { changed: boolean; left: Address[] } {
    let changed = false;
    const left: Address[] = [];
    for (const row of this.rows.values()) {
      if (nowMs - row.entry.heartbeatMs <= olderThanMs) continue;
      this.remove(row);
      changed ||= !row.entry.gone;
      if (!row.entry.gone && row.answers > 0 && row.entry.metagraph) left.push(row.entry.metagraph);
    }
    return { changed, left };
  }

  /** Synapses of others that live, in the order of their keys. */
  live(nowMs: number): readonly PeerEntry[] {
    const view = this.look(nowMs);
    view.entries ??= view.rows.map(row => row.shown);
    return view.entries;
  }

  /** Where their neurons answer gossip, by `host:port`. */
  addresses(nowMs: number): ReadonlyMap<string, Address> {
    return this.look(nowMs).addresses;
  }

  /** The same, best score first. */
  best(nowMs: number): PeerEntry[] {
    return byScore(this.look(nowMs).rows, row => -this.score(row, nowMs)).map(row => row.shown);
  }

  /** The newest neuron that was never asked, for its address to be tried. */
  newcomer(nowMs: number): Address | undefined {
    let newest: Row | undefined;
    for (const row of this.look(nowMs).rows) {
      if (row.asked || !row.entry.metagraph) continue;
      if (!newest || row.firstMs >= newest.firstMs) newest = row;
    }
    return newest?.entry.metagraph;
  }

  /** What this table has, in the form of a request: one part of it where it is large. */
  have(): Part & { have: Uint8Array } {
    const parts = Math.max(1, Math.ceil(this.rows.size / PART_ENTRIES));
    const part = Math.floor(this.random() * parts);
    let told = [...this.rows.values()];
    // Chance may fill one part over its bound; what is left out comes again.
    if (parts > 1) told = told.filter(row => row.id.low % parts === part).slice(0, PART_ENTRIES);
    const writer = new HaveWriter(told.length);
    for (const row of told) writer.add(row.id, row.entry.heartbeatMs);
    return { have: writer.bytes, parts, part };
  }

  /** Up to `count` entries that are news to one who has that; goodbyes among them. At random where there are more. */
  newsFor(have: Have, count: number, nowMs: number): Synapse[] {
    const { parts, part } = have;
    const news: Row[] = [];
    for (const row of this.rows.values()) {
      if (parts > 1 && row.id.low % parts !== part) continue;
      const known = have.heartbeatOf(row.id);
      if (this.isNews(row, known) && this.isFresh(row, nowMs)) news.push(row);
    }
    return pick(news, count, this.random).map(row => row.entry.message);
  }

  /** Up to `count` entries to pass on, picked at random; goodbyes among them. */
  sample(count: number, nowMs: number): Synapse[] {
    const rows = [...this.rows.values()].filter(row => this.isFresh(row, nowMs));
    return pick(rows, count, this.random).map(row => row.entry.message);
  }

  get size(): number {
    return this.rows.size;
  }

  /** Entries that would find a place without any other going. */
  get free(): number {
    return Math.max(0, this.options.size - this.rows.size);
  }

  private add(entry: UnverifiedEntry, nowMs: number): boolean {
    if (this.rows.size >= this.options.size && !this.evict(nowMs)) return false;
    const name = nameOf(entry);
    const digest = createHash('sha256').update(name).digest();
    this.rows.set(name, {
      name,
      id: { low: digest.readUInt32LE(0), high: digest.readUInt32LE(4) },
      firstMs: nowMs,
      entry,
      shown: publicPart(entry),
      metagraph: entry.metagraph ? formatAddress(entry.metagraph) : '',
      movedHeartbeatMs: entry.heartbeatMs,
      movedMs: Number.NEGATIVE_INFINITY,
      asked: false,
      answers: 0,
    });
    this.perKey.set(entry.hotkey, (this.perKey.get(entry.hotkey) ?? 0) + 1);
    this.view = undefined;
    return !entry.gone;
  }

  private remove(row: Row): void {
    this.rows.delete(row.name);
    const left = (this.perKey.get(row.entry.hotkey) ?? 1) - 1;
    if (left > 0) this.perKey.set(row.entry.hotkey, left);
    else this.perKey.delete(row.entry.hotkey);
    this.view = undefined;
  }

  private note(address: Address, change: (row: Row) => void): void {
    const name = formatAddress(address);
    for (const row of this.rows.values()) {
      if (row.metagraph !== name) continue;
      row.asked = true;
      change(row);
    }
  }

  private isNews({ entry, movedHeartbeatMs }: Row, knownMs: number | undefined): boolean {
    if (knownMs === undefined) return !entry.gone;
    if (entry.heartbeatMs - knownMs >= this.options.renewMs) return true;
    return entry.heartbeatMs > knownMs && movedHeartbeatMs > knownMs;
  }

  /** Weights that this node gave, then answers, then age. */
  private score(row: Row, nowMs: number): number {
    const ageMs = Math.max(0, nowMs - row.firstMs);
    return 1_000 * (this.options.weightOf?.(row.name) ?? 0) + row.answers + ageMs / (ageMs + HOUR_MS);
  }

  /** Drops what is worth least of those that never answered: of a flood, the flood's last. A look finds several. */
  private evict(nowMs: number): boolean {
    const mayGo = (row: Row) => row.answers <= 0 && (this.options.weightOf?.(row.name) ?? 0) === 0;
    for (let looks = 0; looks < 2; looks++) {
      for (let row = this.victims.pop(); row; row = this.victims.pop()) {
        if (this.rows.get(row.name) !== row || !mayGo(row)) continue;
        this.remove(row);
        return true;
      }
      const candidates = [...this.rows.values()].filter(mayGo);
      // Few of many, so that in a flood the next look finds the flood's own.
      const count = Math.min(VICTIMS, Math.ceil(candidates.length / 100));
      this.victims = byScore(candidates, row => this.score(row, nowMs))
        .slice(0, count)
        .reverse();
    }
    return false;
  }

  private look(nowMs: number): View {
    if (this.view && nowMs <= this.view.untilMs) return this.view;
    const rows = [...this.rows.values()].filter(row => !row.entry.gone && this.isFresh(row, nowMs));
    rows.sort((a, b) => (a.name < b.name ? -1 : 1));
    const addresses = new Map<string, Address>();
    let oldestMs = nowMs;
    for (const { entry, metagraph } of rows) {
      if (entry.metagraph) addresses.set(metagraph, entry.metagraph);
      oldestMs = Math.min(oldestMs, entry.heartbeatMs);
    }
    this.view = { rows, addresses, untilMs: oldestMs + this.options.expiryMs, entries: undefined };
    return this.view;
  }

  private isFresh(row: Row, nowMs: number): boolean {
    return !this.expired(row.entry, nowMs);
  }

  private expired(entry: PeerEntry, nowMs: number): boolean {
    return nowMs - entry.heartbeatMs > this.options.expiryMs;
  }
}

/** Rising, and of equals the last first. */
function byScore(rows: readonly Row[], scoreOf: (row: Row) => number): Row[] {
  return rows
    .map((row, i) => ({ row, i, score: scoreOf(row) }))
    .sort((a, b) => a.score - b.score || b.i - a.i)
    .map(({ row }) => row);
}

function sameAddress(a: PeerEntry, b: PeerEntry): boolean {
  const sameMetagraph = a.metagraph?.host === b.metagraph?.host && a.metagraph?.port === b.metagraph?.port;
  return a.host === b.host && a.port === b.port && sameMetagraph;
}

function publicPart({ message: _message, ...entry }: UnverifiedEntry): PeerEntry {
  return entry;
}

/** Up to `count` of `items`, at random. */
export function pick<T>(items: readonly T[], count: number, random: () => number = Math.random): T[] {
  const rest = [...items];
  const picked: T[] = [];
  while (picked.length < count && rest.length > 0) {
    const i = Math.floor(random() * rest.length);
    picked.push(rest[i]!);
    rest[i] = rest.at(-1)!;
    rest.pop();
  }
  return picked;
}
