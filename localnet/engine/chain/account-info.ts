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
  const found = accounts(metadata);
  if (!found) return undefined;
  const value = state.get(accountKey(found.prefix, account));
  if (!value) return 0n;
  const reader = new Reader(value);
  for (const part of found.before) metadata.types.skip(reader, part);
  return reader.take(found.bytes).reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
}

/** The bits of a balance; undefined where the chain keeps none in `System.Account`. */
export function balanceBits(metadata: Metadata): number | undefined {
  const found = accounts(metadata);
  return found && 8 * found.bytes;
}

/** Counters, and then the data, whose first part is what is free. */
function accounts({
  types,
  ...metadata
}: Metadata): { prefix: Key; before: readonly number[]; bytes: number } | undefined {
  const found = metadata.storage('System', 'Account');
  const parts = found && types.parts(found.value);
  const [type] = parts?.length ? types.parts(parts[parts.length - 1]!) : [];
  const free = type === undefined ? undefined : types.get(type);
  if (!found || free?.kind !== 'primitive') return undefined;
  return { prefix: found.prefix, before: parts!.slice(0, -1), bytes: free.bytes };
}
