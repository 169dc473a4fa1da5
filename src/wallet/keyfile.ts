import { randomBytes } from 'node:crypto';
import { existsSync, linkSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { BittensorError, encodeAddress, messageOf, syncFolder, systemCodeOf, writeFileAtomic } from '../base/index.js';
import { walletError } from './errors.js';
import { isEncrypted, keyFileFormat } from './keyfile/format.js';
import {
  formatKeypairJson,
  formatPublicJson,
  parseKeypairJson,
  parsePublicJson,
  parsePublicText,
} from './keyfile/json.js';
import type { Keypair } from './keypair.js';

/** Far more than any key file has; a larger file is something else. */
const LARGEST_FILE = 64 * 1024;

export interface WriteOptions {
  /** Replace a key that is already there. Default false: error `wallet_exists`. */
  overwrite?: boolean;
}

/**
 * The key of a private key file. Errors: `wallet_not_found`, `bad_key_file` (what is wrong, with the path),
 * `key_encrypted` (a password format; opening those comes later), `unsupported_key`.
 */
export function readKeypair(path: string): Keypair {
  const content = readKeyFile(path);
  const format = keyFileFormat(content);
  if (format && isEncrypted(format)) {
    const what = `${path} is encrypted with a password (${format}); this version reads unencrypted key files only`;
    throw walletError('key_encrypted', what, { path, format });
  }
  const keypair = parseKeypairJson(textOf(content, path), path);
  content.fill(0);
  return keypair;
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

/** Writes a private key file, mode 0600. It is complete or not there; a key that is there stays. */
export function writeKeypair(path: string, keypair: Keypair, options: WriteOptions = {}): void {
  writeOnce(path, formatKeypairJson(keypair), options);
}

/** Writes the public file. An existing one is replaced only when asked, or when it names the same key. */
export function writePublicKey(path: string, publicKey: Uint8Array, options: WriteOptions = {}): void {
  if (existsSync(path) && !options.overwrite) {
    const address = encodeAddress(readPublicKey(path));
    if (address === encodeAddress(publicKey)) return;
    throw walletError('wallet_exists', `${path} already holds the public key of ${address}`, { path, address });
  }
  writeOnce(path, formatPublicJson(publicKey), options);
}

function writeOnce(path: string, content: string, { overwrite = false }: WriteOptions): void {
  if (overwrite) {
    writeFileAtomic(path, content);
    return;
  }
  if (existsSync(path)) throw alreadyThere(path);
  // A rename would replace what another process wrote in between; making a link refuses that.
  const draft = `${path}.${randomBytes(4).toString('hex')}.new`;
  writeFileAtomic(draft, content);
  try {
    linkSync(draft, path);
    syncFolder(dirname(path));
  } catch (error) {
    const code = systemCodeOf(error) ?? '';
    if (code === 'EEXIST') throw alreadyThere(path);
    if (!WITHOUT_LINKS.includes(code)) throw diskError(path, error);
    writeNew(path, content);
  } finally {
    rmSync(draft, { force: true });
  }
}

/** What file systems that know no links answer (FAT, some network folders). */
const WITHOUT_LINKS = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'];

function writeNew(path: string, content: string): void {
  try {
    writeFileSync(path, content, { flag: 'wx', mode: 0o600, flush: true });
  } catch (error) {
    throw systemCodeOf(error) === 'EEXIST' ? alreadyThere(path) : diskError(path, error);
  }
}

function diskError(path: string, error: unknown) {
  return new BittensorError('disk', `cannot write ${path}: ${messageOf(error)}`, { cause: error, data: { path } });
}

function alreadyThere(path: string) {
  return walletError('wallet_exists', `${path} already holds a key and is not overwritten`, { path });
}

function readKeyFile(path: string): Buffer {
  try {
    // Asked before opening: opening a pipe would wait for its writer.
    const stat = statSync(path);
    if (!stat.isFile()) throw notKeyFile(path, 'it is no regular file');
    if (stat.size === 0) throw notKeyFile(path, 'it is empty');
    if (stat.size > LARGEST_FILE) throw notKeyFile(path, `it has ${stat.size} bytes`);
    return readFileSync(path);
  } catch (error) {
    const code = systemCodeOf(error);
    if (code === 'ENOENT') throw walletError('wallet_not_found', `there is no key file ${path}`, { path });
    if (code) throw notKeyFile(path, messageOf(error));
    throw error;
  }
}

function notKeyFile(path: string, why: string) {
  return walletError('bad_key_file', `${path} is not a usable key file: ${why}`, { path });
}

function textOf(content: Uint8Array, path: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(content);
  } catch {
    throw notKeyFile(path, 'it is not text');
  }
}
