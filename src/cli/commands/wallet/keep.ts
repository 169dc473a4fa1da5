import { isBittensorError, toHex } from '../../../base/index.js';
import type { Encryption, Keypair, Signer, Wallet } from '../../../wallet/index.js';
import { shellWord } from '../../secrets/key-flags.js';
import { unlockKey } from '../../secrets/unlock.js';
import type { Ui } from '../../terminal/ui.js';
import { type EncryptionInput, type EncryptionSettings, isToEncrypt, newEncryption } from './encryption.js';
import { mayWrite } from './overwrite.js';

export interface KeepSettings extends EncryptionSettings {
  readonly wallet_name: string;
  readonly wallet_hotkey: string;
  readonly wallet_path: string;
  readonly overwrite: boolean;
}

export type KeepInput = EncryptionInput & { readonly settings: KeepSettings; readonly signal: AbortSignal };

/** A key that was written. */
export interface Kept {
  readonly title: string;
  readonly path: string;
  readonly keypair: Keypair;
  readonly encryption: 'nacl' | 'strong' | null;
  /** Of hotkeys: whether the coldkey's statement lies beside it. */
  readonly isEndorsed?: boolean;
}

/** Before anything is made or asked: may the coldkey be written? Errors `wallet_exists`, `declined`. */
export function mayKeepColdkey({ settings, ui }: KeepInput, wallet: Wallet): Promise<void> {
  const title = `the coldkey of wallet ${wallet.name}`;
  const place = { title, name: wallet.name, path: wallet.keyFile('coldkey'), isTaken: wallet.hasColdkey() };
  return mayWrite(ui, place, settings.overwrite);
}

export function mayKeepHotkey({ settings, ui }: KeepInput, wallet: Wallet): Promise<void> {
  const name = settings.wallet_hotkey;
  const title = `hotkey ${name} of wallet ${wallet.name}`;
  const place = { title, name, path: wallet.keyFile({ hotkey: name }), isTaken: wallet.hasHotkey(name) };
  return mayWrite(ui, place, settings.overwrite);
}

export async function keepColdkey(input: KeepInput, wallet: Wallet, keypair: Keypair): Promise<Kept> {
  const { ui, settings, signal } = input;
  const path = wallet.keyFile('coldkey');
  const encrypt = isToEncrypt(input, 'coldkey') ? await newEncryption(input, path) : undefined;
  const { overwrite } = settings;
  await encrypted(ui, encrypt, wallet.createColdkey({ keypair, overwrite, encrypt, signal }));
  return { title: `coldkey of wallet ${wallet.name}`, path, keypair, encryption: encrypt?.form ?? null };
}

/** `coldkey` endorses it; without one, it is opened where that takes no more than a password that is there or typed. */
export async function keepHotkey(input: KeepInput, wallet: Wallet, keypair: Keypair, coldkey?: Signer): Promise<Kept> {
  const { ui, settings, signal } = input;
  const name = settings.wallet_hotkey;
  const path = wallet.keyFile({ hotkey: name });
  const encrypt = isToEncrypt(input, 'hotkey') ? await newEncryption(input, path) : undefined;
  const endorseWith = coldkey ?? (await coldkeyToEndorse(input, wallet, encrypt !== undefined));
  const { overwrite } = settings;
  await encrypted(ui, encrypt, wallet.createHotkey(name, { keypair, overwrite, encrypt, endorseWith, signal }));
  const isEndorsed = endorseWith !== undefined;
  if (!isEndorsed) {
    const flags = `--wallet.name ${shellWord(wallet.name)} --wallet.hotkey ${shellWord(name)}`;
    ui.note(`The hotkey is not endorsed by the coldkey; \`bittensor-cli wallet endorse ${flags}\` does that later.`);
  }
  return {
    title: `hotkey ${name} of wallet ${wallet.name}`,
    path,
    keypair,
    encryption: encrypt?.form ?? null,
    isEndorsed,
  };
}

/** Encrypting takes seconds; the password goes when it is done. */
async function encrypted(ui: Ui, encrypt: Encryption | undefined, work: Promise<Keypair>): Promise<void> {
  try {
    await (encrypt ? ui.busy('encrypting the key', work) : work);
  } finally {
    encrypt?.password.fill(0);
  }
}

/** The coldkey if it can be opened; a hotkey is made without it as well. */
async function coldkeyToEndorse(
  { settings, ui }: KeepInput,
  wallet: Wallet,
  isPasswordTaken: boolean,
): Promise<Signer | undefined> {
  if (!wallet.hasColdkey()) return undefined;
  // A password of --password-file is the new hotkey's when that is encrypted.
  const own = isPasswordTaken ? { ...settings, password_file: undefined, password_fd: undefined } : settings;
  try {
    if (ui.isInteractive && wallet.isEncrypted('coldkey')) {
      ui.note('The password of the coldkey lets it endorse the hotkey (an empty one: not now).');
    }
    return await unlockKey(wallet, 'coldkey', { settings: own, ui });
  } catch (error) {
    if (!isBittensorError(error) || !WITHOUT.includes(error.code)) throw error;
    ui.detail(`the coldkey was not opened: ${error.message}`);
    if (error.code === 'wrong_password' || own.password_file !== undefined) ui.note(error.message);
    return undefined;
  }
}

const WITHOUT = [
  'needs_password',
  'needs_terminal',
  'wrong_password',
  'weak_password',
  'bad_key_file',
  'key_encrypted',
  'unsupported_key',
];

/** Of the JSON document. */
export function keptJson({ path, keypair, encryption, isEndorsed }: Kept): Record<string, unknown> {
  return {
    address: keypair.address,
    publicKey: toHex(keypair.publicKey),
    path,
    encryption,
    ...(isEndorsed === undefined ? {} : { endorsed: isEndorsed }),
  };
}

export function showKept(ui: Ui, { title, path, keypair, encryption }: Kept): void {
  ui.pairs([
    [title, keypair.address],
    ['file', `${path}${encryption === null ? ', not encrypted' : ''}`],
  ]);
}
