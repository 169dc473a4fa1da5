import { compact, type Key, Reader } from '../codec.js';
import { childNameOf, childPrefix, childRootKey, inSameTrie, isChildEntry, keyInChild, splitByTrie } from './child.js';
import { SortedKeys } from './sorted-keys.js';
import type { StateVersion, Trie } from './trie.js';

/**
 * A state that does not change while it is read: the head between blocks, or an old block. Entries of child tries have keys
 * of their own (`childPrefix`).
 */
export interface StateReader {
  get(key: Key): Uint8Array | null;
  has(key: Key): boolean;
  /** The first key above `key` in the same trie that has a value, or null. */
  next(key: Key): Key | null;
  /** The top trie; expensive for anything but the head. A state that knows under which version each value was written ignores `version`. */
  trie(version: StateVersion): Trie;
  /** The trie of a child; empty when there is none. */
  child(name: Key, version: StateVersion): Trie;
  /** What changes become in the trie, where that holds only a part of the state: in a fork. */
  enter?(changes: Changes): Map<Key, Uint8Array | null>;
}

/** What host functions do with the state of a call. */
export interface RuntimeStorage {
  get(key: Key): Uint8Array | null;
  has(key: Key): boolean;
  next(key: Key): Key | null;
  set(key: Key, value: Uint8Array | null): void;
  append(key: Key, item: Uint8Array): void;
  clearPrefix(prefix: Key, limit: number | undefined, cursor?: Key): Removal;
  root(version: StateVersion): Uint8Array;
  childRoot(name: Key, version: StateVersion): Uint8Array;
  start(): void;
  commit(): void;
  rollback(): void;
}

export type Changes = ReadonlyMap<Key, Uint8Array | null>;

/** What `clearPrefix` did. Source: sp-externalities, `MultiRemovalResults`. */
export interface Removal {
  /** The first key that the limit left, or null. */
  cursor: Key | null;
  /** Keys of the state below that were removed, and those together with the ones that were only here. */
  backend: number;
  unique: number;
  /** Keys of the state below that were visited. */
  loops: number;
}

/** What a block leaves behind. */
export interface Outcome {
  /** All changes, with the roots of the children that were touched. */
  changes: Changes;
  /** Those of the top trie alone. */
  top: Changes;
  trie: Trie;
  children: ReadonlyMap<Key, Trie>;
}

/**
 * Changes on top of a state, in nested transactions. The lowest layer is the call or the block itself.
 */
export class Overlay implements RuntimeStorage {
  private layers: Map<Key, Value>[] = [new Map()];
  /** Keys ever written here, also in layers that are gone, so that `next` need not look through every layer. */
  private readonly written = new SortedKeys();

  /** Children that were ever written here. */
  private readonly children = new Set<Key>();
  private computed: { version: StateVersion; outcome: Outcome } | undefined;

  constructor(private readonly base: StateReader) {}

  /** Open transactions. */
  get depth(): number {
    return this.layers.length - 1;
  }

  get(key: Key): Uint8Array | null {
    const value = this.find(key);
    if (value === undefined) return this.base.get(key);
    return value instanceof Items ? value.bytes() : value;
  }

  has(key: Key): boolean {
    const value = this.find(key);
    return value === undefined ? this.base.has(key) : value !== null;
  }

  set(key: Key, value: Uint8Array | null): void {
    this.put(key, value);
  }

  /** Appends to a SCALE list without copying what is there: a block's events would otherwise cost their square. */
  append(key: Key, item: Uint8Array): void {
    const value = this.find(key);
    const items = value instanceof Items ? value : Items.of(value === undefined ? this.base.get(key) : value);
    this.put(key, items.with(item));
  }

  next(key: Key): Key | null {
    let below = this.base.next(key);
    while (below !== null && !this.has(below)) below = this.base.next(below);
    let above = inSameTrie(key, this.written.after(key));
    // Behind a map that was emptied here lie many keys that are gone: look no further than the state below says.
    while (above !== null && (below === null || above < below) && !this.has(above)) {
      above = inSameTrie(key, this.written.after(above));
    }
    if (below === null) return above;
    return above === null || below < above ? below : above;
  }

  /**
   * Removes what begins with the prefix: everything that was written here, and at most `limit` keys of the state below, from
   * the cursor of an earlier call on. Counts as sp-state-machine does.
   */
  clearPrefix(prefix: Key, limit: number | undefined, cursor?: Key): Removal {
    let mine = this.written.has(prefix) ? prefix : inSameTrie(prefix, this.written.after(prefix));
    let unique = 0;
    for (; mine?.startsWith(prefix); mine = inSameTrie(prefix, this.written.after(mine))) {
      const value = this.find(mine);
      if (value === undefined) continue;
      if (value !== null) unique++;
      this.put(mine, null);
    }
    let backend = 0;
    let loops = 0;
    const start = cursor !== undefined && cursor > prefix ? cursor : prefix;
    let key = this.base.has(start) ? start : this.base.next(start);
    for (; key?.startsWith(prefix) && loops !== limit; key = this.base.next(key)) {
      if (this.find(key) !== null) {
        this.put(key, null);
        backend++;
      }
      loops++;
    }
    return { cursor: key?.startsWith(prefix) ? key : null, backend, unique: unique + backend, loops };
  }

