import type { Key } from '../codec.js';
import type { StateReader } from '../state/overlay.js';

/** As Substrate has it. */
export const KEYS_AT_MOST = 1000;

/** The keys of a trie that begin with a prefix, those above `after` only. */
export function* keysBelow(state: StateReader, prefix: Key, after?: Key): Generator<Key> {
  const start = after !== undefined && after > prefix ? after : undefined;
  let key = start === undefined && state.has(prefix) ? prefix : state.next(start ?? prefix);
  for (; key?.startsWith(prefix); key = state.next(key)) yield key;
}

/** The first so many of them. */
export function firstKeys(keys: Iterable<Key>, count: number): Key[] {
  const found: Key[] = [];
  if (count === 0) return found;
  for (const key of keys) {
    found.push(key);
    if (found.length === count) break;
  }
  return found;
}
