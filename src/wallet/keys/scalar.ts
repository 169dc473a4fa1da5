/** The order of ristretto255: 2^252 + 27742317777372353535851937790883648493. */
const ORDER = 2n ** 252n + 27742317777372353535851937790883648493n;

/** Of 32 bytes, little-endian. */
export function isBelowOrder(scalar: Uint8Array): boolean {
  // All but one scalar in 2^124 need no arithmetic.
  if (scalar[31]! < 0x10) return true;
  return scalar.reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n) < ORDER;
}
