import { type Key, keyBytes, lengthPrefixed, optionalBytes, Reader, toKey } from '../../codec.js';
import { childPrefix, isReserved, touchesReserved } from '../../state/child.js';
import type { Removal } from '../../state/overlay.js';
import type { StateVersion } from '../../state/trie.js';
import type { Guest, HostFunctions } from './guest.js';

const NOTHING_REMOVED: Removal = { cursor: null, backend: 0, unique: 0, loops: 0 };

/**
 * `ext_storage_*` and `ext_default_child_storage_*`. Source: polkadot-sdk, sp-io (traits Storage and DefaultChildStorage) and
 * sp-state-machine's `Ext`, also for what a runtime may not do to the keys of child tries.
 */
export function storageFunctions(guest: Guest): HostFunctions {
  const top = (key: bigint) => toKey(guest.read(key));
  const child = (name: bigint, key: bigint) => childPrefix(top(name)) + top(key);
  const family = entryFunctions(guest);
  const { answer } = family;

  const clearTop = (prefix: bigint, limit: number | undefined, cursor?: Key) => {
    const key = top(prefix);
    return touchesReserved(key) ? NOTHING_REMOVED : guest.storage.clearPrefix(key, limit, cursor);
  };
  const clearChild = (name: bigint, prefix: Key, limit: number | undefined, cursor?: Key) => {
    const space = childPrefix(top(name));
    const removal = guest.storage.clearPrefix(space + prefix, limit, cursor === undefined ? undefined : space + cursor);
    return { ...removal, cursor: removal.cursor?.slice(space.length) ?? null };
  };
  const limitOf = (option: bigint) => optional(guest.read(option), reader => reader.u32());
  const cursorOf = (option: bigint) => optional(guest.read(option), reader => toKey(reader.vec()));
  const write = (key: Key, value: Uint8Array | null) => {
    if (!isReserved(key)) guest.storage.set(key, value);
  };

  return {
    ext_storage_get_version_1: (key: bigint) => family.get(top(key)),
    ext_storage_read_version_1: (key: bigint, out: bigint, offset: number) => family.read(top(key), out, offset),
    ext_storage_exists_version_1: (key: bigint) => family.exists(top(key)),
    ext_storage_next_key_version_1: (key: bigint) => answer(guest.storage.next(top(key))),
    ext_storage_set_version_1: (key: bigint, value: bigint) => write(top(key), guest.read(value).slice()),
    ext_storage_clear_version_1: (key: bigint) => write(top(key), null),
    ext_storage_append_version_1: (key: bigint, item: bigint) => {
      const to = top(key);
      if (!isReserved(to)) guest.storage.append(to, guest.read(item));
    },
    ext_storage_clear_prefix_version_1: (prefix: bigint) => void clearTop(prefix, undefined),
    ext_storage_clear_prefix_version_2: (prefix: bigint, limit: bigint) =>
      guest.write(killResult(clearTop(prefix, limitOf(limit)))),
    ext_storage_clear_prefix_version_3: (prefix: bigint, limit: bigint, cursor: bigint) =>
      guest.write(removalResult(clearTop(prefix, limitOf(limit), cursorOf(cursor)))),
    ext_storage_root_version_1: () => guest.write(guest.storage.root(0)),
    ext_storage_root_version_2: (version: number) => guest.write(guest.storage.root(stateVersion(version))),
    ext_storage_changes_root_version_1: () => guest.write(Uint8Array.of(0)),
    ext_storage_start_transaction_version_1: () => guest.storage.start(),
    ext_storage_commit_transaction_version_1: () => guest.storage.commit(),
    ext_storage_rollback_transaction_version_1: () => guest.storage.rollback(),

    ext_default_child_storage_get_version_1: (name: bigint, key: bigint) => family.get(child(name, key)),
    ext_default_child_storage_read_version_1: (name: bigint, key: bigint, out: bigint, offset: number) =>
      family.read(child(name, key), out, offset),
    ext_default_child_storage_exists_version_1: (name: bigint, key: bigint) => family.exists(child(name, key)),
    ext_default_child_storage_next_key_version_1: (name: bigint, key: bigint) => {
      const space = childPrefix(top(name));
      return answer(guest.storage.next(space + top(key))?.slice(space.length) ?? null);
    },
    ext_default_child_storage_set_version_1: (name: bigint, key: bigint, value: bigint) =>
      guest.storage.set(child(name, key), guest.read(value).slice()),
    ext_default_child_storage_clear_version_1: (name: bigint, key: bigint) => guest.storage.set(child(name, key), null),
    ext_default_child_storage_clear_prefix_version_1: (name: bigint, prefix: bigint) =>
      void clearChild(name, top(prefix), undefined),
    ext_default_child_storage_clear_prefix_version_2: (name: bigint, prefix: bigint, limit: bigint) =>
      guest.write(killResult(clearChild(name, top(prefix), limitOf(limit)))),
    ext_default_child_storage_clear_prefix_version_3: (name: bigint, prefix: bigint, limit: bigint, cursor: bigint) =>
      guest.write(removalResult(clearChild(name, top(prefix), limitOf(limit), cursorOf(cursor)))),
    ext_default_child_storage_storage_kill_version_1: (name: bigint) => void clearChild(name, '', undefined),
    ext_default_child_storage_storage_kill_version_2: (name: bigint, limit: bigint) =>
      clearChild(name, '', limitOf(limit)).cursor === null ? 1 : 0,
    ext_default_child_storage_storage_kill_version_3: (name: bigint, limit: bigint) =>
      guest.write(killResult(clearChild(name, '', limitOf(limit)))),
    ext_default_child_storage_storage_kill_version_4: (name: bigint, limit: bigint, cursor: bigint) =>
      guest.write(removalResult(clearChild(name, '', limitOf(limit), cursorOf(cursor)))),
    ext_default_child_storage_root_version_1: (name: bigint) => guest.write(guest.storage.childRoot(top(name), 0)),
    ext_default_child_storage_root_version_2: (name: bigint, version: number) =>
      guest.write(guest.storage.childRoot(top(name), stateVersion(version))),
  };
}

