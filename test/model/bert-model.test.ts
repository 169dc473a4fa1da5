import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { BertModel, bertModel, startBackend } from '../../src/model/index.js';

const config = { vocabSize: 50, hiddenSize: 12, layers: 2, heads: 3, positions: 6, maxTokens: 8, seed: 3 };
const ids = () => tf.tensor2d([1, 2, 3, 49, 2, 0], [2, 3], 'int32');

beforeAll(async () => {
  await startBackend('wasm');
});

describe("BERT's encoder alone", () => {
  it('has the parameters of BertModel by their names, and heads of 64 numbers by default', async () => {
    const model = new BertModel(config);
    const { variables, size } = model.parameters;
    expect([...variables.keys()].slice(0, 6)).toEqual([
      'embeddings.word_embeddings.weight',
      'embeddings.position_embeddings.weight',
      'embeddings.token_type_embeddings.weight',
      'embeddings.LayerNorm.weight',
      'embeddings.LayerNorm.bias',
      'encoder.layer.0.attention.self.query.weight',
    ]);
    const block = 4 * (12 * 12 + 12) + 2 * (12 * 48) + 48 + 12 + 4 * 12;
    expect(size).toBe((50 + 6 + 2 + 2) * 12 + 2 * block);
    model.dispose();
    const small = await bertModel({ vocabSize: 10, hiddenSize: 128, device: 'wasm' });
    expect([small.config.heads, small.config.layers, small.config.positions]).toEqual([2, 2, 512]);
    small.dispose();
    expect(() => new BertModel({ ...config, heads: 5 })).toThrow('5 heads do not divide a width of 12');
  });

  it('gives each place a normed state that depends on all places, the same for a seed', () => {
    const states = [config, config, { ...config, seed: 4 }].map(settings => {
      const model = new BertModel(settings);
      const state = tf.tidy(() => model.forward(ids()).arraySync());
      model.dispose();
      return state;
    });
    expect(states[0]).toEqual(states[1]);
    expect(states[0]).not.toEqual(states[2]);
    const [first] = states[0]!;
    expect([states[0]!.length, first!.length, first![0]!.length]).toEqual([2, 3, 12]);
    const mean = first![0]!.reduce((sum, value) => sum + value, 0) / 12;
    expect(mean).toBeCloseTo(0, 5);
    const model = new BertModel(config);
    const changed = tf.tidy(() => model.forward(tf.tensor2d([1, 2, 4], [1, 3], 'int32')).arraySync());
    expect(changed[0]![0]).not.toEqual(first![0]);
    model.dispose();
  });

  it('has the gradients of finite differences, adds those of several calls, and keeps no tensor', () => {
    const model = new BertModel(config);
    const { numTensors } = tf.memory();
    const cotangent = tf.randomNormal([2, 3, 12], 0, 1, 'float32', 7);
    const x = ids();
    const value = () => tf.tidy(() => tf.sum(tf.mul(model.forward(x), cotangent)).dataSync()[0]!);
    const name = 'encoder.layer.1.output.dense.bias';
    const variable = model.parameters.variables.get(name)!;
    model.backward(x, cotangent);
    const once = model.parameters.take();
    const numbers = Array.from(once.get(variable)!.dataSync());
    const step = 1e-2;
    for (const i of [0, 5, 11]) {
      const bump = (by: number) => {
        const values = variable.dataSync().slice() as Float32Array;
        values[i]! += by;
        tf.tidy(() => variable.assign(tf.tensor(values, variable.shape)));
        return value();
      };
      const difference = (bump(step) - bump(-2 * step)) / (2 * step);
      bump(step);
      expect(numbers[i]).toBeCloseTo(difference, 1);
    }
    model.backward(x, cotangent);
    model.backward(x, cotangent);
    const twice = model.parameters.take();
    const sums = Array.from(twice.get(variable)!.dataSync());
    for (const [i, sum] of sums.entries()) expect(sum).toBeCloseTo(2 * numbers[i]!, 3);
    model.backward(x, cotangent);
    model.parameters.zeroGrad();
    tf.dispose([...once.values(), ...twice.values(), x, cotangent]);
    expect(tf.memory().numTensors).toBe(numTensors);
    model.dispose();
  });

  it('moves by gradient descent, once for each gradient', () => {
    const model = new BertModel(config);
    const optimizer = model.parameters.sgd({ lr: 0.5 });
    const variable = model.parameters.variables.get('encoder.layer.1.output.LayerNorm.bias')!;
    const gradient = tf.ones([2, 3, 12]);
    const x = ids();
    model.backward(x, gradient);
    optimizer.step();
    // The gradient of a bias is the sum over all places.
    const moved = Array.from(variable.dataSync());
    for (const value of moved) expect(value).toBeCloseTo(-0.5 * 6, 5);
    optimizer.step();
    expect(Array.from(variable.dataSync())).toEqual(moved);
    model.backward(x, gradient);
    optimizer.zeroGrad();
    optimizer.step();
    expect(Array.from(variable.dataSync())).toEqual(moved);
    tf.dispose([x, gradient]);
    optimizer.dispose();
    model.dispose();
  });

  it.each([
    ['an id beyond the vocabulary', [50, 1], [1, 2], 'int32'],
    ['an id below 0', [-1, 1], [1, 2], 'int32'],
    ['one axis', [1, 2], [2], 'int32'],
    ['a sequence that is too long', Array(7).fill(1), [1, 7], 'int32'],
    ['too many tokens', Array(9).fill(1), [3, 3], 'int32'],
    ['floats', [1, 2], [1, 2], 'float32'],
    ['no rows', [], [0, 2], 'int32'],
  ] as const)('refuses %s', (_, values, shape, dtype) => {
    const model = new BertModel(config);
    const input = tf.tensor([...values], [...shape], dtype);
    expect(() => model.forward(input)).toThrow(expect.objectContaining({ code: 'shape' }));
    input.dispose();
    model.dispose();
  });
});
