import type { ApiPromise } from '@polkadot/api';
import type { StorageKey } from '@polkadot/types';
import { unwrapStorageSi } from '@polkadot/types/util';
import { fromHex } from '../../base/browser.js';
import type { Chain } from '../connection/chain.js';
import type { Connection } from '../connection/connection.js';
import { chainError } from '../errors.js';
import { defined, type ReadOptions, readRaw } from '../reads/reads.js';
import { findStorage, storageEntry, storageKey } from './api.js';
import { decodeAll } from './scale/decode-all.js';
import { layoutOf } from './scale/layout.js';
import { compileValue } from './scale/values.js';

type Key = readonly [path: string, ...keys: unknown[]];

/**
 * Storage values exactly: integers of more than four bytes as bigint, bytes and accounts as `Uint8Array`, records by
 * the metadata's names; undefined for an item that the chain does not have, and for an absent value without a default.
 */
export async function readValues(
  connection: Connection<Chain>,
  items: readonly Key[],
  options: ReadOptions = {},
): Promise<unknown[]> {
  const { api } = connection.chain;
  const known = items.map(([path]) => findStorage(api, path) !== undefined);
  const keys = items.flatMap(([path, ...args], i) => (known[i] ? [storageKey(api, path, args)] : []));
  const values = await readRaw(connection, keys, options.at, options);
  let next = 0;
  return items.map(([path], i) => (known[i] ? decodeValue(api, path, values[next++]!) : undefined));
}

/** All entries of a map by its keys, as plain data (`toPrimitive`), with their values; read page by page. */
export async function readMap(
  connection: Connection<Chain>,
  path: string,
  options: ReadOptions = {},
): Promise<(readonly [keys: readonly unknown[], value: unknown])[]> {
  const { api } = connection.chain;
  const entry = storageEntry(api, path);
  const entries: (readonly [readonly unknown[], unknown])[] = [];
  for await (const keys of pagesOf(connection, entry.iterKey!().toHex(), options)) {
    const values = await readRaw(connection, keys, options.at, options);
    for (const [i, hex] of keys.entries()) {
      const key = api.registry.createTypeUnsafe<StorageKey>('StorageKey', [hex]);
      key.setMeta(entry.meta, entry.section, entry.method);
      entries.push([key.args.map(arg => arg.toPrimitive()), decodeValue(api, path, values[i]!)]);
    }
  }
  return entries;
}

/** Keys of one page; nodes give no more at once. */
const PAGE = 512;

/** The keys under a prefix, `0x...`, a page at a time. */
export async function* pagesOf(
  connection: Connection<Chain>,
  prefix: string,
  options: ReadOptions = {},
): AsyncGenerator<string[]> {
  const at = options.at === undefined ? [] : [options.at];
  let seen = 0;
  for (let start: string | undefined; ; ) {
    const params = [prefix, PAGE, start ?? null, ...at];
    const keys = await connection.call('state_getKeysPaged', params, defined(options));
    if (!isPage(keys, prefix, start) || seen + keys.length > MOST_KEYS) {
      throw chainError('unsupported', `${connection.endpoint} gives keys that are none of ${prefix}`);
    }
    seen += keys.length;
    if (keys.length > 0) yield keys;
    if (keys.length < PAGE) return;
    start = keys.at(-1);
  }
}

/** More than any list of a chain has: a node may not go on for ever. */
const MOST_KEYS = 2 ** 20;

/** Keys below the prefix, in order, each after the last one of the page before. */
function isPage(keys: unknown, prefix: string, after = ''): keys is string[] {
  if (!Array.isArray(keys) || keys.length > PAGE) return false;
  let last = after;
  for (const key of keys as unknown[]) {
    if (typeof key !== 'string' || !key.startsWith(prefix) || key <= last) return false;
    last = key;
  }
  return true;
}

function decodeValue(api: ApiPromise, path: string, value: string | null): unknown {
  const { meta } = storageEntry(api, path);
  if (value === null && meta.modifier.isOptional) return undefined;
  const bytes = value === null ? meta.fallback.toU8a(true) : fromHex(value);
  return decodeAll(path, bytes, compileValue(layoutOf(api.registry.lookup, unwrapStorageSi(meta.type))));
}
