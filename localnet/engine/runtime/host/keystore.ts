import { randomBytes } from 'node:crypto';
import { hex, join, lengthPrefixed } from '../../codec.js';
import { engineError } from '../../errors.js';
import {
  blake2b256,
  ed25519FromSeed,
  ed25519Sign,
  type KeyPair,
  secp256k1FromSeed,
  secp256k1Sign,
  sr25519Derive,
  sr25519FromSeed,
  sr25519Sign,
} from './crypto-library.js';
import { readSecretUri, type SecretUri } from './secret-uri.js';

export type KeyScheme = 'sr25519' | 'ed25519' | 'ecdsa';

/** Anybody may have keys made by a runtime call: no more than this. */
const KEYS_AT_MOST = 4096;

/** The keys that a runtime's offchain code made here, by scheme and key type. In memory: they are gone with the process. */
export class Keystore {
  private readonly keys = new Map<string, KeyPair>();

  /** Makes a key of a secret URI, or a random one, and returns its public key. */
  generate(scheme: KeyScheme, keyType: Uint8Array, uri: string | undefined): Uint8Array {
    const secret = uri === undefined ? { seed: Uint8Array.from(randomBytes(32)), junctions: [] } : readSecretUri(uri);
    const pair = secret && pairOf(scheme, secret);
    if (!pair) throw engineError('runtime_trap', `a ${scheme} key of a seed that is no secret URI was asked for`);
    if (this.keys.size >= KEYS_AT_MOST)
      throw engineError('runtime_trap', `the keystore is full (${KEYS_AT_MOST} keys)`);
    this.keys.set(`${space(scheme, keyType)}${hex(pair.publicKey)}`, pair);
    return pair.publicKey;
  }

  /** Ascending. */
  publicKeys(scheme: KeyScheme, keyType: Uint8Array): Uint8Array[] {
    const prefix = space(scheme, keyType);
    const found = [...this.keys].filter(([name]) => name.startsWith(prefix)).sort(([a], [b]) => (a < b ? -1 : 1));
    return found.map(([, { publicKey }]) => publicKey);
  }

  /** Undefined without the key. Of ecdsa, `message` is hashed with blake2b-256. */
  sign(
    scheme: KeyScheme,
    key: { keyType: Uint8Array; publicKey: Uint8Array },
    message: Uint8Array,
  ): Uint8Array | undefined {
    const pair = this.keys.get(`${space(scheme, key.keyType)}${hex(key.publicKey)}`);
    if (!pair) return undefined;
    if (scheme === 'sr25519') return sr25519Sign(pair, message);
    if (scheme === 'ed25519') return ed25519Sign(pair, message);
    return secp256k1Sign(pair, blake2b256(message));
  }

  /** ecdsa over a hash. */
  signHash(key: { keyType: Uint8Array; publicKey: Uint8Array }, hash: Uint8Array): Uint8Array | undefined {
    const pair = this.keys.get(`${space('ecdsa', key.keyType)}${hex(key.publicKey)}`);
    return pair && secp256k1Sign(pair, hash);
  }
}

function space(scheme: KeyScheme, keyType: Uint8Array): string {
  return `${scheme} ${hex(keyType)} `;
}

function pairOf(scheme: KeyScheme, { seed, junctions }: SecretUri): KeyPair | undefined {
  if (scheme === 'sr25519') {
    return junctions.reduce(
      (pair, { chainCode, isHard }) => sr25519Derive(pair, chainCode, isHard),
      sr25519FromSeed(seed),
    );
  }
  // These know hard junctions alone. Source: sp-core, `derive_hard_junction` of ed25519.rs and ecdsa.rs.
  if (junctions.some(({ isHard }) => !isHard)) return undefined;
  const label = lengthPrefixed(Buffer.from(scheme === 'ed25519' ? 'Ed25519HDKD' : 'Secp256k1HDKD'));
  const derived = junctions.reduce((from, { chainCode }) => blake2b256(join(label, from, chainCode)), seed);
  return scheme === 'ed25519' ? ed25519FromSeed(derived) : secp256k1FromSeed(derived);
}
