import { constants, type IncomingHttpHeaders, type ServerHttp2Stream } from 'node:http2';
import { RequestError } from '../errors.js';
import type { ReturnCode } from '../wire/codes.js';
import { toTrailers } from '../wire/status.js';
import { LONGEST_MS, timeoutOf } from './grpc-timeout.js';
import { MessageReader } from './message-reader.js';

/** What a call needs of its connection. */
export interface CallHost {
  readonly address: string;
  /** The SHA-256 of the public key that this server showed; undefined on plain text. */
  readonly serverKeyHash: Uint8Array | undefined;
  /** A caller on this connection showed its key. */
  readonly trusted: boolean;
  trust(): void;
  takeBody(bytes: number): boolean;
  giveBody(bytes: number): void;
  /** Something was refused here. */
  onRefused(code: ReturnCode): void;
  /** So many bytes from the wire were taken from the stream. */
  took(bytes: number): void;
  /** So many bytes were given to the wire. */
  gave(bytes: number): void;
  onCallOver(call: GrpcCall): void;
}

export interface ReceiveOptions {
  readonly maxBytes: number;
  /** Allocate a message's stated length at once. Its bytes were reserved, so they are nobody's debt. */
  readonly reserved?: boolean;
  onMessage(message: Buffer): void;
  /** The caller has said everything. */
  onEnd(): void;
}

const RESPONSE = {
  ':status': 200,
  'content-type': 'application/grpc+proto',
  'grpc-accept-encoding': 'identity',
} as const;
const NO_BYTES = Buffer.alloc(0);
/** Up to here a copy costs less than one more piece to write. */
const COPY_BYTES = 2_048;

/** What may wait to be written; HTTP/2's own mark of 16 KiB would stop after every frame. */
const HIGH_WATER_BYTES = 2 ** 20;

/**
 * One call of gRPC over one HTTP/2 stream, from its headers to its trailers. Nothing of its messages is read before
 * `receive()`: until then they wait in the stream's window.
 */
export class GrpcCall {
  readonly path: string;
  /** When the server gives it up, by `performance.now()`; who works on the call sets it. */
  until = Number.POSITIVE_INFINITY;
  /** When a message last came or went, by `performance.now()`. */
  lastUseMs = performance.now();
  /** Asks a call that lasts to come to its end: it is idle, or its connection is old. */
  retire: (() => void) | undefined;
  /** The answer is complete and on its way. */
  finished = false;
  private readonly deadlineMs: number;
  private readonly timer: NodeJS.Timeout | undefined;
  private controller: AbortController | undefined;
  private abortReason: RequestError | undefined;
  private reader: MessageReader | undefined;
  private reserved = false;
  private responded = false;
  private corked = false;
  private over = false;
  /** Who worked on the call ended it well, and has no use for its signal any more. */
  private done = false;
  private ended = false;
  private conclude = () => {};
  private endReason: RequestError | undefined;
  private onOver: ((error: RequestError | undefined) => void) | undefined;
  private trailers: Record<string, string> | undefined;

  constructor(
    private readonly stream: ServerHttp2Stream,
    readonly headers: IncomingHttpHeaders,
    readonly host: CallHost,
  ) {
    this.path = headers[':path'] ?? '';
    const leftMs = timeoutOf(headers['grpc-timeout']);
    this.deadlineMs = performance.now() + leftMs;
    if (leftMs < LONGEST_MS) this.timer = setTimeout(() => this.expire(), leftMs);
    stream.on('error', () => {});
    stream.once('close', () => this.close());
    stream.once('wantTrailers', () => {
      stream.sendTrailers(this.trailers ?? toTrailers('UnknownException', ''));
      setImmediate(() => this.cutOff());
    });
  }

  /** Aborts when the caller gives up, at its deadline, and by `abort()`; the reason is a `RequestError`. */
  get signal(): AbortSignal {
    // Made when it is first asked for: what is refused at once has no use for it.
    if (!this.controller) {
      this.controller = new AbortController();
      if (this.abortReason) this.controller.abort(this.abortReason);
    }
    return this.controller.signal;
  }

  /** What the caller's deadline leaves, milliseconds; infinite when it stated none. */
  get timeLeftMs(): number {
    return this.deadlineMs - performance.now();
  }

  /** Bytes that came for messages which are not whole. */
  get held(): number {
    return this.reserved || this.reader === undefined ? 0 : this.reader.held;
  }

  /** Bytes of answers that wait for the other side to take them. */
  get unsent(): number {
    return this.stream.writableLength;
  }

  /** How the caller ended the stream: HTTP/2's error code. */
  get resetCode(): number {
    return this.stream.rstCode ?? 0;
  }

  /** Begins to read; once. What breaks the rules ends the call. */
  receive({ maxBytes, reserved = false, onMessage, onEnd }: ReceiveOptions): void {
    this.reserved = reserved;
    const { host } = this;
    const reader = new MessageReader({
      maxBytes,
      // Untouched memory costs nothing, but a stranger's word is not taken for it either.
      get believeLength() {
        return reserved || host.trusted;
      },
      onMessage: message => {
        this.lastUseMs = performance.now();
        onMessage(message);
      },
    });
    this.reader = reader;
    this.stream.on('data', (chunk: Buffer) => {
      this.host.took(chunk.length);
      if (!this.finished) this.guard(() => reader.push(chunk));
    });
    this.stream.once('end', () => {
      if (this.finished || this.stream.aborted) return;
      this.ended = true;
      this.conclude = () => {
        if (this.finished || reader.isPaused) return;
        this.ended = false;
        if (reader.held > 0) throw new RequestError('InvalidRequest', 'the stream ended within a message');
        onEnd();
      };
      this.guard(() => this.conclude());
    });
  }

