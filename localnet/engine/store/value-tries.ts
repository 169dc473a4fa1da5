import type { Key } from '../codec.js';
import { isChildEntry, keyInChild } from '../state/child.js';
import { type StateVersion, Trie } from '../state/trie.js';

type Entry = readonly [Key, Uint8Array | null];

/** A trie of values of both versions, all of the top or all of one child. */
export function trieOf(entries: Iterable<Entry>, versionOf: (key: Key) => StateVersion): Trie {
  return withVersions(Trie.empty, entries, versionOf);
}

/** A trie with these changes, each in the form of its version. */
export function withVersions(trie: Trie, entries: Iterable<Entry>, versionOf: (key: Key) => StateVersion): Trie {
  const parts: Record<StateVersion, Entry[]> = { 0: [], 1: [] };
  for (const entry of entries) {
    const [key, value] = entry;
    parts[versionOf(key)].push(isChildEntry(key) ? [keyInChild(key), value] : entry);
  }
  return trie.with(parts[0], 0).with(parts[1], 1);
}

/** Those that are not of a child. */
export function* topOnly<T>(entries: Iterable<readonly [Key, T]>): Generator<readonly [Key, T]> {
  for (const entry of entries) if (!isChildEntry(entry[0])) yield entry;
}
