import * as tf from '@tensorflow/tfjs-core';
import { BATCH_NORM, SCALE_SHIFT } from '../compute/wasm-batch-norm.js';

/** As in PyTorch. */
export const BATCH_NORM_EPSILON = 1e-5;
/** What a batch counts for in the running averages, as in PyTorch. */
const BATCH_SHARE = 0.1;

export interface NormOptions {
  /** Cut the result off at 0, in the same walk over the numbers. */
  relu?: boolean;
}

/**
 * Batch normalisation while training: (x - mean) / deviation * gamma + beta over this batch, channels last; gradients flow through mean
 * and variance. The variance is the biased one.
 */
export function batchNorm(
  x: tf.Tensor,
  gamma: tf.Tensor,
  beta: tf.Tensor,
  { relu = false }: NormOptions = {},
): { y: tf.Tensor; mean: tf.Tensor; variance: tf.Tensor } {
  if (!tf.getKernel(BATCH_NORM, tf.getBackend())) return composed(x, gamma, beta, relu);
  const [y, mean, variance] = tf
    .engine()
    .runKernel(BATCH_NORM, { x, gamma, beta }, { epsilon: BATCH_NORM_EPSILON, relu }) as unknown as tf.Tensor[];
  return { y: y!, mean: mean!, variance: variance! };
}

/** Batch normalisation with the running averages, as a served model does it. */
export function batchNormByAverages(
  x: tf.Tensor,
  { gamma, beta, mean, variance }: Record<'gamma' | 'beta' | 'mean' | 'variance', tf.Tensor>,
  { relu = false }: NormOptions = {},
): tf.Tensor {
  const scale = tf.mul(gamma, tf.rsqrt(tf.add(variance, BATCH_NORM_EPSILON)));
  const shift = tf.sub(beta, tf.mul(mean, scale));
  if (!tf.getKernel(SCALE_SHIFT, tf.getBackend())) {
    const y = tf.add(tf.mul(x, scale), shift);
    return relu ? tf.relu(y) : y;
  }
  return tf.engine().runKernel(SCALE_SHIFT, { x, scale, shift }, { relu }) as tf.Tensor;
}

function composed(x: tf.Tensor, gamma: tf.Tensor, beta: tf.Tensor, relu: boolean) {
  const axes = channelAxes(x);
  const mean = tf.mean(x, axes);
  const centred = tf.sub(x, mean);
  const variance = tf.mean(tf.square(centred), axes);
  const scale = tf.mul(gamma, tf.rsqrt(tf.add(variance, BATCH_NORM_EPSILON)));
  const y = tf.add(tf.mul(centred, scale), beta);
  return { y: relu ? tf.relu(y) : y, mean, variance };
}

function channelAxes(x: tf.Tensor): number[] {
  return [...Array(x.rank - 1).keys()];
}

/**
 * Moves running averages towards the statistics of a batch of `count` numbers a channel; the variance that is kept is the unbiased one.
 * A batch whose numbers are not finite leaves them as they are, as it leaves the parameters.
 */
export function followStatistics(
  averages: { mean: tf.Variable; variance: tf.Variable },
  batch: { mean: tf.Tensor; variance: tf.Tensor },
  count: number,
): void {
  tf.tidy(() => {
    const unbiased = tf.mul(batch.variance, count / Math.max(1, count - 1));
    for (const [average, now] of [
      [averages.mean, batch.mean],
      [averages.variance, unbiased],
    ] as const) {
      const next = tf.add(tf.mul(average, 1 - BATCH_SHARE), tf.mul(now, BATCH_SHARE));
      average.assign(tf.where(tf.isFinite(next), next, average));
    }
  });
}
