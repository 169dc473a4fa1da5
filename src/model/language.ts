import * as tf from '@tensorflow/tfjs-core';
import { type Batch, checkedLabels, type PlainBatch } from './batch.js';
import { normals, random } from './compute/random.js';
import { type PlainTensor, shapeError } from './compute/tensor.js';
import type { Tokenizer } from './data/tokenizer.js';
import { dense } from './layers/dense.js';
import { dropout } from './layers/dropout.js';
import { gelu } from './layers/gelu.js';
import { countRight, crossEntropyOf, distillation, learnFrom } from './layers/losses.js';
import { firstRows, rowPicker } from './layers/rows.js';
import { ANSWER_NORM } from './peers/normalise.js';
import { OWN_DISTILLATION_WEIGHT, ownAnswer } from './peers/own-answer.js';
import {
  type Judgement,
  NETWORK_DIM,
  type PassTensors,
  type StudentNotes,
  Synapse,
  type TrainingStep,
} from './synapse.js';
import { placesOf } from './text-places.js';

export interface LanguageConfig {
  seed: number;
  /** 1,024: class scores fit an answer. Or the whole vocabulary: then answers are hidden states through a projection. */
  vocabSize: number;
  /** Width of the encoder, of each of its positions. */
  width: number;
  layers: number;
  heads: number;
  /** Longest sequence. */
  positions: number;
  /** Share of the numbers that training drops, after embeddings, in attention and after each part of a block. */
  dropout: number;
  /** Weight of the mean squared error between student and network. */
  distillationWeight: number;
  /** The fixed readout reads class scores off a joined answer of norm 32 as if they had this norm. */
  readoutNorm: number;
  /** More tokens in one request are refused. */
  maxTokens: number;
}

export const languageDefaults: Omit<LanguageConfig, 'width' | 'layers' | 'heads' | 'positions'> = {
  seed: 0,
  vocabSize: 1024,
  dropout: 0,
  distillationWeight: 10,
  readoutNorm: 64,
  maxTokens: 16_384,
};

/** Deviation of fresh weights, as GPT-2 and BERT have it. */
export const DEVIATION = 0.02;

/** Drops part of the numbers at a place of the model that has this name. */
export type Drop = (x: tf.Tensor, site: string) => tf.Tensor;

/** What each attention of an encoder needs besides its input. */
export interface Attending {
  batch: number;
  mask: tf.Tensor;
  drop: Drop;
}

/** What the encoder made of a batch. */
export interface Encoded {
  /** [rows * length, width] */
  state: tf.Tensor2D;
  /** 1 where there is text, 0 at padding [rows * length, 1]; undefined: text everywhere. */
  visible?: tf.Tensor;
}

/**
 * What GPT-2 and BERT have in common. A shared encoder reads ids; a student guesses the network's answer from its state; a joiner adds
 * what the context says (the network's answer, or the student's guess of it) to the state, and a head scores the vocabulary. The joiner
 * starts as nothing, so that loaded weights score as they did where they came from. With 1,024 entries an answer is the local path's
 * scores, mean-centred, and scores read off the context are added by a learned gate; with the whole vocabulary it is a projection.
 * The code of October 2020 and January 2021 trained the router by a random projection and gave softmax twice; here gradients reach the
 * router, and losses take scores.
 */
export abstract class LanguageSynapse<Config extends LanguageConfig> extends Synapse<Config> {
  readonly modality = 'text';
  readonly inputShape: readonly number[] = [-1, -1];
  /** Class of each id of the whole vocabulary; none when they are equal. */
  private readonly classes: tf.Tensor | undefined;

  constructor(
    name: string,
    config: Config,
    /** Ids of the whole vocabulary, which are those of requests. */
    private readonly ids: number,
    protected readonly tokenizer: Pick<Tokenizer, 'name' | 'classOfId'>,
  ) {
    super(name, config);
    const { vocabSize } = config;
    this.classes = vocabSize === ids ? undefined : tf.keep(tf.tensor1d(tokenizer.classOfId(), 'int32'));
  }

  /** True when class scores fit an answer. */
  protected get answersScores(): boolean {
    return this.config.vocabSize <= NETWORK_DIM;
  }

  /** ids [rows, length] -> state. With dropout when training. */
  protected abstract encode(ids: tf.Tensor, training?: TrainingStep): Encoded;
  /** Scores of the vocabulary. [count, width] -> [count, vocabSize] */
  protected abstract score(output: tf.Tensor2D): tf.Tensor2D;
  /** Whether a place of a row without targets, which holds this id, is one where scores are wanted. */
  protected abstract isAsked(id: number): boolean;

  override answerShape(inputs: readonly number[]): number[] {
    return [inputs[0]!, inputs[1]!, NETWORK_DIM];
  }

