import * as tf from '@tensorflow/tfjs-core';
import { stopGradient } from './vjp.js';

/** Mean over rows of the cross entropy of softmax(logits) [rows, classes] with the targets, one-hot alike. */
export function crossEntropy(targets: tf.Tensor, logits: tf.Tensor): tf.Scalar {
  return tf.neg(tf.div(tf.sum(tf.mul(targets, tf.logSoftmax(logits as tf.Tensor2D))), logits.shape[0]!)) as tf.Scalar;
}

/** Cross entropy of the student with what the teacher thinks; the teacher does not learn from it. Mean over rows. */
export function learnFrom(teacherLogits: tf.Tensor, studentLogits: tf.Tensor): tf.Scalar {
  return crossEntropy(stopGradient(tf.softmax(teacherLogits as tf.Tensor2D)), studentLogits);
}

/** Mean over all elements of the squared distance to a teacher that does not learn from it. */
export function distillation(teacher: tf.Tensor, student: tf.Tensor): tf.Scalar {
  return tf.mean(tf.square(tf.sub(student, stopGradient(teacher)))) as tf.Scalar;
}
