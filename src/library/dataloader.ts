import { abortable } from '../base/browser.js';
import type { PlainTensor, Dataset as TextSource } from '../model/index.js';
import { whole } from './checks.js';
import { vocabSize } from './constants.js';
import { libraryError } from './errors.js';

/** Which text, in batches of what form. */
export interface DataloaderOptions {
  /** A file or folder of text, CSV or Parquet. Default: the State of the Union speeches that come with the package. */
  readonly path?: string | undefined;
  /** Rows of a batch; default 10. */
  readonly batchSize?: number | undefined;
  /** Tokens of a row; default 20. */
  readonly blockSize?: number | undefined;
  /** Of the order; default 0. */
  readonly seed?: number | undefined;
}

/** Text as token ids of GPT-2, offline. */
export class Dataset implements AsyncDisposable {
  private source: Promise<TextSource> | undefined;
  private readonly closing = new AbortController();
  private next = 0;

  constructor(private readonly options: DataloaderOptions) {}

  /**
   * The next batches of token ids, int32 [batchSize, blockSize], in an order that the seed decides. Each call goes on where the one
   * before ended. Errors: `bad_dataset`, `closed`; the signal's reason.
   */
  async *dataloader(batches = 100, { signal }: { signal?: AbortSignal } = {}): AsyncGenerator<PlainTensor> {
    const { batchSize: rows = 10, seed = 0 } = this.options;
    this.closing.signal.throwIfAborted();
    // Opened for all that wait: who gives up ends its own waiting.
    const source = await (signal ? abortable(this.opened(), signal) : this.opened());
    const perEpoch = source.batchesPerEpoch(rows);
    for (let i = 0; i < batches; i++) {
      signal?.throwIfAborted();
      this.closing.signal.throwIfAborted();
      const at = this.next++;
      const place = { epoch: Math.floor(at / perEpoch), index: at % perEpoch, rows, seed };
      yield (await source.batch(place)).inputs;
    }
  }

  /** Gives up what is being opened, and closes the file it reads from, if there is one. May be called twice. */
  async close(): Promise<void> {
    this.closing.abort(libraryError('closed', 'this dataset was closed'));
    (await this.source?.catch(() => undefined))?.close();
  }

  /** The same as `close`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** A failure is not remembered: the next call tries again. */
  private opened(): Promise<TextSource> {
    if (this.source) return this.source;
    const opening = this.open(this.closing.signal);
    this.source = opening;
    opening.catch(() => {
      if (this.source === opening) this.source = undefined;
    });
    return opening;
  }

  private async open(signal: AbortSignal): Promise<TextSource> {
    const { openDataset, speechesDataset } = await import('../model/index.js');
    const { path, blockSize: length = 20 } = this.options;
    const options = { model: 'gpt2' as const, vocabSize, length };
    return path === undefined ? speechesDataset(options) : openDataset(path, options, signal);
  }
}

/**
 * Text to learn from; nothing is read yet. Error `bad_argument`.
 *
 * ```ts
 * for await (const batch of bittensor.dataloader().dataloader(10)) console.log(batch.shape); // [10, 20]
 * ```
 */
export function dataloader(options: DataloaderOptions = {}): Dataset {
  const { batchSize = 10, blockSize = 20, seed = 0 } = options;
  whole('batchSize', batchSize, 1, 100_000);
  whole('blockSize', blockSize, 1, 100_000);
  whole('seed', seed, 0);
  return new Dataset({ ...options, batchSize, blockSize, seed });
}