  /** What a peer gets. [rows, length] -> [rows, length, 1024] */
  override forwardText(ids: tf.Tensor): tf.Tensor {
    const { state } = this.encode(ids);
    const student = this.student(state);
    const output = this.main(state, student);
    const answer = this.answersScores
      ? this.spread(this.scoreWith(output, state, student))
      : tf.matMul(output, this.variable('answer.weight') as tf.Tensor2D);
    return tf.reshape(answer, this.answerShape(ids.shape));
  }

  /** Scores of each place by the local path. [rows, length] -> [rows, length, vocabSize] */
  override studentForward(ids: tf.Tensor): tf.Tensor {
    const { state } = this.encode(ids);
    const student = this.student(state);
    const scores = this.scoreWith(this.main(state, student), state, student);
    return tf.reshape(scores, [...ids.shape, this.config.vocabSize]);
  }

  override studentNotes(): StudentNotes {
    return { preprocessing: { tokenizer: this.tokenizer.name, vocabSize: this.config.vocabSize } };
  }

  override checkInputs({ shape, dtype, data }: Pick<PlainTensor, 'shape' | 'dtype'> & { data?: PlainTensor['data'] }) {
    const { positions, maxTokens } = this.config;
    const [rows, length] = shape as [number, number];
    const fits = shape.length === 2 && rows >= 1 && length >= 1 && length <= positions && rows * length <= maxTokens;
    if (!fits || dtype !== 'int32') {
      const expected = `ids [1 or more, 1 to ${positions}], at most ${maxTokens} of them`;
      throw shapeError(`an input of ${dtype}`, expected, shape);
    }
    if (data && data.length !== rows * length) throw shapeError(`an input of ${data.length} ids`, 'as many', shape);
    const wrong = data?.findIndex(id => !(id >= 0 && id < this.ids)) ?? -1;
    if (wrong >= 0) throw shapeError(`an input with the id ${data![wrong]}`, `ids from 0 to ${this.ids - 1}`, shape);
  }

  override checkTargets(batch: PlainBatch): void {
    checkedLabels(batch, 'labels', { classes: this.config.vocabSize, from: -1, shape: batch.inputs.shape });
  }

  override judge({ localTarget, networkTarget }: PassTensors, { labels }: Batch['targets']): Judgement {
    return tf.tidy(() => {
      const wanted = (labels!.dataSync() as Int32Array).filter(label => label >= 0);
      const [network, local] = [networkTarget, localTarget].map(scores =>
        countRight(tf.slice(scores, 0, wanted.length), tf.tensor1d(wanted, 'int32')),
      );
      return { count: wanted.length, network: network!.right, local: local!.right };
    });
  }

  override head(
    ids: tf.Tensor,
    targets: Batch['targets'],
    network: tf.Tensor | undefined,
    training?: TrainingStep,
  ): PassTensors {
    const { state, visible } = this.encode(ids, training);
    const student = this.student(state); // [rows * length, 1024]
    const context = network ? tf.reshape(network, [ids.size, NETWORK_DIM]) : ownAnswer(student);
    const { counted, labels, unlabelled } = placesOf(ids, targets.labels!, id => this.isAsked(id));
    const extra = this.extraPlaces(ids);
    const at = [...counted, ...unlabelled, ...extra];
    const judged = counted.length + unlabelled.length;
    const pick = rowPicker(at, ids.size);
    const [own, guess, heard] = [pick(state), pick(student), pick(context)]; // [places, width], [places, 1024] twice

    const localOutput = this.main(own, guess); // [places, width]
    const networkOutput = this.main(own, heard);
    const scored = (output: tf.Tensor2D, said: tf.Tensor2D) =>
      this.scoreWith(firstRows(output, judged), firstRows(own, judged), firstRows(said, judged));
    const localTarget = scored(localOutput, guess); // [judged, vocabSize]
    const networkTarget = scored(networkOutput, heard);

    const localTargetLoss = crossEntropyOf(labels, firstRows(localTarget, counted.length));
    const networkTargetLoss = crossEntropyOf(labels, firstRows(networkTarget, counted.length));
    const masked = (x: tf.Tensor) => (visible ? tf.mul(x, visible) : x);
    const distillationLoss = distillation(masked(context), masked(student));
    const losses: tf.Tensor[] = [
      localTargetLoss,
      networkTargetLoss,
      tf.mul(distillationLoss, network ? this.config.distillationWeight : OWN_DISTILLATION_WEIGHT),
    ];
    if (network && this.answersScores) {
      losses.push(crossEntropyOf(labels, this.readout(firstRows(heard, counted.length))));
    }
    if (unlabelled.length > 0) {
      const rest = (scores: tf.Tensor) => tf.slice(scores, counted.length, unlabelled.length);
      losses.push(learnFrom(rest(networkTarget), rest(localTarget)));
    }
    const more = this.extraLosses(
      [localOutput, networkOutput].map(output => tf.slice(output, judged, extra.length) as tf.Tensor2D),
      targets,
    );
    return {
      ...more,
      loss: tf.addN([...losses, ...Object.values(more)]),
      localOutput,
      localTarget,
      localTargetLoss,
      networkOutput,
      networkTarget,
      networkTargetLoss,
      distillationLoss,
    };
  }

