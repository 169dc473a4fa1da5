import { constants, type Http2Session, performServerHandshake, type ServerHttp2Stream } from 'node:http2';
import type { Duplex } from 'node:stream';
import { Bucket } from '../bucket.js';
import { RequestError } from '../errors.js';
import type { MemoryShare } from '../session/memory.js';
import type { ReturnCode } from '../wire/codes.js';
import { type CallHost, GrpcCall } from './grpc-call.js';
import type { ServerLimits } from './limits.js';
import type { Link } from './listener.js';

/** What is left for HTTP/2's and TLS's own bytes: a part of what is sent each way, and so much for each piece. */
const OVERHEAD_SHIFT = 5;
const CHUNK_OVERHEAD = 64;
const CALL_OVERHEAD = 1_024;
/** Control frames that are not explained by anything else, bytes a second. */
const CONTROL_BYTES_PER_SECOND = 64 * 1024;
/** Bytes that may come while no call is open: control frames, and the rest of requests that were refused early. */
const QUIET_BYTES = 4 * 2 ** 20;

/** What is refused for want of this side, whoever asks. */
const OWN_FAULTS: ReadonlySet<ReturnCode> = new Set(['Unavailable', 'NucleusFull', 'UnknownException', 'Timeout']);

/** HTTP/2 on one socket: its calls, what it costs, and when it has to end. */
export class Connection implements CallHost {
  readonly calls = new Set<GrpcCall>();
  readonly address: string;
  private readonly session: Http2Session;
  private readonly resets: Bucket;
  private readonly openedMs = performance.now();
  private readonly ageMs: number;
  /** `bytesRead` of the socket up to which everything is accounted for. */
  private explained: number;
  private sweptMs = this.openedMs;
  private heardMs = this.openedMs;
  private heardBytes = 0;
  private pingedMs: number | undefined;
  /** Since when HTTP/2 is over and only its last bytes have to leave. */
  private overMs: number | undefined;
  private lastCallMs = this.openedMs;
  private used = false;
  private bodyBytes = 0;
  private ending = false;

  constructor(
    private readonly link: Link,
    socket: Duplex,
    readonly serverKeyHash: Uint8Array | undefined,
    private readonly limits: ServerLimits,
    private readonly memory: MemoryShare,
    private readonly onCall: (call: GrpcCall) => void,
    private readonly onDropped: (reason: string) => void,
  ) {
    this.address = link.address;
    this.explained = link.tcp.bytesRead;
    this.ageMs = limits.ageMs * (0.9 + Math.random() * 0.2);
    this.resets = new Bucket(limits.resetBurst, limits.resetsPerSecond, this.openedMs);
    this.session = performServerHandshake(socket, {
      maxSessionMemory: limits.sessionMemoryMiB,
      maxHeaderListPairs: 64,
      maxSettings: 16,
      settings: {
        maxConcurrentStreams: limits.strangerStreams,
        initialWindowSize: limits.strangerWindowBytes,
        maxHeaderListSize: limits.headerBytes,
      },
    });
    this.session.on('stream', (stream: ServerHttp2Stream, headers) => this.onStream(stream, headers));
    // Faults of a session close it.
    this.session.on('error', () => {});
    this.session.on('close', () => link.tcp.destroy());
  }

  get trusted(): boolean {
    return this.link.trusted;
  }

  /** A caller here showed its key: it gets the windows and streams of a friend. */
  trust(): void {
    if (this.link.trusted) return;
    this.link.trusted = true;
    if (this.session.destroyed || this.session.closed) return;
    this.session.settings({
      maxConcurrentStreams: this.limits.streamsPerConnection,
      initialWindowSize: this.limits.windowBytes,
      maxHeaderListSize: this.limits.headerBytes,
    });
    this.session.setLocalWindowSize(this.limits.windowBytes);
  }

  took(bytes: number): void {
    this.explained += bytes + (bytes >> OVERHEAD_SHIFT) + CHUNK_OVERHEAD;
  }

  gave(bytes: number): void {
    // The other side grants windows for what it takes.
    this.explained += (bytes >> OVERHEAD_SHIFT) + CHUNK_OVERHEAD;
  }

  onCallOver(call: GrpcCall): void {
    this.calls.delete(call);
    this.lastCallMs = performance.now();
    const { resetCode } = call;
    const given = resetCode !== constants.NGHTTP2_NO_ERROR && !call.finished;
    if (given && !this.resets.take(this.lastCallMs)) this.drop('too many calls given up');
  }

  /** Whoever is refused again and again without showing a key has to come back, after a while. */
  onRefused(code: ReturnCode): void {
    if (this.trusted || OWN_FAULTS.has(code) || this.link.isPatient()) return;
    this.drop('too many refusals');
  }

