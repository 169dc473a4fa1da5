import { rmSync } from 'node:fs';
import { messageOf } from '../../../src/base/errors.js';
import type { Log } from '../../../src/base/silent-log.js';
import type { Key } from '../codec.js';
import { engineError } from '../errors.js';
import { childPrefix, entriesOfTrie } from '../state/child.js';
import type { Changes, StateReader } from '../state/overlay.js';
import type { StateVersion, Trie } from '../state/trie.js';
import { NewestTries } from './newest-tries.js';
import { NewestValues } from './newest-values.js';
import { CHANGES, encodeChanges, NOWHERE, type Place, type SegmentFrame, segmentsIn } from './segment.js';
import { Segments } from './segments.js';
import { trieOf } from './value-tries.js';

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
  private readonly segments: Segments;
  private readonly values = new NewestValues();
  private readonly tries: NewestTries;
  private newest = 0;
  private oldest = 0;
  /** Pinned, but not on the disk. */
  private readonly lost = new Set<number>();

  private constructor(
    folder: string,
    private readonly options: StateLogOptions,
  ) {
    this.segments = new Segments(folder, options.log);
    this.tries = new NewestTries(this.values, { folder, rootOf: options.rootOf });
  }

  /** Writes the state of the first block: 0, or `options.first`. */
  static create(
    folder: string,
    genesis: ReadonlyMap<Key, Uint8Array>,
    version: StateVersion,
    options: StateLogOptions,
  ): StateLog {
    const state = new StateLog(folder, options);
    for (const start of segmentsIn(folder)) rmSync(state.segments.pathOf(start));
    for (const [key, value] of genesis) state.values.begin(key, value);
    const { first = 0 } = options;
    state.newest = first;
    state.oldest = first;
    state.values.move(state.segments.begin(first, genesis, () => version));
    state.values.sort();
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
    state.values.copy();
    state.values.sort();
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
    const { get, has, next } = this.values;
    return {
      get,
      has,
      next,
      trie: () => this.tries.of(this.newest),
      child: name => this.tries.child(this.newest, name),
    };
  }

  /** The state after an older block, or undefined when it is gone. Valid until the next `append`. */
  at(block: number): StateReader | undefined {
    if (block === this.newest) return this.head();
    if (!this.has(block)) return undefined;
    const { versionOf, ...values } = this.values.at(block, place => this.segments.read(place));
    const whole = (prefix: Key) => trieOf(entriesOfTrie(values, prefix), versionOf);
    return { ...values, trie: () => whole(''), child: name => whole(childPrefix(name)) };
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
    const start = this.segments.append(payload);
    const segment = this.segments.current;
    for (const [key, value] of changes) {
      const { offset, length } = offsets.get(key)!;
      this.values.adopt(block, key, value, { segment, offset: start + offset, length, version });
    }
    this.newest = block;
    this.tries.keep(trie, children);
    this.forget(block);
    this.rotate();
  }

  /**
   * Prepares to make an older block the newest one, which has to be one that it `has`; what is returned does it and cannot
   * fail. What the disk does not cut off then it cuts before the next append, and a start reads nothing behind the newest
   * block.
   */
  rewind(block: number): () => void {
    const { segments, values, tries } = this;
    const held = values.history.since(block, this.newest);
    const read = new Map([...held].map(([key, place]) => [key, segments.read(place)] as const));
    const trie = tries.before(block, read, key => held.get(key)!.version);
    const segment = segments.of(block);
    // Within the current segment no place of a value changes but those that are held.
    const scan = segment === segments.current ? undefined : segments.scan(segment, block);
    return () => {
      for (const [key, place] of held) values.restore(key, read.get(key)!, place);
      values.history.rewind(block, this.newest, held.keys());
      if (scan) values.moveAll(scan.places);
      this.newest = block;
      this.oldest = Math.min(this.oldest, block);
      tries.rewind(trie);
      segments.rewind(block, scan);
    };
  }

  /** To be called when fewer blocks are pinned than before. */
  unpin(): void {
    this.values.history.unpin(this.pins());
    this.dropSegments();
  }

  sync(): void {
    this.segments.sync();
  }

  syncSoon(): void {
    this.segments.syncSoon();
  }

  close(): void {
    this.segments.close();
  }

  private pins(): readonly number[] {
    const pins = this.options.pins?.() ?? [];
    return this.lost.size > 0 ? pins.filter(pin => !this.lost.has(pin)) : pins;
  }

  /** Drops what only states behind the horizon need, as seen from the newest block. */
  private forget(newest: number): void {
    const { keepBlocks } = this.options;
    if (keepBlocks !== undefined) this.forgetBefore(Math.min(newest - keepBlocks, this.newest));
  }

  private forgetBefore(horizon: number): void {
    if (this.oldest >= horizon) return;
    const pins = this.pins();
    for (; this.oldest < horizon; this.oldest++) {
      const block = this.oldest + 1;
      this.values.history.forget(
        block,
        pins.findLast(pin => pin < block),
      );
    }
    this.dropSegments();
  }

  /** Deletes segments that hold no state that is kept. */
  private dropSegments(): void {
    const starts = this.segments.all;
    const pins = this.pins();
    for (let i = 0; i + 1 < starts.length; i++) {
      const start = starts[i]!;
      const next = starts[i + 1]!;
      if (next > this.oldest) return;
      if (pins.some(pin => pin >= start && pin < next)) continue;
      this.moveOut(start, pins);
      this.segments.remove(start);
    }
  }

  /** What a pinned block held may be known by where a later segment repeats it. */
  private moveOut(start: number, pins: readonly number[]): void {
    if (!pins.some(pin => pin < start)) return;
    const scans = new Map<number, Map<Key, Place>>();
    this.values.history.move(start, (key, block) => {
      const pin = pins.findLast(number => number < block)!;
      const places = scans.get(pin) ?? this.segments.scan(this.segments.of(pin), pin).places;
      scans.set(pin, places);
      return places.get(key)!;
    });
  }

  /** Begins a new segment when the current one is long, and large enough for a snapshot to be a small part of it. */
  private rotate(): void {
    const { segments, values } = this;
    const { keepBlocks, segmentBlocks = SEGMENT_BLOCKS, log } = this.options;
    if (this.newest - segments.current < Math.max(segmentBlocks, keepBlocks ?? 0)) return;
    if (segments.currentBytes < (keepBlocks === undefined ? 9 : 2) * segments.currentSnapshotBytes) return;
    try {
      values.move(segments.begin(this.newest, values.all, values.versionOf));
    } catch (error) {
      // The old segment goes on; the next block tries again.
      log.warn(`no snapshot at block ${this.newest}: ${messageOf(error)}`);
    }
  }

  private load(start: number, upTo: number, first: boolean): void {
    const path = this.segments.pathOf(start);
    if (start > upTo) {
      if (first) throw engineError('bad_data', `${path} begins after block ${upTo}, the newest block`);
      // Left over from a head that was cut off.
      rmSync(path);
      return;
    }
    // The segments between were dropped, because only a block before them was pinned.
    const left = !first && start !== this.newest ? new Set(this.values.all.keys()) : undefined;
    const missing = (pin: number) => pin < start && (first || (left && pin > this.newest));
    for (const pin of this.pins().filter(missing)) this.lost.add(pin);
    this.newest = start;
    if (first) this.oldest = start;
    let isWhole = false;
    for (const frame of this.segments.load(start)) {
      if (frame.kind === 'changes') {
        if (!this.loadChanges(frame, path, upTo)) break;
      } else if (frame.kind === 'snapshot') this.loadSnapshot(frame, first, left);
      else {
        isWhole = true;
        for (const key of left ?? []) this.values.adopt(start, key, null, NOWHERE);
        if (left) this.forgetBefore(start);
      }
    }
    if (!isWhole) throw engineError('bad_data', `${path} has no whole snapshot`);
  }

  /** What is in the snapshot is taken from `left`: what remains is gone. */
  private loadSnapshot({ block, each }: SegmentFrame, first: boolean, left: Set<Key> | undefined): void {
    each((key, value, place) => {
      left?.delete(key);
      if (first) this.values.begin(key, value!, place);
      else if (left && !this.values.holds(key, value!, place.version)) this.values.adopt(block, key, value, place);
      else this.values.move([[key, place]]);
    });
  }

  /** False when the block is behind `upTo`, and cut off. */
  private loadChanges({ block, each, from }: SegmentFrame, path: string, upTo: number): boolean {
    if (block !== this.newest + 1) {
      throw engineError('bad_data', `${path} has block ${block} where block ${this.newest + 1} belongs`);
    }
    if (block > upTo) {
      this.segments.truncate(from);
      return false;
    }
    each((key, value, place) => this.values.adopt(block, key, value, place));
    this.newest = block;
    this.forget(upTo);
    return true;
  }
}
