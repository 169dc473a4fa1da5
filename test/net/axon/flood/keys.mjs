import { keypairFromSeed } from '../../../../dist/src/wallet/index.js';

export const key = index => keypairFromSeed(new Uint8Array(32).fill(index));
export const hex = ({ publicKey }) => `0x${Buffer.from(publicKey).toString('hex')}`;

let known;
/** The one hotkey that the axon knows. */
export function registered() {
  known ??= hex(key(2));
  return known;
}
