import { type Log, messageOf } from '../../base/index.js';
import type { ChainClient, Metagraph } from '../../chain/index.js';
import type { Signer } from '../../wallet/index.js';
import { forChain, type Vector } from './for-chain.js';
import type { WeightSender } from './weight-sender.js';

export interface WeightSetterOptions {
  client: Pick<ChainClient, 'hyperparameters'>;
  netuid: number;
  hotkey: Signer;
  ownHotkey: string;
  /** What every peer is worth now, by hotkey. */
  scores(): ReadonlyMap<string, number>;
  isLost(hotkey: string): boolean;
  sender: Pick<WeightSender, 'tend' | 'allowed' | 'send'>;
  /**
   * `epoch`: one row in each, after the first half of it, in which those who judge have asked. `newcomer`: as soon as a tempo has passed,
   * and before that when a peer has come, because weights older than a registration do not count for it.
   */
  pace: 'epoch' | 'newcomer';
  log: Log;
  signal: AbortSignal;
}

/** Says with each block whether the row of weights is due, never sooner than the chain's rate limit, and logs what each epoch earned. */
export class WeightSetter {
  private busy = false;
  private ranked = new Set<string>();
  private saidAlone = false;
  private lastEpoch: number | undefined;
  /** The block from which on nobody that was ranked answered. */
  private silentSince: number | undefined;

  constructor(private readonly options: WeightSetterOptions) {}

  /** To be called with each new metagraph. Errors are logged: the next block tries again. */
  async onMetagraph(metagraph: Metagraph): Promise<void> {
    this.reportEpoch(metagraph);
    if (this.busy || this.options.signal.aborted) return;
    this.busy = true;
    try {
      await this.options.sender.tend(metagraph);
      await this.setWhenDue(metagraph);
    } catch (error) {
      if (!this.options.signal.aborted) this.options.log.warn(`set_weights failed: ${messageOf(error)}`);
    } finally {
      this.busy = false;
    }
  }

  private async setWhenDue(metagraph: Metagraph): Promise<void> {
    const { client, netuid, hotkey, ownHotkey, sender, log, signal } = this.options;
    const self = metagraph.byHotkey(hotkey.address);
    if (!self?.validatorPermit || sender.allowed(metagraph).kind === 'nothing') return;
    const limits = await client.hyperparameters(netuid, { signal });
    const row = forChain(this.options.scores(), metagraph, { ownHotkey, isLost: this.options.isLost, limits });
    const names = row.uids.map(uid => metagraph.neurons[uid]!.hotkeyHex);
    this.silentSince = names.length > 0 ? undefined : (this.silentSince ?? metagraph.block);
    if (names.length > 0) this.saidAlone = false;
    else if (!this.saidAlone && metagraph.n <= 1) {
      log.info('Alone on the subnet: there is nobody to rank, so no weights are set');
      this.saidAlone = true;
    }
    if (!this.isDue(metagraph, self.lastUpdate, limits, names)) return;
    // Nobody that was ranked answers any more. A weight for itself alone counts for nobody, and replaces the old row.
    const vector: Vector = names.length > 0 ? row : { uids: [self.uid], weights: [65_535] };
    const sent = await sender.send(metagraph, vector, limits);
    if (sent?.state !== 'included') return;
    this.ranked = new Set(names);
    const block = sent.includedBlock;
    if (names.length === 0) return log.info(`No ranked peer answers any more: weights withdrawn in block ${block}`);
    const shares = sent.uids.map((uid, i) => `${uid}: ${sent.weights[i]}`).join(', ');
    const what = sent.salt === undefined ? 'set_weights' : 'commit_weights';
    log.info(`${what} included in block ${block} (uid: weight ${shares})`);
  }

  private isDue(
    { block, lastEpochBlock }: Metagraph,
    lastUpdate: number,
    { tempo, weightsRateLimit }: { tempo: number; weightsRateLimit: number },
    names: readonly string[],
  ): boolean {
    const age = block - lastUpdate;
    if (age < weightsRateLimit) return false;
    // The one row of an epoch, a withdrawal too: who is away for a moment may be back by then.
    if (this.options.pace === 'epoch' && block - lastEpochBlock < Math.floor(tempo / 2)) return false;
    const isEpochs = this.options.pace === 'epoch';
    // Where this neuron itself was cut off, all others seem to be gone at first.
    const isSure = !isEpochs || block - (this.silentSince ?? block) >= Math.floor(tempo / 4);
    if (names.length === 0) return this.ranked.size > 0 && isSure;
    if (isEpochs) return true;
    return age >= tempo || names.some(name => !this.ranked.has(name));
  }

  private reportEpoch(metagraph: Metagraph): void {
    const before = this.lastEpoch;
    this.lastEpoch = metagraph.lastEpochBlock;
    if (before === undefined || before === metagraph.lastEpochBlock) return;
    const self = metagraph.byHotkey(this.options.hotkey.address);
    if (!self) return;
    const amount = (rao: bigint) => (Number(rao) / 1e9).toFixed(4);
    this.options.log.info(
      `Epoch at block ${metagraph.lastEpochBlock}: uid ${self.uid} incentive ${self.incentive.toFixed(4)}, dividends ${self.dividends.toFixed(4)}, earned ${amount(self.emissionRao)} ${metagraph.token}, stake ${amount(self.stakeRao)} ${metagraph.token}`,
    );
  }
}
