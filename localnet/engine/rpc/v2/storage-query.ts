import { hex, type Key, keyHex, toKey } from '../../codec.js';
import { invalidParams } from '../../rpc-error.js';
import { blake2b256 } from '../../runtime/host/crypto-library.js';
import { childPrefix, keyInChild } from '../../state/child.js';
import type { StateReader } from '../../state/overlay.js';
import { keysBelow } from '../keys.js';
import { bytesOf, type Params } from '../params.js';

const ITEMS_AT_MOST = 1000;
/** One page: so many items, or as soon as their values have so many bytes. */
const PAGE_ITEMS = 256;
const PAGE_BYTES = 2 ** 20;

const TYPES = ['value', 'hash', 'descendantsValues', 'descendantsHashes'] as const;

interface Item {
  readonly key: Key;
  readonly type: (typeof TYPES)[number];
  /** Descendants begin behind it. */
  readonly after: Key | undefined;
}

export interface StorageQuery {
  readonly items: readonly Item[];
  /** Of a child trie; hexadecimal name and what its entries begin with. */
  readonly child: { readonly name: string; readonly prefix: Key } | undefined;
}

export interface StorageResult {
  key: string;
  value?: string;
  hash?: string;
  childTrieKey?: string;
}

/** Where the next page begins. */
export interface Place {
  readonly item: number;
  readonly after: Key | undefined;
}

export const START: Place = { item: 0, after: undefined };

/** `[{key, type, paginationStartKey?}, ...]`, and the child trie behind it. */
export function readQuery(params: Params, index: number): StorageQuery {
  const list = params.at(index);
  if (!Array.isArray(list) || list.length > ITEMS_AT_MOST) {
    throw invalidParams(`items have to be a list of at most ${ITEMS_AT_MOST}`);
  }
  const name = params.optionalBytes(index + 1, 'child trie');
  const child = name && { name: hex(name), prefix: childPrefix(toKey(name)) };
  const items = list.map((given: unknown, i): Item => {
    const { key, type, paginationStartKey } = (given ?? {}) as Record<string, unknown>;
    const known = TYPES.find(word => word === type);
    if (!known) throw invalidParams(`items[${i}].type is none of ${TYPES.join(', ')}`);
    const within = (value: unknown, what: string) =>
      (child?.prefix ?? '') + toKey(bytesOf(value, `items[${i}].${what}`));
    const after = paginationStartKey === undefined || paginationStartKey === null;
    return {
      key: within(key, 'key'),
      type: known,
      after: after ? undefined : within(paginationStartKey, 'paginationStartKey'),
    };
  });
  return { items, child };
}

/** The answers from one place on, until a page is full. */
export function readPage(
  state: StateReader,
  { items, child }: StorageQuery,
  from: Place,
): { results: StorageResult[]; bytes: number; next: Place | undefined } {
  const results: StorageResult[] = [];
  let bytes = 0;
  const add = (key: Key, value: Uint8Array, asHash: boolean) => {
    const shown = child ? keyHex(keyInChild(key)) : keyHex(key);
    const trie = child && { childTrieKey: child.name };
    results.push(
      asHash ? { key: shown, hash: hex(blake2b256(value)), ...trie } : { key: shown, value: hex(value), ...trie },
    );
    bytes += key.length + (asHash ? 32 : value.length);
  };
  const isFull = () => results.length >= PAGE_ITEMS || bytes >= PAGE_BYTES;
  for (let place = from.item; place < items.length; place++) {
    if (isFull()) return { results, bytes, next: { item: place, after: undefined } };
    const { key, type, after } = items[place]!;
    if (type === 'value' || type === 'hash') {
      const value = state.get(key);
      if (value !== null) add(key, value, type === 'hash');
      continue;
    }
    const start = place === from.item && from.after !== undefined ? from.after : after;
    for (const found of keysBelow(state, key, start)) {
      add(found, state.get(found)!, type === 'descendantsHashes');
      if (isFull()) return { results, bytes, next: { item: place, after: found } };
    }
  }
  return { results, bytes, next: undefined };
}
