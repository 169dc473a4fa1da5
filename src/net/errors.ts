import { BittensorError } from '../base/index.js';
import type { ReturnCode } from './wire/codes.js';

export type NetErrorCode =
  /** The port is taken by another program. */
  | 'port_in_use'
  | 'cannot_listen'
  /** No router forwards the port. */
  | 'no_gateway'
  /** Not a host or port that can be dialled. */
  | 'bad_address'
  /** Used after `stop()` or `close()`. */
  | 'closed'
  /** Gossip without a key observes and announces nothing. */
  | 'no_key'
  /** A neuron announces so many synapses and no more. */
  | 'too_many'
  /** The proof of work of a gossip entry was not found this time. */
  | 'no_work'
  /** A `RequestError`, whose return code says which. */
  | 'refused';

export function netError(
  code: NetErrorCode,
  message: string,
  data: Record<string, unknown> = {},
  cause?: unknown,
): BittensorError<NetErrorCode> {
  return new BittensorError(code, message, { data, cause });
}

/** A refusal that the peer is told: a handler throws it to answer with this code and message. */
export class RequestError extends BittensorError<NetErrorCode> {
  readonly returnCode: ReturnCode;

  constructor(returnCode: ReturnCode, message: string, cause?: unknown) {
    super('refused', message, { data: { returnCode }, cause });
    this.name = 'RequestError';
    this.returnCode = returnCode;
  }
}
