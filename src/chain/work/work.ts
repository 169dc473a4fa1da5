import { concat, keccak256, sha256, u64le } from '../../base/browser.js';

/*
 * Proof of work as the pallet checks it: keccak256(sha256(nonce ‖ keccak256(block hash ‖ key))), the nonce in eight
 * little-endian bytes; as a little-endian number, times the difficulty, the seal must stay below 2^256. Source:
 * subtensor `registration.rs`, up to spec 381.
 */

/** What a seal is for: a block and the key that it names. */
export function subjectOf(blockHash: Uint8Array, publicKey: Uint8Array): Uint8Array {
  return keccak256(concat(blockHash, publicKey));
}

export function sealOf(subject: Uint8Array, nonce: bigint): Uint8Array {
  return keccak256(sha256(concat(u64le(nonce), subject)));
}

/** The largest seal that is enough, 32 bytes, little-endian. */
export function largestSeal(difficulty: bigint): Uint8Array {
  const most = (2n ** 256n - 1n) / (difficulty > 0n ? difficulty : 1n);
  return Uint8Array.from({ length: 32 }, (_, i) => Number((most >> BigInt(8 * i)) & 0xffn));
}

/** Whether a seal is not larger than the largest; both little-endian. */
export function isEnough(seal: Uint8Array, largest: Uint8Array): boolean {
  for (let i = 31; i >= 0; i--) if (seal[i] !== largest[i]) return seal[i]! < largest[i]!;
  return true;
}
