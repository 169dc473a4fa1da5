import { equalBytes } from '../../../../src/base/bytes.js';
import { join } from '../../codec.js';
import { blake2b256, ed25519Verify, secp256k1Expand, secp256k1Recover, sr25519Verify } from './crypto-library.js';
import type { Guest, HostFunctions } from './guest.js';
import type { SignatureCache } from './signatures.js';

/** `EcdsaVerifyError::BadSignature`. */
const BAD_SIGNATURE = 2;

/**
 * Verification only: a chain has no keys. Batch verification (`start_batch_verify`) is answered at once, as nodes do since
 * it was removed.
 */
export function cryptoFunctions(guest: Guest, signatures: SignatureCache): HostFunctions {
  const sr25519 = (signature: number, message: bigint, key: number) =>
    signatures.verify('s', guest.at(signature, 64), guest.read(message), guest.at(key, 32), sr25519Verify) ? 1 : 0;
  const ed25519 = (signature: number, message: bigint, key: number) =>
    signatures.verify('e', guest.at(signature, 64), guest.read(message), guest.at(key, 32), ed25519Verify) ? 1 : 0;
  const ecdsaPrehashed = (signature: Uint8Array, hash: Uint8Array, key: Uint8Array) => {
    const recovered = secp256k1Recover(hash, signature);
    return recovered !== undefined && equalBytes(recovered, key);
  };
  const ecdsa = (signature: number, message: bigint, key: number) =>
    ecdsaPrehashed(guest.at(signature, 65), blake2b256(guest.read(message)), guest.at(key, 33)) ? 1 : 0;
  const recover = (finish: (key: Uint8Array) => Uint8Array) => (signature: number, hash: number) => {
    const key = secp256k1Recover(guest.at(hash, 32), guest.at(signature, 65));
    return guest.write(key ? join(Uint8Array.of(0), finish(key)) : Uint8Array.of(1, BAD_SIGNATURE));
  };
  return {
    ext_crypto_sr25519_verify_version_1: sr25519,
    ext_crypto_sr25519_verify_version_2: sr25519,
    ext_crypto_sr25519_batch_verify_version_1: sr25519,
    ext_crypto_ed25519_verify_version_1: ed25519,
    ext_crypto_ed25519_batch_verify_version_1: ed25519,
    ext_crypto_ecdsa_verify_version_1: ecdsa,
    ext_crypto_ecdsa_verify_version_2: ecdsa,
    ext_crypto_ecdsa_batch_verify_version_1: ecdsa,
    ext_crypto_ecdsa_verify_prehashed_version_1: (signature: number, hash: number, key: number) =>
      ecdsaPrehashed(guest.at(signature, 65), guest.at(hash, 32), guest.at(key, 33)) ? 1 : 0,
    // Without the leading 4 that marks an uncompressed key.
    ext_crypto_secp256k1_ecdsa_recover_version_1: recover(key => secp256k1Expand(key).subarray(1)),
    ext_crypto_secp256k1_ecdsa_recover_version_2: recover(key => secp256k1Expand(key).subarray(1)),
    ext_crypto_secp256k1_ecdsa_recover_compressed_version_1: recover(key => key),
    ext_crypto_secp256k1_ecdsa_recover_compressed_version_2: recover(key => key),
    ext_crypto_start_batch_verify_version_1: () => {},
    ext_crypto_finish_batch_verify_version_1: () => 1,
  };
}
