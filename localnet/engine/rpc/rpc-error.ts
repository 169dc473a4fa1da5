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

export const parseError = (text: string) => new RpcError(-32700, 'Parse error', text);
export const invalidRequest = (text: string) => new RpcError(-32600, 'Invalid request', text);
export const methodNotFound = (method: string) => new RpcError(-32601, `Method not found: ${method.slice(0, 80)}`);
export const invalidParams = (text: string) => new RpcError(-32602, `Invalid params: ${text}`);
export const internalError = (text: string) => new RpcError(-32603, text);
export const tooMany = (text: string) => new RpcError(-32006, text);
/** As jsonrpsee has it. */
export const batchTooLarge = (text: string) => new RpcError(-32011, 'The batch response was too large', text);
export const unknownBlock = (hash: string) => new RpcError(4003, `Client error: UnknownBlock: ${hash.slice(0, 80)}`);
export const stateDiscarded = (hash: string) => new RpcError(4003, `Client error: State already discarded for ${hash}`);

/** Numbers of the transaction pool. Source: sc-rpc-api, author/error.rs. */
export const POOL = {
  verification: 1002,
  invalid: 1010,
  unknown: 1011,
  alreadyImported: 1013,
  tooLowPriority: 1014,
  immediatelyDropped: 1016,
  noTags: 1017,
} as const;
