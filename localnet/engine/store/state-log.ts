import { renameSync, rmSync } from 'node:fs';
import { equalBytes } from '../../../src/base/bytes.js';
import { messageOf } from '../../../src/base/errors.js';
import { syncFolder } from '../../../src/base/files.js';
import type { Log } from '../../../src/base/log.js';
import { hex, type Key } from '../codec.js';
import { engineError } from '../errors.js';
import { childPrefix, childRootKey, entriesOfTrie, inSameTrie, isChildEntry, keyInChild } from '../state/child.js';
import type { Changes, StateReader } from '../state/overlay.js';
import { SortedKeys } from '../state/sorted-keys.js';
import { type StateVersion, Trie } from '../state/trie.js';
import { ChildTries } from './child-tries.js';
import { History } from './history.js';
import { FRAME_HEADER, LogFile } from './log-file.js';
import {
  CHANGES,
  chunks,
  encodeChanges,
  encodeEnd,
  NOWHERE,
  type Place,
  readSegment,
  SNAPSHOT,
  segmentPath,
  segmentsIn,
} from './segment.js';

const VERSIONS = [0, 1] as const;
const SEGMENT_BLOCKS = 1000;

export interface StateLogOptions {
  keepBlocks: number | undefined;
  log: Log;
  /** The state root in a block's header: what was read from the disk is compared with it when its trie is first made. */
  rootOf?: (block: number) => Uint8Array | undefined;
  /** Older blocks whose state is kept all the same, ascending. */
  pins?: () => readonly number[];
  /** The number of the block that a new one begins with; default 0. */
  first?: number | undefined;
  /** A segment holds at least this many blocks before the next begins; default 1000. */
  segmentBlocks?: number;
}

/**
 * The state on disk and in memory. Disk: segments `state-<block>.log`, each a snapshot of the state after that block and then
 * the changes of the following blocks. Memory: all values of the head, its keys in order, its trie; of old states only where
 * the values lie on disk, one entry per change. With `keepBlocks`, segments that only older blocks need are deleted.
 */
export class StateLog {
  private readonly segments = new Map<number, LogFile>();
  private readonly values = new Map<Key, Uint8Array>();
  private places = new Map<Key, Place>();
  private keys = new SortedKeys();
  private readonly history = new History();
  /** Made when it is first asked for: a chain that was opened again answers before that. */
  private headTrie: Trie | undefined;
  private readonly childTries = new ChildTries();
  private newest = 0;
  private oldest = 0;
  private segment = 0;
  private snapshotBytes = 0;
  /** Where the changes of each block begin in the current segment. */
  private starts: number[] = [];

  private readonly keepBlocks: number | undefined;
  private readonly log: Log;
  private damage: Error | undefined;
  /** Pinned, but not on the disk. */
  private readonly lost = new Set<number>();

  private constructor(
    private readonly folder: string,
    private readonly options: StateLogOptions,
  ) {
    this.keepBlocks = options.keepBlocks;
    this.log = options.log;
  }

  /** Writes the state of the first block: 0, or `options.first`. */
  static create(
    folder: string,
    genesis: ReadonlyMap<Key, Uint8Array>,
    version: StateVersion,
    options: StateLogOptions,
  ): StateLog {
    for (const start of segmentsIn(folder)) rmSync(segmentPath(folder, start));
    const state = new StateLog(folder, options);
    for (const [key, value] of genesis) state.values.set(key, value);
    const { first = 0 } = options;
    state.newest = first;
    state.oldest = first;
    state.writeSegment(first, () => version);
    state.keys = SortedKeys.from(state.values.keys());
    return state;
  }

  /** Reads what is on disk, up to block `upTo`. */
  static open(folder: string, upTo: number, options: StateLogOptions): StateLog {
    const state = new StateLog(folder, options);
    const starts = segmentsIn(folder);
    if (starts.length === 0) throw engineError('bad_data', `${folder} has blocks but no state`);
    try {
      starts.forEach((start, i) => {
        state.load(start, upTo, i === 0);
      });
    } catch (error) {
      state.close();
      throw error;
    }
    // So far they are views of the buffers that were read; most of those have been replaced by later ones.
    for (const [key, value] of state.values) state.values.set(key, new Uint8Array(value));
    state.keys = SortedKeys.from(state.values.keys());
    state.forget(state.newest);
    return state;
  }

