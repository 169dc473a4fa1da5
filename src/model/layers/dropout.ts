import * as tf from '@tensorflow/tfjs-core';
import type { Random } from '../compute/random.js';

/** Sets a share of the numbers to 0 and enlarges the others, so that the mean stays. The same stream drops the same ones. */
export function dropout(x: tf.Tensor, share: number, source: Random): tf.Tensor {
  const kept = new Float32Array(x.size);
  for (let i = 0; i < kept.length; i++) kept[i] = source.uniform() < share ? 0 : 1 / (1 - share);
  return tf.mul(x, tf.tensor(kept, x.shape));
}
