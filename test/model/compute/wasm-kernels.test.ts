import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { startBackend, vjp } from '../../../src/model/index.js';
import { closeTo, wave } from '../helpers.js';

function numbers(shape: number[], offset = 0): tf.Tensor {
  const length = shape.reduce((a, b) => a * b, 1);
  return tf.tensor(
    Float32Array.from({ length }, (_, i) => wave(i + offset)),
    shape,
  );
}

/** The same computation on both backends. */
async function onBoth(compute: () => tf.Tensor[]): Promise<{ js: ArrayLike<number>[]; wasm: ArrayLike<number>[] }> {
  const results: ArrayLike<number>[][] = [];
  for (const device of ['js', 'wasm'] as const) {
    await startBackend(device);
    const before = tf.memory().numTensors;
    const tensors = tf.tidy(compute);
    results.push(tensors.map(tensor => tensor.dataSync().slice()));
    tf.dispose(tensors);
    expect(tf.memory().numTensors).toBe(before);
  }
  return { js: results[0]!, wasm: results[1]! };
}

describe('kernels added to the wasm backend', () => {
  it.each([
    [1, 'same', 3],
    [2, 'same', 3],
    [1, 'valid', 3],
    [2, 'valid', 3],
    [3, 'valid', 2],
    [[2, 1], 'same', [3, 1]],
    [1, 1, 3],
  ] as const)('give the filter its gradient: strides %j, padding %s, filter %j', async (strides, pad, filter) => {
    const [height, width] = typeof filter === 'number' ? [filter, filter] : filter;
    const { js, wasm } = await onBoth(() => {
      const x = numbers([2, 7, 8, 3]) as tf.Tensor4D;
      const w = numbers([height, width, 3, 4], 50) as tf.Tensor4D;
      const convolve = (a: tf.Tensor, b: tf.Tensor) =>
        tf.conv2d(a as tf.Tensor4D, b as tf.Tensor4D, strides as number | [number, number], pad);
      const { inputs, outputs } = vjp({
        of: ([a, b]) => ({ outputs: [convolve(a!, b!)] }),
        variables: [],
        inputs: [x, w],
        cotangents: [numbers(convolve(x, w).shape, 9)],
      });
      tf.dispose(outputs);
      return inputs;
    });
    for (const [i, values] of js.entries()) expect(closeTo(values, wasm[i]!)).toBeLessThan(1e-3);
  });

  it('sum segments, and leave out rows that belong to none', async () => {
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
  });

  it.each([
    [false, false],
    [false, true],
    [true, false],
    [true, true],
  ])('give matrices their gradients: transposed %s and %s', async (transposeA, transposeB) => {
    const { js, wasm } = await onBoth(() => {
      const a = numbers(transposeA ? [33, 17] : [17, 33]);
      const b = numbers(transposeB ? [65, 33] : [33, 65], 4);
      const { inputs, outputs } = vjp({
        of: ([x, y]) => ({ outputs: [tf.matMul(x!, y!, transposeA, transposeB)] }),
        variables: [],
        inputs: [a, b],
        cotangents: [numbers([17, 65], 3)],
      });
      tf.dispose(outputs);
      return inputs;
    });
    for (const [i, values] of js.entries()) expect(closeTo(values, wasm[i]!)).toBeLessThan(1e-4);
  });
});
