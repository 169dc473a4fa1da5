import { type BittensorError, isBittensorError, messageOf, plainReason, systemCodeOf } from '../base/index.js';

/** Exit codes, the same for every command. */
export const EXIT = { ok: 0, failed: 1, usage: 2, network: 3, refused: 4, key: 5, interrupted: 130 } as const;
export type Exit = (typeof EXIT)[keyof typeof EXIT];

export const EXITS_TEXT =
  'Exit codes: 0 done, 1 failed, 2 wrong command line or setting, 3 network, 4 refused by the chain, 5 password or key,\n' +
  '130 interrupted.';

/** System errors that mean a path of the user's is wrong or forbidden. */
const FILE_SYSTEM = ['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EISDIR', 'EEXIST', 'ENOENT', 'ENAMETOOLONG'];

/** Error code to exit code and, where there is one, what to do about it. What is not here failed (1). */
const EXITS: Readonly<Record<string, readonly [exit: Exit, hint?: string]>> = {
  usage: [EXIT.usage],
  bad_setting: [EXIT.usage, '--help lists every setting'],
  unknown_setting: [EXIT.usage, '--help lists every setting'],
  bad_config_file: [EXIT.usage],
  bad_argument: [EXIT.usage],
  bad_address: [EXIT.usage],
  bad_network: [EXIT.usage],
  unknown_model: [EXIT.usage],
  device: [EXIT.usage, '--device auto takes the best that is there'],
  no_address: [EXIT.usage],
  needs_terminal: [EXIT.usage],
  needs_consent: [EXIT.usage],
  old_name: [EXIT.usage],
  port_in_use: [EXIT.network, 'give another port, or stop the program that has this one'],
  cannot_listen: [EXIT.network],
  no_block: [EXIT.refused],
  no_gateway: [EXIT.network],
  chain_unreachable: [EXIT.network],
  localnet_failed: [EXIT.network],
  timeout: [EXIT.network],
  closed: [EXIT.network],
  foreign_chain: [EXIT.network],
  not_local: [EXIT.refused],
  dispatch: [EXIT.refused],
  rejected: [EXIT.refused],
  rpc: [EXIT.refused],
  unsupported: [EXIT.refused],
  not_registered: [EXIT.refused],
  already_registered: [EXIT.refused],
  insufficient_balance: [EXIT.refused],
  insufficient_stake: [EXIT.refused],
  too_dear: [EXIT.refused],
  no_subnet: [EXIT.refused],
  too_early: [EXIT.refused],
  nothing_to_reveal: [EXIT.refused],
  slot_taken: [EXIT.key],
  hotkey_elsewhere: [EXIT.key],
  bad_key: [EXIT.key],
  bad_key_file: [EXIT.key, 'restore the file from a backup, or regenerate the key from its words'],
  bad_mnemonic: [EXIT.key],
  key_encrypted: [EXIT.key],
  unsupported_key: [EXIT.key],
  bad_wallet_name: [EXIT.usage],
  wallet_exists: [EXIT.key],
  wallet_not_found: [EXIT.key],
  needs_password: [EXIT.key],
  passwords_differ: [EXIT.key],
  wrong_password: [EXIT.key],
  weak_password: [EXIT.key],
  key_derivation: [EXIT.key, 'free some memory: an encrypted key takes 512 MiB for a moment'],
  interrupted: [EXIT.interrupted],
  disk: [EXIT.failed, 'nothing that was saved before is lost'],
};

export interface Failure {
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
  readonly exit: Exit;
  readonly data?: Readonly<Record<string, unknown>>;
}

/** What a peer, or the way to it, made of a request: these mean that nobody was reached. */
const UNREACHED: readonly unknown[] = ['Unavailable', 'Timeout'];

export function exitOf(code: string): Exit {
  return EXITS[code]?.[0] ?? EXIT.failed;
}

/** Codes with an exit code of their own. */
export function codesWithExit(): string[] {
  return Object.keys(EXITS);
}

/** What an error means for the user. An error that is not ours is a bug, and asks to be reported. */
export function failureOf(error: unknown): Failure {
  if (isBittensorError(error)) {
    const isUnreached = error.code === 'refused' && UNREACHED.includes(error.data['returnCode']);
    const [exit, fixed] = EXITS[error.code] ?? [isUnreached ? EXIT.network : EXIT.failed];
    const hint = fixed ?? explainHint(error);
    const data = Object.keys(error.data).length > 0 ? { data: error.data } : {};
    return { code: error.code, message: error.message, ...(hint === undefined ? {} : { hint }), exit, ...data };
  }
  const system = systemCodeOf(error);
  const message = messageOf(error);
  if (system === 'ENOSPC') return { code: 'disk', message: `the disk is full: ${message}`, exit: EXIT.failed };
  if (system !== undefined && FILE_SYSTEM.includes(system)) {
    const { path } = error as { path?: unknown };
    const where = typeof path === 'string' ? `${path}: ` : '';
    return { code: 'file_system', message: `${where}${plainReason(error)}`, exit: EXIT.failed };
  }
  return { code: 'unexpected', message: `unexpected error, please report it: ${message}`, exit: EXIT.failed };
}

/** What the chain said has a name, and a text. */
function explainHint({ code, data }: BittensorError): string | undefined {
  const { name } = data;
  if ((code !== 'dispatch' && code !== 'rejected') || typeof name !== 'string' || !/^\w+$/.test(name)) return undefined;
  return `bittensor-cli explain ${name}`;
}

/** The one line for it. */
export function failureLine({ message, hint }: Failure): string {
  return hint === undefined ? message : `${message} (${hint})`;
}
