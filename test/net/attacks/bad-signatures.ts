/** The same bytes with one bit turned. */
export function turned(bytes: Uint8Array, bit: number): Uint8Array {
  const copy = Uint8Array.from(bytes);
  copy[bit >> 3]! ^= 1 << (bit & 7);
  return copy;
}

/** Signatures that are none. */
export const badSignatures: Record<string, (signature: Uint8Array) => Uint8Array> = {
  'none at all': () => new Uint8Array(),
  'a byte short': signature => signature.subarray(0, 63),
  zeros: () => new Uint8Array(64),
  'ones only': () => new Uint8Array(64).fill(255),
  'the halves exchanged': signature => Uint8Array.from([...signature.subarray(32), ...signature.subarray(0, 32)]),
  // The marker of schnorrkel's signatures is the highest bit of the last byte.
  ...Object.fromEntries(
    [0, 1, 7, 100, 255, 256, 300, 503, 504, 508, 510, 511].map(bit => [
      `bit ${bit} turned`,
      (signature: Uint8Array) => turned(signature, bit),
    ]),
  ),
};
