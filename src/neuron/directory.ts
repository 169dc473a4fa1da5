import type { ChainClient, Metagraph } from '../chain/index.js';
import type { Gossip, Peer } from '../net/index.js';

/** A neuron to ask, and its uid where there is a chain. */
export type KnownPeer = Peer & { readonly uid?: number };

/** Who is there to ask: the metagraph of the chain, or in test mode what gossip found. */
export interface PeerDirectory {
  /** Peers other than this neuron that announce an axon. */
  peers(): readonly KnownPeer[];
  /** Synapses known, this neuron's own included. */
  synapseCount(): number;
}

/** The peers of one subnet, renewed with every finalized block. */
export function chainDirectory(
  client: ChainClient,
  netuid: number,
  ownHotkey: string,
): PeerDirectory & { stop(): void; metagraph(): Metagraph | undefined } {
  let newest: Metagraph | undefined;
  let peers: readonly KnownPeer[] = [];
  let served = 0;
  const stop = client.onMetagraph(netuid, metagraph => {
    newest = metagraph;
    const serving = metagraph.neurons.filter(neuron => neuron.axon);
    peers = serving
      .filter(neuron => neuron.hotkeyHex !== ownHotkey)
      .map(neuron => ({ hotkey: neuron.hotkeyHex, host: neuron.axon!.ip, port: neuron.axon!.port, uid: neuron.uid }));
    served = peers.length;
  });
  return { peers: () => peers, synapseCount: () => served + 1, stop, metagraph: () => newest };
}

export function gossipDirectory(gossip: Gossip): PeerDirectory {
  return { peers: () => gossip.peers(), synapseCount: () => gossip.peers().length + 1 };
}
