import {
  type Digits,
  epochOrder,
  labelsOf,
  loadDigits,
  normaliseImages,
  type PlainBatch,
  type PlainTensor,
  pick,
} from '../../src/model/index.js';

/** Labelled images of a step, and as many without a label where there are some. */
export const ROWS = 64;

/** Who has which digits. No digit is in two of these parts. */
export interface Parts {
  /** The neuron's own, with labels. */
  own: Digits;
  /** The peers', one after the other; without their labels they are what the neuron asks the peers about. */
  others: Digits;
  test: Digits;
}

let loaded: ReturnType<typeof loadDigits> | undefined;

/** The 8,000 training digits in the order of the seed: the first for the neuron, the others for its peers. The 2,000 of the test are everybody's. */
export function partDigits(seed: number, labelled: number): Parts {
  loaded ??= loadDigits();
  const { training, test } = loaded;
  const order = epochOrder(training.count, 7000 + seed, 0);
  return { own: pick(training, order.subarray(0, labelled)), others: pick(training, order.subarray(labelled)), test };
}

export function slice(digits: Digits, start: number, end: number): Digits {
  return pick(
    digits,
    Uint32Array.from({ length: end - start }, (_, i) => start + i),
  );
}

/** The n-th batch of an endless walk through the digits, in a new order each time round. */
export function batchOf(digits: Digits, seed: number, n: number): PlainBatch {
  const { images, labels } = pick(digits, walk(digits.count, seed, n));
  return { inputs: imagesOf(images), targets: { labels: labelsOf(labels) } };
}

/** A batch with images that have no label behind it, from a walk of their own. */
export function batchWithout(digits: Digits, unlabelled: Digits, seed: number, n: number): PlainBatch {
  const { images, labels } = pick(digits, walk(digits.count, seed, n));
  const more = pick(unlabelled, walk(unlabelled.count, seed + 9, n)).images;
  return { inputs: imagesOf(Buffer.concat([images, more])), targets: { labels: labelsOf(labels) } };
}

/** The whole set, some rows at a time. */
export function* wholeOf(digits: Digits, rows = 250): Iterable<PlainBatch> {
  for (let start = 0; start < digits.count; start += rows) {
    const { images, labels } = slice(digits, start, Math.min(digits.count, start + rows));
    yield { inputs: imagesOf(images), targets: { labels: labelsOf(labels) } };
  }
}

export function imagesOf(images: Uint8Array): PlainTensor & { dtype: 'float32' } {
  return { dtype: 'float32', shape: [images.length / 784, 784], data: normaliseImages(images) };
}

function walk(count: number, seed: number, n: number): Uint32Array {
  const perEpoch = Math.floor(count / ROWS);
  const order = epochOrder(count, seed, Math.floor(n / perEpoch));
  return order.subarray((n % perEpoch) * ROWS, ((n % perEpoch) + 1) * ROWS);
}
