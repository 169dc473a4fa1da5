/** What a session takes. A server tells the first three to its caller in the Welcome. */
export interface SessionLimits {
  /** Requests under way at a time. */
  readonly requests: number;
  /** Bodies up to this size come with their head; larger ones wait for credit. */
  readonly inlineBytes: number;
  /** The largest body. */
  readonly bodyBytes: number;
  /** How much of a large body may be under way. */
  readonly windowBytes: number;
  /** Bytes of bodies that one session may hold of the memory that all share. */
  readonly heldBytes: number;
  /** Challenge, hello and welcome together, milliseconds. */
  readonly helloMs: number;
  /** A stream that takes nothing for so long while frames wait is closed, milliseconds. */
  readonly stallMs: number;
  /** The longest time that a request may ask for, milliseconds. */
  readonly requestMs: number;
  /** Calls that wait for their turn on the caller's side; more are refused. */
  readonly waiting: number;
}

/** A caller takes no larger bodies unasked, whatever the server offers. A tensor of 1 MiB fits, with what is around it. */
export const MOST_INLINE_BYTES = 2 ** 20 + 16 * 1024;

export const defaultSessionLimits: SessionLimits = {
  requests: 128,
  inlineBytes: MOST_INLINE_BYTES,
  bodyBytes: 256 * 2 ** 20,
  windowBytes: 4 * 2 ** 20,
  heldBytes: 288 * 2 ** 20,
  helloMs: 5_000,
  stallMs: 30_000,
  requestMs: 120_000,
  waiting: 4_096,
};

/** The largest part of a body in one frame. */
export const PART_BYTES = 256 * 1024;
/** What a part has at least on average, so that a body does not come in crumbs. */
export const MIN_PART_BYTES = 16 * 1024;
