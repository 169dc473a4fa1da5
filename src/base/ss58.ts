import { blake2b } from '@noble/hashes/blake2.js';
import { base58 } from '@scure/base';
import { concat, utf8 } from './bytes.js';

/** Substrate's generic prefix, which Bittensor uses. */
export const SS58_PREFIX = 42;

function checksum(payload: Uint8Array): Uint8Array {
  return blake2b(concat(utf8('SS58PRE'), payload), { dkLen: 64 }).subarray(0, 2);
}

/** A 32-byte public key as an address with prefix 42. Source: Substrate's SS58 registry format, simple form. */
export function encodeAddress(publicKey: Uint8Array, prefix = SS58_PREFIX): string {
  if (publicKey.length !== 32) throw new RangeError(`a public key has 32 bytes, not ${publicKey.length}`);
  if (prefix < 0 || prefix > 63) throw new RangeError(`only one-byte prefixes are supported, not ${prefix}`);
  const payload = concat(Uint8Array.of(prefix), publicKey);
  return base58.encode(concat(payload, checksum(payload)));
}

/** The public key of an address; throws a `RangeError` that says what is wrong with it. */
export function decodeAddress(address: string): Uint8Array {
  let bytes: Uint8Array;
  try {
    bytes = base58.decode(address);
  } catch {
    throw new RangeError(`not an ss58 address (base58): ${address.slice(0, 80)}`);
  }
  if (bytes.length !== 35) throw new RangeError(`not an ss58 address of a 32-byte key: ${address.slice(0, 80)}`);
  const payload = bytes.subarray(0, 33);
  const sum = checksum(payload);
  if (sum[0] !== bytes[33] || sum[1] !== bytes[34]) {
    throw new RangeError(`mistyped ss58 address (checksum differs): ${address.slice(0, 80)}`);
  }
  return payload.slice(1);
}

export function isAddress(text: string): boolean {
  try {
    decodeAddress(text);
    return true;
  } catch {
    return false;
  }
}

/** Bytes as base58 text, in Bitcoin's alphabet. */
export function encodeBase58(bytes: Uint8Array): string {
  return base58.encode(bytes);
}
