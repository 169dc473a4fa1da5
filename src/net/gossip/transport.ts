import type { Address } from '../address.js';

/** One exchange: a request and its reply, as bytes. */
export interface Asking {
  readonly bytes: Uint8Array;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** What gossip travels by: gRPC, or memory in a simulation. */
export interface GossipTransport {
  /** Begins to answer. Resolves with the port. */
  listen(answer: (bytes: Uint8Array) => Promise<Uint8Array>): Promise<number>;
  ask(address: Address, asking: Asking): Promise<Uint8Array>;
  /** Answers no more, and asks no more. May be called twice. */
  close(): Promise<void>;
}
