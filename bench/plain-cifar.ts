import * as tf from '@tensorflow/tfjs-core';
import { constant, entropy, heardOf, PlainParts } from './plain-parts.js';

const [STEM, GROUPS, HIDDEN, ANSWER, CLASSES] = [16, 8, 1024, 1024, 10];
const STAGES = [
  { inner: 32, residual: 64, dense: 8 },
  { inner: 64, residual: 128, dense: 16 },
  { inner: 128, residual: 256, dense: 16 },
];

/**
 * The small dual path network with its student and main network the way one would write it in TensorFlow.js alone, where a grouped
 * convolution is one for each group. Same layers, same losses.
 */
export class PlainCifar {
  private readonly parts: PlainParts;

  constructor(seed: number) {
    this.parts = new PlainParts(seed);
    this.makeConvolution('stem', 3, 3, STEM);
    let channels = STEM;
    for (const [i, { inner, residual, dense }] of STAGES.entries()) {
      this.makeConvolution(`${i}.conv1`, 1, channels, inner);
      this.makeConvolution(`${i}.conv2`, 3, inner / GROUPS, inner);
      this.makeConvolution(`${i}.conv3`, 1, inner, residual + dense);
      this.makeConvolution(`${i}.shortcut`, 1, channels, residual + dense);
      channels = residual + 2 * dense;
    }
    this.parts.makeLinear('student0', channels, HIDDEN);
    this.parts.makeLinear('student1', HIDDEN, ANSWER);
    this.parts.makeLinear('main0', channels + ANSWER, HIDDEN);
    this.parts.makeLinear('main1', HIDDEN, HIDDEN);
    this.parts.makeLinear('target', HIDDEN, CLASSES);
  }

  get variables(): tf.Variable[] {
    return this.parts.variables;
  }

  /** The three losses when the synapse calls itself. images [rows, 32, 32, 3] */
  loss(images: tf.Tensor4D, labels: tf.Tensor1D): tf.Scalar {
    const seen = this.see(images);
    const student = this.parts.linear('student1', tf.relu(this.parts.linear('student0', seen)));
    const context = heardOf(student);
    return tf.addN([
      entropy(labels, this.scores(seen, student), CLASSES),
      entropy(labels, this.scores(seen, context), CLASSES),
      tf.mean(tf.squaredDifference(student, constant(context))),
    ]) as tf.Scalar;
  }

  dispose(): void {
    this.parts.dispose();
  }

  private scores(seen: tf.Tensor, context: tf.Tensor): tf.Tensor {
    const hidden = tf.relu(this.parts.linear('main0', tf.concat([seen, context], 1)));
    return this.parts.linear('target', tf.relu(this.parts.linear('main1', hidden)));
  }

  private see(images: tf.Tensor4D): tf.Tensor {
    let x = tf.relu(this.convolve('stem', images, 1, 1));
    for (const [i, { residual }] of STAGES.entries()) {
      const narrow = tf.relu(this.convolve(`${i}.conv1`, x, 1, 1));
      const wide = tf.relu(this.convolve(`${i}.conv2`, narrow, 2, GROUPS));
      const change = this.convolve(`${i}.conv3`, wide, 1, 1);
      const kept = this.convolve(`${i}.shortcut`, x, 2, 1);
      const [added, old] = tf.split(kept, [residual, kept.shape[3]! - residual], 3);
      const [more, fresh] = tf.split(change, [residual, change.shape[3]! - residual], 3);
      x = tf.relu(tf.concat([tf.add(added!, more!), old!, fresh!], 3));
    }
    return tf.mean(x, [1, 2]);
  }

  private convolve(name: string, x: tf.Tensor, stride: number, groups: number): tf.Tensor {
    const filter = this.parts.variable(`${name}.weight`);
    const edge = (filter.shape[0]! - 1) / 2;
    const edges = [edge, edge] as [number, number];
    const padded = edge === 0 ? x : tf.pad(x, [[0, 0], edges, edges, [0, 0]]);
    const one = (x: tf.Tensor, filter: tf.Tensor) =>
      tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, stride, 'valid');
    if (groups === 1) return this.parts.norm(name, one(padded, filter), [0, 1, 2], 1e-5);
    const filters = tf.split(filter, groups, 3);
    const outputs = tf.split(padded, groups, 3).map((part, i) => one(part, filters[i]!));
    return this.parts.norm(name, tf.concat(outputs, 3), [0, 1, 2], 1e-5);
  }

  private makeConvolution(name: string, size: number, channels: number, outputs: number): void {
    this.parts.makeNormal(`${name}.weight`, [size, size, channels, outputs], Math.sqrt(2 / (size * size * channels)));
    this.parts.makeNorm(name, outputs);
  }
}
