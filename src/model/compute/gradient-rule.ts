import * as tf from '@tensorflow/tfjs-core';

/** The derivative of one kernel. */
export interface Rule {
  /** Inputs by name, in the order in which `rule` gets them. */
  save?: readonly string[];
  /** The output comes after the inputs; a kernel with several outputs says how many. */
  saveOutput?: boolean | number;
  saveAll?: boolean;
  rule: (dy: tf.Tensor, saved: tf.Tensor[], attributes: Attributes) => Partials;
}
export type Partials = Record<string, () => tf.Tensor>;
// Attributes differ from kernel to kernel; each rule names those that it reads.
export type Attributes = Record<string, unknown>;

/** Sums away what broadcasting added, so that a gradient has the shape of its input. */
export function unbroadcast(gradient: tf.Tensor, shape: number[]): tf.Tensor {
  const axes = tf.broadcast_util.getReductionAxes(shape, gradient.shape);
  const summed = axes.length > 0 ? tf.sum(gradient, axes) : gradient;
  return sameShape(summed.shape, shape) ? summed : tf.reshape(summed, shape);
}

function sameShape(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((size, i) => size === b[i]);
}
