import type { RequestKind } from './auth/signed.js';
import type { ReplyHead, RequestHead } from './gen/bittensor.js';
import type { AbortSource } from './lazy-abort.js';

/**
 * How a request came. `unary`: a gRPC call of its own. `session`: an Exchange over TLS, whose caller is proven.
 * `signed-session`: an Exchange over plain text, where each request is signed. `loopback`: from this very process.
 */
export type Transport = 'unary' | 'session' | 'signed-session' | 'loopback';

/** A request before its body has come: what is to be known of it to admit or refuse it. */
export interface Incoming {
  readonly kind: RequestKind;
  readonly transport: Transport;
  /** Undefined: a unary call without the header `bittensor-request-bin`, whose body is to tell the same. */
  readonly head: RequestHead | undefined;
  /** The caller's key as `0x` and 64 digits, proven by the session's hello. Undefined: still to be verified. */
  readonly caller: string | undefined;
  readonly address: string;
  /** What the caller's deadline leaves, milliseconds; infinite when it stated none. */
  readonly timeLeftMs: number;
  /** Aborts when the caller gives up and when the server stops; a `RequestError` as reason says what to answer. */
  readonly signal: AbortSignal;
  /** Tells the same, and costs less to listen to; not every way has one. */
  readonly given?: AbortSource;
  /**
   * Lets the body come, and resolves when it is whole: call it only after admission, and once. Rejects with a
   * `RequestError`: `TooLarge` above `maxBytes`, `Timeout`, `Cancelled`, `NucleusFull` where memory is short.
   */
  body(maxBytes?: number): Promise<Uint8Array>;
  /** The caller showed its key: its connection outlives strangers'. */
  trust(): void;
}

/** For a unary call the body is the whole TensorMessage, and the head is not sent. */
export interface Answer {
  readonly head: ReplyHead;
  readonly body: Uint8Array;
  /** Called when the body has left and its memory is not read any more; perhaps never. */
  readonly written?: () => void;
}

/** Throws a `RequestError` for a refusal without a signature. Must end soon after the signal aborts. */
export type IncomingHandler = (incoming: Incoming) => Promise<Answer>;