  /** No messages from now on; what the caller sends waits in the stream's window. */
  pause(): void {
    this.reader?.pause();
    this.stream.pause();
  }

  resume(): void {
    this.stream.resume();
    this.guard(() => {
      this.reader?.resume();
      // The stream's end may come while what it brought waits here.
      if (this.ended) this.conclude();
    });
  }

  /**
   * Sends the message `head + body`. False: the stream has enough, wait for `onDrain`; it is sent all the same.
   * `written` is called when the body's memory is not read any more, `sent` when all of it left; never, when the stream
   * fails before.
   */
  send(head: Uint8Array, body?: Uint8Array, written?: () => void, sent?: () => void): boolean {
    if (this.over || this.finished) return true;
    this.begin();
    const bodyBytes = body?.length ?? 0;
    const length = head.length + bodyBytes;
    this.lastUseMs = performance.now();
    this.host.gave(length);
    const small = bodyBytes <= COPY_BYTES;
    const prefixed = Buffer.allocUnsafe(5 + head.length + (small ? bodyBytes : 0));
    prefixed[0] = 0;
    prefixed.writeUInt32BE(length, 1);
    prefixed.set(head, 5);
    if (small && body) prefixed.set(body, 5 + head.length);
    // What is written in one turn leaves in one piece.
    if (!this.corked) {
      this.corked = true;
      this.stream.cork();
      process.nextTick(() => {
        this.corked = false;
        this.stream.uncork();
      });
    }
    if (small) {
      this.stream.write(prefixed, sent && (error => !error && sent()));
      written?.();
    } else {
      this.stream.write(prefixed);
      this.stream.write(body, error => {
        if (error) return;
        written?.();
        sent?.();
      });
    }
    return this.stream.writableLength < HIGH_WATER_BYTES;
  }

  /** Sends a message and reads no other until it left; ends the connection when that takes longer. */
  sendAlone(message: Uint8Array, limitMs: number): void {
    this.pause();
    this.until = performance.now() + limitMs;
    this.send(NO_BYTES, message, undefined, () => {
      if (this.finished || this.over) return;
      this.until = Number.POSITIVE_INFINITY;
      this.resume();
    });
  }

  onDrain(callback: () => void): void {
    this.stream.on('drain', callback);
  }

  /** Called once when the call is over, at once if it is already. The error says why it did not end as it should. */
  onClose(callback: (error: RequestError | undefined) => void): void {
    this.onOver = callback;
    if (this.over) callback(this.endReason);
  }

  /** Ends the call with `OK`. */
  finish(): void {
    this.done = true;
    this.end({ 'grpc-status': '0' });
  }

  /** Ends the call with a status and the name of this code. */
  refuse(code: ReturnCode, message: string): void {
    this.end(toTrailers(code, message));
    this.host.onRefused(code);
  }

  /** Tells who works on the call to stop. */
  abort(reason: RequestError): void {
    if (this.abortReason) return;
    this.abortReason = reason;
    this.controller?.abort(reason);
  }

  /** Ends the stream without an answer. */
  destroy(): void {
    this.stream.close(constants.NGHTTP2_CANCEL);
  }

  private begin(): void {
    if (this.responded) return;
    this.responded = true;
    this.stream.respond(RESPONSE, { waitForTrailers: true });
  }

  private end(trailers: Record<string, string>): void {
    if (this.over || this.finished || this.stream.destroyed) return;
    this.finished = true;
    clearTimeout(this.timer);
    if (this.responded) {
      this.trailers = trailers;
      this.stream.end();
    } else {
      this.responded = true;
      this.stream.respond({ ...RESPONSE, ...trailers }, { endStream: true });
      this.cutOff();
    }
  }

  /** A request that goes on after its answer is cut off: NO_ERROR says that the answer is whole (RFC 9113, 8.1). */
  private cutOff(): void {
    if (!this.stream.readableEnded) this.stream.close(constants.NGHTTP2_NO_ERROR);
  }

  private guard(work: () => void): void {
    try {
      work();
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      this.abort(error);
      this.refuse(error.returnCode, error.message);
    }
  }

  private expire(): void {
    this.abort(new RequestError('Timeout', 'the time that the caller gave is over'));
    this.refuse('Timeout', 'the time that the caller gave is over');
  }

  private close(): void {
    this.over = true;
    clearTimeout(this.timer);
    const gone = new RequestError('Cancelled', 'the caller gave up');
    if (!this.finished) this.abort(gone);
    this.endReason = this.abortReason;
    // Refused behind the back of who works on it: that one is told at the latest now.
    if (!this.done) this.abort(gone);
    this.host.onCallOver(this);
    this.onOver?.(this.endReason);
  }
}
