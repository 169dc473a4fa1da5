import { scrypt } from 'node:crypto';
import { naclDecrypt } from '@polkadot/util-crypto/nacl';
import { decodeAddress, encodeAddress, equalBytes, fromHex } from '../../base/index.js';
import { walletError } from '../errors.js';
import { type Keypair, keypairFromPrivateKey, keypairFromSeed } from '../keys/keypair.js';
import type { PasswordSource } from './files.js';

/** Far more than an export of one account has. */
const LARGEST = 64 * 1024;
const SALT_BYTES = 32;
const NONCE_BYTES = 24;
/** PKCS #8 as polkadot-js writes it: this header, the secret, a divider, the public key. Source: keyring `pair/defaults`. */
const HEADER = Uint8Array.of(48, 83, 2, 1, 1, 48, 5, 6, 3, 43, 101, 112, 4, 34, 4, 32);
const DIVIDER = Uint8Array.of(161, 35, 3, 33, 0);
const PUBLIC_BYTES = 32;
/** 32 bytes of seed in the first two generations, 64 of private key in the third. */
const SECRET_BYTES = [64, 32] as const;

interface Export {
  readonly encoded: Uint8Array;
  readonly isScrypt: boolean;
  readonly isEncrypted: boolean;
  readonly address: Uint8Array | undefined;
}

/**
 * The key of an account that polkadot-js (and what follows it) exported as JSON; `name` is for messages.
 * Errors: `bad_key_file`, `unsupported_key` (ed25519, ecdsa, several accounts), `wrong_password`.
 */
export async function keypairFromPolkadotJson(text: string, name: string, password: PasswordSource): Promise<Keypair> {
  const { encoded, isEncrypted, isScrypt, address } = parseExport(text, name);
  const plain = isEncrypted ? await decrypt({ encoded, isScrypt, name }, await password()) : encoded;
  try {
    const keypair = decodePair(plain, name);
    if (address && !equalBytes(address, keypair.publicKey)) {
      throw bad(name, `its key is not that of its address ${encodeAddress(address)}`);
    }
    return keypair;
  } finally {
    plain.fill(0);
  }
}

function parseExport(text: string, name: string): Export {
  const fields = text.length > LARGEST ? undefined : objectOf(parseJson(text));
  if (!fields) throw bad(name, 'it is no JSON object');
  if (Array.isArray(fields['accounts'])) {
    throw walletError('unsupported_key', `${name} holds several accounts: export the one that is wanted by itself`);
  }
  const encoding = objectOf(fields['encoding']);
  if (typeof fields['encoded'] !== 'string' || !encoding) throw bad(name, 'it is no polkadot-js export of an account');
  const content = textsOf(encoding['content']);
  const types = textsOf(encoding['type']);
  const kind = content.find(word => ['ed25519', 'ecdsa', 'ethereum'].includes(word));
  if (kind) throw walletError('unsupported_key', `${name} holds an ${kind} key; only sr25519 keys are supported`);
  if (!content.includes('sr25519')) throw bad(name, 'it does not say that its key is sr25519');
  return {
    encoded: bytesOf(fields['encoded'], name),
    isEncrypted: types.includes('xsalsa20-poly1305'),
    isScrypt: types.includes('scrypt'),
    address: addressOf(fields['address']),
  };
}

async function decrypt(
  { encoded, isScrypt, name }: { encoded: Uint8Array; isScrypt: boolean; name: string },
  password: Uint8Array,
): Promise<Uint8Array> {
  let key: Uint8Array;
  try {
    key = isScrypt ? await deriveKey(encoded, password, name) : padded(password);
  } finally {
    password.fill(0);
  }
  const box = isScrypt ? encoded.subarray(SALT_BYTES + 12) : encoded;
  try {
    const plain = naclDecrypt(box.subarray(NONCE_BYTES), box.subarray(0, NONCE_BYTES), key);
    if (plain) return plain;
  } finally {
    key.fill(0);
  }
  throw walletError('wrong_password', `the password does not open ${name}, or the file is damaged`);
}

/** Without key derivation, the password itself was the key: cut or filled with zeros. */
function padded(password: Uint8Array): Uint8Array {
  const key = new Uint8Array(32);
  key.set(password.subarray(0, 32));
  return key;
}

/** Salt, then N, p and r as u32 of the little end first; these are all that polkadot-js ever wrote or takes. */
const PARAMETERS = ['8192 10 8', '16384 5 8', '32768 3 8', '32768 1 8', '65536 2 8', '131072 1 8'];

async function deriveKey(encoded: Uint8Array, password: Uint8Array, name: string): Promise<Uint8Array> {
  if (encoded.length < SALT_BYTES + 12) throw bad(name, 'its secret part is cut off');
  const view = new DataView(encoded.buffer, encoded.byteOffset + SALT_BYTES, 12);
  const [N, p, r] = [0, 4, 8].map(at => view.getUint32(at, true)) as [number, number, number];
  if (!PARAMETERS.includes(`${N} ${p} ${r}`))
    throw bad(name, `its scrypt parameters (${N}, ${p}, ${r}) are none that are in use`);
  const salt = encoded.subarray(0, SALT_BYTES);
  const bytes = await new Promise<Buffer>((resolve, reject) =>
    scrypt(password, salt, 64, { N, p, r, maxmem: 256 * N * r }, (error, found) =>
      error ? reject(error) : resolve(found),
    ),
  );
  const key = Uint8Array.from(bytes.subarray(0, 32));
  bytes.fill(0);
  return key;
}

function decodePair(plain: Uint8Array, name: string): Keypair {
  const rest = startsWith(plain, HEADER) ? plain.subarray(HEADER.length) : undefined;
  const length = SECRET_BYTES.find(bytes => rest && startsWith(rest.subarray(bytes), DIVIDER));
  if (!rest || !length) throw bad(name, 'its secret part is in no form that we know');
  const secret = rest.subarray(0, length);
  const publicKey = rest.slice(length + DIVIDER.length, length + DIVIDER.length + PUBLIC_BYTES);
  try {
    if (length === 64) return keypairFromPrivateKey(secret, publicKey);
    const keypair = keypairFromSeed(secret);
    if (equalBytes(keypair.publicKey, publicKey)) return keypair;
  } catch {
    // Said below: which of the two it was helps nobody.
  }
  throw bad(name, 'its private key does not belong to its public key');
}

function startsWith(bytes: Uint8Array, start: Uint8Array): boolean {
  return bytes.length >= start.length && equalBytes(bytes.subarray(0, start.length), start);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The parser's message quotes the text.
    return undefined;
  }
}

function objectOf(value: unknown): Record<string, unknown> | undefined {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isObject ? (value as Record<string, unknown>) : undefined;
}

/** `type` is one word in the first generations, a list later. */
function textsOf(value: unknown): string[] {
  return (Array.isArray(value) ? value : [value]).filter(word => typeof word === 'string');
}

function bytesOf(text: string, name: string): Uint8Array {
  if (text.startsWith('0x')) {
    try {
      return fromHex(text);
    } catch {
      throw bad(name, 'its secret part is no hexadecimal text');
    }
  }
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(text)) throw bad(name, 'its secret part is no base64 text');
  return Uint8Array.from(Buffer.from(text, 'base64'));
}

/** Of another network it may have a prefix that we do not read; the secret part has the public key, too. */
function addressOf(value: unknown): Uint8Array | undefined {
  try {
    return typeof value === 'string' ? decodeAddress(value) : undefined;
  } catch {
    return undefined;
  }
}

function bad(name: string, what: string) {
  return walletError('bad_key_file', `${name} is not a usable export: ${what}`);
}
