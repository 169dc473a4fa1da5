import { compact, join, type Key, keyBytes, Reader, toKey } from '../codec.js';
import { type StateVersion, Trie } from './trie.js';

/*
 * Entries of child tries live in the same sorted space of keys as the top trie, behind all of it: MARK, the child's name, MARK,
 * the key in the child. MARK is no byte, so that names of any bytes stay apart and the keys of a child stay together.
 */
const MARK = '\u0100';
const MARK_CODE = 0x100;

/** Before each name in the top trie, where a child that is not empty has its root. No other top key may begin so. */
export const CHILD_ROOTS = ':child_storage:default:';
const RESERVED = ':child_storage:';
/** How an entry begins on the disk: a top key that a runtime cannot write. */
const ENTRY_ON_DISK = ':child_storage:entry:';

/** What all entries of a child begin with. */
export function childPrefix(name: Key): Key {
  return MARK + name + MARK;
}

export function isChildEntry(key: Key): boolean {
  return key.charCodeAt(0) === MARK_CODE;
}

/** The name of the child that an entry belongs to. */
export function childNameOf(entry: Key): Key {
  return entry.slice(1, entry.indexOf(MARK, 1));
}

/** The key of an entry within its child. */
export function keyInChild(entry: Key): Key {
  return entry.slice(entry.indexOf(MARK, 1) + 1);
}

/** The top key that holds a child's root. */
export function childRootKey(name: Key): Key {
  return CHILD_ROOTS + name;
}

/** The name in such a key, or undefined. */
export function childNameIn(rootKey: Key): Key | undefined {
  return rootKey.startsWith(CHILD_ROOTS) ? rootKey.slice(CHILD_ROOTS.length) : undefined;
}

/** Top keys that only the engine writes. Source: sp-storage, `is_child_storage_key`. */
export function isReserved(key: Key): boolean {
  return key.startsWith(RESERVED);
}

/** Prefixes that may not be cleared. Source: sp-storage, `starts_with_child_storage_key`. */
export function touchesReserved(prefix: Key): boolean {
  return RESERVED.startsWith(prefix.slice(0, RESERVED.length));
}

/** A key that was found above `from`, or null when it belongs to another trie. */
export function inSameTrie(from: Key, found: Key | null): Key | null {
  if (found === null || found.charCodeAt(0) !== MARK_CODE) return found;
  if (from.charCodeAt(0) !== MARK_CODE) return null;
  return found.startsWith(from.slice(0, from.indexOf(MARK, 1) + 1)) ? found : null;
}

/** The top keys and values of the roots of all children among the entries of a state. */
export function childRoots(entries: Iterable<readonly [Key, Uint8Array]>, version: StateVersion): Map<Key, Uint8Array> {
  const roots = new Map<Key, Uint8Array>();
  for (const [name, child] of splitByTrie(entries).children) {
    roots.set(childRootKey(name), Trie.of(child, version).root);
  }
  return roots;
}

/** Splits entries of all tries: what belongs to the top, and the rest by the names of the children, under their own keys. */
export function splitByTrie<T>(entries: Iterable<readonly [Key, T]>): {
  top: Map<Key, T>;
  children: Map<Key, Map<Key, T>>;
} {
  const top = new Map<Key, T>();
  const children = new Map<Key, Map<Key, T>>();
  for (const [key, value] of entries) {
    if (!isChildEntry(key)) {
      top.set(key, value);
      continue;
    }
    const name = childNameOf(key);
    const child = children.get(name);
    if (child) child.set(keyInChild(key), value);
    else children.set(name, new Map([[keyInChild(key), value]]));
  }
  return { top, children };
}

/** A key in bytes, for the disk. */
export function keyToDisk(key: Key): Uint8Array {
  if (!isChildEntry(key)) return keyBytes(key);
  const name = keyBytes(childNameOf(key));
  return join(keyBytes(ENTRY_ON_DISK), compact(name.length), name, keyBytes(keyInChild(key)));
}

export function keyFromDisk(bytes: Uint8Array): Key {
  const key = toKey(bytes);
  if (!key.startsWith(ENTRY_ON_DISK)) return key;
  const reader = new Reader(bytes, ENTRY_ON_DISK.length);
  const name = toKey(reader.vec());
  return childPrefix(name) + toKey(reader.take(reader.left));
}

/** All entries of the trie that `prefix` belongs to: '' for the top, otherwise a child's prefix. */
export function* entriesOfTrie(
  state: { get(key: Key): Uint8Array | null; has(key: Key): boolean; next(key: Key): Key | null },
  prefix: Key,
): Generator<[Key, Uint8Array | null]> {
  if (state.has(prefix)) yield [prefix, state.get(prefix)];
  for (let key = state.next(prefix); key !== null; key = state.next(key)) yield [key, state.get(key)];
}
