import { existsSync, readdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { homeFolder } from '../base/index.js';
import { walletError } from './errors.js';
import { isDraft, REPLACED } from './keyfile/disk.js';

/** The files of one key. */
export interface KeyPaths {
  readonly secret: string;
  readonly shared: string;
  /** Where a hotkey's endorsement lies. */
  readonly endorsement?: string;
}

/** The official layout of one wallet. */
export interface WalletPaths {
  readonly folder: string;
  readonly hotkeys: string;
  readonly coldkey: KeyPaths;
  /** Error `bad_wallet_name`. */
  hotkey(name: string): KeyPaths & { readonly endorsement: string };
}

const PUBLIC_SUFFIX = 'pub.txt';
/** Ends as public files do, so that the official tools do not take it for a hotkey. */
const ENDORSEMENT_SUFFIX = `.endorsement${PUBLIC_SUFFIX}`;

/** Where the endorsement of a hotkey lies: beside its file. */
export function endorsementFileOf(keyFile: string): string {
  return keyFile + ENDORSEMENT_SUFFIX;
}

export function defaultWalletsPath(): string {
  return join(homeFolder(), '.bittensor', 'wallets');
}

export function walletPaths(name: string, path = defaultWalletsPath()): WalletPaths {
  const folder = join(absolute(path), checkName(name, 'wallet'));
  const hotkeys = join(folder, 'hotkeys');
  return {
    folder,
    hotkeys,
    coldkey: { secret: join(folder, 'coldkey'), shared: join(folder, 'coldkeypub.txt') },
    hotkey: hotkeyName => {
      const secret = join(hotkeys, checkName(hotkeyName, 'hotkey'));
      return { secret, shared: secret + PUBLIC_SUFFIX, endorsement: endorsementFileOf(secret) };
    },
  };
}

/** Settings may hold a `~` that no shell has replaced. */
function absolute(path: string): string {
  return resolve(path.replace(/^~(?=$|[/\\])/, homeFolder()));
}

/** Names of the wallets under a folder, sorted; none when the folder is missing. Throws the system's error when this user may not look. */
export function walletNames(path = defaultWalletsPath()): string[] {
  const folder = absolute(path);
  const found = statSync(folder, { throwIfNoEntry: false });
  if (!found) return [];
  if (!found.isDirectory()) {
    throw walletError('wallet_not_found', `${folder} is a file, and no folder of wallets`, { path: folder });
  }
  const isWallet = (name: string) =>
    isName(name) && statSync(join(folder, name), { throwIfNoEntry: false })?.isDirectory();
  return readdirSync(folder).filter(isWallet).sort();
}

/** Names of the hotkeys whose private file is there, sorted. */
export function hotkeyNamesIn({ hotkeys }: WalletPaths): string[] {
  return filesIn(hotkeys).filter(isName).sort();
}

/** Names of the hotkeys of which only the public file is there, sorted. */
export function publicHotkeyNamesIn({ hotkeys }: WalletPaths): string[] {
  const files = filesIn(hotkeys);
  return files
    .filter(file => file.endsWith(PUBLIC_SUFFIX))
    .map(file => file.slice(0, -PUBLIC_SUFFIX.length))
    .filter(name => isName(name) && !files.includes(name))
    .sort();
}

/** What writes that were killed left in a wallet's folders. */
export function draftsIn({ folder, hotkeys }: WalletPaths): string[] {
  return [folder, hotkeys, join(folder, REPLACED)].flatMap(place =>
    filesIn(place)
      .filter(isDraft)
      .map(name => join(place, name)),
  );
}

function filesIn(folder: string): string[] {
  if (!existsSync(folder)) return [];
  const entries = readdirSync(folder, { withFileTypes: true });
  return entries.filter(entry => !entry.isDirectory()).map(entry => entry.name);
}

/** A name becomes a file name, so it must stay inside its folder and must not look like the files we make beside it. */
function isName(name: string): boolean {
  if (name.length === 0 || Buffer.byteLength(name) > 200 || name !== name.trim()) return false;
  if (name.endsWith(PUBLIC_SUFFIX) || name.endsWith('.endorsement') || isDraft(name)) return false;
  return !/^[.-]|[/\\\p{Cc}]/u.test(name);
}

const RULE =
  'a name has 1 to 200 bytes, no slash, backslash or control character, no dot or hyphen at its beginning, no space at ' +
  'its ends, and does not end with pub.txt or .endorsement';

function checkName(name: string, what: string): string {
  if (isName(name)) return name;
  const bytes = Buffer.byteLength(name);
  const shown = JSON.stringify(name.length > 40 ? `${name.slice(0, 40)}...` : name);
  const text = `${shown}${bytes > 200 ? `, which has ${bytes} bytes,` : ''} cannot be the name of a ${what}: ${RULE}`;
  throw walletError('bad_wallet_name', text, { name: name.slice(0, 200) });
}
