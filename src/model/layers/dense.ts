import * as tf from '@tensorflow/tfjs-core';

/** `activation(x * weight + bias)`: x [rows, in], weight [in, out], bias [out] -> [rows, out]. One kernel for all three. */
export function dense(x: tf.Tensor, weight: tf.Tensor, bias: tf.Tensor, activation: 'linear' | 'relu'): tf.Tensor2D {
  const [rows, width] = [x.shape[0]!, x.shape[1]!];
  const output = tf.engine().runKernel(
    tf._FusedMatMul,
    // The kernel wants a batch of matrices, here of one.
    { a: tf.reshape(x, [1, rows, width]), b: tf.reshape(weight, [1, width, weight.shape[1]!]), bias },
    { transposeA: false, transposeB: false, activation },
  ) as tf.Tensor;
  return tf.reshape(output, [rows, weight.shape[1]!]);
}
