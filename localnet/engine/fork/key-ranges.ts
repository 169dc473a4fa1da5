import type { Key } from '../codec.js';
import { SortedKeys } from '../state/sorted-keys.js';

/** All keys above `from`, up to and including `to` (null: to the end), are known. */
export interface KeyRange {
  from: Key;
  to: Key | null;
}

/** What is known of the keys of a trie that is elsewhere: some stretches, each whole. */
export class KeyRanges {
  /** Ascending; they do not touch. */
  private readonly ranges: KeyRange[] = [];
  private readonly keys = new SortedKeys();

  /** Whether there is such a key; undefined: not known. */
  has(key: Key): boolean | undefined {
    const range = this.ranges[this.lastFrom(key, false)];
    return range && isBelow(key, range.to, true) ? this.keys.has(key) : undefined;
  }

  /** The first key above; null: there is none; undefined: not known. */
  next(key: Key): Key | null | undefined {
    const range = this.ranges[this.lastFrom(key, true)];
    // The end of a stretch is a key itself, or the end of all.
    return range && isBelow(key, range.to, false) ? this.keys.after(key) : undefined;
  }

  /** True when a stretch ends with this key: who asks for the next one goes through the keys in order. */
  endsWith(key: Key): boolean {
    return this.ranges[this.lastFrom(key, false)]?.to === key;
  }

  /** How far everything above `key` is known: up to a key, or to the end (null). */
  knownUpTo(key: Key): Key | null {
    const range = this.ranges[this.lastFrom(key, true)];
    return range && isBelow(key, range.to, true) ? range.to : key;
  }

  add({ from, to }: KeyRange, keys: readonly Key[]): void {
    for (const key of keys) this.keys.add(key);
    let first = this.lastFrom(from, true);
    if (first < 0 || !isBelow(from, this.ranges[first]!.to, true)) first++;
    let behind = first;
    const merged: KeyRange = { from, to };
    for (; behind < this.ranges.length; behind++) {
      const range = this.ranges[behind]!;
      if (merged.to !== null && range.from > merged.to) break;
      if (range.from < merged.from) merged.from = range.from;
      if (range.to === null || (merged.to !== null && range.to > merged.to)) merged.to = range.to;
    }
    this.ranges.splice(first, behind - first, merged);
  }

  /** The index of the last stretch that begins below the key, or at it; -1 without any. */
  private lastFrom(key: Key, orAt: boolean): number {
    let low = 0;
    let high = this.ranges.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const { from } = this.ranges[middle]!;
      if (from < key || (orAt && from === key)) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }
}

function isBelow(key: Key, end: Key | null, orAt: boolean): boolean {
  return end === null || key < end || (orAt && key === end);
}
