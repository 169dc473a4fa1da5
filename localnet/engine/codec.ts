/** The few SCALE shapes that the engine itself reads and writes, and storage keys as strings. */

/** A storage key as a string of bytes (latin-1): cheap in maps, and its order is the order of the bytes. */
export type Key = string;

export function toKey(bytes: Uint8Array): Key {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}

export function keyBytes(key: Key): Uint8Array {
  return Buffer.from(key, 'latin1');
}

export function hex(bytes: Uint8Array): string {
  return `0x${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex')}`;
}

export function keyHex(key: Key): string {
  return `0x${Buffer.from(key, 'latin1').toString('hex')}`;
}

/** Reads `0x` and an even number of digits; anything else is a `RangeError`. */
export function unhex(text: string): Uint8Array {
  if (!text.startsWith('0x') || text.length % 2 !== 0) throw new RangeError(`not 0x-hexadecimal: ${text.slice(0, 80)}`);
  const bytes = Buffer.from(text.slice(2), 'hex');
  // Buffer stops silently at the first bad digit.
  if (bytes.length !== text.length / 2 - 1) throw new RangeError(`not 0x-hexadecimal: ${text.slice(0, 80)}`);
  return bytes;
}

/** SCALE compact integer, up to 2^53. */
export function compact(value: number): Uint8Array {
  if (value < 64) return Uint8Array.of(value << 2);
  if (value < 16384) return Uint8Array.of(((value << 2) & 255) | 1, value >> 6);
  if (value < 2 ** 30) {
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setUint32(0, value * 4 + 2, true);
    return bytes;
  }
  return compactBig(BigInt(value));
}

export function compactBig(value: bigint): Uint8Array {
  if (value < 2n ** 30n) return compact(Number(value));
  const digits: number[] = [];
  for (let rest = value; rest > 0n; rest >>= 8n) digits.push(Number(rest & 255n));
  while (digits.length < 4) digits.push(0);
  return Uint8Array.of(((digits.length - 4) << 2) | 3, ...digits);
}

/** `Vec<u8>`: length and bytes. */
export function lengthPrefixed(bytes: Uint8Array): Uint8Array {
  return join(compact(bytes.length), bytes);
}

/** `Option<Vec<u8>>`, as the storage host functions return it. */
export function optionalBytes(value: Uint8Array | null): Uint8Array {
  return value === null ? Uint8Array.of(0) : join(Uint8Array.of(1), compact(value.length), value);
}

export function join(...parts: readonly Uint8Array[]): Uint8Array {
  let length = 0;
  for (const part of parts) length += part.length;
  const bytes = new Uint8Array(length);
  let offset = 0;
  for (const part of parts) {
    bytes.set(part, offset);
    offset += part.length;
  }
  return bytes;
}

/** Reads SCALE from the front; a `RangeError` when the bytes end too early. */
export class Reader {
  offset: number;

  constructor(
    readonly bytes: Uint8Array,
    offset = 0,
  ) {
    this.offset = offset;
  }

  get left(): number {
    return this.bytes.length - this.offset;
  }

  /** A view, not a copy. */
  take(length: number): Uint8Array {
    if (length > this.left) throw new RangeError(`${length} bytes wanted, ${this.left} left`);
    const view = this.bytes.subarray(this.offset, this.offset + length);
    this.offset += length;
    return view;
  }

  u8(): number {
    return this.take(1)[0]!;
  }

  u32(): number {
    const b = this.take(4);
    return (b[0]! | (b[1]! << 8) | (b[2]! << 16) | (b[3]! << 24)) >>> 0;
  }

  u64(): bigint {
    const low = this.u32();
    return BigInt(low) | (BigInt(this.u32()) << 32n);
  }

  compact(): number {
    const value = this.compactBig();
    if (value > Number.MAX_SAFE_INTEGER) throw new RangeError(`compact integer ${value} is too large here`);
    return Number(value);
  }

  compactBig(): number | bigint {
    const first = this.u8();
    const mode = first & 3;
    if (mode === 0) return first >> 2;
    if (mode === 1) return (first >> 2) | (this.u8() << 6);
    if (mode === 2) {
      this.offset--;
      return this.u32() >>> 2;
    }
    const digits = this.take((first >> 2) + 4);
    let value = 0n;
    for (let i = digits.length - 1; i >= 0; i--) value = (value << 8n) | BigInt(digits[i]!);
    return value;
  }

  /** `Vec<u8>` as a view. */
  vec(): Uint8Array {
    return this.take(this.compact());
  }

  text(): string {
    return Buffer.from(this.vec()).toString('utf8');
  }
}