  get headNumber(): number {
    return this.newest;
  }

  /** The oldest block from which on all states are still there. */
  get oldestNumber(): number {
    return this.oldest;
  }

  /** True when the state after a block is still there. */
  has(block: number): boolean {
    return block <= this.newest && (block >= this.oldest || this.pins().includes(block));
  }

  /** The state of the newest block; it changes with the next `append`. */
  head(): StateReader {
    return {
      get: key => this.values.get(key) ?? null,
      has: key => this.values.has(key),
      next: key => inSameTrie(key, this.keys.after(key)),
      trie: () => {
        this.headTrie ??= this.checkedTrie();
        return this.headTrie;
      },
      child: name => this.childTries.get(name, this.values.get(childRootKey(name)), () => this.checkedChild(name)),
    };
  }

  /** The state after an older block, or undefined when it is gone. Valid until the next `append`. */
  at(block: number): StateReader | undefined {
    if (block === this.newest) return this.head();
    if (!this.has(block)) return undefined;
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
      return before ? this.read(before) : (this.values.get(key) ?? null);
    };
    const whole = (prefix: Key) =>
      trieOf(entriesOfTrie({ get, has, next }, prefix), key => (place(key) ?? this.places.get(key)!).version);
    return { get, has, next, trie: () => whole(''), child: name => whole(childPrefix(name)) };
  }

  /**
   * Writes the changes of the block behind the head, the roots of children among them, and makes them the head. A failed
   * write changes nothing.
   */
  append(
    block: number,
    changes: Changes,
    trie: Trie,
    version: StateVersion,
    children: ReadonlyMap<Key, Trie> = new Map(),
  ): void {
    const { payload, offsets } = encodeChanges(block, changes, CHANGES[version]);
    const start = this.current().append(payload);
    for (const [key, value] of changes) {
      const { offset, length } = offsets.get(key)!;
      this.adopt(block, key, value, { segment: this.segment, offset: start + offset, length, version }, true);
    }
    this.starts.push(start - FRAME_HEADER);
    this.newest = block;
    this.headTrie = trie;
    for (const [name, child] of children) this.childTries.keep(name, child);
    this.forget(block);
    this.rotate();
  }

  /**
   * Prepares to make an older block the newest one, which has to be one that it `has`; what is returned does it and cannot
   * fail. What the disk does not cut off then it cuts before the next append, and a start reads nothing behind the newest
   * block.
   */
  rewind(block: number): () => void {
    const held = this.history.since(block, this.newest);
    const values = new Map([...held].map(([key, place]) => [key, this.read(place)] as const));
    const trie =
      this.headTrie &&
      this.checked(
        withVersions(this.headTrie, topOnly(values), key => held.get(key)!.version),
        block,
      );
    const segment = this.segmentOf(block);
    // Within the current segment no place of a value changes but those that are held.
    const scanned = segment === this.segment ? undefined : this.scan(segment, block);
    return () => {
      for (const [key, place] of held) this.restore(key, values.get(key)!, place);
      this.history.rewind(block, this.newest, held.keys());
      this.newest = block;
      this.oldest = Math.min(this.oldest, block);
      this.headTrie = trie;
      const end = scanned?.end ?? this.starts[block - segment] ?? this.current().bytes;
      if (scanned) {
        for (const start of [...this.segments.keys()].filter(key => key > segment).reverse()) this.remove(start);
        this.segment = segment;
        this.places = scanned.places;
        this.starts = scanned.starts;
        this.snapshotBytes = scanned.snapshotBytes;
      }
      this.starts.length = block - segment;
      this.current().cut(end);
    };
  }

  /** To be called when fewer blocks are pinned than before. */
  unpin(): void {
    this.history.unpin(this.pins());
    this.dropSegments();
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

  /** The trie of what is in memory. */
  private checkedTrie(): Trie {
    if (this.damage) throw this.damage;
    try {
      return this.checked(
        trieOf(topOnly(this.values), key => this.places.get(key)!.version),
        this.newest,
      );
    } catch (error) {
      this.damage = error as Error;
      throw error;
    }
  }

  /** `bad_data` when a state is not what the header of its block says. */
  private checked(trie: Trie, block: number): Trie {
    const expected = this.options.rootOf?.(block);
    if (!expected || equalBytes(trie.root, expected)) return trie;
    throw this.damaged(block, `its root is ${hex(trie.root)} and not ${hex(expected)} as the block says`);
  }

  /** The same for the trie of a child of the head and the root in the top trie. */
  private checkedChild(name: Key): Trie {
    const entries = entriesOfTrie(this.head(), childPrefix(name));
    const trie = trieOf(entries, key => this.places.get(key)!.version);
    const expected = this.values.get(childRootKey(name))!;
    if (equalBytes(trie.root, expected)) return trie;
    throw this.damaged(
      this.newest,
      `the root of a child is ${hex(trie.root)} and not ${hex(expected)} as the top trie says`,
    );
  }

  private damaged(block: number, how: string): Error {
    return engineError(
      'bad_data',
      `${this.folder}: the state of block ${block} is damaged, ${how}: restore a copy of this folder, or begin again in an empty one`,
      { data: { folder: this.folder, block } },
    );
  }

  private pins(): readonly number[] {
    const pins = this.options.pins?.() ?? [];
    return this.lost.size > 0 ? pins.filter(pin => !this.lost.has(pin)) : pins;
  }

  private current(): LogFile {
    return this.segments.get(this.segment)!;
  }

  private read(place: Place): Uint8Array | null {
    if (place.length < 0) return null;
    return this.segments.get(place.segment)!.read(place.offset, place.length);
  }

  /** Makes one change part of the head. With `isKept`, remembers what was there before. */
  private adopt(block: number, key: Key, value: Uint8Array | null, place: Place, isKept: boolean): void {
    const before = this.places.get(key) ?? NOWHERE;
    if (value === null && before.length < 0) return;
    if (isKept) this.history.add(block, key, before);
    this.put(key, value, place, before);
    if (value === null && isKept) this.history.gone.add(key);
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

  /** The other way: what an older block held. Whether a key without a value is still in an even older state, its history knows. */
  private restore(key: Key, value: Uint8Array | null, place: Place): void {
    const before = this.places.get(key) ?? NOWHERE;
    this.put(key, value, place, before);
    if (value === null) this.history.gone.add(key);
  }

  /** Drops what only states behind the horizon need, as seen from the newest block. */
  private forget(newest: number): void {
    if (this.keepBlocks !== undefined) this.forgetBefore(Math.min(newest - this.keepBlocks, this.newest));
  }

  private forgetBefore(horizon: number): void {
    if (this.oldest >= horizon) return;
    const pins = this.pins();
    for (; this.oldest < horizon; this.oldest++) {
      const block = this.oldest + 1;
      this.history.forget(
        block,
        pins.findLast(pin => pin < block),
      );
    }
    this.dropSegments();
  }

  /** Deletes segments that hold no state that is kept. */
  private dropSegments(): void {
    const starts = [...this.segments.keys()];
    const pins = this.pins();
    for (let i = 0; i + 1 < starts.length; i++) {
      const start = starts[i]!;
      const next = starts[i + 1]!;
      if (next > this.oldest) return;
      if (pins.some(pin => pin >= start && pin < next)) continue;
      this.moveOut(start, pins);
      this.remove(start);
    }
  }

  /** What a pinned block held may be known by where a later segment repeats it. */
  private moveOut(start: number, pins: readonly number[]): void {
    if (!pins.some(pin => pin < start)) return;
    const scans = new Map<number, Map<Key, Place>>();
    this.history.move(start, (key, block) => {
      const pin = pins.findLast(number => number < block)!;
      const places = scans.get(pin) ?? this.scan(this.segmentOf(pin), pin).places;
      scans.set(pin, places);
      return places.get(key)!;
    });
  }

  private remove(start: number): void {
    const file = this.segments.get(start)!;
    this.segments.delete(start);
    file.close();
    rmSync(file.path, { force: true });
  }

  private holds(key: Key, value: Uint8Array, version: StateVersion): boolean {
    const held = this.values.get(key);
    return held !== undefined && this.places.get(key)!.version === version && equalBytes(held, value);
  }

  /** The segment that holds the state after a block. */
  private segmentOf(block: number): number {
    return [...this.segments.keys()].findLast(start => start <= block)!;
  }

  /** Where everything lay after a block, and where that block ends in its segment. */
  private scan(segment: number, block: number) {
    const places = new Map<Key, Place>();
    const starts: number[] = [];
    let snapshotBytes = 0;
    let end = 0;
    for (const frame of readSegment(this.segments.get(segment)!, segment, this.log)) {
      if (frame.kind === 'changes' && frame.block > block) break;
      if (frame.kind === 'changes') starts.push(frame.from);
      if (frame.kind === 'end') snapshotBytes = frame.to;
      else frame.each((key, value, place) => (value === null ? places.delete(key) : places.set(key, place)));
      end = frame.to;
    }
    return { places, starts, snapshotBytes, end };
  }

  /** Begins a new segment when the current one is long, and large enough for a snapshot to be a small part of it. */
  private rotate(): void {
    const blocks = this.newest - this.segment;
    if (blocks < Math.max(this.options.segmentBlocks ?? SEGMENT_BLOCKS, this.keepBlocks ?? 0)) return;
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
      file.append(encodeEnd(block, this.values.size));
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
    this.starts = [];
    for (const [key, place] of places) this.places.set(key, place);
  }

  private load(start: number, upTo: number, first: boolean): void {
    const file = LogFile.open(segmentPath(this.folder, start));
    if (start > upTo) {
      file.close();
      if (first) throw engineError('bad_data', `${file.path} begins after block ${upTo}, the newest block`);
      // Left over from a head that was cut off.
      rmSync(file.path);
      return;
    }
    this.segments.set(start, file);
    // The segments between were dropped, because only a block before them was pinned.
    const left = !first && start !== this.newest ? new Set(this.values.keys()) : undefined;
    if (left) for (const pin of this.pins()) if (pin > this.newest && pin < start) this.lost.add(pin);
    let isWhole = false;
    this.starts = [];
    this.newest = start;
    if (first) {
      this.oldest = start;
      for (const pin of this.pins()) if (pin < start) this.lost.add(pin);
    }
    for (const frame of readSegment(file, start, this.log)) {
      const { kind, block } = frame;
      if (kind === 'end') {
        isWhole = true;
        this.snapshotBytes = frame.to;
        for (const key of left ?? []) this.adopt(start, key, null, NOWHERE, true);
        if (left) this.forgetBefore(start);
        continue;
      }
      if (kind === 'snapshot') {
        frame.each((key, value, place) => {
          left?.delete(key);
          if (first) this.values.set(key, value!);
          if (left && !this.holds(key, value!, place.version)) this.adopt(start, key, value, place, true);
          else this.places.set(key, place);
        });
        continue;
      }
      if (block !== this.newest + 1) {
        throw engineError('bad_data', `${file.path} has block ${block} where block ${this.newest + 1} belongs`);
      }
      if (block > upTo) {
        file.truncate(frame.from);
        break;
      }
      frame.each((key, value, place) => this.adopt(block, key, value, place, true));
      this.starts.push(frame.from);
      this.newest = block;
      this.forget(upTo);
    }
    if (!isWhole) throw engineError('bad_data', `${file.path} has no whole snapshot`);
    this.segment = start;
  }
}

/** A trie of values of both versions, all of the top or all of one child. */
function trieOf(entries: Iterable<readonly [Key, Uint8Array | null]>, versionOf: (key: Key) => StateVersion): Trie {
  return withVersions(Trie.empty, entries, versionOf);
}

function withVersions(
  trie: Trie,
  entries: Iterable<readonly [Key, Uint8Array | null]>,
  versionOf: (key: Key) => StateVersion,
): Trie {
  const parts: Record<StateVersion, (readonly [Key, Uint8Array | null])[]> = { 0: [], 1: [] };
  for (const entry of entries) {
    const [key, value] = entry;
    parts[versionOf(key)].push(isChildEntry(key) ? [keyInChild(key), value] : entry);
  }
  return trie.with(parts[0], 0).with(parts[1], 1);
}

function* topOnly<T>(entries: Iterable<readonly [Key, T]>): Generator<readonly [Key, T]> {
  for (const entry of entries) if (!isChildEntry(entry[0])) yield entry;
}
