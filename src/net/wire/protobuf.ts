/**
 * Reading and writing protobuf by hand, for the messages that every request needs: in one pass, checked while it is read,
 * with bytes as views. Everything rarer uses the generated code.
 */

/** Wire types of protobuf. */
export const VARINT = 0;
export const BYTES = 2;

const UNKNOWN_FIELDS = 64;
const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Reads the fields of one message. Every method throws a `RangeError` that says what is wrong with the bytes. */
export class Reader {
  private at: number;
  private seen = 0;
  private unknown = 0;

  constructor(
    private readonly bytes: Uint8Array,
    start = 0,
    private readonly end = bytes.length,
  ) {
    this.at = start;
  }

  /** The next field as `number << 3 | wire type`, 0 at the end. */
  next(): number {
    if (this.at >= this.end) return 0;
    const tag = this.varint();
    if (tag < 8) throw new RangeError('field number 0');
    if (tag > 0xffff_ffff) throw new RangeError('a field number beyond 2^29');
    return tag;
  }

  /** Refuses a second occurrence of a field; `field` is 1 to 31. */
  once(field: number): void {
    const bit = 1 << field;
    if (this.seen & bit) throw new RangeError(`field ${field} occurs more than 1 times`);
    this.seen |= bit;
  }

  /** A number that JavaScript has exactly, 0 to 2^53 - 1. */
  varint(): number {
    const { bytes, end } = this;
    let value = 0;
    let scale = 1;
    for (let i = 0; i < 10; i++) {
      if (this.at >= end) throw new RangeError('the message ends within a number');
      const byte = bytes[this.at++]!;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) {
        if (value > Number.MAX_SAFE_INTEGER) throw new RangeError('a number is negative or beyond 2^53');
        return value;
      }
      scale *= 128;
    }
    throw new RangeError('a number has more than 10 bytes');
  }

  /** An int64, negative ones too, within what JavaScript has exactly. */
  signed(): number {
    const start = this.at;
    this.skipVarint();
    let value = 0n;
    for (let i = this.at - 1; i >= start; i--) value = (value << 7n) | BigInt(this.bytes[i]! & 0x7f);
    const exact = Number(BigInt.asIntN(64, value));
    if (!Number.isSafeInteger(exact)) throw new RangeError('a number is beyond 2^53');
    return exact;
  }

  /** A number of at most 31 bits. */
  small(): number {
    const value = this.varint();
    if (value > 0x7fff_ffff) throw new RangeError(`${value} is negative or beyond 2^31`);
    return value;
  }

  /** A number of at most 32 bits. */
  u32(): number {
    const value = this.varint();
    if (value > 0xffff_ffff) throw new RangeError(`${value} is beyond 2^32`);
    return value;
  }

  bool(): boolean {
    return this.varint() !== 0;
  }

  /** A view. */
  view(field: number, maxBytes: number): Uint8Array {
    const from = this.enter(field, maxBytes);
    return this.bytes.subarray(from, this.at);
  }

  text(field: number, maxBytes: number): string {
    const from = this.enter(field, maxBytes);
    return textOf(this.bytes, from, this.at, field);
  }

  /** A reader of the submessage. */
  message(field: number, maxBytes: number): Reader {
    const from = this.enter(field, maxBytes);
    return new Reader(this.bytes, from, this.at);
  }

  /** Passes over a field that this version does not know. */
  skip(tag: number): void {
    const field = tag >>> 3;
    if (++this.unknown > UNKNOWN_FIELDS) throw new RangeError(`more than ${UNKNOWN_FIELDS} unknown fields`);
    switch (tag % 8) {
      case VARINT:
        this.skipVarint();
        break;
      case 1:
        this.pass(field, 8);
        break;
      case BYTES:
        this.pass(field, this.varint());
        break;
      case 5:
        this.pass(field, 4);
        break;
      default:
        throw new RangeError(`wire type ${tag % 8} is not used`);
    }
  }

  get isAtEnd(): boolean {
    return this.at >= this.end;
  }

  private skipVarint(): void {
    for (let i = 0; i < 10; i++) {
      if (this.at >= this.end) throw new RangeError('the message ends within a number');
      if (this.bytes[this.at++]! < 0x80) return;
    }
    throw new RangeError('a number has more than 10 bytes');
  }

  private enter(field: number, maxBytes: number): number {
    const length = this.varint();
    if (length > maxBytes) throw new RangeError(`field ${field} has ${length} bytes, more than ${maxBytes}`);
    const from = this.at;
    this.pass(field, length);
    return from;
  }

  private pass(field: number, length: number): void {
    if (length > this.end - this.at) {
      throw new RangeError(`field ${field} of ${length} bytes runs over the end of its message`);
    }
    this.at += length;
  }
}

function textOf(bytes: Uint8Array, from: number, to: number, field: number): string {
  if (to - from <= 128) {
    let text = '';
    let i = from;
    for (; i < to && bytes[i]! < 0x80; i++) text += String.fromCharCode(bytes[i]!);
    if (i === to) return text;
  }
  try {
    return strict.decode(bytes.subarray(from, to));
  } catch {
    throw new RangeError(`field ${field} is not UTF-8`);
  }
}

/**
 * Writes a message from its end to its beginning, so that the length of a submessage is known when it is due, and a body
 * that lies in memory already gets its head in front of it. Fields are written in descending order.
 */
export class BackWriter {
  constructor(
    private readonly bytes: Uint8Array,
    public at = bytes.length,
  ) {}

  /** What was written: a view. */
  written(): Uint8Array {
    return this.bytes.subarray(this.at);
  }

  /** Bytes as they are. */
  raw(value: Uint8Array): void {
    this.at -= value.length;
    this.bytes.set(value, this.at);
  }

  varint(value: number): void {
    if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`${value} is no number of this protocol`);
    let length = 1;
    for (let rest = value; rest > 127; rest = Math.floor(rest / 128)) length++;
    this.at -= length;
    let rest = value;
    for (let i = this.at; ; i++) {
      if (rest < 128) {
        this.bytes[i] = rest;
        return;
      }
      this.bytes[i] = (rest % 128) | 128;
      rest = Math.floor(rest / 128);
    }
  }

  /** A number; 0 is the default and is not written. */
  number(field: number, value: number): void {
    if (value === 0) return;
    this.varint(value);
    this.varint(field * 8 + VARINT);
  }

  bool(field: number, value: boolean): void {
    this.number(field, value ? 1 : 0);
  }

  /** Bytes; none are the default and are not written. */
  view(field: number, value: Uint8Array): void {
    if (value.length === 0) return;
    this.raw(value);
    this.length(field, value.length);
  }

  text(field: number, value: string): void {
    if (value === '') return;
    const end = this.at;
    const start = end - value.length;
    let i = 0;
    for (; i < value.length; i++) {
      const code = value.charCodeAt(i);
      if (code > 0x7f) break;
      this.bytes[start + i] = code;
    }
    if (i === value.length) {
      this.at = start;
      this.length(field, value.length);
    } else this.view(field, Buffer.from(value));
  }

  /** What stands before bytes that were written last. */
  length(field: number, length: number): void {
    this.varint(length);
    this.varint(field * 8 + BYTES);
  }
}

/** No text takes more bytes than this. */
export function textBound(text: string): number {
  return 3 * text.length;
}
