import { isBittensorError } from '../../base/index.js';
import type { KeyName, Keypair, Wallet } from '../../wallet/index.js';
import type { Ui } from '../terminal/ui.js';
import { keyFlags } from './key-flags.js';
import { isPasswordGiven, type PasswordSettings, readPassword } from './password.js';

export interface UnlockContext {
  readonly settings: PasswordSettings;
  readonly ui: Ui;
}

/** How often a password may be mistyped. */
const TRIES = 3;
/** Read, and no longer written. */
export const OLD_FORMS: readonly string[] = ['ansible', 'fernet'];

/**
 * Opens a key of a wallet. Its password comes from where the settings say, or is asked for, thrice when it is mistyped; a
 * key in an old form comes with a word on how to renew it. Errors as `readPassword` and `Wallet.unlockColdkey`.
 */
export async function unlockKey(wallet: Wallet, which: KeyName, { settings, ui }: UnlockContext): Promise<Keypair> {
  const { permissionWarning } = await import('../../wallet/index.js');
  const path = wallet.keyFile(which);
  const warning = permissionWarning(path);
  if (warning) ui.note(`Warning: ${warning}.`);
  const open = (password?: Uint8Array) => {
    const options = { signal: ui.signal, ...(password ? { password: async () => password } : {}) };
    return which === 'coldkey' ? wallet.unlockColdkey(options) : wallet.unlockHotkey(which.hotkey, options);
  };
  if (!wallet.isEncrypted(which)) return await open();
  const isGiven = await isPasswordGiven(ui, settings, path);
  for (let tries = 1; ; tries++) {
    const password = await readPassword(ui, settings, path, 'open');
    try {
      const keypair = await ui.busy('opening the key', open(password));
      await noteOldForm(wallet, which, ui);
      return keypair;
    } catch (error) {
      const isWrong = isBittensorError(error) && error.code === 'wrong_password';
      if (!isWrong || isGiven || tries === TRIES) throw error;
      ui.note(error.message);
    }
  }
}

async function noteOldForm(wallet: Wallet, which: KeyName, ui: Ui): Promise<void> {
  const { formatOfFile } = await import('../../wallet/index.js');
  const path = wallet.keyFile(which);
  const form = formatOfFile(path);
  if (form === undefined || !OLD_FORMS.includes(form)) return;
  ui.note(`${path} is encrypted in an old form (${form}); \`${renewCommand(wallet.name, which)}\` renews it.`);
}

/** The command that gives a key's file a present form, with the same password. */
export function renewCommand(wallet: string, which: KeyName): string {
  return `bittensor-cli wallet set-password ${keyFlags(wallet, which)} --keep_password`;
}
