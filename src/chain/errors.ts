import { BittensorError, isBittensorError } from '../base/browser.js';

export type ChainErrorCode =
  /** No endpoint answers. */
  | 'chain_unreachable'
  /** Something answers that is no Subtensor chain, or another one than before. */
  | 'foreign_chain'
  /** The chain knows no such call, storage item or runtime API, or in a shape that we do not know. */
  | 'unsupported'
  /** The node refused a request; data: `rpcCode`, `rpcData`. */
  | 'rpc'
  /** The pool refused or dropped a transaction; data: `reason`, perhaps `name` and `remedy`. */
  | 'rejected'
  /** A transaction was included and failed; data: `pallet`, `name`, `docs`, `hash`, `blockNumber`, perhaps `remedy`. */
  | 'dispatch'
  | 'timeout'
  /** Looking for proof of work ended without any. */
  | 'work_failed'
  /** The client was closed. */
  | 'closed'
  /** An argument cannot be right on any chain. */
  | 'bad_argument'
  | 'bad_network'
  | 'bad_metagraph_file'
  /** A file of committed weights cannot be read; data: `path`. */
  | 'file_system'
  /** The local chain's process did not start; data: `port`. */
  | 'localnet_failed'
  /** What answers at this address is no local chain, or one that lacks the method; data: `url`, `method`. */
  | 'not_local';

export function chainError(
  code: ChainErrorCode,
  message: string,
  data: Record<string, unknown> = {},
  cause?: unknown,
): BittensorError<ChainErrorCode> {
  return new BittensorError(code, message, cause === undefined ? { data } : { data, cause });
}

/** Nobody knows what became of the request: the connection may come and go. */
export function isWithoutAnswer(error: unknown): boolean {
  return isBittensorError(error) && (error.code === 'timeout' || error.code === 'chain_unreachable');
}
