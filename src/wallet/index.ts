export type { HotkeyDescription, KeyDescription, WalletDescription } from './describe.js';
export {
  type Endorsement,
  endorse,
  endorsementFrom,
  endorsementStatement,
  isEndorsement,
  verifyEndorsement,
} from './endorsement.js';
export { validEndorsementBeside } from './endorsement-file.js';
export type { WalletErrorCode } from './errors.js';
export type { CreateHotkeyOptions, CreateOptions, ReencryptOptions } from './key-files.js';
export { permissionWarning } from './keyfile/disk.js';
export {
  formatOfFile,
  isEncryptedFile,
  openKeypair,
  type PasswordSource,
  readKeypair,
  readPublicKey,
  type UnlockOptions,
  type WriteOptions,
  writeKeypair,
  writePublicKey,
} from './keyfile/files.js';
export type { EncryptedFormat, KeyFileFormat } from './keyfile/format.js';
export { keypairFromPolkadotJson } from './keyfile/polkadot-json.js';
export type { Encryption, EncryptionForm } from './keyfile/seal.js';
export {
  Keypair,
  type KeySecrets,
  keypairFromMnemonic,
  keypairFromPrivateKey,
  keypairFromSeed,
  keypairFromUri,
} from './keys/keypair.js';
export {
  generateMnemonic,
  miniSecretFromMnemonic,
  suggestCorrections,
  suggestWords,
  type WordCorrection,
  type WordCount,
} from './keys/mnemonic.js';
export { ready, verify } from './keys/sr25519.js';
export { passwordEnvName, passwordFromEnv, passwordToEnv } from './password/environment.js';
export { checkPassword } from './password/policy.js';
export { defaultWalletsPath, walletNames } from './paths.js';
export type { Signer } from './signer.js';
export { type KeyName, openWallet, type Wallet, type WalletOptions } from './wallet.js';
