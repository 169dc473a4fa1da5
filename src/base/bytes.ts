/** Small helpers on bytes. All integers are little endian, as SCALE has them. */

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

export function toHex(bytes: Uint8Array): string {
  let text = '0x';
  for (let i = 0; i < bytes.length; i++) text += HEX[bytes[i]!];
  return text;
}

/** The value of each hexadecimal digit by its character code; 16 or more for what is none. */
const DIGIT = Uint8Array.from({ length: 128 }, (_, code) => {
  const value = Number.parseInt(String.fromCharCode(code), 16);
  return Number.isNaN(value) ? 255 : value;
});

/** From here on Node's own decoder is worth its price; browsers have none. */
const LONG = 65_536;

function longFromHex(text: string, digits: string): Uint8Array {
  const bytes = Buffer.from(digits, 'hex');
  // It stops at the first character that is no digit.
  if (2 * bytes.length !== digits.length) throw new RangeError(`not hexadecimal: ${text.slice(0, 80)}`);
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
}

/** Reads `0x...` or plain hex; throws a `RangeError` on anything else. */
export function fromHex(text: string): Uint8Array {
  const start = text.startsWith('0x') ? 2 : 0;
  if (text.length > LONG && typeof Buffer !== 'undefined') return longFromHex(text, text.slice(start));
  const bytes = new Uint8Array((text.length - start) >> 1);
  // Character by character, because answers of chains are megabytes long.
  let wrong = (text.length - start) % 2;
  for (let i = 0, at = start; i < bytes.length; i++, at += 2) {
    const first = text.charCodeAt(at);
    const second = text.charCodeAt(at + 1);
    const high = DIGIT[first & 127]!;
    const low = DIGIT[second & 127]!;
    wrong |= ((first | second) >> 7) | ((high | low) >> 4);
    bytes[i] = (high << 4) | low;
  }
  if (wrong !== 0) throw new RangeError(`not hexadecimal: ${text.slice(0, 80)}`);
  return bytes;
}

export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    bytes.set(part, offset);
    offset += part.length;
  }
  return bytes;
}

export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  let difference = 0;
  for (let i = 0; i < a.length; i++) difference |= a[i]! ^ b[i]!;
  return difference === 0;
}

const encoder = new TextEncoder();

export function utf8(text: string): Uint8Array {
  return encoder.encode(text);
}

export function u64le(value: bigint): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt.asUintN(64, value), true);
  return bytes;
}

export function u32le(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  for (let i = 0; i < 4; i++) bytes[i] = value >>> (8 * i);
  return bytes;
}
