import { type Key, toKey } from '../codec.js';
import { keyToDisk } from '../state/child.js';
import type { Changes, StateReader } from '../state/overlay.js';

/*
 * The state of a fork in two layers: what was written since the fork, over the state of the source. What was removed since has
 * a mark in the upper layer, an entry of no bytes behind all keys that a runtime has.
 *
 * The state root of a block of a fork is the root of the upper layer alone, marks included: a function of the fork's block
 * (which the parent hashes lead to) and of everything that was written or removed since, in whatever order. Setting a key to
 * what the source has counts as written. The trie of the whole state is not here, and no other node can have it.
 */
const NONE = new Uint8Array();
const REMOVED = `${'\u00ff'.repeat(16)}removed:`;

function mark(key: Key): Key {
  return REMOVED + toKey(keyToDisk(key));
}

/** Without the marks: what clients hear of changes. */
export function withoutMarks(changes: Changes): Changes {
  return new Map([...changes].filter(([key]) => !key.startsWith(REMOVED)));
}

/** Reads through the upper layer; tries are those of the upper layer. */
export function layered(upper: StateReader, lower: Pick<StateReader, 'get' | 'has' | 'next'>): StateReader {
  const isHidden = (key: Key) => key.startsWith(REMOVED);
  const isRemoved = (key: Key) => upper.has(mark(key));
  const ofUpper = (key: Key) => {
    const found = upper.next(key);
    return found !== null && isHidden(found) ? null : found;
  };
  const ofLower = (key: Key) => {
    let found = lower.next(key);
    while (found !== null && isRemoved(found)) found = lower.next(found);
    return found;
  };
  return {
    get(key) {
      if (isHidden(key)) return null;
      return upper.get(key) ?? (isRemoved(key) ? null : lower.get(key));
    },
    has: key => !isHidden(key) && (upper.has(key) || (!isRemoved(key) && lower.has(key))),
    next(key) {
      const a = ofUpper(key);
      const b = ofLower(key);
      if (a === null || b === null) return a ?? b;
      return a < b ? a : b;
    },
    trie: version => upper.trie(version),
    child: (name, version) => upper.child(name, version),
    enter(changes) {
      const all = new Map<Key, Uint8Array | null>(changes);
      for (const [key, value] of changes) {
        const removed = mark(key);
        if (value === null) all.set(removed, NONE);
        else if (upper.has(removed)) all.set(removed, null);
      }
      return all;
    },
  };
}
