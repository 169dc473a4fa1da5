import { readFileSync } from 'node:fs';
import { type Closing, type Log, type Metrics, packagePath, type WeightStatus } from '../../base/index.js';
import type { ChainClient } from '../../chain/index.js';
import type { Identity } from '../keys/identity.js';
import type { PeerDirectory } from '../membership/directory.js';
import type { PeerHealth } from '../membership/peer-health.js';
import type { NodeSettings, Role } from '../options.js';
import type { JournalEntry } from '../weights/journal.js';
import { watchChain } from './chain-metrics.js';
import { type Observer, openObserver } from './observer.js';
import { watchPeers } from './peer-metrics.js';
import type { StatusBoard } from './status.js';
import { watchWeights } from './training-metrics.js';

export interface ObservedNode {
  readonly role: Role;
  /** Which model. */
  readonly neuron: string;
  readonly settings: NodeSettings;
  readonly identity: Identity;
  readonly chain: ChainClient | undefined;
  readonly log: Log;
  readonly signal: AbortSignal;
  readonly closing: Closing;
}

/** What a node shows of itself, and where its parts report to. */
export interface Observed extends Observer {
  readonly metrics: Metrics;
  readonly status: StatusBoard;
  /** Begins to tell of peers; `scores` by the hotkey's `0x` and 64 digits. */
  showPeers(peers: { directory: PeerDirectory; health: PeerHealth; scores(): Readonly<Record<string, number>> }): void;
  noteWeights(entry: JournalEntry): void;
}

/** Begins to observe a node that has its keys and its chain. Errors: `port_in_use`, `cannot_listen`. */
export async function observeNode(node: ObservedNode): Promise<Observed> {
  const { role, neuron, settings, identity, chain, log, signal, closing } = node;
  const { version } = JSON.parse(readFileSync(packagePath('package.json'), 'utf8')) as { version: string };
  const network = chain
    ? { name: chain.chainName, genesisHash: chain.genesisHash, netuid: settings.netuid }
    : { name: settings.metagraph_network ?? 'test' };
  const { name, folder } = identity.slot;
  const hotkey = identity.hotkey.address;
  const first = { role, neuron, name, hotkey, version, network };
  const observer = await openObserver({ ...first, settings, folder, log, closing });
  const { metrics, status } = observer;
  if (chain) {
    status.derive(() => ({ network: { ...network, endpoint: chain.endpoint, block: chain.headBlock() } }));
    closing.add(watchChain(metrics, status, { client: chain, netuid: settings.netuid, hotkey, log, signal }));
  }
  const tellWeights = chain && watchWeights(metrics, status);
  return {
    ...observer,
    showPeers: peers => watchPeers(metrics, status, { ...peers, dendrite: observer.dendrite }),
    noteWeights: entry => {
      const state = stateOf(entry);
      const { uids, weights: values, block, includedBlock } = entry;
      if (state) tellWeights?.({ state, uids, values, block: includedBlock ?? block });
    },
  };
}

/** Undefined while it is open. */
function stateOf({ state, salt }: JournalEntry): WeightStatus['state'] | undefined {
  if (state === 'included') return salt === undefined ? 'set' : 'committed';
  if (state === 'revealed') return 'revealed';
  return state === 'failed' || state === 'missed' ? 'failed' : undefined;
}
