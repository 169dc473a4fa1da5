import { equalBytes } from '../../../../src/base/bytes.js';
import { compact, join, Reader } from '../../codec.js';
import { engineError } from '../../errors.js';
import { blake2b256, ed25519Verify, secp256k1Expand, secp256k1Recover, sr25519Verify } from './crypto-library.js';
import type { Guest, HostFunctions } from './guest.js';
import type { KeyScheme, Keystore } from './keystore.js';
import type { SignatureCache } from './signatures.js';

const PUBLIC_BYTES: Record<KeyScheme, number> = { sr25519: 32, ed25519: 32, ecdsa: 33 };
/** The order of secp256k1. Source: SEC 2, 2.4.1. */
const ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;

/** Why no key can be recovered: the places of sp-io's `EcdsaVerifyError`. */
const ERRORS = { badRS: 0, badV: 1, badSignature: 2 } as const;

/** `ext_crypto_*`. Source: polkadot-sdk, sp-io (trait Crypto). */
export function cryptoFunctions(guest: Guest, signatures: SignatureCache, keystore: Keystore): HostFunctions {
  return {
    ...verifyFunctions(guest, signatures),
    ...recoverFunctions(guest),
    ...keyFunctions(guest, keystore, 'sr25519'),
    ...keyFunctions(guest, keystore, 'ed25519'),
    ...keyFunctions(guest, keystore, 'ecdsa'),
    ext_crypto_ecdsa_sign_prehashed_version_1: (keyType: number, publicKey: number, hash: number) => {
      const key = { keyType: guest.at(keyType, 4), publicKey: guest.at(publicKey, 33) };
      return guest.write(optionalSignature(keystore.signHash(key, guest.at(hash, 32))));
    },
  };
}

function keyFunctions(guest: Guest, keystore: Keystore, scheme: KeyScheme): HostFunctions {
  const key = (keyType: number, publicKey: number) => ({
    keyType: guest.at(keyType, 4),
    publicKey: guest.at(publicKey, PUBLIC_BYTES[scheme]),
  });
  return {
    [`ext_crypto_${scheme}_generate_version_1`]: (keyType: number, seed: bigint) => {
      const option = new Reader(guest.read(seed));
      const uri = option.u8() === 1 ? option.text() : undefined;
      return guest.place(keystore.generate(scheme, guest.at(keyType, 4), uri));
    },
    [`ext_crypto_${scheme}_public_keys_version_1`]: (keyType: number) => {
      const keys = keystore.publicKeys(scheme, guest.at(keyType, 4));
      return guest.write(join(compact(keys.length), ...keys));
    },
    [`ext_crypto_${scheme}_sign_version_1`]: (keyType: number, publicKey: number, message: bigint) =>
      guest.write(optionalSignature(keystore.sign(scheme, key(keyType, publicKey), guest.read(message)))),
  };
}

type Verify = (signature: number, message: bigint, key: number) => boolean;

