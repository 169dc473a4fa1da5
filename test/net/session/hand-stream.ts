import type { FrameStream } from '../../../src/net/session/frame-stream.js';

/** A stream whose other side is the test: frames arrive when it says so, and all that is written is taken. */
export class HandStream implements FrameStream {
  error: Error | undefined;
  isDestroyed = false;
  private frameCallback: (bytes: Buffer) => void = () => {};

  receive(bytes: Uint8Array): void {
    if (!this.isDestroyed) this.frameCallback(Buffer.from(bytes));
  }

  write(): boolean {
    return true;
  }

  onFrame(callback: (bytes: Buffer) => void): void {
    this.frameCallback = callback;
  }

  onDrain(): void {}
  onEnd(): void {}
  onClose(): void {}
  pause(): void {}
  resume(): void {}

  end(): void {
    this.isDestroyed = true;
  }

  destroy(error?: Error): void {
    this.isDestroyed = true;
    this.error = error;
  }
}
