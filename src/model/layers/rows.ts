import * as tf from '@tensorflow/tfjs-core';
import { embed } from './embedding.js';

/** [rows, width] -> [count, width]; all of them cost nothing. */
export function firstRows(x: tf.Tensor, count: number): tf.Tensor2D {
  return (count === x.shape[0] ? x : tf.slice(x, 0, count)) as tf.Tensor2D;
}

/** [rows, width] -> [rows - start, width] */
export function rowsFrom(x: tf.Tensor, start: number): tf.Tensor2D {
  return tf.slice(x, start, x.shape[0]! - start) as tf.Tensor2D;
}

/** What picks these rows of tensors [count, width]; all of them in their order cost nothing. */
export function rowPicker(at: readonly number[], count: number): (x: tf.Tensor) => tf.Tensor2D {
  if (at.length === count && at.every((row, i) => row === i)) return x => x as tf.Tensor2D;
  const indices = tf.tensor1d(at as number[], 'int32');
  return x => embed(x, indices);
}
