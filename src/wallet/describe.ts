import { existsSync } from 'node:fs';
import { encodeAddress, messageOf } from '../base/index.js';
import { verifyEndorsement } from './endorsement.js';
import { readEndorsement } from './endorsement-file.js';
import { permissionWarning } from './keyfile/disk.js';
import { formatOfFile, readKeypair, readPublicKey } from './keyfile/files.js';
import { isEncrypted, type KeyFileFormat } from './keyfile/format.js';
import { draftsIn, hotkeyNamesIn, type KeyPaths, publicHotkeyNamesIn, type WalletPaths } from './paths.js';

/** What can be said of a key without its password. */
export interface KeyDescription {
  readonly file: string;
  /** ss58; undefined when only the password would tell, or when the files are damaged. */
  readonly address: string | undefined;
  /** The form of the private key file; `none` when only the public file is here, `unknown` when it is no key file. */
  readonly form: KeyFileFormat | 'none' | 'unknown';
  readonly encrypted: boolean;
  /** What its owner should look after, in words. */
  readonly warnings: readonly string[];
}

export interface HotkeyDescription extends KeyDescription {
  readonly name: string;
  /** Whether the wallet's coldkey endorses it; `bad` when what lies there is not that coldkey's word for this hotkey. */
  readonly endorsement: 'valid' | 'absent' | 'bad';
}

export interface WalletDescription {
  readonly name: string;
  readonly folder: string;
  /** Undefined when there is neither a private nor a public file. */
  readonly coldkey: KeyDescription | undefined;
  readonly hotkeys: readonly HotkeyDescription[];
  /** Of the wallet's folders; those of keys are with the keys. */
  readonly warnings: readonly string[];
}

export function describeWallet(name: string, paths: WalletPaths): WalletDescription {
  const { folder, hotkeys, coldkey } = paths;
  const isThere = existsSync(coldkey.secret) || existsSync(coldkey.shared);
  const names = [...hotkeyNamesIn(paths), ...publicHotkeyNamesIn(paths)].sort();
  const drafts = draftsIn(paths).map(path => `${path} is what an interrupted write left; remove it`);
  return {
    name,
    folder,
    coldkey: isThere ? describeKey(coldkey) : undefined,
    hotkeys: names.map(hotkey => describeHotkey(hotkey, paths)),
    warnings: [...warningsOf(folder, hotkeys), ...drafts],
  };
}

function describeHotkey(name: string, { hotkey, coldkey }: WalletPaths): HotkeyDescription {
  const paths = hotkey(name);
  return { name, ...describeKey(paths), endorsement: stateOfEndorsement(paths, coldkey) };
}

function describeKey({ secret, shared }: KeyPaths): KeyDescription {
  const warnings = warningsOf(secret);
  const noted = <T>(read: () => T): T | undefined => {
    try {
      return read();
    } catch (error) {
      warnings.push(messageOf(error));
      return undefined;
    }
  };
  const named = existsSync(shared) ? noted(() => encodeAddress(readPublicKey(shared))) : undefined;
  if (!existsSync(secret)) return { file: secret, address: named, form: 'none', encrypted: false, warnings };
  const form = noted(() => formatOfFile(secret)) ?? 'unknown';
  const encrypted = form !== 'unknown' && isEncrypted(form);
  const held = encrypted ? undefined : noted(() => readKeypair(secret).address);
  if (encrypted && !existsSync(shared)) {
    warnings.push(`${shared} is missing; it is written again when the key is unlocked`);
  }
  if (held && named && held !== named) warnings.push(`${shared} names ${named}, but the key is ${held}`);
  return { file: secret, address: held ?? named, form, encrypted, warnings };
}

function stateOfEndorsement(hotkey: KeyPaths & { readonly endorsement: string }, coldkey: KeyPaths) {
  try {
    const endorsement = readEndorsement(hotkey.endorsement);
    if (!endorsement) return 'absent';
    const keys = { hotkey: publicKeyOf(hotkey), coldkey: publicKeyOf(coldkey) };
    return verifyEndorsement(endorsement, keys) ? 'valid' : 'bad';
  } catch {
    return 'bad';
  }
}

function publicKeyOf({ secret, shared }: KeyPaths): Uint8Array {
  return readPublicKey(existsSync(shared) ? shared : secret);
}

function warningsOf(...paths: string[]): string[] {
  return paths.map(permissionWarning).filter(warning => warning !== undefined);
}
