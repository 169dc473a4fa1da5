import * as tf from '@tensorflow/tfjs-core';
import { type Batch, checkedLabels, type PlainBatch } from './batch.js';
import { normals, random } from './compute/random.js';
import { shapeError } from './compute/tensor.js';
import { dense } from './layers/dense.js';
import { countRight, crossEntropy, distillation, learnFrom, oneHot } from './layers/losses.js';
import { firstRows, rowsFrom } from './layers/rows.js';
import { ANSWER_NORM } from './peers/normalise.js';
import { OWN_DISTILLATION_WEIGHT, ownAnswer } from './peers/own-answer.js';
import { type Judgement, NETWORK_DIM, type PassTensors, Synapse, type TrainingStep } from './synapse.js';

/** Settings that all models of this file's kind have. */
export interface ClassifierConfig {
  seed: number;
  /** Width of the student's and the main network's layers. */
  hiddenDim: number;
  classes: number;
  /** Weight of the mean squared error between student and network. */
  distillationWeight: number;
  /** The fixed readout reads class scores off a joined answer of norm 32 as if they had this norm. */
  readoutNorm: number;
  /** More rows in one request are refused. */
  maxRows: number;
}

export const classifierDefaults: ClassifierConfig = {
  seed: 0,
  hiddenDim: 1024,
  classes: 10,
  distillationWeight: 10,
  readoutNorm: 8,
  maxRows: 1024,
};

/**
 * Tells classes apart: a student that learns to stand in for the network, a main network that joins what was seen with the context (the
 * network's answer, or the student's guess of it), and a head to the classes. What is seen is a model's own: the pixels themselves, or
 * what a convolutional trunk makes of them. Source of the design: the October 2020 manual; what the answer is and how the losses are
 * weighted was measured.
 */
export abstract class ClassifierSynapse<Config extends ClassifierConfig> extends Synapse<Config> {
  readonly modality = 'image';

  /** What student and main network see: [rows, ...] -> [rows, width]. */
  protected abstract see(x: tf.Tensor, training?: TrainingStep): tf.Tensor2D;

  /** Shape of one image as it comes in. */
  protected abstract readonly imageShape: readonly number[];

  get inputShape(): readonly number[] {
    return [-1, ...this.imageShape];
  }

  /** What a peer gets: the local path's class scores, mean-centred, in the first coordinates, zeros after. -> [rows, 1024] */
  override forwardImage(x: tf.Tensor): tf.Tensor2D {
    return this.spread(this.studentForward(x));
  }

  /** The local path's class scores. -> [rows, classes] */
  override studentForward(x: tf.Tensor): tf.Tensor2D {
    const seen = this.see(x);
    return this.target(this.main(this.image(seen), this.student(seen)));
  }

  override checkInputs({ shape, dtype }: { readonly shape: readonly number[]; readonly dtype: string }): void {
    const { maxRows } = this.config;
    const [rows, ...image] = shape;
    const fits = image.join() === this.imageShape.join() && rows! >= 1 && rows! <= maxRows && dtype === 'float32';
    if (!fits) {
      throw shapeError(`an input of ${dtype}`, `float32 [1 to ${maxRows}, ${this.imageShape.join(', ')}]`, shape);
    }
  }

  /** The student's guess of what the network will say. -> [rows, 1024] */
  override routerContext(x: tf.Tensor): tf.Tensor2D {
    return this.student(this.see(x));
  }

  override checkTargets(batch: PlainBatch): void {
    checkedLabels(batch, 'labels', { classes: this.config.classes });
  }

  override judge({ localTarget, networkTarget }: PassTensors, { labels }: Batch['targets']): Judgement {
    const [network, local] = tf.tidy(() =>
      [networkTarget, localTarget].map(scores => countRight(firstRows(scores, labels!.shape[0]!), labels!)),
    );
    return { count: network!.count, network: network!.right, local: local!.right };
  }

