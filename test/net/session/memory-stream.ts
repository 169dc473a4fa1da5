import type { FrameStream } from '../../../src/net/session/frame-stream.js';

/** One end of a pair of streams in memory. A frame arrives in a later turn, as over a socket. */
export class MemoryStream implements FrameStream {
  other!: MemoryStream;
  /** Bytes that were written and did not arrive. */
  waitingBytes = 0;
  closed = false;
  readonly written: Buffer[] = [];
  private queue: Buffer[] = [];
  private paused = false;
  private scheduled = false;
  private full = false;
  private ended = false;
  private frameCallback: (bytes: Buffer) => void = () => {};
  private drainCallback: () => void = () => {};
  private endCallback: () => void = () => {};
  private closeCallback: (error?: Error) => void = () => {};

  constructor(
    private readonly windowBytes: number,
    private readonly record: boolean,
  ) {}

  write(head: Uint8Array, body: Uint8Array, written?: () => void): boolean {
    const bytes = Buffer.concat([head, body]);
    written?.();
    if (this.record) this.written.push(bytes);
    if (this.closed || this.ended) return false;
    this.waitingBytes += bytes.length;
    this.other.queue.push(bytes);
    this.other.schedule();
    this.full ||= this.waitingBytes >= this.windowBytes;
    return !this.full;
  }

  onFrame(callback: (bytes: Buffer) => void): void {
    this.frameCallback = callback;
  }

  onDrain(callback: () => void): void {
    this.drainCallback = callback;
  }

  onEnd(callback: () => void): void {
    this.endCallback = callback;
  }

  onClose(callback: (error?: Error) => void): void {
    this.closeCallback = callback;
  }

  pause(): void {
    this.paused = true;
  }

  resume(): void {
    this.paused = false;
    this.schedule();
  }

  end(): void {
    this.ended = true;
    this.other.schedule();
  }

  destroy(error?: Error): void {
    if (this.closed) return;
    this.closed = true;
    setImmediate(() => this.closeCallback(error));
    setImmediate(() => this.other.lost(error));
  }

  private lost(error?: Error): void {
    if (this.closed) return;
    this.closed = true;
    this.closeCallback(error);
  }

  private schedule(): void {
    if (this.scheduled) return;
    this.scheduled = true;
    setImmediate(() => this.deliver());
  }

  private deliver(): void {
    this.scheduled = false;
    while (!this.paused && !this.closed && this.queue.length > 0) {
      const bytes = this.queue.shift()!;
      this.other.waitingBytes -= bytes.length;
      this.frameCallback(bytes);
    }
    if (this.queue.length === 0 && this.other.ended && !this.closed) {
      this.endCallback();
      if (this.ended) {
        this.lost();
        this.other.lost();
      }
    }
    this.other.drained();
  }

  private drained(): void {
    if (!this.full || this.waitingBytes >= this.windowBytes / 2) return;
    this.full = false;
    this.drainCallback();
  }
}

export interface PairOptions {
  /** Above this the writer is told to wait. */
  readonly windowBytes?: number;
  /** Keep what was written. */
  readonly record?: boolean;
}

/** Two ends of one connection. */
export function memoryStreams(options: PairOptions = {}): [MemoryStream, MemoryStream] {
  const { windowBytes = 2 ** 20, record = false } = options;
  const left = new MemoryStream(windowBytes, record);
  const right = new MemoryStream(windowBytes, record);
  left.other = right;
  right.other = left;
  return [left, right];
}
