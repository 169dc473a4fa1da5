import { RequestError } from '../errors.js';
import type { FrameStream } from '../session/frame-stream.js';
import { type ServedSession, type ServeOptions, serveSession } from '../session/serve-session.js';
import type { GrpcCall } from './grpc-call.js';

export interface ExchangeLimits {
  /** Largest frame, bytes. */
  readonly frameBytes: number;
  /** How long the last frames may take to leave, milliseconds. */
  readonly sendMs: number;
}

type KeptByConnection = 'serverKeyHash' | 'address' | 'trust' | 'authorize' | 'greet' | 'onForged' | 'onRefused';

/** What a session needs that is not of its connection. */
export interface SessionOptions extends Omit<ServeOptions, KeptByConnection> {
  /** Whether a caller who proved its key may have a session. Asked over TLS only. */
  authorize(caller: string, address: string): ReturnType<ServeOptions['authorize']>;
  /** What a claimed caller is refused for, before its signature is verified. */
  greet?(caller: string, address: string): RequestError | undefined;
  /** A hello from there was not signed by its caller. */
  onForged?(address: string): void;
}

/** The sessions of all callers: each Exchange stream is one. */
export class Exchange {
  private readonly sessions = new Set<ServedSession>();

  constructor(
    private readonly options: SessionOptions,
    private readonly limits: ExchangeLimits,
  ) {}

  get size(): number {
    return this.sessions.size;
  }

  /** Requests under way in all sessions. */
  get active(): number {
    let active = 0;
    for (const session of this.sessions) active += session.active;
    return active;
  }

  open(call: GrpcCall): void {
    const { host } = call;
    const { greet, onForged } = this.options;
    const session = serveSession(frameStream(call, this.limits), {
      ...this.options,
      serverKeyHash: host.serverKeyHash,
      address: host.address,
      authorize: caller => this.options.authorize(caller, host.address),
      greet: caller => greet?.(caller, host.address),
      onForged: () => onForged?.(host.address),
      onRefused: code => host.onRefused(code),
      trust: () => host.trust(),
    });
    this.sessions.add(session);
    void session.closed.then(() => this.sessions.delete(session));
    call.retire = () => session.drain();
  }

  /** Tells every caller that the server stops; resolves when all requests under way are answered. */
  async drain(): Promise<void> {
    const closed = [...this.sessions].map(session => session.closed);
    for (const session of this.sessions) session.drain();
    await Promise.all(closed);
  }
}

/** The frames of a call: each is one message. */
export function frameStream(call: GrpcCall, limits: ExchangeLimits): FrameStream {
  let onFrame: (bytes: Buffer) => void = () => {};
  let onEnd = () => {};
  call.receive({ maxBytes: limits.frameBytes, onMessage: bytes => onFrame(bytes), onEnd: () => onEnd() });
  const leave = () => {
    call.until = performance.now() + limits.sendMs;
  };
  return {
    write: (head, body, written) => call.send(head, body, written),
    onFrame: callback => {
      onFrame = callback;
    },
    onDrain: callback => call.onDrain(callback),
    onEnd: callback => {
      onEnd = callback;
    },
    onClose: callback => call.onClose(callback),
    pause: () => call.pause(),
    resume: () => call.resume(),
    end: () => {
      leave();
      call.finish();
    },
    destroy: error => {
      if (!(error instanceof RequestError)) return void call.destroy();
      leave();
      call.refuse(error.returnCode, error.message);
    },
  };
}
