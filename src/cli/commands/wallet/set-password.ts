import { checkPassword, type Encryption, type KeyName, type Wallet } from '../../../wallet/index.js';
import { cliError } from '../../errors.js';
import type { Action } from '../../frame/command.js';
import { missingKey, namedWallet } from '../../secrets/named-wallet.js';
import { readPassword } from '../../secrets/password.js';
import type { Ui } from '../../terminal/ui.js';
import type { setPasswordRows } from './settings.js';

type PasswordAction = Action<typeof setPasswordRows>;
type PasswordSettings = Parameters<PasswordAction>[0]['settings'];

/** Another password for a key, one for a key without, or none; an old form of encryption becomes a present one. */
export const setPassword: PasswordAction = async ({ settings, ui, signal }) => {
  const { use_hotkey: isHotkey, wallet_hotkey: hotkey } = settings;
  checkFlags(settings);
  const wallet = namedWallet(settings);
  const which: KeyName = isHotkey ? { hotkey } : 'coldkey';
  const path = wallet.keyFile(which);
  const before = formOf(wallet, isHotkey ? hotkey : undefined);
  if (before === null && settings.no_password) throw cliError('usage', `${path} has no password that could be removed`);
  // Both passwords are asked for before anything takes seconds; the old one proves itself when the key is opened.
  const old = before === null ? undefined : await readPassword(ui, settings, path, 'open');
  const to = await newForm({ settings, ui, path, old });
  try {
    const from = async () => Uint8Array.from(old!);
    await ui.busy('encrypting anew', wallet.reencrypt(which, { from: old && from, to, signal }));
  } finally {
    old?.fill(0);
    if (to !== 'none') to.password.fill(0);
  }
  const { address } = await (isHotkey ? wallet.unlockHotkey(hotkey) : wallet.unlockColdkey());
  const encryption = to === 'none' ? null : to.form;
  return {
    json: { wallet: wallet.name, ...(isHotkey ? { hotkey } : {}), address, path, before, encryption },
    show: shown => {
      const what =
        encryption === null ? 'is not encrypted any more' : `is encrypted with its new password (${encryption})`;
      shown.line(`${path} ${settings.keep_password ? `is encrypted anew (${encryption})` : what}.`);
    },
  };
};

function checkFlags({
  no_password: none,
  keep_password: keep,
  new_password_file: file,
  new_password_fd: fd,
}: PasswordSettings) {
  const given = [
    none && '--no_password',
    keep && '--keep_password',
    file !== undefined && '--new-password-file',
    fd !== undefined && '--new-password-fd',
  ].filter(flag => flag !== false);
  if (given.length > 1) throw cliError('usage', `${given.join(' and ')} exclude each other`);
}

/** Null when the key is there and has no password. */
function formOf(wallet: Wallet, hotkey: string | undefined): string | null {
  const { coldkey, hotkeys } = wallet.describe();
  const key = hotkey === undefined ? coldkey : hotkeys.find(({ name }) => name === hotkey);
  if (!key || key.form === 'none') {
    throw missingKey(wallet, hotkey === undefined ? 'coldkey' : { hotkey });
  }
  return key.encrypted ? key.form : null;
}

interface Need {
  readonly settings: PasswordSettings;
  readonly ui: Ui;
  readonly path: string;
  /** The password that the key has now. */
  readonly old: Uint8Array | undefined;
}

async function newForm({ settings, ui, path, old }: Need): Promise<Encryption | 'none'> {
  const {
    no_password: none,
    keep_password: keep,
    encryption: form,
    new_password_file: file,
    new_password_fd: fd,
  } = settings;
  if (none) return 'none';
  if (keep) {
    if (!old) throw cliError('usage', `${path} has no password that could be kept`);
    checkPassword(old);
    return { form, password: Uint8Array.from(old) };
  }
  if (file !== undefined || fd !== undefined) {
    return { form, password: await readPassword(ui, { password_file: file, password_fd: fd }, path, 'new') };
  }
  // What --password-file and the environment give opens the key: it is the new one only of a key without.
  if (!old) return { form, password: await readPassword(ui, settings, path, 'new') };
  if (!ui.isInteractive) {
    throw cliError('needs_password', 'the new password is missing: --new-password-file or --new-password-fd gives it');
  }
  return { form, password: await ui.newSecret('New password:', checkPassword) };
}
