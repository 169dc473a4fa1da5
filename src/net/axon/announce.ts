import { BittensorError } from '../../base/index.js';
import type { ChainClient } from '../../chain/index.js';
import type { Signer } from '../../wallet/index.js';
import type { Address } from '../address.js';

/** Makes an axon known under this address, and returns what takes that back, if anything does. */
export type Announce = (address: Address) => Promise<void | (() => Promise<void>)>;

/** Publishes the address on a chain (`serve_axon`), where the signer is registered; one that is there already stays. */
export function announceOnChain(options: {
  readonly client: ChainClient;
  readonly netuid: number;
  readonly signer: Signer;
  readonly signal?: AbortSignal | undefined;
}): Announce {
  const { client, netuid, signer, signal } = options;
  return async ({ host, port }) => {
    const neuron = (await client.metagraph(netuid)).byHotkey(signer.address);
    if (!neuron) {
      throw new BittensorError('not_registered', `hotkey ${signer.address} is not registered on subnet ${netuid}`, {
        data: { netuid, hotkey: signer.address },
      });
    }
    if (neuron.axon?.ip === host && neuron.axon.port === port) return;
    await client.serveAxon({ netuid, ip: host, port, signer, ...(signal ? { signal } : {}) });
  };
}
