import { RequestError } from '../errors.js';
import { MIN_PART_BYTES, PART_BYTES } from './limits.js';

/** A large body that comes in parts, as far as credit was given. Its memory is one piece, taken when the first part comes. */
export class BodyIn {
  received = 0;
  granted = 0;
  private parts = 0;
  private buffer: Buffer | undefined;

  constructor(
    readonly length: number,
    private readonly windowBytes: number,
  ) {}

  /** What may still come on the credit given. */
  get outstanding(): number {
    return this.granted - this.received;
  }

  /** How much more credit to give now; 0: none yet. */
  nextCredit(): number {
    const open = this.granted - this.received;
    if (open > this.windowBytes / 2 && this.granted > 0) return 0;
    const credit = Math.min(this.windowBytes - open, this.length - this.granted);
    this.granted += credit;
    return credit;
  }

  /** Takes a part. The whole body with the last one. Throws a `RequestError` for a part that breaks the rules. */
  take(part: Uint8Array): Buffer | undefined {
    if (part.length > PART_BYTES) throw broken(`a part of ${part.length} bytes`);
    if (part.length > this.outstanding) {
      throw broken(`a part of ${part.length} bytes where ${this.outstanding} were granted`);
    }
    if (++this.parts > 16 + Math.ceil(this.length / MIN_PART_BYTES)) throw broken('a body in crumbs');
    // Untouched pages of it cost nothing, so a peer that announces much and sends little fills no memory.
    this.buffer ??= Buffer.allocUnsafeSlow(this.length);
    this.buffer.set(part, this.received);
    this.received += part.length;
    return this.received === this.length ? this.buffer : undefined;
  }
}

function broken(what: string): RequestError {
  return new RequestError('InvalidRequest', what);
}