  /** Takes memory for the body of a unary call, of this connection's part and of what all share. */
  takeBody(bytes: number): boolean {
    if (this.bodyBytes + bytes > this.limits.connectionUnaryBytes || !this.memory.tryTake(bytes)) return false;
    this.bodyBytes += bytes;
    return true;
  }

  giveBody(bytes: number): void {
    this.bodyBytes -= bytes;
    this.memory.give(bytes);
  }

  /** Bytes that came and were not given to anybody yet. */
  held(): number {
    let bytes = this.link.tcp.bytesRead - this.explained;
    for (const call of this.calls) bytes += call.held;
    return Math.max(0, bytes);
  }

  /** Bytes of answers that the other side did not take yet. */
  unsent(): number {
    let bytes = 0;
    for (const call of this.calls) bytes += call.unsent;
    return bytes;
  }

  /** What it costs in memory that is nobody's: a stranger's answers are never large. */
  burden(): number {
    return this.held() + (this.trusted ? 0 : this.unsent());
  }

  /** What is to be done from time to time. */
  sweep(now: number): void {
    const { bytesRead } = this.link.tcp;
    const seconds = (now - this.sweptMs) / 1_000;
    this.sweptMs = now;
    // No credit: a connection cannot save up for a larger burst.
    this.explained = Math.min(bytesRead, this.explained + seconds * CONTROL_BYTES_PER_SECOND);
    if (!this.trusted && this.held() > this.limits.strangerHeldBytes)
      return void this.drop('too many unfinished bytes');
    if (this.unsent() > (this.trusted ? this.limits.unsentBytes : this.limits.strangerUnsentBytes))
      return void this.drop('answers not taken');
    for (const call of [...this.calls]) {
      // However a call was refused, its answer has to be taken in time.
      if (call.finished && call.until === Number.POSITIVE_INFINITY) call.until = now + this.limits.sendMs;
      if (now > call.until) this.giveUp(call);
      else if (now - call.lastUseMs > this.limits.idleMs) call.retire?.();
    }
    this.checkLife(now, bytesRead);
    if (now - this.openedMs > this.ageMs) this.end();
    if (now - this.openedMs > this.ageMs + this.limits.graceMs) return void this.drop('old');
    if (this.calls.size > 0) return;
    if (this.held() > QUIET_BYTES) return void this.drop('noise');
    if (now - this.lastCallMs > (this.used ? this.limits.idleMs : this.limits.firstCallMs)) this.drop('idle');
  }

  /** Asks the other side to open no more calls here; those that are open go on. */
  end(): void {
    if (this.ending) return;
    this.ending = true;
    for (const call of this.calls) call.retire?.();
    if (!this.session.destroyed) this.session.close();
  }

  drop(reason: string): void {
    if (this.link.tcp.destroyed) return;
    this.session.destroy();
    this.link.tcp.destroy();
    this.onDropped(reason);
  }

  private onStream(stream: ServerHttp2Stream, headers: Parameters<typeof newCall>[1]): void {
    this.used = true;
    this.explained += CALL_OVERHEAD;
    const type = headers['content-type'];
    if (headers[':method'] !== 'POST' || !type?.startsWith('application/grpc')) {
      stream.on('error', () => {});
      stream.respond({ ':status': 415 }, { endStream: true });
      stream.close(constants.NGHTTP2_NO_ERROR);
      return;
    }
    const call = newCall(stream, headers, this);
    this.calls.add(call);
    this.onCall(call);
  }

  private giveUp(call: GrpcCall): void {
    if (call.finished || call.unsent > 0) return void this.drop('reply not taken');
    call.until = Number.POSITIVE_INFINITY;
    call.abort(new RequestError('Timeout', 'the request did not arrive in time'));
    call.refuse('Timeout', 'the request did not arrive in time');
  }

  private checkLife(now: number, bytesRead: number): void {
    if (this.session.destroyed) {
      // Nobody is there who would answer a ping, and a caller that does not end its side keeps the socket.
      this.overMs ??= now;
      if (now - this.overMs > this.limits.pongMs) this.drop('does not end');
      return;
    }
    if (bytesRead !== this.heardBytes) {
      this.heardBytes = bytesRead;
      this.heardMs = now;
      this.pingedMs = undefined;
    }
    if (this.pingedMs !== undefined) {
      if (now - this.pingedMs > this.limits.pongMs) this.drop('no sign of life');
    } else if (now - this.heardMs > this.limits.pingMs) {
      this.pingedMs = now;
      this.session.ping(() => {});
    }
  }
}

function newCall(stream: ServerHttp2Stream, headers: GrpcCall['headers'], host: Connection): GrpcCall {
  return new GrpcCall(stream, headers, host);
}
