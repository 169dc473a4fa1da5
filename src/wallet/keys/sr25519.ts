import { keyFromPath } from '@polkadot/util-crypto/key';
import * as portable from '@scure/sr25519';
import { isBelowOrder } from './scalar.js';
import { loadSchnorrkel, type Sr25519 } from './schnorrkel.js';

// The portable one needs no start and costs about 2 ms a call; schnorrkel as WebAssembly costs a twentieth.
let active: Sr25519 = {
  sign: (_publicKey, secret, message) => portable.sign(secret, message),
  verify: (publicKey, message, signature) => portable.verify(message, signature, publicKey),
};

let loading: Promise<void> | undefined;

/**
 * Loads the fast implementation (once). Everything works before it, some twenty times slower; where WebAssembly
 * cannot be had, it stays that way.
 */
export function ready(): Promise<void> {
  loading ??= load();
  return loading;
}

async function load(): Promise<void> {
  if (typeof WebAssembly !== 'undefined') active = await loadSchnorrkel();
}

export function sign(publicKey: Uint8Array, privateKey: Uint8Array, message: Uint8Array): Uint8Array {
  return withLibraryForm(privateKey, secret => active.sign(publicKey, secret, message));
}

/** False for anything that is not a valid signature, whatever its shape; never throws. */
export function verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  if (!isBytes(publicKey, 32) || !isBytes(signature, 64) || !(message instanceof Uint8Array)) return false;
  // Under the zero point as a key, anybody can make a signature of anything.
  if (publicKey.every(byte => byte === 0)) return false;
  try {
    return active.verify(publicKey, message, signature);
  } catch {
    return false;
  }
}

function isBytes(value: unknown, length: number): boolean {
  return value instanceof Uint8Array && value.length === length;
}

/**
 * The private key of a 32-byte seed: 32 bytes of scalar, 32 of nonce, as key files have it (schnorrkel's
 * `SecretKey::to_bytes` after `ExpansionMode::Ed25519`).
 */
export function expandSeed(seed: Uint8Array): Uint8Array {
  const secret = portable.secretFromSeed(seed);
  const privateKey = fromLibraryForm(secret);
  secret.fill(0);
  return privateKey;
}

/** The public key of a private key, or undefined when its scalar is zero or not below the group's order. */
export function publicKeyOf(privateKey: Uint8Array): Uint8Array | undefined {
  const scalar = privateKey.subarray(0, 32);
  if (scalar.every(byte => byte === 0) || !isBelowOrder(scalar)) return undefined;
  return withLibraryForm(privateKey, secret => portable.getPublicKey(secret));
}

/** The steps of Substrate's key derivation: `//code` is hard, `/code` soft. */
export function derive(privateKey: Uint8Array, path: Parameters<typeof keyFromPath>[1]): Uint8Array {
  return withLibraryForm(privateKey, secretKey => {
    const pair = { publicKey: portable.getPublicKey(secretKey), secretKey };
    return fromLibraryForm(keyFromPath(pair, path, 'sr25519').secretKey);
  });
}

/**
 * polkadot-js and the libraries under it keep the scalar times the cofactor 8 (schnorrkel's `to_ed25519_bytes`).
 * Files that such programs wrote have that form too.
 */
export function fromLibraryForm(secret: Uint8Array): Uint8Array {
  const bytes = secret.slice();
  for (let i = 0; i < 32; i++) bytes[i] = (secret[i]! >> 3) | (i < 31 ? (secret[i + 1]! << 5) & 0xff : 0);
  return bytes;
}

function toLibraryForm(privateKey: Uint8Array): Uint8Array {
  const bytes = privateKey.slice();
  for (let i = 0; i < 32; i++) bytes[i] = ((privateKey[i]! << 3) & 0xff) | (i > 0 ? privateKey[i - 1]! >> 5 : 0);
  return bytes;
}

function withLibraryForm<T>(privateKey: Uint8Array, work: (secret: Uint8Array) => T): T {
  const secret = toLibraryForm(privateKey);
  try {
    return work(secret);
  } finally {
    secret.fill(0);
  }
}
