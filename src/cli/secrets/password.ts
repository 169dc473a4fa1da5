import { cliError } from '../errors.js';
import type { Ui } from '../terminal/ui.js';
import { readSecretFd, readSecretFile } from './secret-file.js';

export interface PasswordSettings {
  readonly password_file?: string | undefined;
  readonly password_fd?: number | undefined;
}

/**
 * The password of a key file, to open it or to encrypt a new one with. From, in this order: `--password-file`,
 * `--password-fd`, the official variable of that file (`BT_PW_...`), `BT_WALLET_PASSWORD`, `BT_WALLET_PASSWORD_FILE`, the
 * terminal (twice for a new one). The bytes are the caller's to overwrite.
 * Errors: `needs_password`, `weak_password` for a new one, `passwords_differ`.
 */
export async function readPassword(
  ui: Ui,
  settings: PasswordSettings,
  keyFile: string,
  purpose: 'open' | 'new',
): Promise<Uint8Array> {
  const { checkPassword } = await import('../../wallet/index.js');
  const password = await findPassword(ui, settings, keyFile, purpose);
  try {
    if (password.length === 0) throw cliError('needs_password', 'an empty password is none');
    if (purpose === 'new') checkPassword(password);
    return password;
  } catch (error) {
    password.fill(0);
    throw error;
  }
}

async function findPassword(
  ui: Ui,
  { password_file: file, password_fd: fd }: PasswordSettings,
  keyFile: string,
  purpose: 'open' | 'new',
): Promise<Uint8Array> {
  if (file !== undefined) return await fromFile(ui, file);
  if (fd !== undefined) return await readSecretFd(fd, ui.signal);
  const { checkPassword, passwordFromEnv } = await import('../../wallet/index.js');
  const official = passwordFromEnv(keyFile, ui.env);
  if (official) return official;
  const plain = ui.env['BT_WALLET_PASSWORD'];
  if (plain) return Uint8Array.from(Buffer.from(plain));
  const named = ui.env['BT_WALLET_PASSWORD_FILE'];
  if (named) return await fromFile(ui, named);
  if (!ui.isInteractive) throw nobodyToAsk(keyFile, purpose);
  return purpose === 'new'
    ? await ui.newSecret(`New password for ${keyFile}:`, checkPassword)
    : await ui.secret(`Password of ${keyFile}:`);
}

/** Whether `readPassword` would find one without asking: asking again would then bring the same. */
export async function isPasswordGiven(ui: Ui, settings: PasswordSettings, keyFile: string): Promise<boolean> {
  if (settings.password_file !== undefined || settings.password_fd !== undefined) return true;
  const { passwordEnvName } = await import('../../wallet/index.js');
  return [passwordEnvName(keyFile), 'BT_WALLET_PASSWORD', 'BT_WALLET_PASSWORD_FILE'].some(name =>
    Boolean(ui.env[name]),
  );
}

async function fromFile(ui: Ui, path: string): Promise<Uint8Array> {
  const { secret, mode } = await readSecretFile(path, ui.signal);
  if ((mode & 0o077) !== 0) ui.note(`Others on this machine can read ${path}: chmod 600 changes that.`);
  return secret;
}

function nobodyToAsk(keyFile: string, purpose: 'open' | 'new') {
  const what = purpose === 'new' ? `${keyFile} would have no password` : `${keyFile} has a password`;
  return cliError(
    'needs_password',
    `${what}, and there is no terminal to ask at: give --password-file, --password-fd or BT_WALLET_PASSWORD`,
    { keyFile },
  );
}
