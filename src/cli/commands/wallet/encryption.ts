import type { SettingSource } from '../../../base/index.js';
import type { Encryption } from '../../../wallet/index.js';
import { cliError } from '../../errors.js';
import { type PasswordSettings, readPassword } from '../../secrets/password.js';
import type { Ui } from '../../terminal/ui.js';

export interface EncryptionSettings extends PasswordSettings {
  readonly use_password: boolean;
  readonly no_password: boolean;
  readonly encryption: 'nacl' | 'strong';
}

export interface EncryptionInput {
  readonly settings: EncryptionSettings;
  readonly sources: { readonly use_password: SettingSource };
  readonly ui: Ui;
}

/** Whether a key is to be encrypted: coldkeys are, hotkeys are not, unless somebody said so. Error `usage`. */
export function isToEncrypt({ settings, sources }: EncryptionInput, key: 'coldkey' | 'hotkey'): boolean {
  if (sources.use_password === 'flag' && settings.use_password && settings.no_password) {
    throw cliError('usage', '--use_password and --no_password exclude each other');
  }
  if (settings.no_password) return false;
  return sources.use_password === 'default' ? key === 'coldkey' : settings.use_password;
}

/** Asks for the password of a new key file, or finds it where the settings say. Errors as `readPassword`. */
export async function newEncryption({ settings, ui }: EncryptionInput, path: string): Promise<Encryption> {
  if (settings.encryption === 'strong') {
    ui.note('Only this program reads the strong form; `wallet set-password --encryption nacl` changes it back.');
  }
  return { form: settings.encryption, password: await readPassword(ui, settings, path, 'new') };
}