  override head(
    x: tf.Tensor,
    { labels }: Batch['targets'],
    network: tf.Tensor | undefined,
    training?: TrainingStep,
  ): PassTensors {
    const rows = x.shape[0]!;
    const labelled = labels!.shape[0]!;
    const targets = oneHot(labels!, this.config.classes); // [labelled, classes]
    const seen = this.see(x, training); // [rows, width]
    const student = this.student(seen); // [rows, 1024]
    const image = this.image(seen); // [rows, hidden], serves both contexts
    const context = network ?? ownAnswer(student); // [rows, 1024]
    const both = this.main(image, tf.concat([student, context])); // [2 * rows, hidden]
    const scores = this.target(both); // [2 * rows, classes]
    const [localOutput, networkOutput] = [firstRows(both, rows), rowsFrom(both, rows)]; // [rows, hidden] each
    const [localTarget, networkTarget] = [firstRows(scores, rows), rowsFrom(scores, rows)]; // [rows, classes] each

    const localTargetLoss = crossEntropy(targets, firstRows(localTarget, labelled));
    const networkTargetLoss = crossEntropy(targets, firstRows(networkTarget, labelled));
    const distillationLoss = distillation(context, student);
    const losses = [
      localTargetLoss,
      networkTargetLoss,
      tf.mul(distillationLoss, network ? this.config.distillationWeight : OWN_DISTILLATION_WEIGHT),
    ];
    if (network) losses.push(crossEntropy(targets, this.readout(firstRows(context, labelled))));
    if (labelled < rows) losses.push(learnFrom(rowsFrom(networkTarget, labelled), rowsFrom(localTarget, labelled)));
    return {
      loss: tf.addN(losses),
      localOutput,
      localTarget,
      localTargetLoss,
      networkOutput,
      networkTarget,
      networkTargetLoss,
      distillationLoss,
    };
  }

  /** The layers from what is seen, `width` numbers, to the classes. */
  protected makeLayers(width: number): void {
    const { hiddenDim, classes } = this.config;
    this.layer('student.0', [width], hiddenDim, 2);
    this.layer('student.1', [hiddenDim], NETWORK_DIM, 1);
    // One layer of width + 1024 inputs. Its matrix is kept in two parts: the image's part serves both contexts at once.
    this.layer('main.0', [width, NETWORK_DIM], hiddenDim, 2);
    this.layer('main.1', [hiddenDim], hiddenDim, 2);
    this.layer('target', [hiddenDim], classes, 1);
  }

  /** [rows, width] -> [rows, 1024]; no relu on what imitates class scores. */
  private student(seen: tf.Tensor): tf.Tensor2D {
    return this.dense('student.1', this.dense('student.0', seen, 'relu'), 'linear');
  }

  /** The image's part of the main network's first layer. [rows, width] -> [rows, hidden] */
  private image(seen: tf.Tensor): tf.Tensor2D {
    return this.dense('main.0', seen, 'linear');
  }

  /** The rest of the main network, for one context or for several one below the other. -> [contexts * rows, hidden] */
  private main(image: tf.Tensor2D, contexts: tf.Tensor): tf.Tensor2D {
    const [rows, width] = image.shape;
    const context = tf.matMul(contexts as tf.Tensor2D, this.variables.get('main.0.context') as unknown as tf.Tensor2D);
    const sum = tf.add(tf.reshape(context, [-1, rows, width]), image); // [contexts, rows, hidden]
    return this.dense('main.1', tf.reshape(tf.relu(sum), [-1, width]), 'relu');
  }

  /** Class scores. [rows, hidden] -> [rows, classes] */
  private target(output: tf.Tensor): tf.Tensor2D {
    return this.dense('target', output, 'linear');
  }

  /** Class scores in the first coordinates of the network's width. [rows, classes] -> [rows, 1024] */
  private spread(scores: tf.Tensor): tf.Tensor2D {
    return tf.pad(centred(scores), [
      [0, 0],
      [0, NETWORK_DIM - this.config.classes],
    ]) as tf.Tensor2D;
  }

  /** Class scores read off a joined answer without parameters, so that a peer cannot gain trust by answering backwards. -> [rows, classes] */
  private readout(context: tf.Tensor): tf.Tensor {
    const scores = tf.slice(context, [0, 0], [-1, this.config.classes]);
    return tf.mul(scores, this.config.readoutNorm / ANSWER_NORM);
  }

  private dense(layer: string, x: tf.Tensor, activation: 'linear' | 'relu'): tf.Tensor2D {
    return dense(x, this.variables.get(`${layer}.weight`)!, this.variables.get(`${layer}.bias`)!, activation);
  }

  /** He's initialisation over all inputs of a layer; a second part of the matrix is named `context`. */
  private layer(name: string, inputs: readonly number[], outputs: number, gain: number): void {
    const source = random(this.config.seed, this.name, name);
    const deviation = Math.sqrt(gain / inputs.reduce((sum, n) => sum + n, 0));
    inputs.forEach((width, i) => {
      const part = i === 0 ? 'weight' : 'context';
      this.parameter(`${name}.${part}`, [width, outputs], normals(width * outputs, deviation, source));
    });
    this.parameter(`${name}.bias`, [outputs], new Float32Array(outputs));
  }
}

function centred(scores: tf.Tensor): tf.Tensor {
  return tf.sub(scores, tf.mean(scores, 1, true));
}
