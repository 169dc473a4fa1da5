import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Device, startBackend, vjp } from '../../../src/model/index.js';
import { batchNorm, batchNormByAverages } from '../../../src/model/layers/batch-norm.js';
import { convolution, groupedConvolution } from '../../../src/model/layers/convolution.js';
import { joinPaths } from '../../../src/model/layers/dual-path.js';
import { wave } from '../helpers.js';

/** What is compared with plain JavaScript. scripts/native-check.sh names native TensorFlow and WebGPU here, where they are installed. */
const compared = (process.env['COMPARED_DEVICE'] ?? 'wasm') as Device;

type Function_ = (...inputs: tf.Tensor[]) => tf.Tensor;

function numbers(shape: readonly number[], offset = 0): tf.Tensor {
  const length = shape.reduce((a, b) => a * b, 1);
  return tf.tensor(
    Float32Array.from({ length }, (_, i) => wave(i + offset)),
    [...shape],
  );
}

/** The same computation on both backends; no tensor is left behind. */
async function onBoth(compute: () => tf.Tensor[]): Promise<{ js: ArrayLike<number>[]; wasm: ArrayLike<number>[] }> {
  const results: ArrayLike<number>[][] = [];
  for (const device of ['js', compared] as const) {
    await startBackend(device);
    const before = tf.memory().numTensors;
    const tensors = tf.tidy(compute);
    results.push(tensors.map(tensor => tensor.dataSync().slice()));
    tf.dispose(tensors);
    expect(tf.memory().numTensors).toBe(before);
  }
  return { js: results[0]!, wasm: results[1]! };
}

/** The value and all gradients of a function, with a cotangent that is different everywhere. */
function withGradients(f: Function_, shapes: readonly (readonly number[])[]): tf.Tensor[] {
  const inputs = shapes.map((shape, i) => numbers(shape, 50 * i));
  const value = f(...inputs);
  const product = vjp({
    of: ins => ({ outputs: [f(...ins)] }),
    variables: [],
    inputs,
    cotangents: [numbers(value.shape, 9)],
  });
  tf.dispose(product.outputs);
  return [value, ...product.inputs];
}

/** The largest difference, as a share of the largest number. */
function difference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Number.POSITIVE_INFINITY;
  let [worst, largest] = [0, 1];
  for (let i = 0; i < a.length; i++) {
    if (Number.isNaN(a[i]! - b[i]!)) return Number.POSITIVE_INFINITY;
    worst = Math.max(worst, Math.abs(a[i]! - b[i]!));
    largest = Math.max(largest, Math.abs(a[i]!));
  }
  return worst / largest;
}

async function expectAgreement(f: Function_, shapes: readonly (readonly number[])[]): Promise<void> {
  const { js, wasm } = await onBoth(() => withGradients(f, shapes));
  for (const [i, values] of js.entries()) expect(difference(values, wasm[i]!)).toBeLessThan(2e-5);
}

const small = (min: number, max: number) => fc.integer({ min, max });
const runs = { numRuns: 25, seed: 20260922 };

const convolutions = fc
  .record({
    rows: small(1, 3),
    height: small(3, 9),
    width: small(3, 9),
    filter: fc.tuple(small(1, 3), small(1, 3)),
    channels: fc.tuple(small(1, 18), small(1, 18)),
    strides: fc.tuple(small(1, 3), small(1, 3)),
    // tfjs-node takes no number.
    pad: fc.constantFrom('same' as const, 'valid' as const, ...(compared === 'cpu' ? [] : [1])),
  })
  // With a number as padding TensorFlow.js computes the width of the output from the filter's height and stride; with 'same' its wasm
  // backend yields zeros where the filter is smaller than the stride.
  .filter(({ filter, pad, strides }) => {
    if (pad === 'same') return filter[0] >= strides[0] && filter[1] >= strides[1];
    return pad === 'valid' || (filter[0] > 1 && filter[0] === filter[1] && strides[0] === strides[1]);
  });

const groupings = fc.record({
  rows: small(1, 3),
  size: small(2, 8).map(half => 2 * half),
  groups: fc.constantFrom(2, 3, 4, 8),
  perGroup: fc.tuple(small(1, 7), small(1, 7)),
  stride: small(1, 2),
  filter: fc.constantFrom(1, 3, 5),
});

