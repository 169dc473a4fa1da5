import { isBittensorError, messageOf, systemCodeOf } from '../base/index.js';

/** Exit codes, the same for every command. Shown in `bittensor-cli --help`. */
export const EXIT = {
  ok: 0,
  failed: 1,
  usage: 2,
  portInUse: 3,
  chain: 4,
  key: 5,
  checkpoint: 6,
  disk: 7,
} as const;

/** Error code to exit code and, where there is one, what to do about it. */
const EXITS: Readonly<Record<string, readonly [exit: number, hint?: string]>> = {
  bad_setting: [EXIT.usage, 'bittensor-cli run --help lists every setting'],
  unknown_setting: [EXIT.usage, 'bittensor-cli run --help lists every setting'],
  bad_config_file: [EXIT.usage],
  not_yet: [EXIT.usage],
  port_in_use: [EXIT.portInUse, 'give another port, or stop the program that has this one'],
  slot_taken: [EXIT.key],
  bad_key: [EXIT.key],
  bad_key_file: [EXIT.key, 'restore the file from a backup, or regenerate the key from its words'],
  bad_mnemonic: [EXIT.key],
  key_encrypted: [EXIT.key],
  unsupported_key: [EXIT.key],
  bad_wallet_name: [EXIT.key],
  wallet_exists: [EXIT.key],
  wallet_not_found: [EXIT.key],
  bad_checkpoint: [EXIT.checkpoint, 'give another file with --model_path, or move this one away to start anew'],
  unknown_model: [EXIT.usage],
  device: [EXIT.usage, '--device auto takes the best that is there'],
  not_registered: [EXIT.chain],
  no_address: [EXIT.usage],
  chain_unreachable: [EXIT.chain, 'is the chain running and the endpoint right? (--chain_endpoint)'],
  foreign_chain: [EXIT.chain, 'give the endpoint of a Bittensor chain (--chain_endpoint)'],
  disk: [EXIT.disk, 'free some space, or give another --data folder; nothing that was saved before is lost'],
};

/** The one line for an error, and the exit code. An error that is not ours keeps its stack: it is a bug. */
export function explainError(error: unknown): { line: string; exit: number } {
  if (!isBittensorError(error)) {
    if (systemCodeOf(error) === 'ENOSPC') return { line: `the disk is full: ${messageOf(error)}`, exit: EXIT.disk };
    const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { line: `unexpected error, please report it: ${stack}`, exit: EXIT.failed };
  }
  const [exit, hint] = EXITS[error.code] ?? [EXIT.failed];
  return { line: hint ? `${error.message} (${hint})` : error.message, exit };
}
