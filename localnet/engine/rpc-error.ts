/** An error with the number that Substrate's JSON-RPC gives it. */
export class RpcError extends Error {
  constructor(
    readonly code: number,
    message: string,
    readonly data?: string,
  ) {
    super(message);
    this.name = 'RpcError';
  }
}

/** After the chain was rewound: how subscriptions end, and then the websocket. What a client remembers may be of lost blocks. */
export const REVERTED = {
  error: { code: -32099, message: 'reverted' },
  close: { code: 4001, reason: 'reverted' },
} as const;

export const parseError = (text: string) => new RpcError(-32700, 'Parse error', text);
export const invalidRequest = (text: string) => new RpcError(-32600, 'Invalid request', text);
export const methodNotFound = (method: string) => new RpcError(-32601, `Method not found: ${method.slice(0, 80)}`);
export const invalidParams = (text: string) => new RpcError(-32602, `Invalid params: ${text}`);
export const internalError = (text: string) => new RpcError(-32603, text);
const exceeded = (limit: number) => `Exceeded max limit of ${limit}`;
/** These five as jsonrpsee has them. */
export const tooManySubscriptions = (limit: number) =>
  new RpcError(-32006, 'Too many subscriptions on the connection', exceeded(limit));
export const requestTooLarge = (limit: number) => new RpcError(-32007, 'Request is too big', exceeded(limit));
export const answerTooLarge = (limit: number) => new RpcError(-32008, 'Response is too big', exceeded(limit));
export const tooManyInBatch = (limit: number) =>
  new RpcError(-32010, 'The batch request was too large', exceeded(limit));
export const batchTooLarge = (limit: number) =>
  new RpcError(-32011, 'The batch response was too large', exceeded(limit));
/** These as sc-rpc-api's state/error.rs has them. */
export const badRange = (text: string) => new RpcError(4001, `Cannot resolve a block range: ${text}`);
export const badCount = (value: number, most: number) =>
  new RpcError(4002, `count exceeds maximum value. value: ${value}, max: ${most}`);
export const clientError = (text: string, data?: string) => new RpcError(4003, `Client error: ${text}`, data);
export const unknownBlock = (hash: string) =>
  clientError(`UnknownBlock: Header was not found in the database: ${hash.slice(0, 80)}`);
export const stateDiscarded = (hash: string) => clientError(`UnknownBlock: State already discarded for ${hash}`);

/** What the transaction pool refuses: number, message, and data where it is always the same. Source: sc-rpc-api, author/error.rs. */
const POOL = {
  badFormat: [1001, 'Extrinsic has invalid format'],
  verification: [1002, 'Verification Error'],
  invalid: [1010, 'Invalid Transaction'],
  unknown: [1011, 'Unknown Transaction Validity'],
  banned: [1012, 'Transaction is temporarily banned'],
  alreadyImported: [1013, 'Transaction Already Imported'],
  tooLowPriority: [
    1014,
    'Priority is too low',
    'The transaction has too low priority to replace another transaction already in the pool.',
  ],
  cycle: [1015, 'Cycle Detected'],
  immediatelyDropped: [1016, 'Immediately Dropped', "The transaction couldn't enter the pool because of the limit"],
  noTags: [1019, 'No tags provided', "Transaction does not provide any tags, so the pool can't identify it"],
} as const satisfies Record<string, readonly [code: number, message: string, data?: string]>;

/** A refusal by the transaction pool; `more` follows the message. */
export function poolError(kind: keyof typeof POOL, data?: string, more = ''): RpcError {
  const [code, message, usual] = POOL[kind] as readonly [number, string, string?];
  return new RpcError(code, `${message}${more}`, data ?? usual);
}
