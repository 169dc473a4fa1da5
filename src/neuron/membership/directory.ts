import type { ChainClient, Metagraph } from '../../chain/index.js';
import { type Gossip, type Member, type Peer, type PeerEntry, RequestError } from '../../net/index.js';

/** A neuron to ask. */
export type KnownPeer = Peer & {
  /** Where there is a chain. */
  readonly uid?: number;
  /** The block in which it announced its axon, where there is a chain. */
  readonly announcedAt?: number;
  /** What its synapse takes and gives, where gossip said so. */
  readonly definition?: PeerEntry['definition'];
};

/** Who is there to ask: the metagraph of the chain, or in test mode what gossip found. */
export interface PeerDirectory {
  /** Peers other than this neuron that announce an axon. */
  peers(): readonly KnownPeer[];
  /** Synapses known, this neuron's own included. */
  synapseCount(): number;
  /** The row of a registered hotkey. Throws a `RequestError` while it is not known yet who is registered. */
  member(hotkey: string): Member | undefined;
  /** Notes the router's mean scores of a step, by hotkey. */
  score?(scores: Readonly<Record<string, number>>): void;
  /** The newest one, where there is a chain. */
  metagraph?(): Metagraph | undefined;
}

/** The peers of one subnet, renewed with every finalized block; those that the chain ranks highest come first, and are tried first. */
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
      .sort((a, b) => b.incentive - a.incentive || a.uid - b.uid)
      .map(({ hotkeyHex, uid, axon }) => ({
        hotkey: hotkeyHex,
        host: axon!.ip,
        port: axon!.port,
        uid,
        announcedAt: axon!.block,
      }));
    served = peers.length;
  });
  return {
    peers: () => peers,
    synapseCount: () => served + 1,
    member: hotkey => {
      if (!newest) throw new RequestError('Unavailable', 'the metagraph is not read yet');
      return newest.byHotkey(hotkey);
    },
    stop,
    metagraph: () => newest,
  };
}

/** Share of the old local weight that stays with each step, as the documents have it: `0.99 w + 0.01 mean(scores)`. */
const KEEP = 0.99;

/** Without a chain nobody has a stake. */
const KNOWN: Member = { stakeRao: 0n, validatorPermit: false };

/** What gossip found. The router's scores become the metagraph's local weights, which decide whom a full table keeps. */
export function gossipDirectory(gossip: Gossip): PeerDirectory {
  // Looked up for each request, so it is not made for each.
  let known: ReadonlySet<string> | undefined;
  gossip.onChange(() => {
    known = undefined;
  });
  return {
    member: hotkey => {
      known ??= new Set(gossip.peers().map(peer => peer.hotkey));
      return known.has(hotkey) ? KNOWN : undefined;
    },
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
