import { existsSync } from 'node:fs';
import { encodeAddress, equalBytes } from '../base/index.js';
import { describeWallet, type WalletDescription } from './describe.js';
import { type Endorsement, endorse } from './endorsement.js';
import { readEndorsement, writeEndorsement } from './endorsement-file.js';
import { walletError } from './errors.js';
import { COSTS, type KeyFileCosts } from './keyfile/costs.js';
import { notKeyFile, readKeyFile, removeFile, replaceFile, writeNewFile } from './keyfile/disk.js';
import {
  isEncryptedFile,
  keyFileContent,
  openKeyFile,
  type PasswordSource,
  readKeypair,
  readPublicKey,
  type UnlockOptions,
  type WriteOptions,
  writePublicKey,
} from './keyfile/files.js';
import type { Encryption } from './keyfile/seal.js';
import { type Keypair, keypairFromMnemonic } from './keys/keypair.js';
import { generateMnemonic, type WordCount } from './keys/mnemonic.js';
import { checkPassword } from './password/policy.js';
import { hotkeyNamesIn, type KeyPaths, walletPaths } from './paths.js';
import type { Signer } from './signer.js';

export interface WalletOptions {
  name: string;
  /** The folder of all wallets; default `~/.bittensor/wallets`. */
  path?: string | undefined;
}

export interface CreateOptions extends WriteOptions {
  /** The key to keep; default a new one from new words, which `exportSecrets().mnemonic` shows. */
  keypair?: Keypair | undefined;
  /** How many words a new key gets; default 12. */
  words?: WordCount | undefined;
  /** Default: not encrypted. Error `weak_password`. */
  encrypt?: Encryption | undefined;
  signal?: AbortSignal | undefined;
}

export interface CreateHotkeyOptions extends CreateOptions {
  /** The coldkey, which signs that the hotkey is its own; the statement is kept beside the public file. */
  endorseWith?: Signer | undefined;
}

/** A key of a wallet. */
export type KeyName = 'coldkey' | { readonly hotkey: string };

export interface ReencryptOptions {
  /** The password that the file has now; asked only when it is encrypted. */
  from?: PasswordSource | undefined;
  to: Encryption | 'none';
  signal?: AbortSignal | undefined;
}

/** One wallet on disk in the official layout: `coldkey`, `coldkeypub.txt`, `hotkeys/<name>`, `hotkeys/<name>pub.txt`. */
export interface Wallet {
  readonly name: string;
  readonly folder: string;
  hasColdkey(): boolean;
  hasHotkey(name: string): boolean;
  /** Names of the hotkeys, sorted. */
  hotkeyNames(): string[];
  /** The private key file, by whose path the official variable of its password is named (`passwordEnvName`). */
  keyFile(which: KeyName): string;
  /** True when the key's file is there and only a password opens it. */
  isEncrypted(which: KeyName): boolean;
  /** The coldkey's address; needs no password. Error `wallet_not_found`. */
  coldkeyAddress(): string;
  hotkeyAddress(name: string): string;
  /** Opened once per `Wallet`, then remembered. Errors as `openKeypair`. */
  unlockColdkey(options?: UnlockOptions): Promise<Keypair>;
  unlockHotkey(name: string, options?: UnlockOptions): Promise<Keypair>;
  /** Makes and keeps a key. Errors: `wallet_exists` when there is one, `weak_password`; nothing is written then. */
  createColdkey(options?: CreateOptions): Promise<Keypair>;
  createHotkey(name: string, options?: CreateHotkeyOptions): Promise<Keypair>;
  /** For a key that is kept elsewhere: the public file alone. Error `wallet_exists`. */
  writeColdkeyPublic(publicKey: Uint8Array, options?: WriteOptions): void;
  writeHotkeyPublic(name: string, publicKey: Uint8Array, options?: WriteOptions): void;
  /** Writes the key's file anew: another password, another form, or none. The old file stays until the new one is whole. */
  reencrypt(which: KeyName, options: ReencryptOptions): Promise<void>;
  /** Endorses a hotkey that is there. */
  endorseHotkey(name: string, coldkey: Signer): Endorsement;
  /** The endorsement that lies beside a hotkey, not verified; undefined when there is none. Error `bad_key_file`. */
  endorsementOf(hotkey: string): Endorsement | undefined;
  /** What is there, and what is wrong with it; needs no password. */
  describe(): WalletDescription;
}

/** A wallet by name; nothing is read or written yet. Error `bad_wallet_name`. */
export function openWallet(options: WalletOptions): Wallet {
  return walletWith(options, COSTS);
}

