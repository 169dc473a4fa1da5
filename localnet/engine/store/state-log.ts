import { readdirSync, renameSync, rmSync } from 'node:fs';
import { join as joinPath } from 'node:path';
import { equalBytes } from '../../../src/base/bytes.js';
import { messageOf } from '../../../src/base/errors.js';
import { syncFolder } from '../../../src/base/files.js';
import type { Log } from '../../../src/base/log.js';
import { compact, hex, type Key, keyBytes, Reader, toKey } from '../codec.js';
import { engineError } from '../errors.js';
import type { Changes, StateReader } from '../state/overlay.js';
import { SortedKeys } from '../state/sorted-keys.js';
import { type StateVersion, Trie } from '../state/trie.js';
import { LogFile } from './log-file.js';

/** The first byte of each frame's payload: a snapshot or changes, with values in the form of state version 1 or 0. */
const SNAPSHOT_END = 2;
const SNAPSHOT: Record<StateVersion, number> = { 1: 1, 0: 4 };
const CHANGES: Record<StateVersion, number> = { 1: 3, 0: 5 };
const VERSIONS = [0, 1] as const;
const CHUNK_BYTES = 2 ** 20;
/** A segment holds at least this many blocks before the next begins. */
const SEGMENT_BLOCKS = 1000;

/** Where a value lies on disk. A length of -1: no value. */
interface Place {
  segment: number;
  offset: number;
  length: number;
  /** Under which it was written: a runtime upgrade to another one leaves what it does not touch as it is in the trie. */
  version: StateVersion;
}

const NOWHERE: Place = { segment: 0, offset: 0, length: -1, version: 1 };

export interface StateLogOptions {
  keepBlocks: number | undefined;
  log: Log;
  /** The state root in a block's header: what was read from the disk is compared with it when its trie is first made. */
  rootOf?: (block: number) => Uint8Array;
}

/**
 * The state on disk and in memory. Disk: segments `state-<block>.log`, each a snapshot of the state after that block and then
 * the changes of the following blocks. Memory: all values of the head, its keys in order, its trie; of old states only where
 * the values lie on disk, one entry per change. With `keepBlocks`, segments that only older blocks need are deleted.
 */
export class StateLog {
  private readonly segments = new Map<number, LogFile>();
  private readonly values = new Map<Key, Uint8Array>();
  private readonly places = new Map<Key, Place>();
  private keys = new SortedKeys();
  /** Per key, ascending: what the key held before it changed in that block. */
  private readonly past = new Map<Key, { block: number; before: Place }[]>();
  /** Keys without a value now that had one in an old state. */
  private readonly gone = new SortedKeys();
  private readonly changedIn = new Map<number, Key[]>();
  /** Made when it is first asked for: a chain that was opened again answers before that. */
  private headTrie: Trie | undefined;
  private newest = 0;
  private oldest = 0;
  private segment = 0;
  private snapshotBytes = 0;

  private readonly keepBlocks: number | undefined;
  private readonly log: Log;
  private damage: Error | undefined;

  private constructor(
    private readonly folder: string,
    private readonly options: StateLogOptions,
  ) {
    this.keepBlocks = options.keepBlocks;
    this.log = options.log;
  }

  /** Writes the state of block 0. */
  static create(
    folder: string,
    genesis: ReadonlyMap<Key, Uint8Array>,
    version: StateVersion,
    options: Omit<StateLogOptions, 'rootOf'>,
  ): StateLog {
    for (const name of segmentNames(folder)) rmSync(joinPath(folder, name));
    const state = new StateLog(folder, options);
    for (const [key, value] of genesis) state.values.set(key, value);
    state.writeSegment(0, () => version);
    state.keys = SortedKeys.from(state.values.keys());
    return state;
  }

  /** Reads what is on disk, up to block `upTo`. */
  static open(folder: string, upTo: number, options: StateLogOptions): StateLog {
    const state = new StateLog(folder, options);
    const names = segmentNames(folder);
    if (names.length === 0) throw engineError('bad_data', `${folder} has blocks but no state`);
    names.forEach((name, i) => {
      state.load(Number(name.slice(6, -4)), upTo, i === 0);
    });
    // So far they are views of the buffers that were read; most of those have been replaced by later ones.
    for (const [key, value] of state.values) state.values.set(key, new Uint8Array(value));
    state.keys = SortedKeys.from(state.values.keys());
    state.forget();
    return state;
  }

