import { BittensorError } from '../base/index.js';

export type CliErrorCode =
  /** The command line cannot be understood. */
  | 'usage'
  /** A question that cannot be asked: no terminal, --no_prompt or --json. */
  | 'needs_terminal'
  /** A key has a password, or shall have one, and there is none. */
  | 'needs_password'
  | 'passwords_differ'
  /** The user said no. */
  | 'declined'
  | 'interrupted'
  | 'file_exists'
  /** A file that the user named cannot be read or written. */
  | 'file_system'
  /** A bug. */
  | 'unexpected';

export function cliError(
  code: CliErrorCode,
  message: string,
  data: Record<string, unknown> = {},
  cause?: unknown,
): BittensorError<CliErrorCode> {
  return new BittensorError(code, message, cause === undefined ? { data } : { data, cause });
}
