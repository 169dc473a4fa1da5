import { createECDH, createPrivateKey, createPublicKey } from 'node:crypto';
import { blake2b256, concat, equalBytes, fromHex } from '../../base/index.js';
import type { Keypair } from './keypair.js';

/** DER of an ed25519 private key, up to its 32 bytes (RFC 8410). */
const ED25519_PREFIX = fromHex('302e020100300506032b657004220420');

/** The kind of key that has this public key (or account) and the same seed as an sr25519 key; undefined when none has. */
export function otherKindOf(keypair: Keypair, publicKey: Uint8Array): 'ed25519' | 'ecdsa' | undefined {
  const { seed, privateKey } = keypair.exportSecrets();
  privateKey.fill(0);
  if (!seed) return undefined;
  try {
    if (equalBytes(ed25519PublicKey(seed), publicKey)) return 'ed25519';
    return equalBytes(blake2b256(ecdsaPublicKey(seed)), publicKey) ? 'ecdsa' : undefined;
  } finally {
    seed.fill(0);
  }
}

function ed25519PublicKey(seed: Uint8Array): Uint8Array {
  const der = concat(ED25519_PREFIX, seed);
  const key = createPrivateKey({ key: Buffer.from(der.buffer), format: 'der', type: 'pkcs8' });
  der.fill(0);
  return createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(-32);
}

function ecdsaPublicKey(seed: Uint8Array): Uint8Array {
  const ecdh = createECDH('secp256k1');
  try {
    ecdh.setPrivateKey(seed);
  } catch {
    // Not every 32 bytes are a key of this curve.
    return new Uint8Array();
  }
  return ecdh.getPublicKey(null, 'compressed');
}