  get headNumber(): number {
    return this.newest;
  }

  /** The oldest block whose state is still there. */
  get oldestNumber(): number {
    return this.oldest;
  }

  /** The state of the newest block; it changes with the next `append`. */
  head(): StateReader {
    return {
      get: key => this.values.get(key) ?? null,
      has: key => this.values.has(key),
      next: key => this.keys.after(key),
      trie: () => {
        this.headTrie ??= this.checkedTrie();
        return this.headTrie;
      },
    };
  }

  /** The state after an older block, or undefined when it is gone. Valid until the next `append`. */
  at(block: number): StateReader | undefined {
    if (block === this.newest) return this.head();
    if (block > this.newest || block < this.oldest) return undefined;
    const place = (key: Key): Place | undefined => {
      const changes = this.past.get(key);
      if (!changes || changes[changes.length - 1]!.block <= block) return undefined;
      let low = 0;
      let high = changes.length - 1;
      while (low < high) {
        const middle = (low + high) >> 1;
        if (changes[middle]!.block <= block) low = middle + 1;
        else high = middle;
      }
      return changes[low]!.before;
    };
    const has = (key: Key) => {
      const before = place(key);
      return before ? before.length >= 0 : this.values.has(key);
    };
    const next = (key: Key) => {
      let a = this.keys.after(key);
      while (a !== null && !has(a)) a = this.keys.after(a);
      let b = this.gone.after(key);
      while (b !== null && !has(b)) b = this.gone.after(b);
      return a === null || (b !== null && b < a) ? b : a;
    };
    const get = (key: Key) => {
      const before = place(key);
      return before ? this.read(before) : (this.values.get(key) ?? null);
    };
    return {
      get,
      has,
      next,
      trie: () => {
        const entries: [Key, Uint8Array | null][] = has('') ? [['', get('')]] : [];
        for (let key = next(''); key !== null; key = next(key)) entries.push([key, get(key)]);
        return trieOf(entries, key => (place(key) ?? this.places.get(key)!).version);
      },
    };
  }

  /** Writes the changes of the block behind the head and makes them the head. A failed write changes nothing. */
  append(block: number, changes: Changes, trie: Trie, version: StateVersion): void {
    const { payload, offsets } = encodeChanges(block, changes, CHANGES[version]);
    const start = this.current().append(payload);
    const changed: Key[] = [];
    for (const [key, value] of changes) {
      const { offset, length } = offsets.get(key)!;
      this.adopt(block, key, value, { segment: this.segment, offset: start + offset, length, version }, changed);
    }
    this.adopted(block, changed);
    this.headTrie = trie;
    this.forget();
    this.rotate();
  }

  sync(): void {
    this.current().sync();
  }

  syncSoon(): void {
    this.current().syncSoon();
  }

  close(): void {
    for (const file of this.segments.values()) file.close();
  }

  /** The trie of what is in memory; `bad_data` when that is not what the header of the head says. */
  private checkedTrie(): Trie {
    if (this.damage) throw this.damage;
    const trie = trieOf(this.values, key => this.places.get(key)!.version);
    const expected = this.options.rootOf?.(this.newest);
    if (!expected || equalBytes(trie.root, expected)) return trie;
    this.damage = engineError(
      'bad_data',
      `${this.folder}: the state of block ${this.newest} is damaged, its root is ${hex(trie.root)} and not ${hex(expected)} as the block says: restore a copy of this folder, or begin again in an empty one`,
      { data: { folder: this.folder, block: this.newest } },
    );
    throw this.damage;
  }

  private current(): LogFile {
    return this.segments.get(this.segment)!;
  }

  private read(place: Place): Uint8Array | null {
    if (place.length < 0) return null;
    return this.segments.get(place.segment)!.read(place.offset, place.length);
  }