  root(version: StateVersion): Uint8Array {
    return this.outcome(version).trie.root;
  }

  /** The root of a child; as in sp-state-machine it is written into the top trie when the child was touched here. */
  childRoot(name: Key, version: StateVersion): Uint8Array {
    const below = this.base.child(name, version);
    if (!this.children.has(name)) return below.root;
    const prefix = childPrefix(name);
    const changes: [Key, Uint8Array | null][] = [];
    for (const [key, value] of this.collect()) if (key.startsWith(prefix)) changes.push([keyInChild(key), value]);
    if (changes.length === 0) return below.root;
    const trie = below.with(changes, version);
    this.set(childRootKey(name), trie.isEmpty ? null : trie.root);
    return trie.root;
  }

  /** The trie with these changes; kept until the next change. */
  trie(version: StateVersion): Trie {
    return this.outcome(version).trie;
  }

  /** The changes and the tries that they lead to; kept until the next change. */
  outcome(version: StateVersion): Outcome {
    if (this.computed?.version !== version) this.computed = { version, outcome: this.compute(version) };
    return this.computed.outcome;
  }

  start(): void {
    this.layers.push(new Map());
  }

  commit(): void {
    const done = this.close();
    const below = this.layers[this.layers.length - 1]!;
    for (const [key, value] of done) below.set(key, value);
  }

  rollback(): void {
    if (this.close().size > 0) this.computed = undefined;
  }

  /** Rolls back until `depth` transactions are open: what a trap left behind. */
  unwind(depth: number): void {
    while (this.depth > depth) this.rollback();
  }

  /** All changes, the newest value of each key; roots of children only as far as they were asked for. */
  changes(): Changes {
    return this.collect();
  }

  private compute(version: StateVersion): Outcome {
    const collected = this.collect();
    const changes = this.base.enter?.(collected) ?? collected;
    const base = this.base.trie(version);
    const tries = new Map<Key, Trie>();
    if (this.children.size === 0) {
      return { changes, top: changes, trie: base.with(changes, version), children: tries };
    }
    const { top, children } = splitByTrie(changes);
    for (const [name, entries] of children) {
      const trie = this.base.child(name, version).with(entries, version);
      tries.set(name, trie);
      const root = trie.isEmpty ? null : trie.root;
      top.set(childRootKey(name), root);
      changes.set(childRootKey(name), root);
    }
    return { changes, top, trie: base.with(top, version), children: tries };
  }

  private collect(): Map<Key, Uint8Array | null> {
    const all = new Map<Key, Uint8Array | null>();
    for (const layer of this.layers) {
      for (const [key, value] of layer) all.set(key, value instanceof Items ? value.bytes().slice() : value);
    }
    return all;
  }

  private find(key: Key): Value | undefined {
    for (let i = this.layers.length - 1; i >= 0; i--) {
      const value = this.layers[i]!.get(key);
      if (value !== undefined) return value;
    }
    return undefined;
  }

  private put(key: Key, value: Value): void {
    if (this.find(key) === undefined) {
      this.written.add(key);
      if (isChildEntry(key)) this.children.add(childNameOf(key));
    }
    this.layers[this.layers.length - 1]!.set(key, value);
    this.computed = undefined;
  }

  private close(): Map<Key, Value> {
    if (this.layers.length === 1) throw new RangeError('no open transaction');
    return this.layers.pop()!;
  }
}

type Value = Uint8Array | Items | null;

/** Room in front of the items for the compact count. */
const ROOM = 5;

/**
 * A SCALE list that grows at its end. Views share one buffer: an older view stays right because bytes are only ever added
 * behind its end, and after a rollback the next append overwrites what the rolled-back view had added.
 */
class Items {
  private constructor(
    private readonly buffer: Uint8Array,
    private readonly end: number,
    private readonly count: number,
  ) {}

  /** Starts from a stored value; one that is no list counts as empty, as sp-state-machine has it. */
  static of(value: Uint8Array | null): Items {
    if (!value || value.length === 0) return new Items(new Uint8Array(256), ROOM, 0);
    let reader = new Reader(value);
    let count = 0;
    try {
      count = reader.compact();
    } catch {
      reader = new Reader(new Uint8Array());
    }
    const items = reader.bytes.subarray(reader.offset);
    const buffer = new Uint8Array(2 * items.length + 256);
    buffer.set(items, ROOM);
    return new Items(buffer, ROOM + items.length, count);
  }

  with(item: Uint8Array): Items {
    let buffer = this.buffer;
    const end = this.end + item.length;
    if (end > buffer.length) {
      buffer = new Uint8Array(2 * end);
      buffer.set(this.buffer.subarray(0, this.end));
    }
    buffer.set(item, this.end);
    return new Items(buffer, end, this.count + 1);
  }

  /** A view that the next append may change: copy it to keep it. */
  bytes(): Uint8Array {
    const prefix = compact(this.count);
    this.buffer.set(prefix, ROOM - prefix.length);
    return this.buffer.subarray(ROOM - prefix.length, this.end);
  }
}
