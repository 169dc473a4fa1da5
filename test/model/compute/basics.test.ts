import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { permutation } from '../../../src/model/compute/random.js';
import { allFinite } from '../../../src/model/compute/tensor.js';
import {
  fromBytes,
  MnistSynapse,
  type PlainTensor,
  random,
  Sgd,
  startBackend,
  toBytes,
  toPlain,
  toTensor,
} from '../../../src/model/index.js';
import { createModel } from '../../../src/model/models.js';
import { clipScale, globalNorm } from '../../../src/model/train/optim.js';
import { plain, SMALL, tensorCount, wave } from '../helpers.js';

beforeAll(async () => {
  await startBackend('wasm');
});

describe('a backend', () => {
  it('is plain JavaScript or wasm when asked for, and says no to a device that is not there', async () => {
    expect(await startBackend('js')).toMatchObject({ name: 'js' });
    expect(tf.getBackend()).toBe('cpu');
    expect(await startBackend('wasm')).toEqual({ name: 'wasm', hint: undefined });
    expect(tf.getBackend()).toBe('wasm');
    const chosen = await startBackend('auto');
    if (chosen.name === 'wasm') {
      expect(chosen.hint).toMatch(/native TensorFlow/);
      const refused: unknown = await startBackend('gpu').catch((error: unknown) => error);
      expect(refused).toMatchObject({ code: 'device' });
      // What to do is said once, by whoever shows the error.
      expect(String(refused)).toMatch(/no graphics processor here: .+; .+/);
      expect(String(refused)).not.toContain('--device auto');
    }
    await startBackend('wasm');
  });
});

describe('a tensor of the network', () => {
  it('survives the way through bytes and TensorFlow', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.float({ noNaN: true }), { minLength: 1, maxLength: 40 }), async values => {
        const tensor: PlainTensor = { dtype: 'float32', shape: [values.length], data: Float32Array.from(values) };
        // At an odd offset, as in a network buffer.
        const bytes = toBytes(tensor);
        const shifted = new Uint8Array(bytes.buffer.length + 1);
        shifted.set(bytes.buffer, 1);
        const read = fromBytes({ ...bytes, buffer: shifted.subarray(1) });
        expect(read).toEqual(tensor);
        const there = toTensor(read);
        expect(await toPlain(there)).toEqual(tensor);
        there.dispose();
      }),
      { seed: 1 },
    );
  });

  it('of wider types becomes one that a model computes with', () => {
    const float64 = new Uint8Array(Float64Array.of(1.5, -2).buffer);
    expect(fromBytes({ dtype: 'float64', shape: [2, 1], buffer: float64 })).toEqual({
      dtype: 'float32',
      shape: [2, 1],
      data: Float32Array.of(1.5, -2),
    });
    const int64 = new Uint8Array(BigInt64Array.of(-5n, 50256n).buffer);
    expect(fromBytes({ dtype: 'int64', shape: [2], buffer: int64 })).toEqual({
      dtype: 'int32',
      shape: [2],
      data: Int32Array.of(-5, 50256),
    });
  });

  it.each([
    [{ dtype: 'float32', shape: [2], buffer: new Uint8Array(4) }],
    [{ dtype: 'float32', shape: [-1, -1], buffer: new Uint8Array(4) }],
    [{ dtype: 'float32', shape: [0.5, 2], buffer: new Uint8Array(4) }],
    [{ dtype: 'float32', shape: [1e200, 1e200], buffer: new Uint8Array(4) }],
    [{ dtype: 'utf8', shape: [1, 1], buffer: new Uint8Array(4) }],
    [{ dtype: '__proto__', shape: [1], buffer: new Uint8Array(4) }],
    [{ dtype: 'int64', shape: [1], buffer: new Uint8Array(BigInt64Array.of(1n << 40n).buffer) }],
  ])('that lies about itself is refused: %j', tensor => {
    expect(() => fromBytes(tensor)).toThrow(expect.objectContaining({ code: 'shape' }));
  });

  it('knows whether all its numbers are finite', () => {
    expect(allFinite(Float32Array.of(0, -3e38, 3e38))).toBe(true);
    for (const bad of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
      expect(allFinite(Float32Array.of(0, bad, 1))).toBe(false);
    }
  });
});