/** Batch verification is done at once, as nodes do since it was removed; the end of a batch says whether all were right. */
function verifyFunctions(guest: Guest, signatures: SignatureCache): HostFunctions {
  let batch: boolean | undefined;
  const sr25519 = (signature: number, message: bigint, key: number) =>
    signatures.verify('s', guest.at(signature, 64), guest.read(message), guest.at(key, 32), sr25519Verify);
  const ed25519 = (signature: number, message: bigint, key: number) =>
    signatures.verify('e', guest.at(signature, 64), guest.read(message), guest.at(key, 32), ed25519Verify);
  const ecdsaHash = (signature: Uint8Array, hash: Uint8Array, key: number) => {
    const recovered = secp256k1Recover(hash, signature);
    return recovered !== undefined && equalBytes(recovered, guest.at(key, 33));
  };
  const ecdsa = (signature: number, message: bigint, key: number) =>
    ecdsaHash(guest.at(signature, 65), blake2b256(guest.read(message)), key);
  const ecdsaOverflowing = (signature: number, message: bigint, key: number) =>
    ecdsaHash(reduced(guest.at(signature, 65)), blake2b256(guest.read(message)), key);
  const answer = (verify: Verify) => (signature: number, message: bigint, key: number) =>
    verify(signature, message, key) ? 1 : 0;
  const inBatch = (verify: Verify) =>
    answer((signature, message, key) => {
      const isGood = verify(signature, message, key);
      if (batch !== undefined) batch &&= isGood;
      return isGood;
    });
  return {
    ext_crypto_sr25519_verify_version_1: answer(sr25519),
    ext_crypto_sr25519_verify_version_2: answer(sr25519),
    ext_crypto_sr25519_batch_verify_version_1: inBatch(sr25519),
    ext_crypto_ed25519_verify_version_1: answer(ed25519),
    ext_crypto_ed25519_batch_verify_version_1: inBatch(ed25519),
    ext_crypto_ecdsa_verify_version_1: answer(ecdsaOverflowing),
    ext_crypto_ecdsa_verify_version_2: answer(ecdsa),
    ext_crypto_ecdsa_batch_verify_version_1: inBatch(ecdsaOverflowing),
    ext_crypto_ecdsa_verify_prehashed_version_1: (signature: number, hash: number, key: number) =>
      ecdsaHash(guest.at(signature, 65), guest.at(hash, 32), key) ? 1 : 0,
    ext_crypto_start_batch_verify_version_1: () => {
      batch = true;
    },
    ext_crypto_finish_batch_verify_version_1: () => {
      if (batch === undefined) throw engineError('runtime_trap', 'finish_batch_verify without start_batch_verify');
      const isGood = batch;
      batch = undefined;
      return isGood ? 1 : 0;
    },
  };
}

/** A recovered key without the leading 4 that marks an uncompressed one, or compressed. */
function recoverFunctions(guest: Guest): HostFunctions {
  const recover = (finish: (key: Uint8Array) => Uint8Array, mayOverflow: boolean) => (at: number, hash: number) => {
    const signature = guest.at(at, 65).slice();
    // 27 and 28 as Ethereum has it.
    if (signature[64]! > 26) signature[64]! -= 27;
    if (signature[64]! > 3) return guest.write(Uint8Array.of(1, ERRORS.badV));
    const parsed = reduced(signature);
    if (!mayOverflow && !equalBytes(parsed, signature)) return guest.write(Uint8Array.of(1, ERRORS.badRS));
    const key = secp256k1Recover(guest.at(hash, 32), parsed);
    return guest.write(key ? join(Uint8Array.of(0), finish(key)) : Uint8Array.of(1, ERRORS.badSignature));
  };
  const plain = (key: Uint8Array) => secp256k1Expand(key).subarray(1);
  const same = (key: Uint8Array) => key;
  return {
    ext_crypto_secp256k1_ecdsa_recover_version_1: recover(plain, true),
    ext_crypto_secp256k1_ecdsa_recover_version_2: recover(plain, false),
    ext_crypto_secp256k1_ecdsa_recover_compressed_version_1: recover(same, true),
    ext_crypto_secp256k1_ecdsa_recover_compressed_version_2: recover(same, false),
  };
}

/** A signature whose r and s are below the order, as old functions take them: larger ones wrap around. */
function reduced(signature: Uint8Array): Uint8Array {
  const bytes = Buffer.from(signature);
  for (const at of [0, 32]) {
    const value = BigInt(`0x${bytes.toString('hex', at, at + 32)}`);
    if (value >= ORDER) bytes.write((value - ORDER).toString(16).padStart(64, '0'), at, 'hex');
  }
  return bytes;
}

function optionalSignature(signature: Uint8Array | undefined): Uint8Array {
  return signature ? join(Uint8Array.of(1), signature) : Uint8Array.of(0);
}
