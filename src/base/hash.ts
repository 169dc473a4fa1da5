import { blake2b } from '@noble/hashes/blake2.js';
import { sha256 as nobleSha256 } from '@noble/hashes/sha2.js';
import { keccak_256 } from '@noble/hashes/sha3.js';

/** BLAKE2b of any length, without a key. RFC 7693. */
export function blake2(bytes: Uint8Array, length: number): Uint8Array {
  return blake2b(bytes, { dkLen: length });
}

/** The 32-byte hash that Substrate uses wherever no other is named. */
export function blake2b256(bytes: Uint8Array): Uint8Array {
  return blake2(bytes, 32);
}

/** FIPS 180-4. */
export function sha256(bytes: Uint8Array): Uint8Array {
  return nobleSha256(bytes);
}

/** Keccak as Ethereum has it, which is SHA3-256 with its first padding. */
export function keccak256(bytes: Uint8Array): Uint8Array {
  return keccak_256(bytes);
}
