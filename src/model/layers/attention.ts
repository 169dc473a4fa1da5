import * as tf from '@tensorflow/tfjs-core';

/** What is added to the score of a place that must not be looked at; its share becomes exactly 0. */
const HIDDEN = -1e9;

export interface AttentionOptions {
  /** Sequences below each other in query, key and value [batch * length, width]. */
  batch: number;
  heads: number;
  /** Added to the scores [batch, heads, length, length]: 0, or a large negative number. */
  mask?: tf.Tensor | undefined;
  /** Applied to the shares. */
  drop?: (shares: tf.Tensor) => tf.Tensor;
}

/** Scaled dot-product attention of several heads (Vaswani et al. 2017, 3.2). [batch * length, width] each -> [batch * length, width] */
export function attention(
  query: tf.Tensor,
  key: tf.Tensor,
  value: tf.Tensor,
  { batch, heads, mask, drop = shares => shares }: AttentionOptions,
): tf.Tensor2D {
  const [rows, width] = [query.shape[0]!, query.shape[1]!];
  const [length, part] = [rows / batch, width / heads];
  const split = (x: tf.Tensor) => tf.transpose(tf.reshape(x, [batch, length, heads, part]), [0, 2, 1, 3]); // [batch, heads, length, part]
  const scores = tf.matMul(split(tf.mul(query, 1 / Math.sqrt(part))), split(key), false, true); // [batch, heads, length, length]
  const shares = drop(tf.softmax(mask ? tf.add(scores, mask) : scores));
  const mixed = tf.matMul(shares, split(value)); // [batch, heads, length, part]
  return tf.reshape(tf.transpose(mixed, [0, 2, 1, 3]), [rows, width]);
}

/** Hides from each place what comes after it. [1, 1, length, length] */
export function causalMask(length: number): tf.Tensor {
  const hidden = new Float32Array(length * length);
  for (let i = 0; i < length; i++) hidden.fill(HIDDEN, i * length + i + 1, (i + 1) * length);
  return tf.tensor(hidden, [1, 1, length, length]);
}

/** Hides the places where `visible` [batch, length] is 0. [batch, 1, 1, length] */
export function paddingMask(visible: tf.Tensor): tf.Tensor {
  const [batch, length] = [visible.shape[0]!, visible.shape[1]!];
  return tf.reshape(tf.mul(tf.sub(1, visible), HIDDEN), [batch, 1, 1, length]);
}
