import { Frame } from '../../../src/net/gen/bittensor.js';
import type { MemoryStream } from './memory-stream.js';

/** The other side of a session by hand: says any frames, and remembers what it was told. */
export class RawPeer {
  readonly frames: Frame[] = [];
  closed = false;
  reason: Error | undefined;

  constructor(readonly stream: MemoryStream) {
    stream.onFrame(bytes => void this.frames.push(Frame.decode(Uint8Array.from(bytes))));
    stream.onDrain(() => {});
    stream.onEnd(() => {
      this.closed = true;
    });
    stream.onClose(error => {
      this.closed = true;
      this.reason = error;
    });
  }

  send(frame: Partial<Frame>): void {
    this.sendBytes(Frame.encode({ ...Frame.create(), ...frame }).finish());
  }

  sendBytes(bytes: Uint8Array): void {
    this.stream.write(bytes, new Uint8Array(0));
  }

  /** Waits until a frame like this has come, and returns it. Fails when the session closes before. */
  async next(like: (frame: Frame) => boolean): Promise<Frame> {
    for (let turns = 0; turns < 10_000; turns++) {
      const frame = this.frames.find(like);
      if (frame) return frame;
      if (this.closed) throw new Error(`closed: ${this.reason?.message}`);
      await turn();
    }
    throw new Error('no such frame came');
  }

  /** Waits until the session is closed; says why. */
  async whyClosed(): Promise<string> {
    for (let turns = 0; turns < 10_000 && !this.closed; turns++) await turn();
    if (!this.closed) throw new Error('it is still open');
    return this.reason?.message ?? 'no reason';
  }

  /** Lets everything that is under way arrive. */
  async settle(): Promise<void> {
    for (let turns = 0; turns < 10; turns++) await turn();
  }
}

export const turn = () => new Promise<void>(resolve => setImmediate(resolve));
