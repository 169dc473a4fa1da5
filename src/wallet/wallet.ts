import { existsSync } from 'node:fs';
import { describeWallet, type WalletDescription } from './describe.js';
import { type Endorsement, endorse } from './endorsement.js';
import { readEndorsement, writeEndorsement } from './endorsement-file.js';
import {
  addressOf,
  type CreateHotkeyOptions,
  type CreateOptions,
  createKey,
  publicKeyOfKey,
  type ReencryptOptions,
  reencryptKey,
  unlockKey,
  writePublicOnly,
} from './key-files.js';
import { COSTS, type KeyFileCosts } from './keyfile/costs.js';
import { isEncryptedFile, type UnlockOptions, type WriteOptions } from './keyfile/files.js';
import type { Keypair } from './keys/keypair.js';
import { hotkeyNamesIn, type KeyPaths, walletPaths } from './paths.js';
import type { Signer } from './signer.js';

export interface WalletOptions {
  name: string;
  /** The folder of all wallets; default `~/.bittensor/wallets`. */
  path?: string | undefined;
}

/** A key of a wallet. */
export type KeyName = 'coldkey' | { readonly hotkey: string };

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
  const make = async (key: KeyPaths, options: CreateHotkeyOptions = {}) =>
    remember(key, await createKey(key, options, costs));
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
    createColdkey: options => make(coldkey, options),
    createHotkey: async (hotkeyName, options) => make(hotkey(hotkeyName), options),
    writeColdkeyPublic: (publicKey, options) => writePublicOnly(coldkey, publicKey, options),
    writeHotkeyPublic: (hotkeyName, publicKey, options) => writePublicOnly(hotkey(hotkeyName), publicKey, options),
    reencrypt: async (which, options) => {
      const key = pathsOf(which);
      remember(key, await reencryptKey(key, options, costs));
    },
    endorseHotkey: (hotkeyName, signer) => {
      const key = hotkey(hotkeyName);
      return writeEndorsement(key.endorsement, endorse(signer, publicKeyOfKey(key)));
    },
    endorsementOf: hotkeyName => readEndorsement(hotkey(hotkeyName).endorsement),
    describe: () => describeWallet(name, paths),
  };
}
