import { silentLog } from '../src/base/index.js';
import type { Modality, Network } from '../src/model/index.js';
import { keyText } from '../src/net/auth/signed.js';
import { Axon, Dendrite, type DendriteOptions } from '../src/net/index.js';
import { PeerHealth } from '../src/neuron/membership/peer-health.js';
import { PeerCaller } from '../src/neuron/model/peer-caller.js';
import { type Keypair, keypairFromSeed } from '../src/wallet/index.js';

/** Axons on loopback and a dendrite that asks them, closed afterwards. */
export async function besideAxons<Result>(
  peers: readonly { signer: Keypair; attach(axon: Axon): void }[],
  work: (network: Network, dendrite: Dendrite) => Promise<Result>,
  { modality = 'image', ...options }: Partial<DendriteOptions> & { modality?: Modality } = {},
): Promise<Result> {
  const axons: Axon[] = [];
  using dendrite = new Dendrite({ signer: key(2), ...options });
  try {
    const known: { hotkey: string; host: string; port: number }[] = [];
    for (const { signer, attach } of peers) {
      const axon = new Axon({ signer, host: '127.0.0.1' });
      axons.push(axon);
      attach(axon);
      known.push({ hotkey: keyText(signer.publicKey), host: '127.0.0.1', port: await axon.start() });
    }
    const calls = new PeerCaller({
      dendrite,
      directory: { peers: () => known, synapseCount: () => known.length, member: () => undefined },
      health: new PeerHealth(),
      log: silentLog,
      signal: new AbortController().signal,
    });
    const network: Network = {
      peers: known.map(({ hotkey }) => hotkey),
      caller: {
        forward: (peer, input) => calls.forward({ peer, input, modality }),
        backward: (peer, input, gradient, version, { wantInputGradient }) =>
          calls.backward({ peer, input, modality, gradient, version, wantInputGradient }),
      },
    };
    return await work(network, dendrite);
  } finally {
    await Promise.all(axons.map(axon => axon.stop()));
  }
}

/** A key that is always the same. */
export function key(n: number): Keypair {
  return keypairFromSeed(new Uint8Array(32).fill(n));
}
