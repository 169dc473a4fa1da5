import { type Keypair, keypairFromSeed } from '../../src/wallet/index.js';

/** A key that is the same in every run. */
export function key(index: number): Keypair {
  return keypairFromSeed(new Uint8Array(32).fill(index));
}
