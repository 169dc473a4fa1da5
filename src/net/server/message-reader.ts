import { RequestError } from '../errors.js';

const PREFIX_BYTES = 5;
const NOTHING = Buffer.alloc(0);
/** What is allocated for a message whose length is only claimed; it doubles as bytes come. */
const FIRST_BYTES = 64 * 1024;

export interface MessageReaderOptions {
  /** The largest message. */
  readonly maxBytes: number;
  /** Allocate the stated length at once: memory was reserved for it, or it is small. */
  readonly believeLength: boolean;
  /** Gets each whole message; a view of the chunk where it came in one. */
  readonly onMessage: (message: Buffer) => void;
}

/** Finds gRPC's messages in the bytes of a stream: each has one byte (1: compressed) and its length, u32 big-endian. */
export class MessageReader {
  private readonly prefix = Buffer.alloc(PREFIX_BYTES);
  private prefixFilled = 0;
  private length = 0;
  private message: Buffer | undefined;
  private filled = 0;
  private rest: Buffer = NOTHING;
  private paused = false;

  constructor(private readonly options: MessageReaderOptions) {}

  /** Bytes that were not given on yet. */
  get held(): number {
    return this.prefixFilled + this.filled + this.rest.length;
  }

  get isPaused(): boolean {
    return this.paused;
  }

  /** Throws a `RequestError`: `TooLarge`, or `NotImplemented` for a compressed message. */
  push(chunk: Buffer): void {
    this.rest = this.rest.length > 0 ? Buffer.concat([this.rest, chunk]) : chunk;
    this.advance();
  }

  /** No messages until `resume()`. */
  pause(): void {
    this.paused = true;
  }

  /** Throws as `push()` does. */
  resume(): void {
    this.paused = false;
    this.advance();
  }

  private advance(): void {
    while (this.rest.length > 0 && !this.paused) {
      const whole = this.message === undefined ? this.begin() : this.fill();
      if (whole) this.options.onMessage(whole);
    }
  }

  private begin(): Buffer | undefined {
    const taken = this.rest.copy(this.prefix, this.prefixFilled, 0, PREFIX_BYTES - this.prefixFilled);
    this.prefixFilled += taken;
    this.rest = this.rest.subarray(taken);
    if (this.prefixFilled < PREFIX_BYTES) return undefined;
    if (this.prefix[0] !== 0) throw new RequestError('NotImplemented', 'compressed messages are not taken here');
    const { maxBytes, believeLength } = this.options;
    const length = this.prefix.readUInt32BE(1);
    if (length > maxBytes) {
      throw new RequestError('TooLarge', `a message of ${length} bytes; at most ${maxBytes} are taken here`);
    }
    if (length > this.rest.length) {
      this.length = length;
      this.message = Buffer.allocUnsafeSlow(believeLength ? length : Math.min(length, FIRST_BYTES));
      return undefined;
    }
    this.prefixFilled = 0;
    const whole = this.rest.subarray(0, length);
    this.rest = this.rest.subarray(length);
    return whole;
  }

  private fill(): Buffer | undefined {
    const message = this.roomFor(Math.min(this.length, this.filled + this.rest.length));
    const taken = this.rest.copy(message, this.filled);
    this.filled += taken;
    this.rest = this.rest.subarray(taken);
    if (this.filled < this.length) return undefined;
    this.message = undefined;
    this.filled = 0;
    this.prefixFilled = 0;
    return message;
  }

  private roomFor(bytes: number): Buffer {
    let message = this.message!;
    if (bytes <= message.length) return message;
    message = Buffer.allocUnsafeSlow(Math.min(this.length, Math.max(bytes, 2 * message.length)));
    this.message!.copy(message, 0, 0, this.filled);
    this.message = message;
    return message;
  }
}
