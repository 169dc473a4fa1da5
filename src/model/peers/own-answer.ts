import * as tf from '@tensorflow/tfjs-core';
import { stopGradient } from '../compute/vjp.js';
import { ANSWER_NORM } from './normalise.js';

/** When a synapse calls itself there is nobody to imitate: its distillation loss only keeps the student's norm. */
export const OWN_DISTILLATION_WEIGHT = 1;

/** What a synapse hears when it calls itself: its student [rows, 1024], as a receiver brings an answer to norm 32, without gradient. */
export function ownAnswer(student: tf.Tensor): tf.Tensor {
  const vector = stopGradient(student);
  const norms = tf.maximum(tf.sqrt(tf.sum(tf.square(vector), 1, true)), 1e-20); // [rows, 1]
  return tf.mul(vector, tf.div(ANSWER_NORM, norms));
}