  /** Makes one change part of the head. With `changed`, remembers what was there before and adds the key. */
  private adopt(block: number, key: Key, value: Uint8Array | null, place: Place, changed: Key[] | undefined): void {
    const before = this.places.get(key) ?? NOWHERE;
    if (value === null && before.length < 0) return;
    if (changed) {
      changed.push(key);
      const past = this.past.get(key);
      if (past) past.push({ block, before });
      else this.past.set(key, [{ block, before }]);
    }
    if (value === null) {
      this.values.delete(key);
      this.places.delete(key);
      this.keys.delete(key);
      if (changed) this.gone.add(key);
    } else {
      this.values.set(key, value);
      this.places.set(key, place);
      if (before.length < 0) {
        this.keys.add(key);
        this.gone.delete(key);
      }
    }
  }

  private adopted(block: number, changed: Key[] | undefined): void {
    this.newest = block;
    if (!changed) this.oldest = block;
    else if (this.keepBlocks !== undefined) this.changedIn.set(block, changed);
  }

  /** Drops what only states behind the horizon need. */
  private forget(): void {
    if (this.keepBlocks === undefined) return;
    const horizon = this.newest - this.keepBlocks;
    for (; this.oldest < horizon; this.oldest++) {
      const block = this.oldest + 1;
      for (const key of this.changedIn.get(block) ?? []) {
        const past = this.past.get(key);
        if (past?.[0]?.block !== block) continue;
        past.shift();
        if (past.length > 0) continue;
        this.past.delete(key);
        this.gone.delete(key);
      }
      this.changedIn.delete(block);
    }
    const numbers = [...this.segments.keys()];
    for (let i = 0; i + 1 < numbers.length && numbers[i + 1]! <= this.oldest; i++) {
      const file = this.segments.get(numbers[i]!)!;
      this.segments.delete(numbers[i]!);
      file.close();
      rmSync(file.path, { force: true });
    }
  }

  /** Begins a new segment when the current one is long, and large enough for a snapshot to be a small part of it. */
  private rotate(): void {
    const blocks = this.newest - this.segment;
    if (blocks < Math.max(SEGMENT_BLOCKS, this.keepBlocks ?? 0)) return;
    if (this.current().bytes < (this.keepBlocks === undefined ? 9 : 2) * this.snapshotBytes) return;
    try {
      this.writeSegment(this.newest);
    } catch (error) {
      // The old segment goes on; the next block tries again.
      this.log.warn(`no snapshot at block ${this.newest}: ${messageOf(error)}`);
    }
  }

  private writeSegment(block: number, versionOf = (key: Key) => this.places.get(key)!.version): void {
    const path = segmentPath(this.folder, block);
    const temporary = `${path}.tmp`;
    rmSync(temporary, { force: true });
    const file = LogFile.open(temporary);
    const places = new Map<Key, Place>();
    try {
      for (const version of VERSIONS) {
        for (const entries of chunks(this.values, key => versionOf(key) === version)) {
          const { payload, offsets } = encodeChanges(block, new Map(entries), SNAPSHOT[version]);
          const start = file.append(payload);
          for (const [key, at] of offsets)
            places.set(key, { segment: block, offset: start + at.offset, length: at.length, version });
        }
      }
      file.append(snapshotEnd(block, this.values.size));
      file.sync();
    } catch (error) {
      file.close();
      rmSync(temporary, { force: true });
      throw error;
    }
    const bytes = file.bytes;
    file.close();
    this.segments.get(this.segment)?.sync();
    renameSync(temporary, path);
    syncFolder(this.folder);
    this.segments.set(block, LogFile.open(path));
    this.segment = block;
    this.snapshotBytes = bytes;
    for (const [key, place] of places) this.places.set(key, place);
  }

