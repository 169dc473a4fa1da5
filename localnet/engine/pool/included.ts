import { type Entry, tell } from './entry.js';

/** Blocks with transactions that wait to become final: all that the longest finality lag leaves. Older ones: `finalityTimeout`. */
const UNFINAL_BLOCKS = 513;

interface InBlock {
  readonly atMs: number;
  readonly entries: readonly Place[];
}

/** A transaction and its place in the block. */
export interface Place {
  readonly entry: Entry;
  readonly index: number;
}

export interface IncludedOptions {
  /** The least time between `inBlock` and `finalized`. */
  finalizedAfterMs: number;
  nowMs: () => number;
}

/** Transactions that are in blocks which are not final yet, and what their watchers hear of it. */
export class Included {
  private readonly blocks = new Map<string, InBlock>();

  constructor(private readonly options: IncludedOptions) {}

  add(block: string, entries: readonly Place[]): void {
    if (entries.length > 0) this.blocks.set(block, { atMs: this.options.nowMs(), entries });
    for (const { entry, index } of entries) tell(entry, { inBlock: block }, index);
  }

  /** Gives up those that wait too long. */
  expire(): void {
    for (const [block, { entries }] of this.blocks) {
      if (this.blocks.size <= UNFINAL_BLOCKS) return;
      this.blocks.delete(block);
      for (const { entry, index } of entries) tell(entry, { finalityTimeout: block }, index);
    }
  }

  finalize(block: string): void {
    const found = this.blocks.get(block);
    if (!found) return;
    this.blocks.delete(block);
    const watched = found.entries.filter(({ entry }) => entry.watchers.size > 0);
    if (watched.length === 0) return;
    const inMs = Math.max(0, found.atMs + this.options.finalizedAfterMs - this.options.nowMs());
    setTimeout(() => {
      for (const { entry, index } of watched) tell(entry, { finalized: block }, index);
    }, inMs).unref();
  }

  /** The chain was rewound: it says no more. */
  clear(): void {
    this.blocks.clear();
  }
}
