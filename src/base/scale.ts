import { BittensorError } from './errors.js';

/** Types may contain themselves; answers nested deeper than this are none. */
const DEEPEST = 64;

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** SCALE bytes with a place in them. Reading past their end is an error, and so is a number that its type cannot hold. */
export class Input {
  at = 0;
  private readonly view: DataView;
  private depth = 0;

  constructor(readonly bytes: Uint8Array) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get left(): number {
    return this.bytes.length - this.at;
  }

  /** Moves on and gives the place before. */
  skip(length: number): number {
    const start = this.at;
    if (length > this.bytes.length - start) {
      throw malformed(`it ends at byte ${this.bytes.length}, ${length} are wanted from ${start}`);
    }
    this.at = start + length;
    return start;
  }

  /** A view, not a copy. */
  take(length: number): Uint8Array {
    return this.bytes.subarray(this.skip(length), this.at);
  }

  u8(): number {
    return this.bytes[this.skip(1)]!;
  }

  u16(): number {
    return this.view.getUint16(this.skip(2), true);
  }

  u32(): number {
    return this.view.getUint32(this.skip(4), true);
  }

  u64(): bigint {
    return this.view.getBigUint64(this.skip(8), true);
  }

  /** A number of up to four bytes. */
  int(bytes: number, signed: boolean): number {
    const at = this.skip(bytes);
    if (bytes === 1) return signed ? this.view.getInt8(at) : this.view.getUint8(at);
    if (bytes === 2) return signed ? this.view.getInt16(at, true) : this.view.getUint16(at, true);
    return signed ? this.view.getInt32(at, true) : this.view.getUint32(at, true);
  }

  /** A number of any length, most often 8, 16 or 32 bytes. */
  bigInt(bytes: number, signed: boolean): bigint {
    if (bytes === 8) {
      const at = this.skip(8);
      return signed ? this.view.getBigInt64(at, true) : this.view.getBigUint64(at, true);
    }
    // Checked before, so that nothing is read of a number that is not whole.
    const digits = this.take(bytes);
    let value = 0n;
    for (let i = bytes - 1; i >= 0; i--) value = (value << 8n) | BigInt(digits[i]!);
    return signed ? BigInt.asIntN(8 * bytes, value) : value;
  }

  bool(): boolean {
    const byte = this.u8();
    if (byte > 1) throw malformed(`${byte} is neither true nor false`);
    return byte === 1;
  }

  /** A compact number, rounded beyond 2^53. */
  compact(): number {
    const first = this.bytes[this.at];
    if (first !== undefined && (first & 3) === 0) {
      this.at++;
      return first >> 2;
    }
    if (first === undefined) throw malformed('it ends where a number is wanted');
    if ((first & 3) === 1) return this.u16() >>> 2;
    if ((first & 3) === 2) return this.u32() >>> 2;
    return Number(this.compactBig());
  }

  compactBig(): bigint {
    const first = this.bytes[this.at];
    if (first === undefined || (first & 3) !== 3) return BigInt(this.compact());
    this.skip(1);
    return this.bigInt((first >> 2) + 4, false);
  }

  /**
   * The length of a list whose elements take at least `least` bytes each: one that promises more than there is, is
   * caught before anything is made for it.
   */
  length(least: number): number {
    const n = this.compact();
    if (n > (least === 0 ? MOST_EMPTY : this.left / least)) {
      throw malformed(`a list of ${n} elements does not fit into the ${this.left} bytes that are left`);
    }
    return n;
  }

  text(): string {
    const bytes = this.take(this.length(1));
    try {
      return utf8.decode(bytes);
    } catch {
      throw malformed('it has text that is no UTF-8');
    }
  }

  list<T>(read: () => T, least = 1): T[] {
    const list: T[] = [];
    for (let n = this.length(least); n > 0; n--) list.push(read());
    return list;
  }

  option<T>(read: () => T): T | undefined {
    return this.bool() ? read() : undefined;
  }

  nested<T>(read: (input: Input) => T): T {
    if (this.depth >= DEEPEST) throw malformed('it is nested too deeply');
    this.depth++;
    const value = read(this);
    this.depth--;
    return value;
  }
}

/** Elements without bytes cost memory only here. */
const MOST_EMPTY = 65_536;

export function malformed(why: string): BittensorError<'unsupported'> {
  return new BittensorError('unsupported', `bytes of another form than the chain describes: ${why}`);
}
