import { encodeAddress, fromHex, type Metrics, type PeerStatus, shortKey } from '../../base/index.js';
import { formatAddress } from '../../net/index.js';
import type { PeerDirectory } from '../membership/directory.js';
import type { PeerHealth } from '../membership/peer-health.js';
import type { DendriteMetrics } from './net-metrics.js';
import { MOST_PEERS, type StatusBoard } from './status.js';

export interface PeerSources {
  directory: Pick<PeerDirectory, 'peers' | 'synapseCount'>;
  health: Pick<PeerHealth, 'usable' | 'isLost'>;
  dendrite: Pick<DendriteMetrics, 'last'>;
  /** The router's or the validator's, by the hotkey's `0x` and 64 digits. */
  scores(): Readonly<Record<string, number>>;
}

/** Peers that a chart can still tell apart. */
const MOST_SCORES = 32;

/** Who is there, how they answer and what they are worth: as a table in the status, and as figures. */
export function watchPeers(metrics: Metrics, status: StatusBoard, sources: PeerSources): void {
  const { directory, health } = sources;
  const peers = metrics.gauge('bittensor_peers', 'Known peers, by how they answer.', ['state']);
  const synapses = metrics.gauge('bittensor_synapses', 'Synapses known, the own one included.');
  const scores = metrics.gauge('bittensor_peer_score', `Score of the best ${MOST_SCORES} peers, from 0 to 1.`, [
    'peer',
  ]);
  metrics.beforeText(() => {
    const known = directory.peers();
    const lost = known.filter(peer => health.isLost(peer.hotkey)).length;
    const usable = health.usable(known).length;
    peers.set(usable, { state: 'usable' });
    peers.set(lost, { state: 'lost' });
    peers.set(Math.max(0, known.length - usable - lost), { state: 'waiting' });
    synapses.set(directory.synapseCount());
    scores.clear();
    for (const { hotkey, score } of tableOf(sources, MOST_SCORES)) scores.set(score, { peer: shortKey(hotkey) });
  });
  status.derive(() => ({ peers: tableOf(sources, MOST_PEERS) }));
}

/** The best of them, best first. */
function tableOf({ directory, health, dendrite, scores }: PeerSources, most: number): PeerStatus[] {
  const scoreOf = scores();
  const ranked = directory
    .peers()
    .map(peer => ({ peer, score: clamp(scoreOf[peer.hotkey] ?? 0) }))
    .sort((a, b) => b.score - a.score);
  // An address costs a hash, so only those that are shown get one.
  return ranked.slice(0, most).map(({ peer, score }) => {
    const last = dendrite.last(peer.hotkey);
    return {
      hotkey: nameOf(peer.hotkey),
      ...(peer.uid !== undefined && { uid: peer.uid }),
      address: formatAddress(peer),
      score,
      ...(last && { lastCode: last.code }),
      ...(last?.latencyMs !== undefined && { latencyMs: Math.round(last.latencyMs * 10) / 10 }),
      lost: health.isLost(peer.hotkey),
    };
  });
}

function clamp(score: number): number {
  return Number.isFinite(score) ? Math.min(1, Math.max(0, score)) : 0;
}

function nameOf(hotkey: string): string {
  return /^0x[0-9a-f]{64}$/.test(hotkey) ? encodeAddress(fromHex(hotkey)) : hotkey;
}
