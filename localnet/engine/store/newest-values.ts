import { equalBytes } from '../../../src/base/bytes.js';
import type { Key } from '../codec.js';
import { childPrefix, entriesOfTrie, inSameTrie } from '../state/child.js';
import type { StateReader } from '../state/overlay.js';
import { SortedKeys } from '../state/sorted-keys.js';
import type { StateVersion, Trie } from '../state/trie.js';
import { History } from './history.js';
import { NOWHERE, type Place } from './segment.js';
import { topOnly, trieOf } from './value-tries.js';

type Values = Pick<StateReader, 'get' | 'has' | 'next'>;

/**
 * All values of the newest state and their keys in order, where they lie on disk, and of older states what they held instead.
 */
export class NewestValues implements Values {
  readonly history = new History();
  private readonly values = new Map<Key, Uint8Array>();
  private places = new Map<Key, Place>();
  private keys = new SortedKeys();

  get all(): ReadonlyMap<Key, Uint8Array> {
    return this.values;
  }

  readonly get = (key: Key): Uint8Array | null => this.values.get(key) ?? null;
  readonly has = (key: Key): boolean => this.values.has(key);
  readonly next = (key: Key): Key | null => inSameTrie(key, this.keys.after(key));
  readonly versionOf = (key: Key): StateVersion => this.places.get(key)!.version;

  /** What an older block held, as far as its history is kept. `read` fetches from the disk. */
  at(block: number, read: (place: Place) => Uint8Array | null): Values & { versionOf(key: Key): StateVersion } {
    const { history } = this;
    const place = (key: Key) => history.at(key, block);
    const has = (key: Key) => {
      const before = place(key);
      return before ? before.length >= 0 : this.values.has(key);
    };
    const next = (key: Key) => {
      let a = inSameTrie(key, this.keys.after(key));
      while (a !== null && !has(a)) a = inSameTrie(key, this.keys.after(a));
      let b = inSameTrie(key, history.gone.after(key));
      while (b !== null && !has(b)) b = inSameTrie(key, history.gone.after(b));
      return a === null || (b !== null && b < a) ? b : a;
    };
    const get = (key: Key) => {
      const before = place(key);
      return before ? read(before) : this.get(key);
    };
    return { get, has, next, versionOf: key => place(key)?.version ?? this.versionOf(key) };
  }

  topTrie(): Trie {
    return trieOf(topOnly(this.values), this.versionOf);
  }

  childTrie(name: Key): Trie {
    return trieOf(entriesOfTrie(this, childPrefix(name)), this.versionOf);
  }

  /** Those of the first state, before anything else; `sort` has to follow. */
  begin(key: Key, value: Uint8Array, place?: Place): void {
    this.values.set(key, value);
    if (place) this.places.set(key, place);
  }

  /** Puts the keys in order. */
  sort(): void {
    this.keys = SortedKeys.from(this.values.keys());
  }

  /** Makes the values their own, which may be views of what was read so far; most of that has been replaced by later ones. */
  copy(): void {
    for (const [key, value] of this.values) this.values.set(key, new Uint8Array(value));
  }

  /** Makes one change of a block, and remembers what was there before. */
  adopt(block: number, key: Key, value: Uint8Array | null, place: Place): void {
    const before = this.places.get(key) ?? NOWHERE;
    if (value === null && before.length < 0) return;
    this.history.add(block, key, before);
    this.put(key, value, place, before);
    if (value === null) this.history.gone.add(key);
  }

  /** The other way: what an older block held. Whether a key without a value is still in an even older state, its history knows. */
  restore(key: Key, value: Uint8Array | null, place: Place): void {
    const before = this.places.get(key) ?? NOWHERE;
    this.put(key, value, place, before);
    if (value === null) this.history.gone.add(key);
  }

  /** Values that lie somewhere else now. */
  move(places: Iterable<readonly [Key, Place]>): void {
    for (const [key, place] of places) this.places.set(key, place);
  }

  /** All of them do. */
  moveAll(places: Map<Key, Place>): void {
    this.places = places;
  }

  holds(key: Key, value: Uint8Array, version: StateVersion): boolean {
    const held = this.values.get(key);
    return held !== undefined && this.versionOf(key) === version && equalBytes(held, value);
  }

  private put(key: Key, value: Uint8Array | null, place: Place, before: Place): void {
    if (value === null) {
      this.values.delete(key);
      this.places.delete(key);
      this.keys.delete(key);
      return;
    }
    this.values.set(key, value);
    this.places.set(key, place);
    if (before.length >= 0) return;
    this.keys.add(key);
    this.history.gone.delete(key);
  }
}
