import * as tf from '@tensorflow/tfjs-core';

/** The two forms that are in use: GPT-2 has the one by tanh, BERT the exact one. They differ by up to 5e-4. */
export type Gelu = 'tanh' | 'erf';

/** Gaussian error linear unit (Hendrycks and Gimpel 2016): x times the share of a normal distribution below x. Any shape. */
export function gelu(x: tf.Tensor, form: Gelu): tf.Tensor {
  return form === 'tanh' ? geluByTanh(x) : geluByErf(x);
}

const CUBE = 0.044715;
const SLOPE = 2 * Math.sqrt(2 / Math.PI);

/** `x / 2 * (1 + tanh(u / 2))` is `x * sigmoid(u)`, with `u = 2 sqrt(2 / pi) (x + 0.044715 x^3)`. */
const geluByTanh = tf.customGrad((input, save) => {
  const x = input as tf.Tensor;
  const square = tf.square(x);
  const share = tf.sigmoid(tf.mul(x, tf.add(tf.mul(square, SLOPE * CUBE), SLOPE)));
  (save as tf.GradSaveFunc)([x, square, share]);
  const gradFunc = (dy: tf.Tensor, [x, square, share]: tf.Tensor[]) => {
    const slope = tf.add(tf.mul(square!, 3 * SLOPE * CUBE), SLOPE); // du/dx
    const bent = tf.mul(tf.mul(x!, slope), tf.sub(1, share!));
    return tf.mul(tf.mul(dy, share!), tf.add(bent, 1));
  };
  return { value: tf.mul(x, share), gradFunc };
}) as (x: tf.Tensor) => tf.Tensor;

/** `x / 2 * (1 + erf(x / sqrt(2)))`. */
const geluByErf = tf.customGrad((input, save) => {
  const x = input as tf.Tensor;
  const share = tf.mul(tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1), 0.5);
  (save as tf.GradSaveFunc)([x, share]);
  const gradFunc = (dy: tf.Tensor, [x, share]: tf.Tensor[]) => {
    const density = tf.mul(tf.exp(tf.mul(tf.square(x!), -0.5)), 1 / Math.sqrt(2 * Math.PI));
    return tf.mul(dy, tf.add(share!, tf.mul(x!, density)));
  };
  return { value: tf.mul(x, share), gradFunc };
}) as (x: tf.Tensor) => tf.Tensor;
