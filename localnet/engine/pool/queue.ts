import { type Entry, isBetter } from './entry.js';
import { IndexedHeap } from './indexed-heap.js';

export interface QueueLimit {
  count: number;
  bytes: number;
}

/** The part of a full queue that one sender keeps for sure; above it, its own go before those of others. */
export const FAIR_SHARE = 1 / 8;

interface Sender {
  bytes: number;
  readonly worst: IndexedHeap<Entry>;
}

const isWorse = (a: Entry, b: Entry) => isBetter(b, a);

/**
 * Transactions by hash, the longest unchecked first. When there are too many, `victim` says which goes: the worst of the
 * sender that takes most above its share, so that nobody pushes out others by sheer number; else the worst of all.
 */
export class Queue {
  readonly entries = new Map<string, Entry>();
  bytes = 0;
  private readonly worst = new IndexedHeap<Entry>(isWorse);
  private readonly senders = new Map<string, Sender>();
  private readonly heavy = new Set<Sender>();

  constructor(private readonly limit: QueueLimit) {}

  has(entry: Entry): boolean {
    return this.entries.has(entry.hash);
  }

  add(entry: Entry): void {
    this.entries.set(entry.hash, entry);
    this.bytes += entry.bytes.length;
    this.worst.push(entry);
    let sender = this.senders.get(entry.sender);
    if (!sender) {
      sender = { bytes: 0, worst: new IndexedHeap<Entry>(isWorse) };
      this.senders.set(entry.sender, sender);
    }
    sender.worst.push(entry);
    sender.bytes += entry.bytes.length;
    this.weigh(sender);
  }

  delete(entry: Entry): boolean {
    if (!this.entries.delete(entry.hash)) return false;
    this.bytes -= entry.bytes.length;
    this.worst.delete(entry);
    const sender = this.senders.get(entry.sender)!;
    sender.worst.delete(entry);
    sender.bytes -= entry.bytes.length;
    if (sender.worst.size === 0) this.senders.delete(entry.sender);
    this.weigh(sender);
    return true;
  }

  /** The one to drop, while the queue is above its limit. */
  victim(): Entry | undefined {
    if (this.entries.size <= this.limit.count && this.bytes <= this.limit.bytes) return undefined;
    let heaviest: Sender | undefined;
    for (const sender of this.heavy) if (!heaviest || this.isHeavier(sender, heaviest)) heaviest = sender;
    return (heaviest?.worst ?? this.worst).peek();
  }

  private load({ worst, bytes }: Sender): number {
    return Math.max(worst.size / this.limit.count, bytes / this.limit.bytes);
  }

  private isHeavier(a: Sender, b: Sender): boolean {
    const more = this.load(a) - this.load(b);
    return more > 0 || (more === 0 && isWorse(a.worst.peek()!, b.worst.peek()!));
  }

  private weigh(sender: Sender): void {
    if (sender.worst.size > 1 && this.load(sender) > FAIR_SHARE) this.heavy.add(sender);
    else this.heavy.delete(sender);
  }
}