/** What both kinds of storage do alike with a key. */
function entryFunctions(guest: Guest) {
  return {
    answer: (key: Key | null) => guest.write(optionalBytes(key === null ? null : keyBytes(key))),
    get: (key: Key) => guest.write(optionalBytes(guest.storage.get(key))),
    exists: (key: Key) => (guest.storage.has(key) ? 1 : 0),
    /** Fills `out` from the offset on and answers how many bytes there are behind it. */
    read(key: Key, out: bigint, offset: number) {
      const value = guest.storage.get(key);
      if (value === null) return guest.write(Uint8Array.of(0));
      const rest = value.subarray(Math.min(offset >>> 0, value.length));
      const target = guest.read(out);
      target.set(rest.subarray(0, target.length));
      return guest.write(taggedU32(1, rest.length));
    },
  };
}

function stateVersion(version: number): StateVersion {
  return version === 0 ? 0 : 1;
}

function optional<T>(bytes: Uint8Array, value: (reader: Reader) => T): T | undefined {
  const reader = new Reader(bytes);
  return reader.u8() === 1 ? value(reader) : undefined;
}

function taggedU32(tag: number, value: number): Uint8Array {
  const bytes = new Uint8Array(5);
  bytes[0] = tag;
  new DataView(bytes.buffer).setUint32(1, value, true);
  return bytes;
}

/** `KillStorageResult`: all removed or some remaining, and how many keys were visited. */
function killResult({ cursor, loops }: Removal): Uint8Array {
  return taggedU32(cursor === null ? 0 : 1, loops);
}

/** `MultiRemovalResults`. */
function removalResult({ cursor, backend, unique, loops }: Removal): Uint8Array {
  const counts = new Uint8Array(12);
  const view = new DataView(counts.buffer);
  [backend, unique, loops].forEach((count, i) => {
    view.setUint32(i * 4, count, true);
  });
  const head = cursor === null ? Uint8Array.of(0) : Buffer.concat([Uint8Array.of(1), lengthPrefixed(keyBytes(cursor))]);
  return Buffer.concat([head, counts]);
}
