import type { Metagraph } from '../../src/chain/index.js';
import { NETUID, type Network } from './network.js';

/** How often each validator set its weights, and how many epochs it let pass without, as the chain tells it. */
export class WeightCount {
  private readonly sets = new Map<string, number>();
  private readonly missed = new Map<string, number>();
  private readonly before = new Map<string, number>();
  private epoch: number | undefined;
  private readonly stopWatching: () => void;

  constructor(private readonly network: Network) {
    this.stopWatching = network.client.onMetagraph(NETUID, metagraph => this.look(metagraph));
  }

  of(name: string): number {
    return this.sets.get(name) ?? 0;
  }

  missedBy(name: string): number {
    return this.missed.get(name) ?? 0;
  }

  stop(): void {
    this.stopWatching();
  }

  private look(metagraph: Metagraph): void {
    const { lastEpochBlock } = metagraph;
    const ended = this.epoch !== undefined && lastEpochBlock !== this.epoch ? this.epoch : undefined;
    for (const { name, hotkey } of this.network.validators) {
      const { lastUpdate } = metagraph.byHotkey(hotkey.address)!;
      const known = this.before.get(name);
      if (known !== undefined && lastUpdate > known) this.sets.set(name, this.of(name) + 1);
      this.before.set(name, lastUpdate);
      // A block that was left out here may hold the row of the epoch that just ended; only what is older is missing.
      if (ended !== undefined && this.of(name) > 0 && lastUpdate < ended)
        this.missed.set(name, this.missedBy(name) + 1);
    }
    this.epoch = lastEpochBlock;
  }
}
