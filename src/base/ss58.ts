import { blake2b } from '@noble/hashes/blake2.js';
import { base58 } from '@scure/base';
import { concat, fromHex, utf8 } from './bytes.js';

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

/** The public key that an ss58 address names, or `0x` and 64 digits; throws a `RangeError` that says what is allowed. */
export function publicKeyOf(text: string): Uint8Array {
  if (/^0x[0-9a-fA-F]{64}$/.test(text)) return fromHex(text);
  try {
    return decodeAddress(text);
  } catch (error) {
    throw new RangeError(`must be an ss58 address or 0x and 64 digits (${(error as Error).message})`);
  }
}

/** True for an address with prefix 42. */
export function isAddress(text: string): boolean {
  return addressProblem(text) === undefined;
}

/**
 * What is wrong with an address, to follow the name of where it was given; undefined where nothing is. One of another
 * network is wrong, too: whoever gave it may have meant a receiver that does not look at this chain.
 */
export function addressProblem(text: string): string | undefined {
  const foreign = foreignAddress(text);
  if (foreign) {
    const { prefix, own } = foreign;
    const advice = `the same key's address here is ${own}; give that if it is meant`;
    return `is an address of another network (ss58 prefix ${prefix}, not ${SS58_PREFIX}): ${text}; ${advice}`;
  }
  try {
    decodeAddress(text);
    return undefined;
  } catch (error) {
    const isMistyped = (error as Error).message.startsWith('mistyped');
    const why = isMistyped ? ' (mistyped: its checksum differs)' : '';
    return `must be an ss58 address, not ${JSON.stringify(text.slice(0, 80))}${why}`;
  }
}

/** An address of a 32-byte key with another prefix than 42, and the key's address with 42. */
export function foreignAddress(text: string): { prefix: number; own: string } | undefined {
  let bytes: Uint8Array;
  try {
    bytes = base58.decode(text);
  } catch {
    return undefined;
  }
  const [first = 0, second = 0] = bytes;
  const prefixLength = first < 64 ? 1 : 2;
  if (first > 127 || bytes.length !== prefixLength + 34) return undefined;
  const payload = bytes.subarray(0, -2);
  const sum = checksum(payload);
  if (sum[0] !== bytes.at(-2) || sum[1] !== bytes.at(-1)) return undefined;
  // Of two bytes: the low eight bits and the high six are shuffled.
  const prefix = prefixLength === 1 ? first : ((first & 0x3f) << 2) | (second >> 6) | ((second & 0x3f) << 8);
  return prefix === SS58_PREFIX ? undefined : { prefix, own: encodeAddress(payload.subarray(prefixLength)) };
}

/** Bytes as base58 text, in Bitcoin's alphabet. */
export function encodeBase58(bytes: Uint8Array): string {
  return base58.encode(bytes);
}
