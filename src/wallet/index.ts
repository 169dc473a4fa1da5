export type { WalletErrorCode } from './errors.js';
export { keypairFromPolkadotJson } from './keyfile/polkadot-json.js';
export { readKeypair, readPublicKey, type WriteOptions, writeKeypair, writePublicKey } from './keyfile.js';
export {
  Keypair,
  type KeySecrets,
  keypairFromMnemonic,
  keypairFromPrivateKey,
  keypairFromSeed,
  keypairFromUri,
} from './keypair.js';
export { generateMnemonic, miniSecretFromMnemonic, suggestWords, type WordCount } from './mnemonic.js';
export type { Signer } from './signer.js';
export { ready, verify } from './sr25519.js';
export {
  type CreateOptions,
  defaultWalletsPath,
  openWallet,
  type Wallet,
  type WalletOptions,
  walletNames,
} from './wallet.js';
