import type { FrameStream } from './frame-stream.js';
import { NO_BYTES, partFrame } from './frames.js';
import { MIN_PART_BYTES, PART_BYTES } from './limits.js';

/** A frame to be sent: its head is made when its turn comes. */
export interface SmallFrame {
  readonly body: Uint8Array;
  /** Undefined: not wanted any more. */
  head(): Uint8Array | undefined;
  /** The frame was handed to the stream. */
  sent(): void;
  /** The stream does not read the body any more. */
  readonly written: (() => void) | undefined;
}

/** A large body on its way out. */
export class BodyOut {
  private offset = 0;
  private credit = 0;
  private credits = 0;
  queued = false;
  stopped = false;

  constructor(
    readonly id: number,
    private readonly body: Uint8Array,
    /** All of it was handed to the stream. */
    readonly done: () => void,
  ) {}

  get isDone(): boolean {
    return this.offset === this.body.length;
  }

  /** More of the body may be sent. False: in crumbs, which would make a flood of small parts. */
  addCredit(bytes: number): boolean {
    this.credit = Math.min(this.credit + bytes, this.body.length - this.offset);
    return ++this.credits <= 16 + Math.ceil(this.body.length / MIN_PART_BYTES);
  }

  get isReady(): boolean {
    const left = this.body.length - this.offset;
    return !this.stopped && left > 0 && this.credit >= Math.min(left, MIN_PART_BYTES);
  }

  nextPart(): Uint8Array {
    const bytes = Math.min(this.credit, PART_BYTES, this.body.length - this.offset);
    const part = this.body.subarray(this.offset, this.offset + bytes);
    this.offset += bytes;
    this.credit -= bytes;
    return part;
  }
}

/**
 * What waits to be written, in the order of fairness: control frames first; then whole small frames and parts of large
 * bodies in turn, byte for byte; large bodies one part each, round and round. So a large body costs a small one at most the
 * time of one part.
 */
export class Outbox {
  private readonly control: Uint8Array[] = [];
  private readonly small = new Fifo<SmallFrame>();
  private readonly large = new Fifo<BodyOut>();
  private smallBytes = 0;
  private blocked = false;
  private pumping = false;
  private closed = false;
  private blockedSince = 0;

  constructor(private readonly stream: FrameStream) {
    stream.onDrain(() => {
      this.blocked = false;
      this.pump();
    });
  }

  /** For how long the stream took nothing although something waits, milliseconds. */
  get stalledMs(): number {
    return this.blocked && !this.isEmpty ? performance.now() - this.blockedSince : 0;
  }

  get isEmpty(): boolean {
    return this.control.length === 0 && this.small.size === 0 && this.large.size === 0;
  }

  sendControl(head: Uint8Array): void {
    this.control.push(head);
    this.pump();
  }

  sendSmall(frame: SmallFrame): void {
    this.small.push(frame);
    this.pump();
  }

  /** Call it after each credit. */
  sendLarge(body: BodyOut): void {
    if (body.queued || !body.isReady) return;
    body.queued = true;
    this.large.push(body);
    this.pump();
  }

  close(): void {
    this.closed = true;
    this.control.length = 0;
    this.small.clear();
    this.large.clear();
  }

  private pump(): void {
    if (this.pumping) return;
    this.pumping = true;
    while (!this.blocked && !this.closed && this.step()) {}
    this.pumping = false;
  }

  private step(): boolean {
    if (this.control.length > 0) {
      for (const head of this.control.splice(0)) this.write(head, NO_BYTES);
      return true;
    }
    if (this.small.size > 0 && (this.large.size === 0 || this.smallBytes < PART_BYTES)) {
      const frame = this.small.shift()!;
      const head = frame.head();
      if (!head) return true;
      this.smallBytes += frame.body.length;
      this.write(head, frame.body, frame.written);
      frame.sent();
      return true;
    }
    this.smallBytes = 0;
    const body = this.large.shift();
    if (!body) return false;
    body.queued = false;
    if (!body.isReady) return true;
    const part = body.nextPart();
    this.write(partFrame(body.id, part.length), part);
    if (body.isDone) body.done();
    else this.sendLarge(body);
    return true;
  }

  private write(head: Uint8Array, body: Uint8Array, written?: () => void): void {
    if (this.stream.write(head, body, written) || this.blocked) return;
    this.blocked = true;
    this.blockedSince = performance.now();
  }
}

/** First in, first out, without moving what waits. */
class Fifo<T> {
  private items: (T | undefined)[] = [];
  private first = 0;

  get size(): number {
    return this.items.length - this.first;
  }

  push(item: T): void {
    this.items.push(item);
  }

  shift(): T | undefined {
    if (this.size === 0) return undefined;
    const item = this.items[this.first];
    this.items[this.first++] = undefined;
    if (this.first === this.items.length) this.clear();
    else if (this.first >= 1024) {
      this.items = this.items.slice(this.first);
      this.first = 0;
    }
    return item;
  }

  clear(): void {
    this.items.length = 0;
    this.first = 0;
  }
}
