import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { createTrainer, startBackend, vjp } from '../../src/model/index.js';
import { batchNorm } from '../../src/model/layers/batch-norm.js';
import { groupedConvolution } from '../../src/model/layers/convolution.js';
import { closeTo, wave } from '../model/helpers.js';

function numbers(shape: number[], offset: number): tf.Tensor {
  const length = shape.reduce((a, b) => a * b);
  return tf.tensor(
    Float32Array.from({ length }, (_, i) => wave(i + offset)),
    shape,
  );
}

/** A block of the image model: values and gradients, waited for. */
async function block(): Promise<ArrayLike<number>[]> {
  const [x, filter, gamma, beta] = [[2, 6, 6, 8], [3, 3, 2, 8], [8], [8]].map((shape, i) => numbers(shape, 50 * i));
  const product = vjp({
    of: ([a, b, c, d]) => ({ outputs: [batchNorm(groupedConvolution(a!, b!, 4, 2), c!, d!, { relu: true }).y] }),
    variables: [],
    inputs: [x!, filter!, gamma!, beta!],
    cotangents: [numbers([2, 3, 3, 8], 9)],
  });
  const results = await Promise.all([...product.outputs, ...product.inputs].map(tensor => tensor.data()));
  return results.map(values => values.slice());
}

describe('WebGPU, where there is no CUDA', () => {
  it('computes a block of the image model and its gradients as plain JavaScript does', async () => {
    await startBackend('js');
    const expected = await block();
    expect((await startBackend('gpu')).name).toBe('webgpu');
    const got = await block();
    for (const [i, values] of expected.entries()) expect(closeTo(values, got[i]!)).toBeLessThan(1e-3);
  });

  it('says that a neuron cannot train on it', async () => {
    await expect(createTrainer({ device: 'gpu', model: 'mnist', seed: 1 })).rejects.toMatchObject({
      code: 'device',
      message: 'WebGPU computes forward and gradients here, but a neuron cannot train on it',
    });
  });
});
