import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { random, startBackend, vjp } from '../../src/model/index.js';
import { gelu } from '../../src/model/layers/gelu.js';
import { layerNorm } from '../../src/model/layers/layer-norm.js';
import { type Numbers, reference, worstShare } from './reference-model.js';

const given = (['x', 'dy', 'weight', 'bias'] as const).map((name): Numbers => {
  const shape = name === 'x' || name === 'dy' ? [24, 40] : [40];
  const source = random(7, name);
  return { name, shape, data: Float32Array.from({ length: shape.reduce((a, b) => a * b) }, () => 2 * source.normal()) };
});
const layers = {
  tanh: ([x]: tf.Tensor[]) => gelu(x!, 'tanh'),
  erf: ([x]: tf.Tensor[]) => gelu(x!, 'erf'),
  layerNorm: ([x, weight, bias]: tf.Tensor[]) => layerNorm(x!, weight!, bias!, 1e-5),
};

let expected: Map<string, Numbers>;
beforeAll(async () => {
  expected = await reference('layers', {}, given);
}, 600_000);

describe.each(['wasm', 'js'] as const)('layers on %s and those of Flax', device => {
  it.each(Object.entries(layers))('agree: %s', async (name, layer) => {
    await startBackend(device);
    const tensors = new Map(given.map(array => [array.name, tf.tensor(array.data, [...array.shape])]));
    const inputs = name === 'layerNorm' ? ['x', 'weight', 'bias'] : ['x'];
    const product = vjp({
      of: leaves => ({ outputs: [layer(leaves)] }),
      variables: [],
      inputs: inputs.map(input => tensors.get(input)!),
      cotangents: [tensors.get('dy')!],
    });
    const data = (tensor: tf.Tensor) => tensor.dataSync() as Float32Array;
    expect(worstShare(data(product.outputs[0]!), expected.get(name)!.data)).toBeLessThan(1e-4);
    for (const [i, gradient] of product.inputs.entries()) {
      expect(worstShare(data(gradient), expected.get(`${name}.${i}`)!.data)).toBeLessThan(1e-3);
    }
    tf.dispose([...product.outputs, ...product.inputs, ...tensors.values()]);
  });
});
