import { existsSync, readdirSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { encodeAddress } from '../base/index.js';
import { walletError } from './errors.js';
import { readKeypair, readPublicKey, type WriteOptions, writeKeypair, writePublicKey } from './keyfile.js';
import { type Keypair, keypairFromMnemonic } from './keypair.js';
import { generateMnemonic, type WordCount } from './mnemonic.js';

export interface WalletOptions {
  name: string;
  /** The folder of all wallets; default `~/.bittensor/wallets`. */
  path?: string;
}

export interface CreateOptions extends WriteOptions {
  /** The key to keep; default a new one from new words, which `exportSecrets().mnemonic` shows. */
  keypair?: Keypair;
  /** How many words a new key gets; default 12. */
  words?: WordCount;
}

/** One wallet on disk in the official layout: `coldkey`, `coldkeypub.txt`, `hotkeys/<name>`, `hotkeys/<name>pub.txt`. */
export interface Wallet {
  readonly name: string;
  readonly folder: string;
  hasColdkey(): boolean;
  hasHotkey(name: string): boolean;
  /** Names of the hotkeys, sorted. */
  hotkeyNames(): string[];
  /** The coldkey's address; needs no password. Error `wallet_not_found`. */
  coldkeyAddress(): string;
  hotkeyAddress(name: string): string;
  /** Errors as `readKeypair`. Asynchronous because opening an encrypted key takes seconds. */
  unlockColdkey(): Promise<Keypair>;
  unlockHotkey(name: string): Promise<Keypair>;
  /** Makes and keeps a key. Error `wallet_exists` when there is one. */
  createColdkey(options?: CreateOptions): Promise<Keypair>;
  createHotkey(name: string, options?: CreateOptions): Promise<Keypair>;
}

export function defaultWalletsPath(): string {
  return join(homedir(), '.bittensor', 'wallets');
}

/** A wallet by name; nothing is read or written yet. Error `bad_wallet_name`. */
export function openWallet({ name, path = defaultWalletsPath() }: WalletOptions): Wallet {
  const folder = join(resolve(path), checkName(name, 'wallet'));
  const coldkey = { secret: join(folder, 'coldkey'), shared: join(folder, 'coldkeypub.txt') };
  const hotkey = (hotkeyName: string): KeyPaths => {
    const file = join(folder, 'hotkeys', checkName(hotkeyName, 'hotkey'));
    return { secret: file, shared: `${file}${PUBLIC_SUFFIX}` };
  };
  return {
    name,
    folder,
    hasColdkey: () => existsSync(coldkey.secret),
    hasHotkey: hotkeyName => existsSync(hotkey(hotkeyName).secret),
    hotkeyNames: () => namesIn(join(folder, 'hotkeys')),
    coldkeyAddress: () => addressOf(coldkey),
    hotkeyAddress: hotkeyName => addressOf(hotkey(hotkeyName)),
    unlockColdkey: async () => readKeypair(coldkey.secret),
    unlockHotkey: async hotkeyName => readKeypair(hotkey(hotkeyName).secret),
    createColdkey: async options => create(coldkey, options),
    createHotkey: async (hotkeyName, options) => create(hotkey(hotkeyName), options),
  };
}

/** Names of the wallets under a folder, sorted; none when the folder is missing. */
export function walletNames(path = defaultWalletsPath()): string[] {
  if (!existsSync(path)) return [];
  const isWallet = (name: string) =>
    isName(name) && statSync(join(path, name), { throwIfNoEntry: false })?.isDirectory();
  return readdirSync(path).filter(isWallet).sort();
}

interface KeyPaths {
  readonly secret: string;
  readonly shared: string;
}

const PUBLIC_SUFFIX = 'pub.txt';

function create({ secret, shared }: KeyPaths, { keypair, words, ...write }: CreateOptions = {}): Keypair {
  const key = keypair ?? keypairFromMnemonic(generateMnemonic(words));
  // A public file without its private half belongs to a key that is kept elsewhere: refuse before anything is written.
  if (!write.overwrite && !existsSync(secret) && existsSync(shared)) {
    const address = encodeAddress(readPublicKey(shared));
    if (address !== key.address) {
      throw walletError('wallet_exists', `${shared} already names ${address}, whose private key is elsewhere`, {
        address,
      });
    }
  }
  writeKeypair(secret, key, write);
  // The private file won the race, so the public one follows it.
  writePublicKey(shared, key.publicKey, { overwrite: true });
  return key;
}

function addressOf({ secret, shared }: KeyPaths): string {
  // Older wallets have no public file for hotkeys, and a crash between the two writes leaves none.
  return existsSync(shared) ? encodeAddress(readPublicKey(shared)) : readKeypair(secret).address;
}

function namesIn(folder: string): string[] {
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder, { withFileTypes: true });
  return names
    .filter(entry => !entry.isDirectory() && isName(entry.name))
    .map(entry => entry.name)
    .sort();
}

/** A name becomes a file name, so it must stay inside its folder and must not look like the files we make beside it. */
function isName(name: string): boolean {
  if (name.length === 0 || Buffer.byteLength(name) > 200 || name !== name.trim()) return false;
  return !/^[.-]|[/\\\p{Cc}]/u.test(name) && !name.endsWith(PUBLIC_SUFFIX) && !/\.[0-9a-f]{8}\.(new|tmp)$/.test(name);
}

function checkName(name: string, what: string): string {
  if (isName(name)) return name;
  throw walletError('bad_wallet_name', `${JSON.stringify(name.slice(0, 80))} cannot be the name of a ${what}`, {
    name,
  });
}
