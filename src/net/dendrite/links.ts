import type { Clock, Log } from '../../base/index.js';
import type { Signer } from '../../wallet/index.js';
import type { NonceSource } from '../auth/nonce-source.js';
import type { RequestKind } from '../auth/signed.js';
import type { LazyAbort } from '../lazy-abort.js';
import type { ReplyContent } from '../wire/messages.js';
import type { LinkFormat, TensorLimits, WireTensor } from '../wire/tensor.js';
import type { Pooled } from './pool.js';

/** What is asked of a peer. */
export interface Question {
  readonly kind: RequestKind;
  readonly synapseKey: string;
  /** 0 for a forward. */
  readonly parameterVersion: number;
  readonly tensors: readonly WireTensor[];
  /** How floats travel, both ways. */
  readonly format: LinkFormat;
  /** The deadline by `performance.now()`; it is given up then at the latest. */
  readonly endsAt: number;
  readonly given: LazyAbort;
  /** Counted up as bodies leave and come. */
  readonly traffic: Traffic;
}

export interface Traffic {
  bytesIn: number;
  bytesOut: number;
}

/** What the peer said, proven to be its word. */
export type Told = ReplyContent & { readonly timeMs: number };

/**
 * The way to one peer. A refusal that the peer proved is a `Told`; everything else that goes wrong is a `RequestError`.
 * A link connects by itself, again and again where it must, and sends a request a second time only when nothing of the
 * first had left.
 */
export interface Link extends Pooled {
  ask(question: Question): Promise<Told>;
}

/** What all links of a dendrite share. */
export interface LinkContext {
  readonly signer: Signer;
  /** Genesis hash, or empty without a chain. */
  readonly network: Uint8Array;
  readonly tensors: TensorLimits;
  readonly nonces: NonceSource;
  readonly clock: Clock;
  readonly log: Log;
  /** For a certificate, or for opening a session, milliseconds. */
  readonly connectMs: number;
}

/** Milliseconds that are left, one at least: a deadline that passes meanwhile ends the call by its signal. */
export function timeLeft({ endsAt }: Question): number {
  return Math.max(1, endsAt - performance.now());
}