describe('random numbers', () => {
  it('are the same for the same name and look as they should', () => {
    const [a, b] = [random(1, 'x', 2), random(1, 'x', 2)];
    const first = Array.from({ length: 5 }, () => a.normal());
    expect(Array.from({ length: 5 }, () => b.normal())).toEqual(first);
    expect(random(1, 'x', 3).normal()).not.toBe(first[0]);
    expect(random(2, 'x', 2).normal()).not.toBe(first[0]);
    const source = random(7);
    const many = Array.from({ length: 20_000 }, () => source.normal());
    const mean = many.reduce((sum, x) => sum + x, 0) / many.length;
    const variance = many.reduce((sum, x) => sum + (x - mean) ** 2, 0) / many.length;
    expect(Math.abs(mean)).toBeLessThan(0.03);
    expect(Math.abs(variance - 1)).toBeLessThan(0.03);
    expect(new Set(permutation(100, random(1))).size).toBe(100);
  });
});

describe('gradient descent', () => {
  const variable = (values: number[]) => tf.tidy(() => tf.variable(tf.tensor1d(values)));
  const gradients = (v: tf.Variable, values: number[]) => new Map([[v, tf.tensor1d(values)]]);

  it.each([
    ['wasm', true],
    ['wasm', false],
    ['js', true],
  ] as const)('moves by the momentum of all gradients so far on %s, in place: %s', async (device, inPlace) => {
    await startBackend(device);
    const before = tensorCount();
    const [fast, slow] = [variable([1, 2]), variable([1, 2])];
    const sgd = new Sgd(
      [
        { variables: new Map([['fast', fast]]), learningRate: 0.1, momentum: 0.9 },
        { variables: new Map([['slow', slow]]), learningRate: 0.01, momentum: 0 },
      ],
      inPlace ? undefined : () => undefined,
    );
    for (let n = 0; n < 2; n++) sgd.step(new Map([...gradients(fast, [10, -20]), ...gradients(slow, [10, -20])]));
    // m = 10, then 0.9 * 10 + 10 = 19
    expect(fast.arraySync()).toEqual([expect.closeTo(1 - 1 - 1.9, 5), expect.closeTo(2 + 2 + 3.8, 5)]);
    expect(slow.arraySync()).toEqual([expect.closeTo(0.8, 5), expect.closeTo(2.4, 5)]);
    sgd.step(gradients(fast, [0, 0]), { gradients: new Map([['slow', Float32Array.of(5, 0)]]), scale: 2 });
    expect(slow.arraySync()).toEqual([expect.closeTo(0.7, 5), expect.closeTo(2.4, 5)]);
    expect(sgd.state().map(({ name, shape }) => [name, shape])).toEqual([
      ['fast', [2]],
      ['slow', [2]],
    ]);
    sgd.forget('fast', 1, 1);
    const state = sgd.state();
    expect(state[0]!.data[1]).toBe(0);
    sgd.load(state);
    expect(sgd.state()).toEqual(state);
    sgd.dispose();
    tf.dispose([fast, slow]);
    expect(tensorCount()).toBe(before);
    await startBackend('wasm');
  });

  it('does not write into a gradient that others hold too', () => {
    const v = variable([1, 1]);
    const shared = tf.tensor1d([3, 4]);
    const sgd = new Sgd([{ variables: new Map([['v', v]]), learningRate: 1, momentum: 0 }]);
    sgd.step(new Map([[v, tf.reshape(shared, [2])]]));
    expect(shared.arraySync()).toEqual([3, 4]);
    expect(v.arraySync()).toEqual([-2, -3]);
  });

  it('refuses a state that fits no variable', () => {
    const sgd = new Sgd([{ variables: new Map([['v', variable([1, 1])]]), learningRate: 1, momentum: 0 }]);
    expect(() => sgd.load([{ name: 'w', shape: [2], data: new Float32Array(2) }])).toThrow(/momentum of w/);
    expect(() => sgd.load([{ name: 'v', shape: [3], data: new Float32Array(3) }])).toThrow(/momentum of v/);
  });

  it('clips by the norm of everything together', () => {
    const norm = globalNorm([tf.tensor1d([3, 0]), Float32Array.of(0, 0, 0, 0, 4)]);
    expect(norm).toBe(5);
    expect(clipScale(5, 1)).toBe(0.2);
    expect(clipScale(0.5, 1)).toBe(1);
    expect(clipScale(Number.NaN, 1)).toBe(0);
  });
});

