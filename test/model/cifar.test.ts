import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { CifarSynapse, dualPathLayouts } from '../../src/model/cifar.js';
import { createServer, createTrainer, type PlainBatch, startBackend } from '../../src/model/index.js';
import { followStatistics } from '../../src/model/layers/batch-norm.js';
import { closeTo, plain, wave } from './helpers.js';

const SMALL = { hiddenDim: 16, imageSize: 8 };

/** Images of colours by class, with noise. */
function coloured(rows: number, labelled: number, offset = 0): PlainBatch {
  const pixels = 8 * 8 * 3;
  const inputs = plain([rows, 8, 8, 3], i => {
    const label = Math.floor(i / pixels) % 10;
    return Math.sin(label * (1 + (i % 3))) + 0.3 * wave(i + offset * rows * pixels);
  });
  const labels = Int32Array.from({ length: labelled }, (_, i) => i % 10);
  return { inputs, targets: { labels: { dtype: 'int32', shape: [labelled], data: labels } } };
}

function trainer(device: 'wasm' | 'js' = 'wasm', seed = 5) {
  return createTrainer({ device, model: 'cifar', seed, config: SMALL });
}

describe('the model of small coloured images', () => {
  it('has as DPN-26 the 11.56 million parameters of its known layout', async () => {
    await startBackend('wasm');
    const synapse = new CifarSynapse({ layout: 'dpn26' });
    const trunk = [...synapse.variables].filter(([name]) => /^(stem|stage)/.test(name));
    const width = 2048 + 3 * 128;
    expect(synapse.variables.get('main.0.weight')!.shape).toEqual([width, 1024]);
    const count = trunk.reduce((sum, [, variable]) => sum + variable.size, 0) + width * 10 + 10;
    expect(Math.round(count / 1e4) / 100).toBe(11.57);
    expect(count).toBe(11_574_842);
    expect(synapse.averages.size).toBe(2 * (trunk.length / 3));
    synapse.dispose();
  });

  it('says which layouts there are when asked for another', async () => {
    await startBackend('wasm');
    const names = Object.keys(dualPathLayouts).join(', ');
    expect(() => new CifarSynapse({ layout: 'dpn92' as 'small' })).toThrow(names);
  });

  it('answers class scores, mean-centred, in the first coordinates of 1,024', async () => {
    await startBackend('wasm');
    const synapse = new CifarSynapse(SMALL);
    const answer = tf.tidy(() => synapse.forwardImage(tf.tensor(coloured(3, 1).inputs.data, [3, 8, 8, 3])).arraySync());
    for (const row of answer) {
      expect(row.length).toBe(1024);
      expect(row.slice(10).every(value => value === 0)).toBe(true);
      expect(Math.abs(row.slice(0, 10).reduce((a, b) => a + b))).toBeLessThan(1e-4);
      expect(Math.max(...row.slice(0, 10).map(Math.abs))).toBeGreaterThan(0.01);
    }
    expect(() => synapse.checkInputs({ shape: [1, 8, 8, 1], dtype: 'float32' })).toThrow('8, 8, 3');
    synapse.dispose();
  });

  it('learns, keeps running averages, and a served copy with them answers as it does', async () => {
    const learner = await trainer();
    const before = learner.synapse.state();
    const first = await learner.train(coloured(20, 20));
    for (let step = 1; step < 12; step++) await learner.train(coloured(20, 20, step));
    const tested = await learner.evaluate([coloured(20, 20, 50)]);
    expect(tested.network.loss).toBeLessThan(first.networkTargetLoss / 2);
    expect(tested.local.accuracy).toBeGreaterThan(0.8);
    const name = 'stage1.0.conv2.variance';
    const moved = learner.exportParameters();
    expect(moved.map(array => array.name)).toEqual(before.map(array => array.name));
    expect(moved.find(array => array.name === name)!.data).not.toEqual(before.find(a => a.name === name)!.data);

    const server = await createServer({ device: 'wasm', model: 'cifar', config: SMALL, parameters: moved, version: 1 });
    const { inputs } = coloured(6, 6, 70);
    const served = await server.forward(inputs);
    const own = tf.tidy(() => learner.synapse.forwardImage(tf.tensor(inputs.data, [6, 8, 8, 3])).dataSync());
    expect(served.output.data).toEqual(own);
    // Each image is answered for itself: by averages, not by the others of its batch.
    const alone = await server.forward({ ...inputs, shape: [1, 8, 8, 3], data: inputs.data.slice(0, 192) } as never);
    expect(closeTo(alone.output.data, served.output.data.slice(0, 1024))).toBeLessThan(1e-4);
    server.dispose();
    learner.dispose();
  });

  it('makes the same numbers again from a seed', async () => {
    const run = async () => {
      const learner = await trainer();
      for (let step = 0; step < 3; step++) await learner.train(coloured(12, 8, step));
      const state = learner.exportParameters();
      return { learner, state };
    };
    const [one, two] = [await run(), await run()];
    expect(one.state).toEqual(two.state);
    one.learner.dispose();
    two.learner.dispose();
  });

  it('keeps running averages as they are where those of a batch are not finite', async () => {
    await startBackend('wasm');
    const [mean, variance] = [tf.variable(tf.tensor1d([1, 2])), tf.variable(tf.tensor1d([1, 1]))];
    const batch = { mean: tf.tensor1d([Number.NaN, 4]), variance: tf.tensor1d([Number.POSITIVE_INFINITY, 3]) };
    followStatistics({ mean, variance }, batch, 4);
    expect([...mean.dataSync()].map(value => Math.round(value * 1e6) / 1e6)).toEqual([1, 2.2]);
    expect([...variance.dataSync()].map(value => Math.round(value * 1e6) / 1e6)).toEqual([1, 1.3]);
    tf.dispose([mean, variance, batch.mean, batch.variance]);
  });

  it('learns the same on wasm as in plain JavaScript, with images that have no label too', async () => {
    const states = [];
    for (const device of ['js', 'wasm'] as const) {
      const learner = await trainer(device);
      const { loss } = await learner.train(coloured(6, 4));
      states.push({ loss, state: learner.exportParameters() });
      learner.dispose();
    }
    const [js, wasm] = states;
    expect(Math.abs(js!.loss - wasm!.loss)).toBeLessThan(1e-3);
    for (const [i, { name, data }] of js!.state.entries()) {
      expect.soft(closeTo(data, wasm!.state[i]!.data), name).toBeLessThan(1e-3);
    }
  });

  it('keeps its tensors constant over steps', async () => {
    const learner = await trainer();
    await learner.train(coloured(4, 4));
    const before = tf.memory().numTensors;
    for (let step = 0; step < 5; step++) await learner.train(coloured(4, 4, step));
    expect(tf.memory().numTensors).toBe(before);
    learner.dispose();
  });
});
