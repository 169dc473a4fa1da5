import type { Metagraph } from '../../src/chain/index.js';
import { NETUID, type Network } from './network.js';
import { spearman } from './spearman.js';

/** What the chain made of the weights in one epoch, by miner in the order of the cast. */
export interface TempoRow {
  /** From 1, the first epoch after the validators were started. */
  readonly tempo: number;
  readonly block: number;
  readonly incentive: readonly number[];
  /** Of the whole epoch, rao. */
  readonly emission: readonly number[];
  /** Rank correlation with the quality that was measured before. */
  readonly spearmanIncentive: number;
  readonly spearmanEmission: number;
}

/** What counts as the right order. */
export const WANTED = 0.9;

export function isRight({ spearmanIncentive, spearmanEmission }: TempoRow): boolean {
  return Math.min(spearmanIncentive, spearmanEmission) >= WANTED;
}

/** Reads one row after each epoch from now on. */
export class TempoWatch {
  readonly rows: TempoRow[] = [];
  private readonly stopWatching: () => void;
  private last: number | undefined;
  private readonly waiting = new Set<() => void>();

  constructor(
    private readonly network: Network,
    private readonly quality: readonly number[],
    private readonly onRow: (row: TempoRow) => void,
  ) {
    this.stopWatching = network.client.onMetagraph(NETUID, metagraph => this.look(metagraph));
  }

  /** The next row that is so; of those that are there already only from row `from` on. */
  async until(is: (row: TempoRow) => boolean, signal: AbortSignal, from = this.rows.length): Promise<TempoRow> {
    for (let at = from; ; at++) {
      while (this.rows.length <= at) {
        await new Promise<void>((resolve, reject) => {
          const abort = () => reject(signal.reason);
          if (signal.aborted) return abort();
          signal.addEventListener('abort', abort, { once: true });
          this.waiting.add(() => {
            signal.removeEventListener('abort', abort);
            resolve();
          });
        });
      }
      const row = this.rows[at]!;
      if (is(row)) return row;
    }
  }

  stop(): void {
    this.stopWatching();
  }

  private look(metagraph: Metagraph): void {
    const before = this.last;
    this.last = metagraph.lastEpochBlock;
    if (before === undefined || before === metagraph.lastEpochBlock) return;
    const neurons = this.network.miners.map(({ hotkey }) => metagraph.byHotkey(hotkey.address)!);
    const incentive = neurons.map(neuron => neuron.incentive);
    const emission = neurons.map(neuron => Number(neuron.emissionRao));
    const row = {
      tempo: this.rows.length + 1,
      block: metagraph.lastEpochBlock,
      incentive,
      emission,
      spearmanIncentive: spearman(this.quality, incentive),
      spearmanEmission: spearman(this.quality, emission),
    };
    this.rows.push(row);
    this.onRow(row);
    for (const wake of this.waiting) wake();
    this.waiting.clear();
  }
}

/** The names over the columns of `rowText`, and each miner's quality below. */
export function headText({ miners }: Network, quality: readonly number[]): string {
  const names = miners.map(miner => miner.name.padStart(9)).join('');
  const shares = quality.map(share => `${(100 * share).toFixed(1)} %`.padStart(9)).join('');
  return `${'tempo'.padEnd(13)}${names}   Spearman, emission\n${'quality'.padEnd(13)}${shares}`;
}

/** Incentives in percent. */
export function rowText({ tempo, block, incentive, spearmanIncentive, spearmanEmission }: TempoRow): string {
  const shares = incentive.map(share => (100 * share).toFixed(2).padStart(9)).join('');
  const head = `${String(tempo).padEnd(4)} #${block}`.padEnd(13);
  return `${head}${shares}   ${spearmanIncentive.toFixed(3)}, ${spearmanEmission.toFixed(3)}`;
}
