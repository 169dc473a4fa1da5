import { type Key, Reader, toKey } from '../codec.js';
import { blake2b } from '../runtime/host/crypto-library.js';
import type { Metadata } from '../runtime/metadata.js';
import type { StateReader } from '../state/overlay.js';

/** Where `System.Account` keeps an account: a key of blake2-128 and the account itself, as every chain has it. */
function accountKey(prefix: Key, account: Uint8Array): Key {
  return prefix + toKey(blake2b(account, 16)) + toKey(account);
}

/** The free balance of an account; undefined where the chain keeps none in `System.Account`. */
export function freeBalance(metadata: Metadata, state: StateReader, account: Uint8Array): bigint | undefined {
  const { types } = metadata;
  const storage = metadata.storage('System', 'Account');
  // Counters, and then the data, whose first part is what is free.
  const parts = storage && types.parts(storage.value);
  const [freeType] = parts?.length ? types.parts(parts[parts.length - 1]!) : [];
  const free = freeType === undefined ? undefined : types.get(freeType);
  if (!storage || free?.kind !== 'primitive') return undefined;
  const value = state.get(accountKey(storage.prefix, account));
  if (!value) return 0n;
  const reader = new Reader(value);
  for (const part of parts!.slice(0, -1)) types.skip(reader, part);
  return reader.take(free.bytes).reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
}
