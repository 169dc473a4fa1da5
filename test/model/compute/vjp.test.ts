import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { startBackend, vjp } from '../../../src/model/index.js';
import { tensorCount } from '../helpers.js';

beforeAll(async () => {
  await startBackend('wasm');
});

describe('a vector-Jacobian product', () => {
  it('weighs several outputs by their cotangents and shows what else was computed', () => {
    const w = tf.variable(tf.tensor1d([2, 3]));
    const x = tf.tensor1d([5, 7]);
    const before = tensorCount();
    const product = vjp({
      of: ([input]) => {
        const y = tf.mul(w, input!);
        return { outputs: [y, tf.sum(input!)], extra: { doubled: tf.mul(y, 2) } };
      },
      variables: [w],
      inputs: [x],
      cotangents: [tf.tensor1d([1, 10]), tf.scalar(100)],
    });
    expect([...product.variables.get(w)!.dataSync()]).toEqual([5, 70]);
    expect([...product.inputs[0]!.dataSync()]).toEqual([102, 130]);
    expect([...product.extra.doubled.dataSync()]).toEqual([20, 42]);
    tf.dispose([...product.outputs, product.extra.doubled, ...product.variables.values(), ...product.inputs]);
    expect(tensorCount()).toBe(before + 2); // the two cotangents
    tf.disposeVariables();
  });

  it('gives zeros for an input that nothing depends on, and nothing for such a variable', () => {
    const [used, unused] = [tf.variable(tf.scalar(2)), tf.variable(tf.scalar(3))];
    const product = vjp({
      of: () => ({ outputs: [tf.square(used)] }),
      variables: [used, unused],
      inputs: [tf.tensor1d([1, 1])],
      cotangents: [tf.scalar(1)],
    });
    expect(product.variables.get(used)!.dataSync()[0]).toBe(4);
    expect(product.variables.has(unused)).toBe(false);
    expect([...product.inputs[0]!.dataSync()]).toEqual([0, 0]);
    tf.disposeVariables();
  });

  it('leaves nothing behind when the function throws', () => {
    const w = tf.variable(tf.scalar(2));
    const one = tf.scalar(1);
    const before = tensorCount();
    const failing = (late: boolean) => () =>
      vjp({
        of: () => {
          const y = tf.square(w);
          if (!late) throw new Error('no');
          return { outputs: [y, y], extra: { y } }; // one cotangent too few
        },
        variables: [w],
        inputs: [],
        cotangents: [one],
      });
    expect(failing(false)).toThrow('no');
    expect(failing(true)).toThrow();
    expect(tensorCount()).toBe(before);
    tf.disposeVariables();
  });
});