export function walletWith({ name, path }: WalletOptions, costs: KeyFileCosts): Wallet {
  const paths = walletPaths(name, path);
  const { coldkey, hotkey, folder } = paths;
  const pathsOf = (which: KeyName): KeyPaths => (which === 'coldkey' ? coldkey : hotkey(which.hotkey));
  const opened = new Map<string, Keypair>();
  const remember = (key: KeyPaths, keypair: Keypair): Keypair => {
    opened.set(key.secret, keypair);
    return keypair;
  };
  const unlock = async (key: KeyPaths, options: UnlockOptions = {}) =>
    opened.get(key.secret) ?? remember(key, await unlockKey(key, options, costs));
  const createKey = async (key: KeyPaths, options: CreateHotkeyOptions = {}) =>
    remember(key, await create(key, options, costs));
  return {
    name,
    folder,
    hasColdkey: () => existsSync(coldkey.secret),
    hasHotkey: hotkeyName => existsSync(hotkey(hotkeyName).secret),
    hotkeyNames: () => hotkeyNamesIn(paths),
    keyFile: which => pathsOf(which).secret,
    isEncrypted: which => isEncryptedFile(pathsOf(which).secret),
    coldkeyAddress: () => addressOf(coldkey),
    hotkeyAddress: hotkeyName => addressOf(hotkey(hotkeyName)),
    unlockColdkey: options => unlock(coldkey, options),
    unlockHotkey: async (hotkeyName, options) => unlock(hotkey(hotkeyName), options),
    createColdkey: options => createKey(coldkey, options),
    createHotkey: async (hotkeyName, options) => createKey(hotkey(hotkeyName), options),
    writeColdkeyPublic: (publicKey, options) => writePublicOnly(coldkey, publicKey, options),
    writeHotkeyPublic: (hotkeyName, publicKey, options) => writePublicOnly(hotkey(hotkeyName), publicKey, options),
    reencrypt: async (which, options) => {
      const key = pathsOf(which);
      remember(key, await reencrypt(key, options, costs));
    },
    endorseHotkey: (hotkeyName, signer) => {
      const key = hotkey(hotkeyName);
      return writeEndorsement(key.endorsement, endorse(signer, publicKeyOfKey(key)));
    },
    endorsementOf: hotkeyName => readEndorsement(hotkey(hotkeyName).endorsement),
    describe: () => describeWallet(name, paths),
  };
}

async function unlockKey(key: KeyPaths, options: UnlockOptions, costs: KeyFileCosts): Promise<Keypair> {
  const keypair = await openKeyFile(key.secret, options, costs);
  checkPublicFile(key, keypair);
  return keypair;
}

/** Somebody who changes the public file would have others send to another address. A missing one is written again. */
function checkPublicFile({ secret, shared }: KeyPaths, keypair: Keypair): void {
  if (!existsSync(shared)) {
    try {
      writePublicKey(shared, keypair.publicKey);
    } catch {
      // A wallet on a read-only disk can do without.
    }
    return;
  }
  const named = readPublicKey(shared);
  if (equalBytes(named, keypair.publicKey)) return;
  const why = `it names ${encodeAddress(named)}, but the key in ${secret} is ${keypair.address}; if that is the right one, remove the public file`;
  throw notKeyFile(shared, why);
}

async function create(
  { secret, shared, endorsement }: KeyPaths,
  { keypair, words, overwrite, encrypt, endorseWith, signal }: CreateHotkeyOptions,
  costs: KeyFileCosts,
): Promise<Keypair> {
  // Whatever refuses comes before the derivation, which takes seconds, and before anything is written.
  if (encrypt) checkPassword(encrypt.password);
  const key = keypair ?? keypairFromMnemonic(generateMnemonic(words));
  if (!overwrite) refuseToReplace(secret, shared, key);
  const content = await keyFileContent(key, encrypt, costs, signal);
  if (overwrite) {
    // Never a moment in which the public file names another key than the private one.
    replaceFile(secret, content, () => {
      removeFile(shared);
      if (endorsement) removeFile(endorsement);
    });
  } else {
    writeNewFile(secret, content);
  }
  content.fill(0);
  // The private file won the race, so the public one follows it.
  writePublicKey(shared, key.publicKey, { overwrite: true });
  if (endorsement && endorseWith) writeEndorsement(endorsement, endorse(endorseWith, key.publicKey));
  return key;
}

function refuseToReplace(secret: string, shared: string, key: Signer): void {
  if (existsSync(secret)) {
    throw walletError('wallet_exists', `${secret} already holds a key and is not overwritten`, { path: secret });
  }
  if (!existsSync(shared)) return;
  // A public file without its private half belongs to a key that is kept elsewhere.
  const address = encodeAddress(readPublicKey(shared));
  if (address === key.address) return;
  const what = `${shared} already names ${address}, whose private key is elsewhere`;
  throw walletError('wallet_exists', what, { address });
}

function writePublicOnly({ secret, shared }: KeyPaths, publicKey: Uint8Array, options?: WriteOptions): void {
  if (existsSync(secret) && !isEncryptedFile(secret)) {
    const { address } = readKeypair(secret);
    if (address !== encodeAddress(publicKey)) {
      throw walletError('wallet_exists', `${secret} holds the key of ${address}, which is another one`, { address });
    }
  }
  writePublicKey(shared, publicKey, options);
}

async function reencrypt(key: KeyPaths, { from, to, signal }: ReencryptOptions, costs: KeyFileCosts): Promise<Keypair> {
  const encrypt = to === 'none' ? undefined : to;
  if (encrypt) checkPassword(encrypt.password);
  const before = readKeyFile(key.secret);
  const keypair = await unlockKey(key, { password: from, signal }, costs);
  const content = await keyFileContent(keypair, encrypt, costs, signal);
  replaceFile(key.secret, content, () => {
    if (equalBytes(before, readKeyFile(key.secret))) return;
    throw walletError('wallet_exists', `${key.secret} was changed meanwhile by another program, and is left as it is`, {
      path: key.secret,
    });
  });
  content.fill(0);
  before.fill(0);
  return keypair;
}

function publicKeyOfKey({ secret, shared }: KeyPaths): Uint8Array {
  // Older wallets have no public file for hotkeys, and a crash between the two writes leaves none.
  return existsSync(shared) ? readPublicKey(shared) : readKeypair(secret).publicKey;
}

function addressOf(key: KeyPaths): string {
  return encodeAddress(publicKeyOfKey(key));
}
