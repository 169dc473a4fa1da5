import * as tf from '@tensorflow/tfjs-core';
import { type Partials, type Rule, unbroadcast } from './gradient-rule.js';

function lastTwoSwapped(x: tf.Tensor): tf.Tensor {
  const n = x.rank;
  return tf.transpose(x, [...Array(n - 2).keys(), n - 1, n - 2]);
}

/** `a * b^T` by whichever transpose is the smaller one: wasm's flags leave the fast kernel, and packing a weight costs as much. */
function timesTransposed(a: tf.Tensor, b: tf.Tensor): tf.Tensor {
  if (a.size >= b.size) return tf.matMul(a, lastTwoSwapped(b));
  return lastTwoSwapped(tf.matMul(b, lastTwoSwapped(a)));
}

/** `a^T * b`. */
function transposedTimes(a: tf.Tensor, b: tf.Tensor): tf.Tensor {
  if (a.size <= b.size * 4) return tf.matMul(lastTwoSwapped(a), b);
  return lastTwoSwapped(tf.matMul(lastTwoSwapped(b), a));
}

/** For a backend where a product with a transposed matrix costs more than transposing it. */
export const matmulByTransposes: Rule = {
  save: ['a', 'b'],
  rule: (dy, [a, b], { transposeA, transposeB }) => {
    const [x, y] = [a!, b!];
    const partials = !transposeA
      ? !transposeB
        ? { a: () => timesTransposed(dy, y), b: () => transposedTimes(x, dy) }
        : { a: () => tf.matMul(dy, y), b: () => transposedTimes(dy, x) }
      : !transposeB
        ? { a: () => timesTransposed(y, dy), b: () => tf.matMul(x, dy) }
        : {
            a: () => lastTwoSwapped(tf.matMul(dy, y)),
            b: () => lastTwoSwapped(tf.matMul(x, dy)),
          };
    return withBatchShape(partials, x, y);
  },
};

/** For a backend where a product takes a transposed matrix for free. */
export const matmulByFlags: Rule = {
  save: ['a', 'b'],
  rule: (dy, [a, b], { transposeA, transposeB }) => {
    const [x, y] = [a!, b!];
    const partials = !transposeA
      ? !transposeB
        ? { a: () => tf.matMul(dy, y, false, true), b: () => tf.matMul(x, dy, true, false) }
        : { a: () => tf.matMul(dy, y), b: () => tf.matMul(dy, x, true, false) }
      : !transposeB
        ? { a: () => tf.matMul(y, dy, false, true), b: () => tf.matMul(x, dy) }
        : { a: () => tf.matMul(y, dy, true, true), b: () => tf.matMul(dy, x, true, true) };
    return withBatchShape(partials, x, y);
  },
};

/** Batch dimensions of a matrix product broadcast too. */
function withBatchShape(partials: { a: () => tf.Tensor; b: () => tf.Tensor }, a: tf.Tensor, b: tf.Tensor): Partials {
  return { a: () => unbroadcast(partials.a(), a.shape), b: () => unbroadcast(partials.b(), b.shape) };
}

/** relu(a * b + bias), or without relu. */
export function fusedMatmul(matmul: Rule): Rule {
  return {
    save: ['a', 'b'],
    saveOutput: true,
    rule: (dy, [a, b, y], attributes) => {
      const { activation } = attributes;
      // One mask for all three partial derivatives; TensorFlow.js asks for each on its own.
      const slope = activation === 'relu' ? tf.mul(dy, tf.step(y!)) : dy;
      const product = matmul.rule(slope, [a!, b!], attributes);
      return { ...product, bias: () => tf.sum(slope, [...Array(slope.rank - 1).keys()]) };
    },
  };
}
