import { type ClientHttp2Session, type ClientHttp2Stream, constants, type IncomingHttpHeaders } from 'node:http2';
import { Metadata, status } from '@grpc/grpc-js';
import { RequestError } from '../errors.js';
import { fromServiceError } from '../wire/status.js';
import type { FrameStream } from './frame-stream.js';
import { MOST_INLINE_BYTES } from './limits.js';

/** One byte (1: compressed) and the length, u32 big-endian, before each message of gRPC. */
const PREFIX_BYTES = 5;
/** The largest frame that a session takes: a body that is inline, and its head. */
const LARGEST_FRAME = MOST_INLINE_BYTES + 8 * 1024;
/** Up to here a copy costs less than one more piece to write. */
const COPY_BYTES = 2_048;
/** Bytes that may wait in the transport before the session is told to wait. */
const HIGH_WATER_BYTES = 2 ** 20;

/**
 * The caller's end of a gRPC stream, on HTTP/2 itself: what a general client does for each message (a promise, two
 * copies, one write after the other) costs as much as the encryption of a small tensor.
 */
export function openFrames(session: ClientHttp2Session, path: string): FrameStream {
  const stream = session.request(
    {
      ':method': 'POST',
      ':path': path,
      'content-type': 'application/grpc+proto',
      te: 'trailers',
      'grpc-accept-encoding': 'identity',
    },
    { endStream: false },
  );
  return new Http2Frames(stream);
}

export class Http2Frames implements FrameStream {
  private waitingBytes = 0;
  private isFull = false;
  private isOver = false;
  private isCorked = false;
  private isPaused = false;
  private httpStatus: number | undefined;
  private status: IncomingHttpHeaders | undefined;
  private failure: Error | undefined;
  private rest: Buffer | undefined;
  private message: Buffer | undefined;
  private filled = 0;
  private frameCallback: (bytes: Buffer) => void = () => {};
  private drainCallback = () => {};
  private endCallback = () => {};
  private closeCallback: (error?: Error) => void = () => {};

  constructor(private readonly stream: ClientHttp2Stream) {
    stream.on('response', headers => {
      this.httpStatus = headers[':status'];
      if (headers['grpc-status'] !== undefined) this.status = headers;
    });
    stream.on('trailers', trailers => {
      this.status = trailers;
    });
    stream.on('data', (chunk: Buffer) => this.onData(chunk));
    stream.on('end', () => {
      // A failure is told once, by its reason.
      if (this.error() === undefined) this.endCallback();
    });
    stream.on('error', error => {
      this.failure = error;
    });
    stream.on('close', () => this.over());
  }

  write(head: Uint8Array, body: Uint8Array, written?: () => void): boolean {
    if (this.isOver || this.stream.destroyed || this.stream.writableEnded) return false;
    const isSmall = body.length <= COPY_BYTES;
    const first = Buffer.allocUnsafe(PREFIX_BYTES + head.length + (isSmall ? body.length : 0));
    const length = head.length + body.length;
    first[0] = 0;
    first.writeUInt32BE(length, 1);
    first.set(head, PREFIX_BYTES);
    if (isSmall) first.set(body, PREFIX_BYTES + head.length);
    this.cork();
    this.waitingBytes += length;
    const onWritten = (error?: Error | null) => {
      this.onWritten(length);
      if (!error && !isSmall) written?.();
    };
    if (isSmall) {
      this.stream.write(first, onWritten);
      written?.();
    } else {
      this.stream.write(first);
      this.stream.write(body, onWritten);
    }
    this.isFull ||= this.waitingBytes >= HIGH_WATER_BYTES;
    return !this.isFull;
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
    this.isPaused = true;
    this.stream.pause();
  }

  resume(): void {
    this.isPaused = false;
    this.stream.resume();
    this.advance();
  }

  end(): void {
    this.stream.end();
  }

  destroy(): void {
    if (!this.stream.closed) this.stream.close(constants.NGHTTP2_CANCEL);
  }

  /** What is written in one turn leaves in one piece. */
  private cork(): void {
    if (this.isCorked) return;
    this.isCorked = true;
    this.stream.cork();
    process.nextTick(() => {
      this.isCorked = false;
      this.stream.uncork();
    });
  }

  private onWritten(bytes: number): void {
    this.waitingBytes -= bytes;
    if (!this.isFull || this.waitingBytes > HIGH_WATER_BYTES / 2 || this.isOver) return;
    this.isFull = false;
    this.drainCallback();
  }

  private onData(chunk: Buffer): void {
    if (this.isOver) return;
    this.rest = this.rest ? Buffer.concat([this.rest, chunk]) : chunk;
    this.advance();
  }

  private advance(): void {
    while (this.rest && !this.isPaused && !this.isOver) {
      if (this.message) {
        const taken = this.rest.copy(this.message, this.filled);
        this.filled += taken;
        this.leave(taken);
        if (this.filled < this.message.length) return;
        const whole = this.message;
        this.message = undefined;
        this.frameCallback(whole);
        continue;
      }
      if (this.rest.length < PREFIX_BYTES) return;
      const length = this.rest.readUInt32BE(1);
      if (this.rest[0] !== 0 || length > LARGEST_FRAME) {
        this.failure = new RequestError('InvalidResponse', `a frame of ${length} bytes, or a compressed one`);
        this.destroy();
        return;
      }
      if (this.rest.length >= PREFIX_BYTES + length) {
        const whole = this.rest.subarray(PREFIX_BYTES, PREFIX_BYTES + length);
        this.leave(PREFIX_BYTES + length);
        this.frameCallback(whole);
      } else {
        this.message = Buffer.allocUnsafeSlow(length);
        this.filled = 0;
        this.leave(PREFIX_BYTES);
      }
    }
  }

  private leave(bytes: number): void {
    this.rest = bytes < this.rest!.length ? this.rest!.subarray(bytes) : undefined;
  }

  private over(): void {
    if (this.isOver) return;
    this.isOver = true;
    this.rest = undefined;
    this.message = undefined;
    this.closeCallback(this.error());
  }

  /** Why the stream ended; undefined: as it should, or not at all yet. */
  private error(): Error | undefined {
    if (this.failure instanceof RequestError) return this.failure;
    if (this.status) return statusError(this.status);
    if (this.httpStatus !== undefined && this.httpStatus !== 200) {
      return new RequestError('Unavailable', `HTTP status ${this.httpStatus}`, this.failure);
    }
    return (
      this.failure && new RequestError('Unavailable', `the connection is gone: ${this.failure.message}`, this.failure)
    );
  }
}

/** gRPC's status in trailers; they are a stranger's, so nothing of them may throw. */
function statusError(trailers: IncomingHttpHeaders): RequestError | undefined {
  const code = Number(trailers['grpc-status']);
  if (code === status.OK) return undefined;
  const metadata = new Metadata();
  const named = String(trailers['bittensor-return-code'] ?? '');
  if (/^[A-Za-z]{1,40}$/.test(named)) metadata.set('bittensor-return-code', named);
  const details = decoded(String(trailers['grpc-message'] ?? '')) || `gRPC status ${code}`;
  const refusal = fromServiceError(
    Object.assign(new Error(details), { code: code in status ? code : status.UNKNOWN, details, metadata }),
  );
  return new RequestError(refusal.code, refusal.message);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
