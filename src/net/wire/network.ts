import { createHash } from 'node:crypto';
import { utf8 } from '../../base/index.js';

export const NETWORK_BYTES = 32;

/** The name of a network without a chain that was given none. */
export const TEST_NETWORK = 'test';

const TAG = utf8('bittensor-net/2 network\0');

/** What stands for a network without a chain, where one with a chain has its genesis hash: 32 bytes made of its name. */
export function networkOfName(name: string): Uint8Array {
  return new Uint8Array(createHash('sha256').update(TAG).update(utf8(name)).digest());
}

/** A network as `network` options name it. Error when it is neither absent nor a hash of 32 bytes. */
export function networkBytes(network: Uint8Array | undefined): Uint8Array {
  if (network && network.length !== 0 && network.length !== NETWORK_BYTES) {
    throw new RangeError(`a genesis hash has ${NETWORK_BYTES} bytes, not ${network.length}`);
  }
  return network ?? new Uint8Array();
}
