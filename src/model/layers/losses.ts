import * as tf from '@tensorflow/tfjs-core';
import { stopGradient } from '../compute/vjp.js';

/** Class numbers [...shape] as one-hot rows [...shape, classes]; -1 gives a row of zeros, which no loss counts. */
export function oneHot(labels: tf.Tensor, classes: number): tf.Tensor {
  return tf.cast(tf.oneHot(labels as tf.Tensor1D, classes), 'float32');
}

/** How many rows of logits [...shape, classes] are largest at their label [...shape]; labels of -1 are not counted. */
export function countRight(logits: tf.Tensor, labels: tf.Tensor): { count: number; right: number } {
  const [best, wanted] = tf.tidy(() => [tf.argMax(logits, -1).dataSync(), labels.dataSync()]);
  let count = 0;
  let right = 0;
  for (let i = 0; i < wanted!.length; i++) {
    if (wanted![i]! < 0) continue;
    count += 1;
    if (best![i] === wanted![i]) right += 1;
  }
  return { count, right };
}

/** Mean over rows of the cross entropy of softmax(logits) [rows, classes] with the targets, one-hot alike. */
export function crossEntropy(targets: tf.Tensor, logits: tf.Tensor): tf.Scalar {
  return tf.neg(tf.div(tf.sum(tf.mul(targets, tf.logSoftmax(logits as tf.Tensor2D))), logits.shape[0]!)) as tf.Scalar;
}

/** Cross entropy of the student with what the teacher thinks; the teacher does not learn from it. Mean over rows. */
export function learnFrom(teacherLogits: tf.Tensor, studentLogits: tf.Tensor): tf.Scalar {
  return crossEntropy(stopGradient(tf.softmax(teacherLogits as tf.Tensor2D)), studentLogits);
}

/**
 * Mean over all elements of the squared distance of the student to a teacher that does not learn from it. Its gradient is written out:
 * composed of kernels it would fill a whole tensor with one number first.
 */
export function distillation(teacher: tf.Tensor, student: tf.Tensor): tf.Scalar {
  const squares = tf.customGrad((x, save) => {
    const difference = tf.sub(x as tf.Tensor, teacher);
    (save as tf.GradSaveFunc)([difference]);
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]) => tf.mul(saved[0]!, tf.mul(dy, 2 / difference.size));
    return { value: tf.mean(tf.square(difference)), gradFunc };
  });
  return squares(student) as tf.Scalar;
}

/**
 * {@link crossEntropy} with class numbers, one for each row of logits [rows, classes]; 0 for no rows. Its gradient is written out: of the kernels that it is composed of, each
 * would write a tensor of [rows, classes].
 */
export function crossEntropyOf(labels: Int32Array, logits: tf.Tensor): tf.Scalar {
  if (labels.length === 0) return tf.scalar(0);
  const entropy = tf.customGrad((x, save) => {
    const wanted = oneHot(tf.tensor1d(labels, 'int32'), logits.shape[1]!);
    const shares = tf.softmax(x as tf.Tensor2D);
    (save as tf.GradSaveFunc)([shares, wanted]);
    const right = tf.sum(tf.mul(shares, wanted), 1);
    const gradFunc = (dy: tf.Tensor, [shares, wanted]: tf.Tensor[]) =>
      tf.mul(tf.sub(shares!, wanted!), tf.div(dy, labels.length));
    // A share that is too small for float32 counts as 1e-37.
    return { value: tf.neg(tf.mean(tf.log(tf.maximum(right, 1e-37)))), gradFunc };
  });
  return entropy(logits) as tf.Scalar;
}
