import * as tf from '@tensorflow/tfjs-core';

/**
 * Layer normalisation (Ba et al. 2016): each row of x [rows, width] to mean 0 and variance 1, times weight, plus bias [width]. The
 * gradient is written out: composed of kernels it would take three times as many.
 */
export function layerNorm(x: tf.Tensor, weight: tf.Tensor, bias: tf.Tensor, epsilon: number): tf.Tensor2D {
  const normalise = tf.customGrad((...args) => {
    const [x, weight, bias, save] = args as unknown as [tf.Tensor, tf.Tensor, tf.Tensor, tf.GradSaveFunc];
    const centred = tf.sub(x, tf.mean(x, 1, true));
    const inverse = tf.rsqrt(tf.add(tf.mean(tf.square(centred), 1, true), epsilon)); // [rows, 1]
    const unit = tf.mul(centred, inverse);
    save([unit, inverse, weight]);
    return { value: tf.add(tf.mul(unit, weight), bias), gradFunc: layerNormGradient as never };
  });
  return normalise(x, weight, bias) as tf.Tensor2D;
}

function layerNormGradient(dy: tf.Tensor, [unit, inverse, weight]: tf.Tensor[]): tf.Tensor[] {
  const slope = tf.mul(dy, weight!);
  const along = tf.mul(unit!, tf.mean(tf.mul(slope, unit!), 1, true));
  const dx = tf.mul(tf.sub(tf.sub(slope, tf.mean(slope, 1, true)), along), inverse!);
  return [dx, tf.sum(tf.mul(dy, unit!), 0), tf.sum(dy, 0)];
}
