import * as tf from '@tensorflow/tfjs-core';

/**
 * The digits network written the way one would in TensorFlow.js alone: chained operations, `tf.train.momentum` and `minimize`. What our
 * own code is measured against. Same layers, same losses.
 */
export class PlainMnist {
  readonly variables: tf.Variable[] = [];
  private readonly layers: Record<string, { weight: tf.Variable; bias: tf.Variable }> = {};

  constructor(seed: number) {
    this.layer('student0', 784, 1024, seed);
    this.layer('student1', 1024, 1024, seed + 1);
    this.layer('main0', 784 + 1024, 1024, seed + 2);
    this.layer('main1', 1024, 1024, seed + 3);
    this.layer('target', 1024, 10, seed + 4);
  }

  student(x: tf.Tensor2D): tf.Tensor2D {
    return this.linear('student1', tf.relu(this.linear('student0', x)));
  }

  scores(x: tf.Tensor2D, context: tf.Tensor2D): tf.Tensor2D {
    const hidden = tf.relu(this.linear('main0', tf.concat([x, context], 1)));
    return this.linear('target', tf.relu(this.linear('main1', hidden)));
  }

  /** What a peer would answer. */
  answer(x: tf.Tensor2D): tf.Tensor2D {
    const scores = this.scores(x, this.student(x));
    const centred = tf.sub(scores, tf.mean(scores, 1, true));
    return tf.pad(centred, [
      [0, 0],
      [0, 1014],
    ]) as tf.Tensor2D;
  }

  /** The losses; without an answer of a peer, the student stands in for it. */
  loss(x: tf.Tensor2D, targets: tf.Tensor2D, answer?: tf.Tensor2D): tf.Scalar {
    const student = this.student(x);
    const heard = answer ?? constant(student);
    const context = tf.mul(tf.div(heard, tf.norm(heard, 'euclidean', 1, true)), 32) as tf.Tensor2D;
    const losses = [
      crossEntropy(targets, this.scores(x, student)),
      crossEntropy(targets, this.scores(x, context)),
      tf.mul(tf.mean(tf.squaredDifference(student, constant(context))), answer ? 10 : 1),
    ];
    if (answer) losses.push(crossEntropy(targets, tf.mul(tf.slice(context, [0, 0], [-1, 10]), 8 / 32)));
    return tf.addN(losses) as tf.Scalar;
  }

  dispose(): void {
    tf.dispose(this.variables);
  }

  private linear(name: string, x: tf.Tensor2D): tf.Tensor2D {
    const { weight, bias } = this.layers[name]!;
    return tf.add(tf.matMul(x, weight as unknown as tf.Tensor2D), bias);
  }

  private layer(name: string, inputs: number, outputs: number, seed: number): void {
    const initial = tf.randomNormal([inputs, outputs], 0, Math.sqrt(2 / inputs), 'float32', seed);
    const layer = { weight: tf.variable(initial), bias: tf.variable(tf.zeros([outputs])) };
    initial.dispose();
    this.layers[name] = layer;
    this.variables.push(layer.weight, layer.bias);
  }
}

function crossEntropy(targets: tf.Tensor2D, scores: tf.Tensor): tf.Tensor {
  return tf.neg(tf.mean(tf.sum(tf.mul(targets, tf.logSoftmax(scores as tf.Tensor2D)), 1)));
}

function constant(x: tf.Tensor2D): tf.Tensor2D {
  return tf.customGrad(value => ({
    value: tf.clone(value as tf.Tensor),
    gradFunc: (dy: tf.Tensor) => tf.zerosLike(dy),
  }))(x) as tf.Tensor2D;
}
