import type { Log } from '../../base/index.js';
import type { ChainClient } from '../../chain/index.js';
import type { Signer } from '../../wallet/index.js';
import { type JournalEntry, WeightJournal } from './journal.js';
import { WeightSender } from './weight-sender.js';
import { WeightSetter } from './weight-setter.js';

export interface KeepWeightsOptions {
  chain: ChainClient;
  netuid: number;
  hotkey: Signer;
  ownHotkey: string;
  /** Where the journal lies: the neuron's slot. */
  folder: string;
  scores(): ReadonlyMap<string, number>;
  isLost(hotkey: string): boolean;
  /** Never two rows in an epoch; without, a local chain gets a new one as soon as a peer comes. */
  oncePerEpoch: boolean;
  onState?: (entry: JournalEntry) => void;
  log: Log;
  signal: AbortSignal;
}

/** Keeps this neuron's weights on the chain, with every block, until the returned function is called. */
export function keepWeights(options: KeepWeightsOptions): () => void {
  const { chain, netuid, hotkey, folder, log, signal, onState } = options;
  const oncePerEpoch = options.oncePerEpoch || !chain.isLocal;
  const journal = new WeightJournal({ folder, genesisHash: chain.genesisHash, netuid });
  const sender = new WeightSender({
    client: chain,
    netuid,
    hotkey,
    journal,
    log,
    signal,
    oncePerEpoch,
    ...(onState && { onState }),
  });
  const setter = new WeightSetter({ ...options, client: chain, sender, pace: oncePerEpoch ? 'epoch' : 'newcomer' });
  return chain.onMetagraph(netuid, metagraph => void setter.onMetagraph(metagraph));
}
