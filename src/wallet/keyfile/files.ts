import { existsSync } from 'node:fs';
import { encodeAddress, equalBytes, utf8 } from '../../base/index.js';
import { walletError } from '../errors.js';
import type { Keypair } from '../keys/keypair.js';
import { COSTS, type KeyFileCosts } from './costs.js';
import { notKeyFile, notKeyInside, readKeyFile, replaceFile, writeNewFile } from './disk.js';
import { isEncrypted, type KeyFileFormat, keyFileFormat } from './format.js';
import { formatKeypairJson, formatPublicJson, parseKeypairJson, parsePublicJson, parsePublicText } from './json.js';
import { type Encryption, seal, unseal } from './seal.js';

/** Gives a password (UTF-8) when a file needs one. The bytes become the wallet's, which overwrites them after use. */
export type PasswordSource = () => Promise<Uint8Array>;

export interface UnlockOptions {
  /** Asked only when the file is encrypted; without it that is error `key_encrypted`. */
  password?: PasswordSource | undefined;
  /** Ends a derivation, which takes seconds. */
  signal?: AbortSignal | undefined;
}

export interface WriteOptions {
  /** Replace a key that is already there. Default false: error `wallet_exists`. */
  overwrite?: boolean | undefined;
}

/**
 * The key of an unencrypted private key file. Errors: `wallet_not_found`, `bad_key_file` (what is wrong, with the path),
 * `key_encrypted`, `unsupported_key`.
 */
export function readKeypair(path: string): Keypair {
  const content = readKeyFile(path);
  const format = keyFileFormat(content);
  if (format && isEncrypted(format)) throw encrypted(path, format);
  return keypairIn(content, path, false);
}

/** The key of a private key file, encrypted or not. Errors as `readKeypair`, `wrong_password`, `key_derivation`. */
export function openKeypair(path: string, options: UnlockOptions = {}): Promise<Keypair> {
  return openKeyFile(path, options, COSTS);
}

export async function openKeyFile(
  path: string,
  { password: ask, signal }: UnlockOptions,
  costs: KeyFileCosts,
): Promise<Keypair> {
  const content = readKeyFile(path);
  const format = keyFileFormat(content);
  if (!format || !isEncrypted(format)) return keypairIn(content, path, false);
  if (!ask) throw encrypted(path, format);
  const password = await ask();
  try {
    return keypairIn(await unseal({ path, content, format }, password, costs, signal), path, true);
  } finally {
    password.fill(0);
  }
}

/** The public key (32 bytes) of a public key file or of an unencrypted private one. Errors as `readKeypair`. */
export function readPublicKey(path: string): Uint8Array {
  const content = readKeyFile(path);
  const format = keyFileFormat(content);
  if (format === 'json') return parsePublicJson(textOf(content, path), path);
  if (format === 'public') return parsePublicText(textOf(content, path), path);
  if (format)
    throw walletError('key_encrypted', `${path} is encrypted; its public key is in the file beside it`, { path });
  throw notKeyFile(path, 'it is in no form that we know');
}

/** The form of the file; undefined when it is none that we know. Errors: `wallet_not_found`, `bad_key_file`. */
export function formatOfFile(path: string): KeyFileFormat | undefined {
  const content = readKeyFile(path);
  const format = keyFileFormat(content);
  content.fill(0);
  return format;
}

/** True when there is a file that only a password opens. */
export function isEncryptedFile(path: string): boolean {
  const format = existsSync(path) ? formatOfFile(path) : undefined;
  return format !== undefined && isEncrypted(format);
}

/** The bytes of a private key file. */
export async function keyFileContent(
  keypair: Keypair,
  encrypt: Encryption | undefined,
  costs: KeyFileCosts,
  signal?: AbortSignal,
): Promise<Uint8Array> {
  const json = utf8(formatKeypairJson(keypair));
  if (!encrypt) return json;
  try {
    return await seal(json, encrypt, costs, signal);
  } finally {
    json.fill(0);
  }
}

/** Writes an unencrypted private key file, mode 0600. It is complete or not there; a key that is there stays. */
export function writeKeypair(path: string, keypair: Keypair, { overwrite }: WriteOptions = {}): void {
  const content = utf8(formatKeypairJson(keypair));
  if (overwrite) replaceFile(path, content);
  else writeNewFile(path, content);
  content.fill(0);
}

/** Writes the public file. An existing one is replaced only when asked, or when it names the same key. */
export function writePublicKey(path: string, publicKey: Uint8Array, { overwrite }: WriteOptions = {}): void {
  if (overwrite || !existsSync(path)) {
    (overwrite ? replaceFile : writeNewFile)(path, formatPublicJson(publicKey));
    return;
  }
  const known = readPublicKey(path);
  if (equalBytes(known, publicKey)) return;
  const address = encodeAddress(known);
  throw walletError('wallet_exists', `${path} already holds the public key of ${address}`, { path, address });
}

function encrypted(path: string, format: string) {
  const what = `${path} is encrypted (${format}) and needs its password`;
  return walletError('key_encrypted', what, { path, format });
}

function keypairIn(content: Uint8Array, path: string, decrypted: boolean): Keypair {
  try {
    return parseKeypairJson(textOf(content, path, decrypted), path, decrypted);
  } finally {
    content.fill(0);
  }
}

function textOf(content: Uint8Array, path: string, decrypted = false): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(content);
  } catch {
    throw decrypted ? notKeyInside(path, 'it is not text') : notKeyFile(path, 'it is not text');
  }
}
