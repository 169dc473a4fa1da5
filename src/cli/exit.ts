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

/** System errors that mean a path of the user's is wrong or forbidden. */
const FILE_SYSTEM = ['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EISDIR', 'EEXIST', 'ENOENT', 'ENAMETOOLONG'];

/** Error code to exit code and, where there is one, what to do about it. */
const EXITS: Readonly<Record<string, readonly [exit: number, hint?: string]>> = {
  bad_setting: [EXIT.usage, '--help lists every setting'],
  unknown_setting: [EXIT.usage, '--help lists every setting'],
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
  bad_checkpoint: [EXIT.checkpoint],
  unknown_model: [EXIT.usage],
  device: [EXIT.usage, '--device auto takes the best that is there'],
  not_registered: [EXIT.chain],
  no_address: [EXIT.usage],
  chain_unreachable: [EXIT.chain],
  localnet_failed: [EXIT.chain],
  dispatch: [EXIT.chain],
  rejected: [EXIT.chain],
  unsupported: [EXIT.chain],
  bad_network: [EXIT.usage],
  bad_argument: [EXIT.usage],
  bad_address: [EXIT.usage],
  cannot_listen: [EXIT.portInUse],
  no_slot: [EXIT.failed],
  foreign_chain: [EXIT.chain],
  not_local: [EXIT.chain],
  rpc: [EXIT.chain],
  file_exists: [EXIT.disk],
  disk: [EXIT.disk, 'nothing that was saved before is lost'],
};

/** The one line for an error, and the exit code. An error that is not ours keeps its stack: it is a bug. */
export function explainError(error: unknown): { line: string; exit: number } {
  if (!isBittensorError(error)) {
    const system = systemCodeOf(error);
    if (system === 'ENOSPC') return { line: `the disk is full: ${messageOf(error)}`, exit: EXIT.disk };
    // What a file system says (EACCES: permission denied, open '...') is clear enough.
    if (system !== undefined && FILE_SYSTEM.includes(system)) return { line: messageOf(error), exit: EXIT.disk };
    const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { line: `unexpected error, please report it: ${stack}`, exit: EXIT.failed };
  }
  const [exit, hint] = EXITS[error.code] ?? [EXIT.failed];
  return { line: hint ? `${error.message} (${hint})` : error.message, exit };
}
