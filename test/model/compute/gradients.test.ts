import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { type Device, startBackend, vjp } from '../../../src/model/index.js';
import { wave } from '../helpers.js';

type Function_ = (...inputs: tf.Tensor[]) => tf.Tensor;

interface Case {
  f: Function_;
  /** Shapes of the inputs. */
  shapes: number[][];
  /** Brings the numbers of `wave` to where the function is smooth. */
  at?: (value: number) => number;
}

const positive = (value: number) => 0.6 + Math.abs(value);
const image = [2, 5, 5, 2];

const cases: Record<string, Case> = {
  'a sum of two': { f: (a, b) => tf.add(a!, b!), shapes: [[2, 3], [3]] },
  'a difference': {
    f: (a, b) => tf.sub(a!, b!),
    shapes: [
      [2, 3],
      [2, 1],
    ],
  },
  'a product': { f: (a, b) => tf.mul(a!, b!), shapes: [[2, 3], []] },
  'a quotient': { f: (a, b) => tf.div(a!, b!), shapes: [[2, 3], [3]], at: positive },
  'a power': { f: (a, b) => tf.pow(a!, b!), shapes: [[4], [4]], at: positive },
  'the larger of two': { f: (a, b) => tf.maximum(a!, b!), shapes: [[7], [1]] },
  'the smaller of two': { f: (a, b) => tf.minimum(a!, b!), shapes: [[7], [1]] },
  'a squared difference': { f: (a, b) => tf.squaredDifference(a!, b!), shapes: [[2, 3], [3]] },
  'a sum of many': { f: (a, b, c) => tf.addN([a!, b!, c!]), shapes: [[3], [3], [3]] },
  abs: { f: a => tf.abs(a!), shapes: [[6]] },
  square: { f: a => tf.square(a!), shapes: [[6]] },
  log: { f: a => tf.log(a!), shapes: [[6]], at: positive },
  log1p: { f: a => tf.log1p(a!), shapes: [[6]], at: positive },
  sin: { f: a => tf.sin(a!), shapes: [[6]] },
  cos: { f: a => tf.cos(a!), shapes: [[6]] },
  erf: { f: a => tf.erf(a!), shapes: [[6]] },
  'a clipped value': { f: a => tf.clipByValue(a!, -1, 1), shapes: [[9]] },
  neg: { f: a => tf.neg(a!), shapes: [[6]] },
  exp: { f: a => tf.exp(a!), shapes: [[6]] },
  sqrt: { f: a => tf.sqrt(a!), shapes: [[6]], at: positive },
  rsqrt: { f: a => tf.rsqrt(a!), shapes: [[6]], at: positive },
  tanh: { f: a => tf.tanh(a!), shapes: [[6]] },
  sigmoid: { f: a => tf.sigmoid(a!), shapes: [[6]] },
  relu: { f: a => tf.relu(a!), shapes: [[9]] },
  softmax: { f: a => tf.softmax(a!), shapes: [[3, 4]] },
  'log softmax': { f: a => tf.logSoftmax(a!), shapes: [[3, 4]] },
  'a sum over one axis': { f: a => tf.sum(a!, 1), shapes: [[2, 3, 2]] },
  'a sum over all': { f: a => tf.sum(a!), shapes: [[2, 3]] },
  'a mean over the first axis': { f: a => tf.mean(a!, 0), shapes: [[4, 3]] },
  'a mean that keeps its axis': { f: a => tf.mean(a!, 1, true), shapes: [[4, 3]] },
  'a maximum': { f: a => tf.max(a!, 1), shapes: [[3, 5]] },
  'a minimum': { f: a => tf.min(a!, 0), shapes: [[3, 5]] },
  'a norm': { f: a => tf.norm(a!, 'euclidean', 1, true), shapes: [[3, 5]] },
  'a split into one part': { f: a => tf.mul(tf.split(a!, 1, 1)[0]!, 2), shapes: [[3, 4]] },
  'the one part of a stack': { f: a => tf.mul(tf.unstack(a!, 0)[0]!, 2), shapes: [[1, 4]] },
  'a copy': { f: a => tf.clone(a!), shapes: [[3]] },
  'a cast': { f: a => tf.cast(tf.mul(a!, 2), 'float32'), shapes: [[3]] },
  reshape: { f: a => tf.reshape(a!, [3, 2]), shapes: [[6]] },
  'an added axis': { f: a => tf.expandDims(a!, 1), shapes: [[3, 2]] },
  transpose: { f: a => tf.transpose(a!, [2, 0, 1]), shapes: [[2, 3, 4]] },
  'a broadcast': { f: a => tf.broadcastTo(a!, [4, 3]), shapes: [[1, 3]] },
  tile: { f: a => tf.tile(a!, [2, 3]), shapes: [[2, 2]] },
  slice: { f: a => tf.slice(a!, [1, 0], [-1, 2]), shapes: [[3, 4]] },
  pad: {
    f: a =>
      tf.pad(a!, [
        [1, 0],
        [0, 2],
      ]),
    shapes: [[2, 3]],
  },
  concat: {
    f: (a, b) => tf.concat([a!, b!], 1),
    shapes: [
      [2, 3],
      [2, 2],
    ],
  },
  stack: {
    f: (a, b) => tf.stack([a!, b!], 1),
    shapes: [
      [2, 3],
      [2, 3],
    ],
  },
  unstack: { f: a => tf.mul(tf.unstack(a!, 0)[1]!, tf.unstack(a!, 0)[0]!), shapes: [[2, 3]] },
  split: { f: a => tf.mul(tf.split(a!, [1, 2], 0)[0]!, tf.split(a!, [1, 2], 0)[1]!), shapes: [[3, 2]] },
  where: { f: (a, b) => tf.where(tf.greater(tf.tensor([1, -1, 1]), 0), a!, b!), shapes: [[3], [3]] },
  gather: { f: a => tf.gather(a!, tf.tensor1d([2, 0, 2], 'int32')), shapes: [[4, 3]] },
  'gather along another axis': { f: a => tf.gather(a!, tf.tensor1d([2, 0, 2], 'int32'), 1), shapes: [[2, 4, 3]] },
  'a running sum': { f: a => tf.cumsum(a!, 1), shapes: [[3, 4]] },
  'a running sum from the end, without itself': { f: a => tf.cumsum(a!, 0, true, true), shapes: [[4, 2]] },
  'a product of matrices': {
    f: (a, b) => tf.matMul(a!, b!),
    shapes: [
      [3, 4],
      [4, 2],
    ],
  },
  'a product with both transposed': {
    f: (a, b) => tf.matMul(a!, b!, true, true),
    shapes: [
      [4, 3],
      [2, 4],
    ],
  },
  'a batch of products': {
    f: (a, b) => tf.matMul(a!, b!),
    shapes: [
      [2, 3, 4],
      [1, 4, 2],
    ],
  },
  'a convolution': {
    f: (a, b) => tf.conv2d(a as tf.Tensor4D, b as tf.Tensor4D, 2, 'same'),
    shapes: [image, [3, 3, 2, 3]],
  },
  'a maximum pool': { f: a => tf.maxPool(a as tf.Tensor4D, 2, 2, 'valid'), shapes: [image] },
  'a mean pool': { f: a => tf.avgPool(a as tf.Tensor4D, 2, 2, 'valid'), shapes: [image] },
};

