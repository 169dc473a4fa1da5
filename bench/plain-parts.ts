import * as tf from '@tensorflow/tfjs-core';

/** Parameters by name and the layers that use them, the way one would write them in TensorFlow.js alone: chained operations. */
export class PlainParts {
  private readonly named: Record<string, tf.Variable> = {};

  constructor(private readonly seed: number) {}

  get variables(): tf.Variable[] {
    return Object.values(this.named);
  }

  variable(name: string): tf.Tensor {
    return this.named[name]!;
  }

  makeNormal(name: string, shape: number[], deviation: number): void {
    const initial = tf.randomNormal(shape, 0, deviation, 'float32', this.seed + this.variables.length);
    this.named[name] = tf.variable(initial);
    initial.dispose();
  }

  makeFilled(name: string, length: number, value: number): void {
    this.named[name] = tf.tidy(() => tf.variable(tf.fill([length], value)));
  }

  makeLinear(name: string, inputs: number, outputs: number, deviation = Math.sqrt(1 / inputs)): void {
    this.makeNormal(`${name}.weight`, [inputs, outputs], deviation);
    this.makeFilled(`${name}.bias`, outputs, 0);
  }

  makeNorm(name: string, width: number): void {
    this.makeFilled(`${name}.gamma`, width, 1);
    this.makeFilled(`${name}.beta`, width, 0);
  }

  linear(name: string, x: tf.Tensor): tf.Tensor {
    const weight = this.variable(`${name}.weight`) as tf.Tensor2D;
    return tf.add(tf.matMul(x as tf.Tensor2D, weight), this.variable(`${name}.bias`));
  }

  /** To mean 0 and variance 1 over these axes, then times gamma and plus beta. */
  norm(name: string, x: tf.Tensor, axes: number[], epsilon: number): tf.Tensor {
    const { mean, variance } = tf.moments(x, axes, true);
    const unit = tf.div(tf.sub(x, mean), tf.sqrt(tf.add(variance, epsilon)));
    return tf.add(tf.mul(unit, this.variable(`${name}.gamma`)), this.variable(`${name}.beta`));
  }

  dispose(): void {
    tf.dispose(this.variables);
  }
}

/** No gradient goes through. */
export function constant(x: tf.Tensor): tf.Tensor {
  return tf.customGrad(value => ({
    value: tf.clone(value as tf.Tensor),
    gradFunc: (dy: tf.Tensor) => tf.zerosLike(dy),
  }))(x) as tf.Tensor;
}

/** Each row at norm 32, as a receiver brings it there. */
export function heardOf(student: tf.Tensor): tf.Tensor {
  const heard = constant(student);
  return tf.mul(tf.div(heard, tf.norm(heard, 'euclidean', 1, true)), 32);
}

/** Mean cross entropy of class numbers. */
export function entropy(labels: tf.Tensor1D, scores: tf.Tensor, classes: number): tf.Tensor {
  const wanted = tf.oneHot(labels, classes);
  return tf.neg(tf.mean(tf.sum(tf.mul(wanted, tf.logSoftmax(scores as tf.Tensor2D)), 1)));
}
