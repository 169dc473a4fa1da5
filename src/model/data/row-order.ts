import { permutation, random } from '../compute/random.js';
import type { BatchPlace } from './source.js';

/** Which of the training rows have a target: the first so many, or those from (inclusive) to (exclusive). All by default. */
export type LabelledRows = number | readonly [from: number, to: number];

export interface RowChoice {
  labels?: LabelledRows;
  /** Whether the other training rows come along without a target, as many as there are with one (true by default). */
  unlabelled?: boolean;
  /** Rows with a target in one epoch; all by default. Where fewer, the epochs take turns until all were seen. */
  rowsPerEpoch?: number;
}

/** The rows of one batch, numbers of training rows. */
export interface BatchRows {
  labelled: Uint32Array;
  unlabelled: Uint32Array;
}

/** Says which rows come in which batch; the same for a seed, an epoch and an index. */
export class RowOrder {
  /** Training rows with a target. */
  readonly labelled: number;
  private readonly from: number;
  private readonly unlabelled: number;
  private readonly perEpoch: number;
  private order: { name: string; indices: Uint32Array } | undefined;

  constructor(
    readonly total: number,
    { labels = total, unlabelled = true, rowsPerEpoch }: RowChoice = {},
  ) {
    const [from, to] = typeof labels === 'number' ? [0, labels] : labels;
    this.from = clamp(from, total);
    this.labelled = clamp(to, total) - this.from;
    if (this.labelled < 1) throw new RangeError(`no training rows from ${from} to ${to}: there are ${total}`);
    this.unlabelled = unlabelled ? total - this.labelled : 0;
    this.perEpoch = Math.max(1, Math.min(this.labelled, Math.floor(rowsPerEpoch ?? this.labelled)));
  }

  batchesPerEpoch(rows: number): number {
    return Math.max(1, Math.floor(this.perEpoch / rows));
  }

  rows({ epoch, index, rows, seed }: BatchPlace): BatchRows {
    const count = Math.min(rows, this.labelled);
    const perEpoch = this.batchesPerEpoch(rows);
    const batch = epoch * perEpoch + index;
    // How many batches a walk through all rows has; an epoch is one walk unless it was made shorter.
    const perWalk = this.perEpoch === this.labelled ? perEpoch : Math.max(1, Math.floor(this.labelled / rows));
    const order = this.walk(seed, Math.floor(batch / perWalk));
    const start = (batch % perWalk) * count;
    const labelled = order.subarray(start, start + count).map(row => this.from + row);
    const unlabelled = new Uint32Array(this.unlabelled === 0 ? 0 : count);
    for (let i = 0; i < unlabelled.length; i++) {
      const row = (batch * count + i) % this.unlabelled;
      unlabelled[i] = row < this.from ? row : row + this.labelled;
    }
    return { labelled, unlabelled };
  }

  private walk(seed: number, walk: number): Uint32Array {
    const name = `${seed}/${walk}`;
    if (this.order?.name !== name) this.order = { name, indices: epochOrder(this.labelled, seed, walk) };
    return this.order.indices;
  }
}

/** The order in which an epoch visits `count` examples: the same for a seed and an epoch, so that training can go on in mid-epoch. */
export function epochOrder(count: number, seed: number, epoch: number): Uint32Array {
  return permutation(count, random(seed, 'epoch', epoch));
}

function clamp(value: number, total: number): number {
  return Math.max(0, Math.min(total, Math.floor(value)));
}
