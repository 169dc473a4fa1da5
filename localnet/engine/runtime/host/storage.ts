import { keyBytes, optionalBytes, Reader, toKey } from '../../codec.js';
import { orderedRoot } from '../../state/trie.js';
import type { Guest, HostFunctions } from './guest.js';

export function storageFunctions(guest: Guest): HostFunctions {
  const key = (span: bigint) => toKey(guest.read(span));
  const clearPrefix = (prefix: bigint, limit: bigint) => {
    const option = new Reader(guest.read(limit));
    const { all, count } = guest.storage.clearPrefix(key(prefix), option.u8() === 1 ? option.u32() : undefined);
    const answer = new Uint8Array(5);
    answer[0] = all ? 0 : 1;
    new DataView(answer.buffer).setUint32(1, count, true);
    return guest.write(answer);
  };
  return {
    ext_storage_get_version_1: (k: bigint) => guest.write(optionalBytes(guest.storage.get(key(k)))),
    ext_storage_exists_version_1: (k: bigint) => (guest.storage.has(key(k)) ? 1 : 0),
    ext_storage_read_version_1: (k: bigint, out: bigint, offset: number) => {
      const value = guest.storage.get(key(k));
      if (value === null) return guest.write(Uint8Array.of(0));
      const rest = value.subarray(Math.min(offset >>> 0, value.length));
      const target = guest.read(out);
      target.set(rest.subarray(0, target.length));
      const answer = new Uint8Array(5);
      answer[0] = 1;
      new DataView(answer.buffer).setUint32(1, rest.length, true);
      return guest.write(answer);
    },
    ext_storage_set_version_1: (k: bigint, value: bigint) => guest.storage.set(key(k), guest.read(value).slice()),
    ext_storage_clear_version_1: (k: bigint) => guest.storage.set(key(k), null),
    ext_storage_append_version_1: (k: bigint, item: bigint) => guest.storage.append(key(k), guest.read(item)),
    ext_storage_next_key_version_1: (k: bigint) => {
      const next = guest.storage.next(key(k));
      return guest.write(optionalBytes(next === null ? null : keyBytes(next)));
    },
    ext_storage_clear_prefix_version_1: (prefix: bigint) => {
      guest.storage.clearPrefix(key(prefix), undefined);
    },
    ext_storage_clear_prefix_version_2: clearPrefix,
    ext_storage_root_version_1: () => guest.write(guest.storage.root(0)),
    ext_storage_root_version_2: (version: number) => guest.write(guest.storage.root(version === 0 ? 0 : 1)),
    ext_storage_changes_root_version_1: () => guest.write(Uint8Array.of(0)),
    ext_storage_start_transaction_version_1: () => guest.storage.start(),
    ext_storage_commit_transaction_version_1: () => guest.storage.commit(),
    ext_storage_rollback_transaction_version_1: () => guest.storage.rollback(),
    ext_trie_blake2_256_ordered_root_version_1: (items: bigint) => guest.place(rootOfItems(guest.read(items), 0)),
    ext_trie_blake2_256_ordered_root_version_2: (items: bigint, version: number) =>
      guest.place(rootOfItems(guest.read(items), version === 0 ? 0 : 1)),
  };
}

/** The trie root of a `Vec<Vec<u8>>`, keyed by compact index. */
function rootOfItems(bytes: Uint8Array, version: 0 | 1): Uint8Array {
  const reader = new Reader(bytes);
  return orderedRoot(
    Array.from({ length: reader.compact() }, () => reader.vec().slice()),
    version,
  );
}
