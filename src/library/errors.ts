import { BittensorError } from '../base/browser.js';

/** Codes of the errors that the library itself throws; those of wallets, chains and models have codes of their own. */
export type LibraryErrorCode =
  /** Bytes or fields that are no endpoint. */
  | 'bad_endpoint'
  /** A metagraph before its first `sync()` or `load()`. */
  | 'not_synced'
  | 'bad_metagraph_file'
  /** An argument cannot be right. */
  | 'bad_argument'
  /** A key file is to be written or opened and no password was given. */
  | 'needs_password'
  /** Something costs more than was allowed, or no limit was given where value is at stake. */
  | 'too_dear'
  /** An axon of this hotkey runs on this machine. */
  | 'slot_taken'
  /** Peers elsewhere need an address, and none was given. */
  | 'no_address'
  | 'not_registered'
  /** The time to reveal committed weights has passed. */
  | 'nothing_to_reveal'
  /** Used after `close()`. */
  | 'closed'
  /** No chain answers; the message says what to do about it. */
  | 'chain_unreachable';

export function libraryError(
  code: LibraryErrorCode,
  message: string,
  data: Record<string, unknown> = {},
  cause?: unknown,
): BittensorError<LibraryErrorCode> {
  return new BittensorError(code, message, cause === undefined ? { data } : { data, cause });
}
