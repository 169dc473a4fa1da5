import type { Key } from '../codec.js';

/** Keys per chunk before it is cut in two. */
const CHUNK = 512;

/**
 * A sorted set of keys in chunks: finding is two binary searches, adding and removing move at most one chunk.
 */
export class SortedKeys {
  private chunks: Key[][] = [];
  size = 0;

  /** Builds from keys in any order. */
  static from(keys: Iterable<Key>): SortedKeys {
    const set = new SortedKeys();
    const sorted = [...new Set(keys)].sort();
    for (let i = 0; i < sorted.length; i += CHUNK / 2) set.chunks.push(sorted.slice(i, i + CHUNK / 2));
    set.size = sorted.length;
    return set;
  }

  add(key: Key): void {
    if (this.chunks.length === 0) {
      this.chunks.push([key]);
      this.size = 1;
      return;
    }
    const c = Math.min(this.chunkOf(key), this.chunks.length - 1);
    const chunk = this.chunks[c]!;
    const i = lowerBound(chunk, key);
    if (chunk[i] === key) return;
    chunk.splice(i, 0, key);
    this.size++;
    if (chunk.length > CHUNK) this.chunks.splice(c, 1, chunk.slice(0, CHUNK / 2), chunk.slice(CHUNK / 2));
  }

  delete(key: Key): void {
    const c = this.chunkOf(key);
    const chunk = this.chunks[c];
    if (!chunk) return;
    const i = lowerBound(chunk, key);
    if (chunk[i] !== key) return;
    chunk.splice(i, 1);
    this.size--;
    if (chunk.length === 0) this.chunks.splice(c, 1);
  }

  has(key: Key): boolean {
    const chunk = this.chunks[this.chunkOf(key)];
    return chunk !== undefined && chunk[lowerBound(chunk, key)] === key;
  }

  /** The first key above `key`, or null. */
  after(key: Key): Key | null {
    let c = this.chunkOf(key);
    const chunk = this.chunks[c];
    if (!chunk) return null;
    let i = lowerBound(chunk, key);
    if (chunk[i] === key) i++;
    if (i === chunk.length) {
      c++;
      i = 0;
    }
    return this.chunks[c]?.[i] ?? null;
  }

  *[Symbol.iterator](): Generator<Key> {
    for (const chunk of this.chunks) yield* chunk;
  }

  /** The first chunk whose last key is not below `key`. */
  private chunkOf(key: Key): number {
    let low = 0;
    let high = this.chunks.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const chunk = this.chunks[middle]!;
      if (chunk[chunk.length - 1]! < key) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function lowerBound(keys: readonly Key[], key: Key): number {
  let low = 0;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (keys[middle]! < key) low = middle + 1;
    else high = middle;
  }
  return low;
}
