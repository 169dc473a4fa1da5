import { isAddress } from '../base/index.js';
import type { Wallet } from '../wallet/index.js';
import { cliError } from './errors.js';
import type { PasswordSettings } from './password.js';
import type { SigningKey } from './transaction.js';
import type { Ui } from './ui.js';
import { unlockKey } from './unlock.js';

/** What the shared rows of wallets and passwords give. */
export interface KeySettings extends PasswordSettings {
  readonly wallet_name: string;
  readonly wallet_hotkey: string;
  readonly wallet_path: string;
}

/** The coldkey of the chosen wallet. Its address needs no password. Error `wallet_not_found`. */
export async function coldkeyOf(settings: KeySettings, ui: Ui): Promise<SigningKey> {
  const wallet = await walletOf(settings);
  return {
    address: wallet.coldkeyAddress(),
    title: `coldkey of wallet ${wallet.name}`,
    unlock: () => unlockKey(wallet, 'coldkey', { settings, ui }),
  };
}

/** The chosen hotkey of the chosen wallet; `folder` is the wallet's. */
export async function hotkeyOf(settings: KeySettings, ui: Ui): Promise<SigningKey & { readonly folder: string }> {
  const wallet = await walletOf(settings);
  const name = settings.wallet_hotkey;
  return {
    folder: wallet.folder,
    address: wallet.hotkeyAddress(name),
    title: `hotkey ${name} of wallet ${wallet.name}`,
    unlock: () => unlockKey(wallet, { hotkey: name }, { settings, ui }),
  };
}

/** The address of a hotkey that need not be ours: `--hotkey-ss58`, else the chosen one's, which may be an address, too. */
export async function hotkeyAddressOf(settings: KeySettings & { hotkey_ss58: string | undefined }): Promise<string> {
  const { hotkey_ss58: given, wallet_hotkey: name } = settings;
  if (given !== undefined) return checkAddress(given, '--hotkey-ss58');
  return isAddress(name) ? name : (await walletOf(settings)).hotkeyAddress(name);
}

export function checkAddress(text: string, what: string): string {
  if (isAddress(text)) return text;
  throw cliError('usage', `${what} must be an ss58 address, not ${JSON.stringify(text.slice(0, 80))}`);
}

/** The address of the chosen wallet's coldkey. */
export async function coldkeyAddressOf(settings: Place): Promise<string> {
  return (await walletOf(settings)).coldkeyAddress();
}

type Place = Pick<KeySettings, 'wallet_name' | 'wallet_path'>;

async function walletOf({ wallet_name: name, wallet_path: path }: Place): Promise<Wallet> {
  const { openWallet } = await import('../wallet/index.js');
  return openWallet({ name, path });
}
