import { BittensorError } from '../base/index.js';

export type WalletErrorCode =
  /** The words, the seed, the secret URI or the private key cannot be a key. */
  | 'bad_mnemonic'
  | 'bad_key'
  /** The file is there, but it is not a key file or it contradicts itself. */
  | 'bad_key_file'
  /** The key file needs a password, and none was offered. */
  | 'key_encrypted'
  /** The password does not open the file, or the file was changed: the two cannot be told apart. */
  | 'wrong_password'
  /** Too easily guessed to encrypt a key with. */
  | 'weak_password'
  /** The key of a password could not be computed, for want of memory. */
  | 'key_derivation'
  /** A key of another kind (ed25519, ecdsa). */
  | 'unsupported_key'
  | 'wallet_exists'
  | 'wallet_not_found'
  | 'bad_wallet_name';

/** An error of the wallet. Its message and data never hold a word, a seed or any other part of a secret. */
export function walletError(
  code: WalletErrorCode,
  message: string,
  data: Record<string, unknown> = {},
): BittensorError<WalletErrorCode> {
  return new BittensorError(code, message, { data });
}
