import { blake2, concat, u64le, utf8 } from '../../../base/browser.js';
import type { Hasher } from './metadata.js';

const P1 = 0x9e3779b185ebca87n;
const P2 = 0xc2b2ae3d27d4eb4fn;
const P3 = 0x165667b19e3779f9n;
const P4 = 0x85ebca77c2b2ae63n;
const P5 = 0x27d4eb2f165667c5n;

const wrap = (value: bigint) => BigInt.asUintN(64, value);
const rotate = (value: bigint, bits: bigint) => wrap((value << bits) | (value >> (64n - bits)));
const round = (sum: bigint, lane: bigint) => wrap(rotate(wrap(sum + lane * P2), 31n) * P1);
const merge = (hash: bigint, sum: bigint) => wrap((hash ^ round(0n, sum)) * P1 + P4);

/** XXH64. Source: the specification of xxHash. */
export function xxh64(bytes: Uint8Array, seed: bigint): bigint {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const { length } = bytes;
  let at = 0;
  let hash = wrap(seed + P5);
  if (length >= 32) {
    const sums = [wrap(seed + P1 + P2), wrap(seed + P2), seed, wrap(seed - P1)];
    for (; at + 32 <= length; at += 32) {
      for (let i = 0; i < 4; i++) sums[i] = round(sums[i]!, view.getBigUint64(at + 8 * i, true));
    }
    hash = wrap(rotate(sums[0]!, 1n) + rotate(sums[1]!, 7n) + rotate(sums[2]!, 12n) + rotate(sums[3]!, 18n));
    for (const sum of sums) hash = merge(hash, sum);
  }
  hash = wrap(hash + BigInt(length));
  for (; at + 8 <= length; at += 8) {
    hash = wrap(rotate(hash ^ round(0n, view.getBigUint64(at, true)), 27n) * P1 + P4);
  }
  if (at + 4 <= length) {
    hash = wrap(rotate(hash ^ wrap(BigInt(view.getUint32(at, true)) * P1), 23n) * P2 + P3);
    at += 4;
  }
  for (; at < length; at++) hash = wrap(rotate(hash ^ wrap(BigInt(bytes[at]!) * P5), 11n) * P1);
  hash = wrap((hash ^ (hash >> 33n)) * P2);
  hash = wrap((hash ^ (hash >> 29n)) * P3);
  return hash ^ (hash >> 32n);
}

function twox(bytes: Uint8Array, words: number): Uint8Array {
  return concat(...Array.from({ length: words }, (_, seed) => u64le(xxh64(bytes, BigInt(seed)))));
}

const named = new Map<string, Uint8Array>();

/** Of the name of a pallet or a storage item. */
export function twox128(name: string): Uint8Array {
  const hash = named.get(name) ?? twox(utf8(name), 2);
  named.set(name, hash);
  return hash;
}

export function hashKey(hasher: Hasher, key: Uint8Array): Uint8Array {
  switch (hasher) {
    case 'Blake2_128':
      return blake2(key, 16);
    case 'Blake2_256':
      return blake2(key, 32);
    case 'Blake2_128Concat':
      return concat(blake2(key, 16), key);
    case 'Twox128':
      return twox(key, 2);
    case 'Twox256':
      return twox(key, 4);
    case 'Twox64Concat':
      return concat(twox(key, 1), key);
    case 'Identity':
      return key;
  }
}

/** Bytes before the key itself; undefined where the key cannot be told from its hash. */
export function hashLength(hasher: Hasher): number | undefined {
  if (hasher === 'Blake2_128Concat') return 16;
  if (hasher === 'Twox64Concat') return 8;
  return hasher === 'Identity' ? 0 : undefined;
}
