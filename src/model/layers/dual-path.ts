import * as tf from '@tensorflow/tfjs-core';
import { DUAL_PATH } from '../compute/wasm-dual-path.js';

/**
 * The two paths of a dual path network after a block, cut off at 0: the first `residual` channels of both are added, the others of both
 * are kept side by side. kept [rows, h, w, residual + k], change [rows, h, w, residual + n] -> [rows, h, w, residual + k + n]
 */
export function joinPaths(kept: tf.Tensor, change: tf.Tensor, residual: number): tf.Tensor {
  if (tf.getKernel(DUAL_PATH, tf.getBackend())) {
    return tf.engine().runKernel(DUAL_PATH, { kept, change }, { residual }) as tf.Tensor;
  }
  const [added, old] = tf.split(kept, [residual, kept.shape[3]! - residual], 3);
  const [more, fresh] = tf.split(change, [residual, change.shape[3]! - residual], 3);
  return tf.relu(tf.concat([tf.add(added!, more!), old!, fresh!], 3));
}