describe('the digits network', () => {
  it('takes rows without labels, which teach the student by what the network thinks', () => {
    const synapse = new MnistSynapse({ ...SMALL, seed: 1 });
    const x = toTensor(plain([6, 784], wave));
    const network = toTensor(plain([6, 1024], i => (i % 1024 < 10 ? 10 * wave(i) : 0)));
    const targets = { labels: tf.tensor1d([1, 2, 3], 'int32') };
    const numbers = (tensors: Record<string, tf.Tensor>, name: string) => tensors[name]!.dataSync()[0]!;
    const labelled = synapse.head(tf.slice(x, 0, 3), targets, tf.slice(network, 0, 3));
    const mixed = synapse.head(x, targets, network);
    expect(numbers(mixed, 'localTargetLoss')).toBeCloseTo(numbers(labelled, 'localTargetLoss'), 4);
    expect(numbers(mixed, 'networkTargetLoss')).toBeCloseTo(numbers(labelled, 'networkTargetLoss'), 4);
    expect(mixed.localOutput.shape).toEqual([6, 32]);
    expect(mixed.networkTarget.shape).toEqual([6, 10]);
    // The loss has the unlabelled part on top: local + network + 10 distillation + readout + KL.
    const known = (tensors: Record<string, tf.Tensor>) =>
      numbers(tensors, 'localTargetLoss') +
      numbers(tensors, 'networkTargetLoss') +
      10 * numbers(tensors, 'distillationLoss');
    expect(numbers(mixed, 'loss') - known(mixed)).toBeGreaterThan(numbers(labelled, 'loss') - known(labelled) + 0.1);
    synapse.dispose();
  });

  it('answers images only', () => {
    const synapse = new MnistSynapse({ ...SMALL, seed: 1 });
    const x = toTensor(plain([2, 784], wave));
    expect(() => synapse.callForward(x, 'text')).toThrow(/mnist model does not take text/);
    expect(() => synapse.callForward(x, 'tensor')).toThrow(expect.objectContaining({ code: 'modality' }));
    expect(synapse.callForward(x, 'image').shape).toEqual([2, 1024]);
    synapse.dispose();
  });

  it('has the layers of the documents and the same numbers for the same seed', () => {
    const synapse = new MnistSynapse({ seed: 3 });
    const shapes = Object.fromEntries([...synapse.variables].map(([name, v]) => [name, v.shape]));
    expect(shapes).toEqual({
      'student.0.weight': [784, 1024],
      'student.0.bias': [1024],
      'student.1.weight': [1024, 1024],
      'student.1.bias': [1024],
      'main.0.weight': [784, 1024],
      'main.0.context': [1024, 1024],
      'main.0.bias': [1024],
      'main.1.weight': [1024, 1024],
      'main.1.bias': [1024],
      'target.weight': [1024, 10],
      'target.bias': [10],
    });
    const again = new MnistSynapse({ seed: 3 });
    const copies = again.state();
    for (const [i, { name, data }] of synapse.state().entries()) {
      expect([name, Buffer.from(data.buffer).equals(Buffer.from(copies[i]!.data.buffer))]).toEqual([name, true]);
    }
    synapse.dispose();
    again.dispose();
  });

  it('is one of the models, and an unknown one is told which there are', () => {
    expect(() => createModel('vgg', { seed: 0 })).toThrow(/no model 'vgg' here \(there is: mnist, cifar/);
    expect(() => createModel('toString', { seed: 0 })).toThrow(expect.objectContaining({ code: 'unknown_model' }));
  });
});