function inputsOf({ shapes, at }: Case): Float32Array[] {
  return shapes.map((shape, k) =>
    Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => (at ?? Number)(wave(i + 100 * k))),
  );
}

/** <f(inputs), cotangent> with a cotangent that is different everywhere. */
function weighted(f: Function_, values: Float32Array[], shapes: number[][]): number {
  return tf.tidy(() => {
    const y = f(...values.map((value, k) => tf.tensor(value, shapes[k]!)));
    return tf.sum(tf.mul(y, cotangentOf(y))).dataSync()[0]!;
  });
}

function cotangentOf(y: tf.Tensor): tf.Tensor {
  return tf.tensor(
    Float32Array.from({ length: y.size }, (_, i) => wave(i + 7)),
    y.shape,
  );
}

describe.each(['js', 'wasm'] as Device[])('derivative rules on the %s backend', device => {
  it.each(Object.entries(cases))('agree with finite differences for %s', async (_, test) => {
    await startBackend(device);
    const { f, shapes } = test;
    const values = inputsOf(test);
    const before = tf.memory().numTensors;
    const product = tf.tidy(() => {
      const inputs = values.map((value, k) => tf.tensor(value, shapes[k]!));
      const { inputs: gradients, outputs } = vjp({
        of: ins => ({ outputs: [f(...ins)] }),
        variables: [],
        inputs,
        cotangents: [cotangentOf(f(...inputs))],
      });
      tf.dispose(outputs);
      return gradients;
    });
    const step = 1e-2;
    for (const [k, gradient] of product.entries()) {
      const got = gradient.dataSync();
      expect(gradient.shape).toEqual(shapes[k]);
      for (let i = 0; i < got.length; i += Math.ceil(got.length / 12)) {
        const moved = (by: number) => {
          const copies = values.map(value => value.slice());
          copies[k]![i]! += by;
          return weighted(f, copies, shapes);
        };
        const expected = (moved(step) - moved(-step)) / (2 * step);
        expect(Math.abs(got[i]! - expected)).toBeLessThan(0.02 * Math.max(1, Math.abs(expected)));
      }
    }
    tf.dispose(product);
    expect(tf.memory().numTensors).toBe(before);
  });
});
