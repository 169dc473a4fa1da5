/** The few SCALE encodings that are the same on every chain, whatever its metadata. */

/** A compact integer. Source: SCALE codec, "compact/general integers". */
export function compact(value: number | bigint): Uint8Array {
  let rest = BigInt(value);
  if (rest < 64n) return Uint8Array.of(Number(rest << 2n));
  if (rest < 1n << 14n) return littleEndian((rest << 2n) | 1n, 2);
  if (rest < 1n << 30n) return littleEndian((rest << 2n) | 2n, 4);
  const bytes: number[] = [];
  for (; rest > 0n; rest >>= 8n) bytes.push(Number(rest & 255n));
  return Uint8Array.of(((bytes.length - 4) << 2) | 3, ...bytes);
}

export function littleEndian(value: number | bigint, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let rest = BigInt(value);
  for (let i = 0; i < length; i++, rest >>= 8n) bytes[i] = Number(rest & 255n);
  return bytes;
}
