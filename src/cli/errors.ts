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
  /** Not that signer's, or not over that message. */
  | 'bad_signature'
  /** The key was not made of words. */
  | 'no_words'
  /** A file that the user named cannot be read or written. */
  | 'file_system'
  /** Real value may move, and nobody said that it is meant. */
  | 'needs_consent'
  /** Real value may move, and the network was given by a name that it had once. */
  | 'old_name'
  | 'insufficient_balance'
  | 'insufficient_stake'
  /** It costs more than the user wants to pay. */
  | 'too_dear'
  | 'already_registered'
  | 'not_registered'
  | 'no_subnet'
  /** Weights cannot be revealed yet. */
  | 'too_early'
  | 'nothing_to_reveal'
  /** A local chain's state breaks what its runtime says has to be true. */
  | 'broken_invariant'
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

export function noSubnet(netuid: number): BittensorError<CliErrorCode> {
  return cliError('no_subnet', `there is no subnet ${netuid}; bittensor-cli subnet list shows those there are`, {
    netuid,
  });
}