describe(`${compared} agrees with plain JavaScript, values and gradients`, () => {
  it('on convolutions of any stride, padding and shape', async () => {
    await fc.assert(
      fc.asyncProperty(convolutions, async ({ rows, height, width, filter, channels, strides, pad }) => {
        const [from, to] = channels;
        await expectAgreement(
          (x, w) => tf.conv2d(x as tf.Tensor4D, w as tf.Tensor4D, strides, pad),
          [
            [rows, height, width, from],
            [...filter, from, to],
          ],
        );
      }),
      runs,
    );
  });

  it('on convolutions in groups, whose kernels equal one convolution for each group', async () => {
    await fc.assert(
      fc.asyncProperty(groupings, async ({ rows, size, groups, perGroup, stride, filter }) => {
        const [from, to] = perGroup;
        const shapes = [
          [rows, size, size, groups * from],
          [filter, filter, from, groups * to],
        ];
        const grouped: Function_ = (x, w) => groupedConvolution(x!, w!, groups, stride);
        await expectAgreement(grouped, shapes);
        const one = tf.tidy(() => {
          const [x, w] = [numbers(shapes[0]!), numbers(shapes[1]!, 50)];
          const [images, filters] = [tf.split(x, groups, 3), tf.split(w, groups, 3)];
          const apart = tf.concat(
            images.map((part, g) => convolution(part, filters[g]!, stride)),
            3,
          );
          return [apart.dataSync(), grouped(x, w).dataSync()];
        });
        expect(difference(one[0]!, one[1]!)).toBeLessThan(2e-5);
      }),
      runs,
    );
  });

  it('on batch normalisation, with the statistics of the batch and with given ones', async () => {
    const shapes = fc.record({
      shape: fc.tuple(small(1, 4), small(1, 5), small(1, 5), small(1, 9)),
      relu: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(
        shapes.filter(({ shape: [rows, height, width] }) => rows * height * width > 1),
        async ({ shape, relu }) => {
          const channels = [shape[3]];
          await expectAgreement(
            (x, gamma, beta) => batchNorm(x!, gamma!, beta!, { relu }).y,
            [shape, channels, channels],
          );
          await expectAgreement(
            (x, gamma, beta, mean, root) =>
              batchNormByAverages(
                x!,
                { gamma: gamma!, beta: beta!, mean: mean!, variance: tf.square(root!) },
                { relu },
              ),
            [shape, channels, channels, channels, channels],
          );
          const { js, wasm } = await onBoth(() => {
            const { y, mean, variance } = batchNorm(numbers(shape), numbers(channels), numbers(channels, 3), { relu });
            y.dispose();
            return [mean, variance];
          });
          for (const [i, values] of js.entries()) expect(difference(values, wasm[i]!)).toBeLessThan(1e-5);
        },
      ),
      runs,
    );
  });

  it('on the two paths of a dual path network', async () => {
    const paths = fc.tuple(small(1, 3), small(1, 9), small(1, 5), small(1, 4));
    await fc.assert(
      fc.asyncProperty(paths, async ([size, residual, kept, fresh]) => {
        await expectAgreement(
          (a, b) => joinPaths(a!, b!, residual),
          [
            [2, size, size, residual + kept],
            [2, size, size, residual + fresh],
          ],
        );
      }),
      runs,
    );
  });

  it('on lookups along any axis', async () => {
    const lookups = fc.record({
      shape: fc.array(small(1, 5), { minLength: 1, maxLength: 3 }),
      axis: small(0, 2),
      picks: fc.array(fc.nat(), { minLength: 1, maxLength: 12 }),
    });
    await fc.assert(
      fc.asyncProperty(
        lookups.filter(({ shape, axis }) => axis < shape.length),
        async ({ shape, axis, picks }) => {
          const indices = picks.map(pick => pick % shape[axis]!);
          await expectAgreement(x => tf.gather(x!, tf.tensor1d(indices, 'int32'), axis), [shape]);
        },
      ),
      runs,
    );
  });

  it.each([
    ['a maximum pool', (x: tf.Tensor) => tf.maxPool(x as tf.Tensor4D, 3, 2, 'same'), [2, 7, 9, 5]],
    ['a maximum pool without padding', (x: tf.Tensor) => tf.maxPool(x as tf.Tensor4D, 2, 2, 'valid'), [3, 8, 6, 4]],
    ['a mean pool', (x: tf.Tensor) => tf.avgPool(x as tf.Tensor4D, 4, 4, 'valid'), [2, 8, 8, 5]],
    ['a mean over pixels', (x: tf.Tensor) => tf.mean(x, [1, 2]), [3, 4, 5, 6]],
    ['erf', (x: tf.Tensor) => tf.erf(x), [40]],
    ['gelu', (x: tf.Tensor) => tf.mul(tf.mul(x, 0.5), tf.add(tf.erf(tf.div(x, Math.SQRT2)), 1)), [40]],
    ['tanh', (x: tf.Tensor) => tf.tanh(x), [40]],
    ['a power', (x: tf.Tensor) => tf.pow(x, 3), [40]],
    ['softmax', (x: tf.Tensor) => tf.softmax(x), [3, 5, 7]],
    ['log softmax', (x: tf.Tensor) => tf.logSoftmax(x), [6, 7]],
    ['a running sum', (x: tf.Tensor) => tf.cumsum(x, 1), [3, 6, 2]],
    ['a running sum from the end, without itself', (x: tf.Tensor) => tf.cumsum(x, 0, true, true), [5, 3]],
    ['heads apart', (x: tf.Tensor) => tf.transpose(tf.reshape(x, [2, 5, 3, 4]), [0, 2, 1, 3]), [2, 5, 12]],
    ['a layer norm', layerNorm, [4, 6, 8]],
    ['attention', attention, [2, 3, 5, 4]],
  ] as [string, Function_, number[]][])('on %s', async (_, f, shape) => {
    await expectAgreement(f, [shape]);
  });

  it('on sums of segments, and leaves out rows that belong to none', async () => {
    const { js, wasm } = await onBoth(() => [
      tf.unsortedSegmentSum(numbers([6, 3]) as tf.Tensor2D, tf.tensor1d([2, 0, 2, 4, 0, 1], 'int32'), 5),
      tf.unsortedSegmentSum(numbers([4]) as tf.Tensor1D, tf.tensor1d([1, 1, 1, 1], 'int32'), 2),
    ]);
    expect(wasm).toEqual(js);
    await startBackend('wasm');
    const outside = tf.tidy(() =>
      tf.unsortedSegmentSum(tf.tensor2d([[1], [2], [4]]), tf.tensor1d([-1, 0, 7], 'int32'), 2).dataSync(),
    );
    expect([...outside]).toEqual([2, 0]);
    const whole = tf.tidy(() =>
      tf.unsortedSegmentSum(tf.tensor1d([1, 2, 4], 'int32'), tf.tensor1d([1, 0, 1], 'int32'), 2).dataSync(),
    );
    expect([...whole]).toEqual([2, 5]);
  });

  it.each([
    [false, false],
    [false, true],
    [true, false],
    [true, true],
  ])('on matrices: transposed %s and %s', async (transposeA, transposeB) => {
    await expectAgreement(
      (a, b) => tf.matMul(a!, b!, transposeA, transposeB),
      [transposeA ? [33, 17] : [17, 33], transposeB ? [65, 33] : [33, 65]],
    );
  });
});

function layerNorm(x: tf.Tensor): tf.Tensor {
  const centred = tf.sub(x, tf.mean(x, -1, true));
  return tf.mul(centred, tf.rsqrt(tf.add(tf.mean(tf.square(centred), -1, true), 1e-5)));
}

/** Causal attention of a tensor with itself: [batch, heads, length, width]. */
function attention(x: tf.Tensor): tf.Tensor {
  const length = x.shape[2]!;
  const later = tf.tensor(
    Float32Array.from({ length: length * length }, (_, i) => (i % length > Math.floor(i / length) ? -1e9 : 0)),
    [length, length],
  );
  const scores = tf.add(tf.mul(tf.matMul(x, x, false, true), 0.5), later);
  return tf.matMul(tf.softmax(scores), x);
}
