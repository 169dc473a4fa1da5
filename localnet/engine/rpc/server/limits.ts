/** What clients may ask of the server. The list is in docs/localnet.md. */
export interface ServerLimits {
  /** Bytes of one request or batch. */
  requestBytes: number;
  /** Values in one request or batch: list items, object entries. */
  values: number;
  /** Levels of lists and objects in a request. */
  depth: number;
  connections: number;
  /** Requests in a batch. */
  batch: number;
  /** Bytes of all answers to one batch. */
  batchBytes: number;
  /** Bytes of notifications that a slow client may leave unread; above, it is disconnected. */
  unreadBytes: number;
  /** Bytes of answers unread and requests in work from which on nothing more is read from a connection. */
  answerBytes: number;
  /** Messages of one connection in work at a time, not counting those that wait for something; and counting them. */
  atOnce: number;
  pending: number;
  /** Posts of one connection that wait for those before them. */
  pipelined: number;
  /** Bytes held for all clients together: what they have sent half, asked, and not read. Above, the heaviest gives way. */
  totalBytes: number;
}

const MEBIBYTE = 2 ** 20;

export const LIMITS: ServerLimits = {
  requestBytes: 15 * MEBIBYTE,
  values: 250_000,
  depth: 64,
  connections: 500,
  batch: 1000,
  batchBytes: 64 * MEBIBYTE,
  unreadBytes: 16 * MEBIBYTE,
  answerBytes: 16 * MEBIBYTE,
  atOnce: 64,
  pending: 4096,
  pipelined: 64,
  totalBytes: 256 * MEBIBYTE,
};
