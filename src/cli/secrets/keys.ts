import { addressProblem, foreignAddress, isAddress, isBittensorError } from '../../base/index.js';
import type { Signer, Wallet } from '../../wallet/index.js';
import { cliError } from '../errors.js';
import type { Ui } from '../terminal/ui.js';
import type { SigningKey } from '../transaction/transaction.js';
import type { PasswordSettings } from './password.js';
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
  const read = () => wallet.coldkeyAddress();
  return await signingKey(`coldkey of wallet ${wallet.name}`, read, () =>
    unlockKey(wallet, 'coldkey', { settings, ui }),
  );
}

/** The chosen hotkey of the chosen wallet; `folder` is the wallet's. */
export async function hotkeyOf(settings: KeySettings, ui: Ui): Promise<SigningKey & { readonly folder: string }> {
  const wallet = await walletOf(settings);
  const hotkey = settings.wallet_hotkey;
  const read = () => wallet.hotkeyAddress(hotkey);
  const title = `hotkey ${hotkey} of wallet ${wallet.name}`;
  const key = await signingKey(title, read, () => unlockKey(wallet, { hotkey }, { settings, ui }));
  return { ...key, folder: wallet.folder };
}

async function signingKey(title: string, read: () => string, open: () => Promise<Signer>): Promise<SigningKey> {
  let opened: Promise<Signer> | undefined;
  const unlock = () => {
    opened ??= open();
    return opened;
  };
  try {
    return { title, address: read(), unlock };
  } catch (error) {
    // Without its public file, which older wallets did not make, only the password tells whose key it is.
    if (!isBittensorError(error) || error.code !== 'key_encrypted') throw error;
    return { title, address: (await unlock()).address, unlock };
  }
}

/** The address of a hotkey that need not be ours: `--hotkey-ss58`, else the chosen one's, which may be an address, too. */
export async function hotkeyAddressOf(settings: KeySettings & { hotkey_ss58: string | undefined }): Promise<string> {
  const { hotkey_ss58: given, wallet_hotkey: name } = settings;
  if (given !== undefined) return checkAddress(given, '--hotkey-ss58');
  if (isAddress(name) || foreignAddress(name)) return checkAddress(name, '--wallet.hotkey');
  return (await walletOf(settings)).hotkeyAddress(name);
}

export function checkAddress(text: string, what: string): string {
  const problem = addressProblem(text);
  if (problem === undefined) return text;
  throw cliError('usage', `${what} ${problem}`);
}

/** The address of the chosen wallet's coldkey. */
export async function coldkeyAddressOf(settings: Place): Promise<string> {
  return (await walletOf(settings)).coldkeyAddress();
}

type Place = Pick<KeySettings, 'wallet_name' | 'wallet_path'>;

async function walletOf(place: Place): Promise<Wallet> {
  const { namedWallet } = await import('./named-wallet.js');
  return namedWallet(place);
}
