import { expandMetadata, Metadata, TypeRegistry } from '@polkadot/types';
import type { StorageEntry } from '@polkadot/types/primitive/types';
import { hex, type Key, toKey } from '../codec.js';

/** What each development account has at least, in whole coins. */
const COINS = 1_000_000n;

export interface ComfortOptions {
  /** Metadata of version 14, as `Metadata_metadata` has it. */
  metadata: Uint8Array;
  read(key: Key): Uint8Array | null;
  /** Public keys of the development accounts; the first one becomes sudo. */
  accounts: readonly Uint8Array[];
  decimals: number;
}

export interface Comforts {
  /** Storage to be written over that of the source. */
  values: Map<Key, Uint8Array>;
  hasSudo: boolean;
  /** Coins that each development account has at least; 0 when the chain keeps its balances in another way. */
  coins: bigint;
}

/** The parts of `AccountInfo` that FRAME chains have in common. */
interface AccountJson {
  nonce: number;
  consumers: number;
  providers: number;
  sufficients: number;
  data: Record<string, unknown> & { free: unknown };
}

/**
 * What a live chain lacks as a local one: a sudo key that everybody knows, and accounts with coins. Keys and values are made
 * from the chain's own metadata.
 */
export function comfortsOf(options: ComfortOptions): Comforts {
  const registry = new TypeRegistry();
  const metadata = new Metadata(registry, hex(options.metadata) as `0x${string}`);
  registry.setMetadata(metadata);
  const { query } = expandMetadata(registry, metadata);
  const values = new Map<Key, Uint8Array>();
  const keyOf = (entry: StorageEntry, ...args: unknown[]) =>
    toKey(registry.createType('StorageKey', args.length > 0 ? [entry, args] : entry).toU8a(true));
  const typeOf = (entry: StorageEntry) => {
    const { type } = entry.meta;
    return registry.createLookupType(type.isMap ? type.asMap.value : type.asPlain);
  };

  const sudo = query['sudo']?.['key'];
  const [first] = options.accounts;
  // `Option` in storage has no byte of its own.
  if (sudo && first) values.set(keyOf(sudo), first);

  const account = query['system']?.['account'];
  const issuance = query['balances']?.['totalIssuance'];
  if (!account || !issuance) return { values, hasSudo: sudo !== undefined, coins: 0n };
  const wanted = COINS * 10n ** BigInt(options.decimals);
  let added = 0n;
  for (const publicKey of options.accounts) {
    const key = keyOf(account, publicKey);
    const type = typeOf(account);
    const stored = options.read(key) ?? account.meta.fallback.toU8a(true);
    const info = registry.createType(type, stored).toJSON() as unknown as AccountJson;
    if (typeof info?.data !== 'object' || info.data?.free === undefined) {
      return { values, hasSudo: sudo !== undefined, coins: 0n };
    }
    const free = BigInt(info.data.free as string | number);
    if (free >= wanted) continue;
    const changed = { ...info, providers: Math.max(1, info.providers), data: { ...info.data, free: wanted } };
    values.set(key, registry.createType(type, changed).toU8a());
    added += wanted - free;
  }
  const key = keyOf(issuance);
  const stored = options.read(key) ?? issuance.meta.fallback.toU8a(true);
  const total = BigInt(registry.createType(typeOf(issuance), stored).toString());
  values.set(key, registry.createType(typeOf(issuance), total + added).toU8a());
  return { values, hasSudo: sudo !== undefined, coins: COINS };
}
