import { type Log, messageOf } from '../../base/index.js';
import type { ChainClient, Metagraph } from '../../chain/index.js';
import type { Signer } from '../../wallet/index.js';
import type { PeerHealth } from '../membership/peer-health.js';
import type { WeightRow } from './weight-row.js';

export interface WeightSetterOptions {
  client: ChainClient;
  netuid: number;
  hotkey: Signer;
  ownHotkey: string;
  row: WeightRow;
  health: PeerHealth;
  log: Log;
  signal: AbortSignal;
}

/**
 * Sends the weight row to the chain once per tempo and logs what each epoch earned. Sends again before that when a peer
 * has registered since the last time, because weights older than a registration do not count for it; never sooner than
 * the chain's rate limit. A journal and commit-reveal come with the validator issue.
 */
export class WeightSetter {
  private busy = false;
  private ranked = new Set<string>();
  private saidAlone = false;
  private lastEpoch: number | undefined;

  constructor(private readonly options: WeightSetterOptions) {}

  /** To be called with each new metagraph. Errors are logged: the next block tries again. */
  async onMetagraph(metagraph: Metagraph): Promise<void> {
    this.reportEpoch(metagraph);
    if (this.busy || this.options.signal.aborted) return;
    this.busy = true;
    try {
      await this.setWhenDue(metagraph);
    } catch (error) {
      if (!this.options.signal.aborted) this.options.log.warn(`set_weights failed: ${messageOf(error)}`);
    } finally {
      this.busy = false;
    }
  }

  private async setWhenDue(metagraph: Metagraph): Promise<void> {
    const { client, netuid, hotkey, row, health, log, signal, ownHotkey } = this.options;
    const self = metagraph.byHotkey(hotkey.address);
    if (!self?.validatorPermit) return;
    const { tempo, weightsRateLimit } = await client.hyperparameters(netuid);
    const age = metagraph.block - self.lastUpdate;
    const { uids, weights } = row.forChain(metagraph, ownHotkey, name => health.isLost(name));
    if (uids.length === 0) {
      if (!this.saidAlone && metagraph.n <= 1) {
        log.info('Alone on the subnet: there is nobody to rank, so no weights are set');
        this.saidAlone = true;
      }
      if (this.ranked.size > 0 && age >= weightsRateLimit) await this.withdraw(self.uid);
      return;
    }
    this.saidAlone = false;
    const names = uids.map(uid => metagraph.neurons[uid]!.hotkeyHex);
    const newcomer = names.some(name => !this.ranked.has(name));
    if (age < weightsRateLimit || (age < tempo && !newcomer)) return;
    const { blockNumber } = await client.setWeights({ netuid, uids, weightsU16: weights, signer: hotkey, signal });
    this.ranked = new Set(names);
    const shares = uids.map((uid, i) => `${uid}: ${weights[i]}`).join(', ');
    log.info(`set_weights included in block ${blockNumber} (uid: weight ${shares})`);
  }

  /** Nobody that was ranked answers any more. A weight for itself alone counts for nobody, and replaces the old row. */
  private async withdraw(uid: number): Promise<void> {
    const { client, netuid, hotkey, log, signal } = this.options;
    const { blockNumber } = await client.setWeights({
      netuid,
      uids: [uid],
      weightsU16: [65535],
      signer: hotkey,
      signal,
    });
    this.ranked = new Set();
    log.info(`No ranked peer answers any more: weights withdrawn in block ${blockNumber}`);
  }

  private reportEpoch(metagraph: Metagraph): void {
    const before = this.lastEpoch;
    this.lastEpoch = metagraph.lastEpochBlock;
    if (before === undefined || before === metagraph.lastEpochBlock) return;
    const self = metagraph.byHotkey(this.options.hotkey.address);
    if (!self) return;
    const tao = (rao: bigint) => (Number(rao) / 1e9).toFixed(4);
    this.options.log.info(
      `Epoch at block ${metagraph.lastEpochBlock}: uid ${self.uid} incentive ${self.incentive.toFixed(4)}, dividends ${self.dividends.toFixed(4)}, earned ${tao(self.emissionRao)} TAO, stake ${tao(self.stakeRao)} TAO`,
    );
  }
}
