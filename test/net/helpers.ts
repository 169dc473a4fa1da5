import { keyText } from '../../src/net/auth/signed.js';
import { Axon, type AxonOptions, Dendrite, type DendriteOptions, type Peer } from '../../src/net/index.js';
import { ready } from '../../src/wallet/index.js';
import { key } from './keys.js';

export { key } from './keys.js';

export interface PairOptions {
  axon?: Partial<AxonOptions>;
  dendrite?: Partial<DendriteOptions>;
  /** The dendrite has the axon's key and asks it without a socket. */
  own?: boolean;
}

/** An axon (key 1) and a dendrite (key 2) on this machine, closed afterwards whatever happens. */
export async function withPair(
  options: PairOptions,
  work: (pair: { axon: Axon; dendrite: Dendrite; peer: Peer }) => Promise<void>,
): Promise<void> {
  await ready();
  await using axon = new Axon({ signer: key(1), host: '127.0.0.1', ...options.axon });
  const own = options.own && { signer: key(1), own: axon.handle };
  using dendrite = new Dendrite({ signer: key(2), ...options.dendrite, ...own });
  const port = await axon.start();
  await work({ axon, dendrite, peer: { hotkey: keyText(key(1).publicKey), host: '127.0.0.1', port } });
}
