import { BittensorError } from '../../../base/browser.js';

/** Types may contain themselves; values nested deeper than this are none. */
const DEEPEST = 64;
/** Elements without bytes cost memory only here. */
const MOST_EMPTY = 65_536;

/** SCALE bytes with a place in them. Reading past their end is an error. */
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

  take(length: number): Uint8Array {
    if (length > this.left)
      throw malformed(`it ends at byte ${this.bytes.length}, ${length} are wanted from ${this.at}`);
    const start = this.at;
    this.at += length;
    return this.bytes.subarray(start, this.at);
  }

  u8(): number {
    return this.take(1)[0]!;
  }

  u32(): number {
    this.take(4);
    return this.view.getUint32(this.at - 4, true);
  }

  /** Little-endian, of any length. */
  big(length: number, signed: boolean): bigint {
    const digits = this.take(length);
    if (length === 8) {
      return signed ? this.view.getBigInt64(this.at - 8, true) : this.view.getBigUint64(this.at - 8, true);
    }
    let value = 0n;
    for (let i = length - 1; i >= 0; i--) value = (value << 8n) | BigInt(digits[i]!);
    return signed ? BigInt.asIntN(8 * length, value) : value;
  }

  /** Of up to four bytes. */
  int(length: number, signed: boolean): number {
    const digits = this.take(length);
    let value = 0;
    for (let i = length - 1; i >= 0; i--) value = value * 256 + digits[i]!;
    return signed && value >= 2 ** (8 * length - 1) ? value - 2 ** (8 * length) : value;
  }

  bool(): boolean {
    const byte = this.u8();
    if (byte > 1) throw malformed(`${byte} is neither true nor false`);
    return byte === 1;
  }

  compact(): bigint {
    const first = this.u8();
    const mode = first & 3;
    if (mode === 0) return BigInt(first >> 2);
    if (mode === 3) return this.big((first >> 2) + 4, false);
    this.at--;
    return mode === 1 ? BigInt(this.int(2, false) >>> 2) : BigInt(this.u32() >>> 2);
  }

  /** How many elements follow, of `least` bytes each or more: a list that promises more than there is, is none. */
  length(least: number): number {
    const n = Number(this.compact());
    if (n > (least === 0 ? MOST_EMPTY : this.left / least)) throw malformed(`a list of ${n} does not fit into it`);
    return n;
  }

  text(): string {
    return new TextDecoder().decode(this.take(this.length(1)));
  }

  list<T>(read: () => T, least = 1): T[] {
    const n = this.length(least);
    const list: T[] = [];
    for (let i = 0; i < n; i++) list.push(read());
    return list;
  }

  option<T>(read: () => T): T | undefined {
    return this.bool() ? read() : undefined;
  }

  nested<T>(read: (input: Input) => T): T {
    if (++this.depth > DEEPEST) throw malformed('it is nested too deeply');
    const value = read(this);
    this.depth--;
    return value;
  }
}

export function malformed(why: string): BittensorError {
  return new BittensorError('unsupported', `bytes of another form than the chain describes: ${why}`);
}