  private load(start: number, upTo: number, first: boolean): void {
    const file = LogFile.open(segmentPath(this.folder, start));
    if (start > upTo || (!first && start !== this.newest)) {
      file.close();
      if (first) throw engineError('bad_data', `${file.path} begins after block ${upTo}, the newest block`);
      // Left over from a head that was cut off.
      rmSync(file.path);
      return;
    }
    this.segments.set(start, file);
    let whole = false;
    if (first) {
      this.newest = start;
      this.oldest = start;
    }
    for (const { offset, payload } of file.frames(this.log)) {
      const kind = payload[0];
      if (kind === SNAPSHOT_END) {
        whole = true;
        this.snapshotBytes = offset + payload.length;
        continue;
      }
      const version = kind === SNAPSHOT[0] || kind === CHANGES[0] ? 0 : 1;
      const reader = new Reader(payload, 1);
      const block = reader.compact();
      if (kind === SNAPSHOT[version]) {
        eachChange(reader, (key, value, at) => {
          if (first) this.values.set(key, value!);
          this.places.set(key, { segment: start, offset: offset + at, length: value!.length, version });
        });
        continue;
      }
      if (kind !== CHANGES[version] || block !== this.newest + 1) {
        throw engineError('bad_data', `${file.path} has block ${block} where block ${this.newest + 1} belongs`);
      }
      if (block > upTo) {
        file.truncate(offset - 8);
        break;
      }
      const kept = this.keepBlocks === undefined || block > upTo - this.keepBlocks;
      const changed: Key[] | undefined = kept ? [] : undefined;
      eachChange(reader, (key, value, at) => {
        const place = { segment: start, offset: offset + at, length: value?.length ?? -1, version } as const;
        this.adopt(block, key, value, place, changed);
      });
      this.adopted(block, changed);
    }
    if (!whole) throw engineError('bad_data', `${file.path} has no whole snapshot`);
    this.segment = start;
  }
}

function segmentPath(folder: string, block: number): string {
  return joinPath(folder, `state-${String(block).padStart(10, '0')}.log`);
}

function segmentNames(folder: string): string[] {
  return readdirSync(folder)
    .filter(name => /^state-\d{10}\.log$/.test(name))
    .sort();
}

/** A trie of values of both versions. */
function trieOf(entries: Iterable<readonly [Key, Uint8Array | null]>, versionOf: (key: Key) => StateVersion): Trie {
  const parts: Record<StateVersion, (readonly [Key, Uint8Array | null])[]> = { 0: [], 1: [] };
  for (const entry of entries) parts[versionOf(entry[0])].push(entry);
  return Trie.of(parts[0], 0).with(parts[1], 1);
}

function* chunks(values: ReadonlyMap<Key, Uint8Array>, wanted: (key: Key) => boolean): Generator<[Key, Uint8Array][]> {
  let chunk: [Key, Uint8Array][] = [];
  let bytes = 0;
  for (const entry of values) {
    if (!wanted(entry[0])) continue;
    chunk.push(entry);
    bytes += entry[0].length + entry[1].length;
    if (bytes < CHUNK_BYTES) continue;
    yield chunk;
    chunk = [];
    bytes = 0;
  }
  if (chunk.length > 0) yield chunk;
}

interface Span {
  offset: number;
  length: number;
}

/** Kind, block, count, then key, flag, value for each; with where each value lies in the payload. */
function encodeChanges(
  block: number,
  changes: Changes,
  kind: number,
): { payload: Uint8Array; offsets: Map<Key, Span> } {
  const parts: Uint8Array[] = [Uint8Array.of(kind), compact(block), compact(changes.size)];
  let at = parts.reduce((sum, part) => sum + part.length, 0);
  const put = (part: Uint8Array) => {
    parts.push(part);
    at += part.length;
  };
  const offsets = new Map<Key, Span>();
  for (const [key, value] of changes) {
    put(compact(key.length));
    put(keyBytes(key));
    // 0: removed; otherwise the length plus one.
    put(compact(value === null ? 0 : value.length + 1));
    offsets.set(key, { offset: at, length: value === null ? -1 : value.length });
    if (value) put(value);
  }
  return { payload: Buffer.concat(parts), offsets };
}

/** Calls back for each change behind the block number, with where the value lies in the payload; values are views. */
function eachChange(reader: Reader, visit: (key: Key, value: Uint8Array | null, at: number) => void): void {
  for (let count = reader.compact(); count > 0; count--) {
    const key = toKey(reader.vec());
    const length = reader.compact() - 1;
    const at = reader.offset;
    visit(key, length < 0 ? null : reader.take(length), at);
  }
}

function snapshotEnd(block: number, count: number): Uint8Array {
  return Buffer.concat([Uint8Array.of(SNAPSHOT_END), compact(block), compact(count), new Uint8Array(32)]);
}
