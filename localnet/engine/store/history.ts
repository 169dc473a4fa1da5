import type { Key } from '../codec.js';
import { SortedKeys } from '../state/sorted-keys.js';
import type { Place } from './segment.js';

/** The changes of one key, ascending by block. */
interface Line {
  key: Key;
  changes: {
    block: number;
    /** What the key held before. */
    before: Place;
  }[];
}

/**
 * What keys held before they changed, one entry per change. Entries that only forgotten states need are dropped; behind a
 * pinned block the first of each key stays, which is enough for that block.
 */
export class History {
  private readonly lines = new Map<Key, Line>();
  private readonly changedIn = new Map<number, Line[]>();
  /** Blocks up to this one are forgotten, but for pinned ones. */
  private forgotten = 0;
  /** Keys without a value now that had one in an old state. */
  readonly gone = new SortedKeys();

  /** Block by block, a key at most once in each. */
  add(block: number, key: Key, before: Place): void {
    let line = this.lines.get(key);
    if (!line) {
      line = { key, changes: [] };
      this.lines.set(key, line);
    }
    line.changes.push({ block, before });
    const changed = this.changedIn.get(block);
    if (changed) changed.push(line);
    else this.changedIn.set(block, [line]);
  }

  /** What the key held after a block, when it has changed since. */
  at(key: Key, block: number): Place | undefined {
    const line = this.lines.get(key);
    return line && heldAt(line, block);
  }

  /** Forgets the state before this block, the oldest one that is left. `pin`: the newest pinned block before. */
  forget(block: number, pin: number | undefined): void {
    for (const line of this.changedIn.get(block) ?? []) {
      const i = line.changes.findIndex(change => change.block === block);
      const isFirst = pin !== undefined && (i === 0 || line.changes[i - 1]!.block <= pin);
      if (i < 0 || isFirst) continue;
      line.changes.splice(i, 1);
      this.dropEmpty(line);
    }
    this.changedIn.delete(block);
    this.forgotten = block;
  }

  /** Forgets what only a block needed that is pinned no more. */
  unpin(pins: readonly number[]): void {
    for (const line of this.lines.values()) {
      let last = -1;
      line.changes = line.changes.filter(({ block }) => {
        const isNeeded = block > this.forgotten || pins.some(pin => pin < block && last <= pin);
        if (isNeeded) last = block;
        return isNeeded;
      });
      this.dropEmpty(line);
    }
  }

  /** What each key held after a block that has changed since. */
  since(block: number, newest: number): Map<Key, Place> {
    const held = new Map<Key, Place>();
    const look = (line: Line) => {
      const before = heldAt(line, block);
      if (before) held.set(line.key, before);
    };
    if (block < this.forgotten) for (const line of this.lines.values()) look(line);
    else for (let at = block + 1; at <= newest; at++) this.changedIn.get(at)?.forEach(look);
    return held;
  }

  /** Drops the changes behind a block, which is the newest now, of these keys. */
  rewind(block: number, newest: number, keys: Iterable<Key>): void {
    for (const key of keys) {
      const line = this.lines.get(key)!;
      line.changes = line.changes.filter(change => change.block <= block);
      this.dropEmpty(line);
    }
    for (let at = block + 1; at <= newest; at++) this.changedIn.delete(at);
    this.forgotten = Math.min(this.forgotten, block);
  }

  /** Moves what lies in a segment that is about to go; `find` tells where else the same value lies. */
  move(segment: number, find: (key: Key, block: number) => Place): void {
    for (const { key, changes } of this.lines.values()) {
      for (const change of changes) {
        if (change.before.segment === segment && change.before.length >= 0) change.before = find(key, change.block);
      }
    }
  }

  private dropEmpty(line: Line): void {
    if (line.changes.length > 0) return;
    this.lines.delete(line.key);
    this.gone.delete(line.key);
  }
}

function heldAt({ changes }: Line, block: number): Place | undefined {
  if (changes.length === 0 || changes[changes.length - 1]!.block <= block) return undefined;
  let low = 0;
  let high = changes.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (changes[middle]!.block <= block) low = middle + 1;
    else high = middle;
  }
  return changes[low]!.before;
}
