import { keyExtractSuri } from '@polkadot/util-crypto/key';
import { encodeAddress, equalBytes, fromHex } from '../../base/index.js';
import { walletError } from '../errors.js';
import type { Signer } from '../signer.js';
import { miniSecretFromMnemonic, normalizeMnemonic } from './mnemonic.js';
import { derive, expandSeed, fromLibraryForm, publicKeyOf, sign } from './sr25519.js';

/** What a key file may hold of a key. Not to be logged, sent, or kept. */
export interface KeySecrets {
  /** 64 bytes, scalar and nonce: the form of the official key files. */
  readonly privateKey: Uint8Array;
  /** 32 bytes; absent for derived keys. */
  readonly seed: Uint8Array | undefined;
  readonly mnemonic: string | undefined;
}

/** An sr25519 key. Printing, spreading, cloning or serialising it shows the address and nothing secret. */
export class Keypair implements Signer {
  readonly publicKey: Uint8Array;
  readonly address: string;
  readonly #secrets: KeySecrets;

  constructor(secrets: KeySecrets) {
    const publicKey = publicKeyOf(secrets.privateKey);
    if (!publicKey) throw walletError('bad_key', 'these 64 bytes are no sr25519 private key');
    this.publicKey = publicKey;
    this.address = encodeAddress(publicKey);
    this.#secrets = secrets;
  }

  sign(message: Uint8Array): Uint8Array {
    return sign(this.publicKey, this.#secrets.privateKey, message);
  }

  /** Copies of the secret parts, for a key file or for showing new words to their owner once. */
  exportSecrets(): KeySecrets {
    const { privateKey, seed, mnemonic } = this.#secrets;
    return { privateKey: privateKey.slice(), seed: seed?.slice(), mnemonic };
  }

  toJSON(): { address: string } {
    return { address: this.address };
  }
}

/** The key of BIP-39 words. Error `bad_mnemonic` names the place of a wrong word. */
export function keypairFromMnemonic(mnemonic: string, password = ''): Keypair {
  const seed = miniSecretFromMnemonic(mnemonic, password);
  // With a password the words alone do not give this key back, so they are not kept as if they did.
  const words = password === '' ? normalizeMnemonic(mnemonic) : undefined;
  return new Keypair({ privateKey: expandSeed(seed), seed, mnemonic: words });
}

/** The key of a 32-byte seed (mini-secret), as bytes or hexadecimal. */
export function keypairFromSeed(seed: Uint8Array | string): Keypair {
  const bytes = secretBytes(seed, 32, 'a seed');
  return new Keypair({ privateKey: expandSeed(bytes), seed: bytes, mnemonic: undefined });
}

/**
 * The key of a 64-byte private key as key files have it. polkadot-js writes another form of the same key; where
 * `publicKey` is given, the form that belongs to it is taken, and neither is an error.
 */
export function keypairFromPrivateKey(privateKey: Uint8Array | string, publicKey?: Uint8Array): Keypair {
  const bytes = secretBytes(privateKey, 64, 'a private key');
  let isKey = false;
  for (const form of formsOf(bytes)) {
    const pair = keypairOf(form);
    if (pair && (!publicKey || equalBytes(pair.publicKey, publicKey))) return pair;
    isKey ||= pair !== undefined;
  }
  const what = isKey ? 'do not belong to the public key' : 'are no sr25519 private key';
  throw walletError('bad_key', `these 64 bytes ${what}`);
}

/** Undefined for bytes that are no key. */
function keypairOf(privateKey: Uint8Array): Keypair | undefined {
  try {
    return new Keypair({ privateKey, seed: undefined, mnemonic: undefined });
  } catch {
    return undefined;
  }
}

/** As it is, and as polkadot-js may have meant it: a multiple of eight, or it is not in that form. */
function* formsOf(bytes: Uint8Array): Generator<Uint8Array> {
  yield bytes;
  if (bytes[0]! % 8 === 0) yield fromLibraryForm(bytes);
}

/** The phrase that every Substrate development node knows; what stands before `//Alice` when nothing does. */
const DEVELOPMENT_PHRASE = 'bottom drive obey lake curtain smoke basket hold race lonely fit walk';

/** The key of a secret URI: `//Alice`, `0x<seed>`, `<words>//hard/soft///password`. */
export function keypairFromUri(uri: string): Keypair {
  const { phrase, path, password = '' } = parseUri(uri.trim());
  if (phrase.startsWith('0x') && password !== '') {
    throw walletError('bad_key', 'a secret URI with a hexadecimal seed takes no password');
  }
  const root = phrase.startsWith('0x') ? keypairFromSeed(phrase) : keypairFromMnemonic(phrase, password);
  if (path.length === 0) return root;
  const parent = root.exportSecrets();
  const privateKey = derive(parent.privateKey, path);
  parent.privateKey.fill(0);
  parent.seed?.fill(0);
  return new Keypair({ privateKey, seed: undefined, mnemonic: undefined });
}

function parseUri(uri: string) {
  try {
    return keyExtractSuri(uri.startsWith('/') ? `${DEVELOPMENT_PHRASE}${uri}` : uri);
  } catch {
    // The library's message may repeat a part of the secret.
    throw walletError('bad_key', 'not a secret URI (words//hard/soft///password)');
  }
}

function secretBytes(value: Uint8Array | string, length: number, what: string): Uint8Array {
  let bytes: Uint8Array | undefined;
  try {
    bytes = typeof value === 'string' ? fromHex(value) : value.slice();
  } catch {
    // The text itself may be a secret, so nothing of it is told.
  }
  if (bytes?.length !== length)
    throw walletError('bad_key', `${what} has ${length} bytes (${2 * length} hexadecimal digits)`);
  return bytes;
}
