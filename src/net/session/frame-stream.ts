/**
 * One end of a stream of whole frames, whatever carries it. Each callback is set once, before anything else is done.
 * After `onClose` nothing more comes.
 */
export interface FrameStream {
  /**
   * Sends the frame `head + body`. False: the stream has enough, wait for `onDrain`; the frame is sent all the same.
   * `written` is called when the body's memory is not read any more; never, when the stream fails before.
   */
  write(head: Uint8Array, body: Uint8Array, written?: () => void): boolean;
  onFrame(callback: (bytes: Buffer) => void): void;
  onDrain(callback: () => void): void;
  /** The other side sends no more; it may still read. */
  onEnd(callback: () => void): void;
  /** Called once; the error is a `RequestError` where the other side said why. */
  onClose(callback: (error?: Error) => void): void;
  /** No frames from now on; what the other side sends waits with it, as far as the transport has windows. */
  pause(): void;
  resume(): void;
  /** Lets what was written leave, then closes. */
  end(): void;
  /** Closes at once; a `RequestError` is told to the other side. */
  destroy(error?: Error): void;
}