  override dispose(): void {
    super.dispose();
    this.classes?.dispose();
  }

  /** Places whose outputs `extraLosses` gets. */
  protected extraPlaces(_ids: tf.Tensor): number[] {
    return [];
  }

  /** Losses besides those of the vocabulary, from the outputs of the local path and of the network. */
  protected extraLosses(_outputs: tf.Tensor2D[], _targets: Batch['targets']): Record<string, tf.Tensor> {
    return {};
  }

  /** The classes of ids. [rows, length] -> [rows, length] */
  protected classesOf(ids: tf.Tensor): tf.Tensor {
    return this.classes ? tf.gather(this.classes, ids) : ids;
  }

  /** The guess of what the network says; no activation on what imitates scores. [count, width] -> [count, 1024] */
  protected student(state: tf.Tensor): tf.Tensor2D {
    return this.dense('student.1', gelu(this.dense('student.0', state), 'tanh'));
  }

  /** Drops numbers while training, the same ones each time the same step is computed. */
  protected dropping(training: TrainingStep | undefined): Drop {
    const { seed, dropout: share } = this.config;
    if (!training || share === 0) return x => x;
    return (x, site) => dropout(x, share, random(seed, this.name, 'dropout', training.step, site));
  }

  protected dense(layer: string, x: tf.Tensor): tf.Tensor2D {
    return dense(x, this.variable(`${layer}.weight`), this.variable(`${layer}.bias`), 'linear');
  }

  protected variable(name: string): tf.Variable {
    return this.variables.get(name)!;
  }

  /** Normal numbers of this deviation; 0 gives zeros. */
  protected weight(name: string, shape: number[], deviation = DEVIATION): void {
    const length = shape.reduce((a, b) => a * b, 1);
    const source = random(this.config.seed, this.name, name);
    this.parameter(name, shape, deviation === 0 ? new Float32Array(length) : normals(length, deviation, source));
  }

  protected linear(layer: string, inputs: number, outputs: number, deviation = DEVIATION): void {
    this.weight(`${layer}.weight`, [inputs, outputs], deviation);
    this.weight(`${layer}.bias`, [outputs], 0);
  }

  protected norm(layer: string): void {
    this.parameter(`${layer}.weight`, [this.config.width], new Float32Array(this.config.width).fill(1));
    this.weight(`${layer}.bias`, [this.config.width], 0);
  }

  /** Parameters of student, joiner and answer. */
  protected addPaths(): void {
    const { width } = this.config;
    this.linear('student.0', width, width, Math.sqrt(1 / width));
    this.linear('student.1', width, NETWORK_DIM, Math.sqrt(1 / width));
    this.linear('joiner.0', width, width, Math.sqrt(1 / width));
    this.weight('joiner.0.context', [NETWORK_DIM, width], Math.sqrt(1 / NETWORK_DIM));
    this.linear('joiner.1', width, width, 0);
    if (this.answersScores) this.linear('joiner.gate', width, 1, 0);
    else this.weight('answer.weight', [width, NETWORK_DIM], Math.sqrt(1 / width));
  }

  /** State plus what the context says of it. [count, width], [count, 1024] -> [count, width] */
  private main(state: tf.Tensor2D, context: tf.Tensor2D): tf.Tensor2D {
    const heard = tf.matMul(context, this.variable('joiner.0.context') as tf.Tensor2D);
    const joined = gelu(tf.add(this.dense('joiner.0', state), heard), 'tanh');
    return tf.add(state, this.dense('joiner.1', joined));
  }

  /** Scores of the vocabulary, with those of the context as far as the gate lets them. -> [count, vocabSize] */
  private scoreWith(output: tf.Tensor2D, state: tf.Tensor2D, context: tf.Tensor2D): tf.Tensor2D {
    const scores = this.score(output);
    if (!this.answersScores) return scores;
    return tf.add(scores, tf.mul(this.dense('joiner.gate', state), this.readout(context)));
  }

  /** Scores read off a joined answer without parameters, so that a peer cannot gain trust by answering backwards. */
  private readout(context: tf.Tensor): tf.Tensor2D {
    const { vocabSize, readoutNorm } = this.config;
    const scores = vocabSize === NETWORK_DIM ? context : tf.slice(context, [0, 0], [-1, vocabSize]);
    return tf.mul(scores, readoutNorm / ANSWER_NORM) as tf.Tensor2D;
  }

  /** Scores as an answer: mean-centred, zeros after. [count, vocabSize] -> [count, 1024] */
  private spread(scores: tf.Tensor2D): tf.Tensor2D {
    const centred = tf.sub(scores, tf.mean(scores, 1, true)) as tf.Tensor2D;
    const missing = NETWORK_DIM - this.config.vocabSize;
    const none: [number, number] = [0, 0];
    return missing === 0 ? centred : tf.pad2d(centred, [none, [0, missing]]);
  }
}
