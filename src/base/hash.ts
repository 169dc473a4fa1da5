import { blake2b } from '@noble/hashes/blake2.js';

/** The 32-byte hash that Substrate uses wherever no other is named. */
export function blake2b256(bytes: Uint8Array): Uint8Array {
  return blake2b(bytes, { dkLen: 32 });
}
