import type { Key } from '../../localnet/engine/codec.js';
import type { CallState } from '../../localnet/engine/runtime/executor.js';
import { type Changes, Overlay, type Removal, type StateReader } from '../../localnet/engine/state/overlay.js';
import { SortedKeys } from '../../localnet/engine/state/sorted-keys.js';
import { type StateVersion, Trie } from '../../localnet/engine/state/trie.js';

/** A state in memory, as the engine keeps its head: all values, the keys in order, the trie. */
class Head implements StateReader {
  private readonly values = new Map<Key, Uint8Array>();
  private readonly keys = new SortedKeys();
  private current = Trie.empty;

  get(key: Key): Uint8Array | null {
    return this.values.get(key) ?? null;
  }

  has(key: Key): boolean {
    return this.values.has(key);
  }

  next(key: Key): Key | null {
    return this.keys.after(key);
  }

  trie(): Trie {
    return this.current;
  }

  /** No pallet here has children. */
  child(): Trie {
    return Trie.empty;
  }

  apply(changes: Changes): void {
    this.current = this.current.with(changes, 1);
    for (const [key, value] of changes) {
      if (value === null) {
        if (this.values.delete(key)) this.keys.delete(key);
      } else {
        if (!this.values.has(key)) this.keys.add(key);
        this.values.set(key, value);
      }
    }
  }
}

/**
 * The state of one measurement: an overlay on a head, as in a block. It counts the keys that are read and written, those that
 * every block touches left out.
 */
export class MeasuredState implements CallState {
  private head = new Head();
  private overlay = new Overlay(this.head);
  private ignored = new Set<Key>();
  private readonly readKeys = new Set<Key>();
  private readonly writtenKeys = new Set<Key>();

  get reads(): number {
    return this.readKeys.size;
  }

  get writes(): number {
    return this.writtenKeys.size;
  }

  /** Forgets everything. */
  wipe(): void {
    this.head = new Head();
    this.overlay = new Overlay(this.head);
    this.resetCounts();
  }

  /** Makes the changes part of the head, as the end of a block does; returns the nanoseconds that takes. */
  settle(): number {
    const begin = process.hrtime.bigint();
    this.head.apply(this.overlay.changes());
    this.overlay = new Overlay(this.head);
    return Number(process.hrtime.bigint() - begin);
  }

  ignore(keys: Iterable<Key>): void {
    this.ignored = new Set(keys);
  }

  resetCounts(): void {
    this.readKeys.clear();
    this.writtenKeys.clear();
  }

  get depth(): number {
    return this.overlay.depth;
  }

  unwind(depth: number): void {
    this.overlay.unwind(Math.min(depth, this.overlay.depth));
  }

  get(key: Key): Uint8Array | null {
    this.noteRead(key);
    return this.overlay.get(key);
  }

  has(key: Key): boolean {
    this.noteRead(key);
    return this.overlay.has(key);
  }

  next(key: Key): Key | null {
    const next = this.overlay.next(key);
    if (next !== null) this.noteRead(next);
    return next;
  }

  set(key: Key, value: Uint8Array | null): void {
    this.noteWrite(key);
    this.overlay.set(key, value);
  }

  append(key: Key, item: Uint8Array): void {
    this.noteWrite(key);
    this.overlay.append(key, item);
  }

  clearPrefix(prefix: Key, limit: number | undefined, cursor?: Key): Removal {
    for (let key = this.overlay.next(prefix); key?.startsWith(prefix); key = this.overlay.next(key)) {
      this.noteWrite(key);
    }
    return this.overlay.clearPrefix(prefix, limit, cursor);
  }

  root(version: StateVersion): Uint8Array {
    return this.overlay.root(version);
  }

  childRoot(name: Key, version: StateVersion): Uint8Array {
    return this.overlay.childRoot(name, version);
  }

  start(): void {
    this.overlay.start();
  }

  commit(): void {
    this.overlay.commit();
  }

  rollback(): void {
    this.overlay.rollback();
  }

  private noteRead(key: Key): void {
    if (!this.ignored.has(key)) this.readKeys.add(key);
  }

  private noteWrite(key: Key): void {
    if (!this.ignored.has(key)) this.writtenKeys.add(key);
  }
}
