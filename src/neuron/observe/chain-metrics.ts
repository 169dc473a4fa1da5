import { type Log, type Metrics, messageOf, sleep } from '../../base/index.js';
import type { ChainClient, Metagraph } from '../../chain/index.js';
import type { StatusBoard } from './status.js';

export interface ChainSources {
  client: Pick<
    ChainClient,
    'connectionState' | 'blockTimeMs' | 'headBlock' | 'newestBlock' | 'onBlock' | 'onMetagraph' | 'endpoint'
  >;
  netuid: number;
  /** ss58. */
  hotkey: string;
  log: Log;
  signal: AbortSignal;
}

/** How often it is asked what the newest block is, finalized or not. */
const LAG_EVERY_MS = 15_000;
/** A chain that says nothing for so many block times, and so many milliseconds at least, is not well. */
const SILENT_BLOCKS = 10;
const SILENT_MS = 60_000;

/**
 * How it stands with the chain, and with this neuron on it. Returns what ends the watching.
 */
export function watchChain(
  metrics: Metrics,
  status: StatusBoard,
  { client, netuid, hotkey, log, signal }: ChainSources,
): () => void {
  const connected = metrics.gauge('bittensor_chain_connected', '1 while there is a connection to the chain.');
  const reconnections = metrics.counter('bittensor_chain_reconnections_total', 'Connections found again.');
  const block = metrics.gauge('bittensor_chain_finalized_block', 'Newest finalized block.');
  const age = metrics.gauge('bittensor_chain_block_age_seconds', 'Since the newest finalized block came.');
  const lag = metrics.gauge(
    'bittensor_chain_finalized_lag_blocks',
    'Blocks between the newest and the newest finalized.',
  );
  const own = neuronGauges(metrics);
  let heardAt = performance.now();
  let isRead = false;

  const stopBlocks = client.onBlock(() => {
    heardAt = performance.now();
    status.changed();
  });
  const stopMetagraphs = client.onMetagraph(netuid, metagraph => {
    isRead = true;
    own.read(metagraph, hotkey);
    const self = metagraph.byHotkey(hotkey);
    if (!self) return;
    const { uid, rank, trust, consensus, incentive, dividends, lastUpdate, validatorPermit } = self;
    status.set({
      uid,
      chain: {
        token: metagraph.token,
        stake: Number(self.stakeRao) / 1e9,
        emission: Number(self.emissionRao) / 1e9,
        ...{ rank, trust, consensus, incentive, dividends, lastUpdate, validatorPermit },
      },
    });
  });
  metrics.beforeText(() => {
    const state = client.connectionState;
    connected.set(state.isConnected ? 1 : 0);
    reconnections.follow(state.reconnections);
    block.set(client.headBlock());
    age.set((performance.now() - heardAt) / 1_000);
  });
  status.check('chain', () => {
    const silentMs = performance.now() - heardAt;
    if (silentMs < Math.max(SILENT_MS, SILENT_BLOCKS * client.blockTimeMs)) return undefined;
    const seconds = Math.round(silentMs / 1_000);
    return client.connectionState.isConnected
      ? `no finalized block of ${client.endpoint} for ${seconds} s: look whether the chain goes on`
      : `no connection to ${client.endpoint} for ${seconds} s: it is tried again; look whether the chain runs`;
  });
  status.check('metagraph', () => (isRead ? undefined : 'the metagraph is not read yet'));
  void (async () => {
    for (;;) {
      const newest = await client.newestBlock({ signal }).catch(error => {
        log.debug(`newest block: ${messageOf(error)}`);
      });
      if (newest) lag.set(Math.max(0, newest.number - client.headBlock()));
      await sleep(LAG_EVERY_MS, signal);
    }
  })().catch(() => {
    // The signal ends it.
  });
  return () => {
    stopBlocks();
    stopMetagraphs();
  };
}

function neuronGauges(metrics: Metrics): { read(metagraph: Metagraph, hotkey: string): void } {
  const gauge = (name: string, help: string, ...labels: string[]) => metrics.gauge(`bittensor_${name}`, help, labels);
  const neurons = gauge('subnet_neurons', 'Neurons of the subnet.');
  const uid = gauge('neuron_uid', 'Own uid.');
  const stake = gauge('neuron_stake', 'Own stake, in the token of the subnet.', 'token');
  const emission = gauge('neuron_emission', 'Earned in the last epoch, in the token of the subnet.', 'token');
  const rank = gauge('neuron_rank', 'Own rank, from 0 to 1.');
  const trust = gauge('neuron_trust', 'Own trust, from 0 to 1.');
  const consensus = gauge('neuron_consensus', 'Own consensus, from 0 to 1.');
  const incentive = gauge('neuron_incentive', 'Own share of what miners earn.');
  const dividends = gauge('neuron_dividends', 'Own share of what validators earn.');
  const permit = gauge('neuron_validator_permit', '1 with a permit to validate.');
  const updated = gauge('neuron_blocks_since_update', 'Blocks since own weights were set, or since the registration.');
  return {
    read(metagraph, hotkey) {
      neurons.set(metagraph.n);
      const self = metagraph.byHotkey(hotkey);
      if (!self) return;
      uid.set(self.uid);
      // A subnet may begin to count in another one.
      const { token } = metagraph;
      for (const amount of [stake, emission]) amount.clear();
      stake.set(Number(self.stakeRao) / 1e9, { token });
      emission.set(Number(self.emissionRao) / 1e9, { token });
      rank.set(self.rank);
      trust.set(self.trust);
      consensus.set(self.consensus);
      incentive.set(self.incentive);
      dividends.set(self.dividends);
      permit.set(self.validatorPermit ? 1 : 0);
      updated.set(metagraph.block - self.lastUpdate);
    },
  };
}
