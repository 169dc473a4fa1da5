import { existsSync } from 'node:fs';
import { encodeAddress, equalBytes } from '../base/index.js';
import { endorse } from './endorsement.js';
import { writeEndorsement } from './endorsement-file.js';
import { walletError } from './errors.js';
import type { KeyFileCosts } from './keyfile/costs.js';
import { keepReplaced, notKeyFile, readKeyFile, removeFile, replaceFile, writeNewFile } from './keyfile/disk.js';
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
import type { KeyPaths } from './paths.js';
import type { Signer } from './signer.js';

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

export interface ReencryptOptions {
  /** The password that the file has now; asked only when it is encrypted. */
  from?: PasswordSource | undefined;
  to: Encryption | 'none';
  signal?: AbortSignal | undefined;
}

/** The key of a private file, which must be that of its public file. Errors as `openKeypair`. */
export async function unlockKey(key: KeyPaths, options: UnlockOptions, costs: KeyFileCosts): Promise<Keypair> {
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

export async function createKey(
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
    keepReplaced(secret);
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

export function writePublicOnly({ secret, shared }: KeyPaths, publicKey: Uint8Array, options?: WriteOptions): void {
  if (existsSync(secret) && !isEncryptedFile(secret)) {
    const { address } = readKeypair(secret);
    if (address !== encodeAddress(publicKey)) {
      throw walletError('wallet_exists', `${secret} holds the key of ${address}, which is another one`, { address });
    }
  }
  writePublicKey(shared, publicKey, options);
}

export async function reencryptKey(
  key: KeyPaths,
  { from, to, signal }: ReencryptOptions,
  costs: KeyFileCosts,
): Promise<Keypair> {
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

export function publicKeyOfKey({ secret, shared }: KeyPaths): Uint8Array {
  // Older wallets have no public file for hotkeys, and a crash between the two writes leaves none.
  return existsSync(shared) ? readPublicKey(shared) : readKeypair(secret).publicKey;
}

export function addressOf(key: KeyPaths): string {
  return encodeAddress(publicKeyOfKey(key));
}
