import type { PlainBatch } from '../batch.js';
import { random } from '../compute/random.js';
import type { PlainTensor } from '../compute/tensor.js';
import { type RowChoice, RowOrder } from './row-order.js';
import type { BatchPlace, Dataset } from './source.js';

/** Images of one size with their classes, in memory or in a file. */
export interface ImageRows {
  readonly count: number;
  /** Height, width and channels; the bytes of an image lie in this order. */
  readonly size: readonly [height: number, width: number, channels: number];
  readonly bytes: number;
  /** Writes an image's bytes and returns its class. */
  read(row: number, into: Uint8Array): number;
  close(): void;
}

/** How images are varied while training: another way for each seed, epoch and row. */
export interface Augmentation {
  /** Shifted by up to this many pixels each way, zeros coming in; none by default. */
  shift?: number;
  /** Mirrored left to right every other time; not by default. */
  flip?: boolean;
}

export interface ImageDatasetOptions extends RowChoice, Augmentation {
  name: string;
  training: ImageRows;
  test: ImageRows;
  /** Shape of a row for the model: `[784]`, `[32, 32, 3]`. */
  shape: readonly number[];
  /** Of each channel, of pixels from 0 to 1. */
  mean: readonly number[];
  deviation: readonly number[];
}

/** Images of bytes as a source of normalised ones: (pixel / 255 - mean) / deviation. */
export function imageDataset(options: ImageDatasetOptions): Dataset {
  const { name, training, test, shape, shift = 0, flip = false } = options;
  const order = new RowOrder(training.count, options);
  const [height, width, channels] = training.size;
  const pixels = height * width * channels;
  const tables = options.mean.map((mean, c) => normalTable(mean, options.deviation[c]!));
  const image = new Uint8Array(pixels);

  const tensors = (count: number, labelled: number, read: (i: number, data: Float32Array) => number): PlainBatch => {
    const data = new Float32Array(count * pixels);
    const labels = new Int32Array(labelled);
    for (let i = 0; i < count; i++) {
      const label = read(i, data.subarray(i * pixels, (i + 1) * pixels));
      if (i < labelled) labels[i] = label;
    }
    const inputs: PlainTensor = { dtype: 'float32', shape: [count, ...shape], data };
    return { inputs, targets: { labels: { dtype: 'int32', shape: [labelled], data: labels } } };
  };

  return {
    name,
    trainingRows: order.labelled,
    testRows: test.count,
    bytes: training.bytes + test.bytes,
    batchesPerEpoch: rows => order.batchesPerEpoch(rows),

    batch(at: BatchPlace): PlainBatch {
      const { labelled, unlabelled } = order.rows(at);
      const rows = [...labelled, ...unlabelled];
      return tensors(rows.length, labelled.length, (i, data) => {
        const row = rows[i]!;
        const label = training.read(row, image);
        if (shift === 0 && !flip) normalise(image, tables, data);
        else {
          const source = random(at.seed, 'augment', at.epoch, row);
          const along = () => Math.floor(source.uniform() * (2 * shift + 1)) - shift;
          const change = { down: along(), right: along(), mirror: flip && source.uniform() < 0.5 };
          normaliseMoved(image, [height, width, channels], change, tables, data);
        }
        return label;
      });
    },

    *test(rows: number): Iterable<PlainBatch> {
      for (let start = 0; start < test.count; start += rows) {
        const count = Math.min(rows, test.count - start);
        yield tensors(count, count, (i, data) => {
          const label = test.read(start + i, image);
          normalise(image, tables, data);
          return label;
        });
      }
    },

    close() {
      training.close();
      test.close();
    },
  };
}

/** Images that lie in memory, one after the other. */
export function imagesInMemory(
  images: Uint8Array,
  labels: Uint8Array,
  size: readonly [number, number, number],
): ImageRows {
  const pixels = size[0] * size[1] * size[2];
  return {
    count: labels.length,
    size,
    bytes: images.length + labels.length,
    read(row, into) {
      into.set(images.subarray(row * pixels, (row + 1) * pixels));
      return labels[row]!;
    },
    close() {},
  };
}

/** Some of the images, in another order. */
export function chosenImages(all: ImageRows, rows: Uint32Array): ImageRows {
  const bytes = Math.round((all.bytes * rows.length) / Math.max(1, all.count));
  return { ...all, count: rows.length, bytes, read: (row, into) => all.read(rows[row]!, into) };
}

function normalTable(mean: number, deviation: number): Float32Array {
  return Float32Array.from({ length: 256 }, (_, pixel) => (pixel / 255 - mean) / deviation);
}

function normalise(image: Uint8Array, tables: readonly Float32Array[], data: Float32Array): void {
  const channels = tables.length;
  for (let i = 0; i < image.length; i++) data[i] = tables[i % channels]![image[i]!]!;
}

function normaliseMoved(
  image: Uint8Array,
  [height, width, channels]: readonly [number, number, number],
  { down, right, mirror }: { down: number; right: number; mirror: boolean },
  tables: readonly Float32Array[],
  data: Float32Array,
): void {
  for (let y = 0, i = 0; y < height; y++) {
    const row = y - down;
    for (let x = 0; x < width; x++) {
      const column = mirror ? width - 1 - x - right : x - right;
      const inside = row >= 0 && row < height && column >= 0 && column < width;
      const from = (row * width + column) * channels;
      for (let c = 0; c < channels; c++) data[i++] = tables[c]![inside ? image[from + c]! : 0]!;
    }
  }
}
