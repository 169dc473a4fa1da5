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
  /** Notes the router's mean scores of a step, by hotkey. */
  score?(scores: Readonly<Record<string, number>>): void;
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

/** Share of the old local weight that stays with each step, as the documents have it: `0.99 w + 0.01 mean(scores)`. */
const KEEP = 0.99;

/** What gossip found. The router's scores become the metagraph's local weights, which decide whom a full table keeps. */
export function gossipDirectory(gossip: Gossip): PeerDirectory {
  return {
    // This neuron's own synapse counts from the start, also while its proof of work is being made.
    peers: () => gossip.peers(),
    synapseCount: () => gossip.peers().length + 1,
    score: scores => {
      const scored = gossip.peers().filter(peer => Number.isFinite(scores[peer.hotkey]));
      const weights = gossip.getWeights(scored);
      const next = scored.map((peer, i) => KEEP * weights[i]! + (1 - KEEP) * Math.max(0, scores[peer.hotkey]!));
      gossip.setWeights(scored, next);
    },
  };
}
