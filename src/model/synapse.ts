import * as tf from '@tensorflow/tfjs-core';
import { BittensorError } from '../base/index.js';
import type { Batch, PlainBatch } from './batch.js';
import { elementCount, type NamedArray, numbersOf, type PlainTensor, shapeError } from './compute/tensor.js';
import { vjp } from './compute/vjp.js';
import type { ModelErrorCode } from './errors.js';
import { type Pass, type PassNeuron, passOverNetwork } from './peers/pass.js';

export type Modality = 'text' | 'image' | 'tensor';

/** Width of the answers that neurons give each other: text [batch, sequence, 1024], images and tensors [batch, 1024]. */
export const NETWORK_DIM = 1024;

/** One tensor of a request or an answer; -1 in the shape is any size. */
export interface TensorForm {
  modality: Modality;
  dtype: 'float32' | 'int64';
  shape: number[];
}

/** What a model takes and what it answers. */
export interface ModelForms {
  inputs: TensorForm[];
  outputs: TensorForm[];
}

/** What a pass yields: the losses (scalars) and the tensors that the documents name. The caller disposes them. */
export interface PassTensors extends Record<string, tf.Tensor> {
  /** Sum of the losses, what is minimised. */
  loss: tf.Tensor;
  /** Encoding and class scores with the student in the network's place. */
  localOutput: tf.Tensor;
  localTarget: tf.Tensor;
  localTargetLoss: tf.Tensor;
  /** Encoding and class scores with the network's joined answer. */
  networkOutput: tf.Tensor;
  networkTarget: tf.Tensor;
  networkTargetLoss: tf.Tensor;
  distillationLoss: tf.Tensor;
}

/** What somebody who runs the student alone has to know, besides the shapes. Plain JSON. */
export interface StudentNotes {
  /** Names of the classes that the scores are of, in order. */
  readonly classes?: readonly string[];
  /** How a file becomes inputs: what is done to each pixel, which tokenizer it is. */
  readonly preprocessing?: Readonly<Record<string, unknown>>;
}

/** What a model has to know of a training step: its number, so that what is random in it can be repeated. */
export interface TrainingStep {
  readonly step: number;
}

/** Predictions that have a target, and how many of them are right: the network's, and those of the student in its place. */
export interface Judgement {
  readonly count: number;
  readonly network: number;
  readonly local: number;
}

/**
 * The base of each model that learns from peers and answers them. A model implements one or more of `forwardText`, `forwardImage`,
 * `forwardTensor` (what a peer gets), `routerContext` (what the router chooses by) and `head` (the losses).
 * Variables are named and owned here; tensors that a method returns belong to the caller (wrap calls in `tf.tidy`).
 */
export abstract class Synapse<Config extends object = object> {
  /** What the synapse takes. */
  abstract readonly modality: Modality;
  /** The shape of its inputs, -1 for any size. */
  abstract readonly inputShape: readonly number[];
  /** The parameters by name. */
  readonly variables = new Map<string, tf.Variable>();
  /** What is kept with the parameters but not learnt by gradients, such as running averages. Checkpoints and served copies carry it. */
  readonly averages = new Map<string, tf.Variable>();

  constructor(
    /** Name of the model, as checkpoints carry it. */
    readonly name: string,
    readonly config: Readonly<Config>,
  ) {}

  forwardText(_inputs: tf.Tensor): tf.Tensor {
    throw this.cannot('text');
  }

  forwardImage(_inputs: tf.Tensor): tf.Tensor {
    throw this.cannot('image');
  }

  forwardTensor(_inputs: tf.Tensor): tf.Tensor {
    throw this.cannot('tensor');
  }

  /** Code `shape` unless a peer's inputs can be computed with. */
  abstract checkInputs(inputs: PlainTensor): void;

  /** What the router chooses peers by: [batch, xDim], or [batch * sequence, xDim] to weigh each place. Takes what `hop` returned. */
  abstract routerContext(hop: tf.Tensor): tf.Tensor2D;

  /**
   * The losses of a batch, from what `hop` returned and from `network`: the joined answer of the peers (see `answerShape`), undefined when
   * the synapse calls itself. `training` is undefined when testing.
   */
  abstract head(
    hop: tf.Tensor,
    targets: Batch['targets'],
    network: tf.Tensor | undefined,
    training?: TrainingStep,
  ): PassTensors;

  /** Code `shape` unless `head` can use these targets. */
  abstract checkTargets(batch: PlainBatch): void;

  /** How many of the predictions of a pass were right, of how many that have a target. */
  abstract judge(tensors: PassTensors, targets: Batch['targets']): Judgement;

  /** What travels to the peers: the inputs. A model with an encoder before the hop overrides this and `hopVariables`. */
  hop(inputs: tf.Tensor): tf.Tensor {
    return tf.clone(inputs);
  }

  /** Variables of `hop`. Where there are some, the gradients that come back over the wire train them. */
  hopVariables(): readonly tf.Variable[] {
    return [];
  }

  /** The shape of an answer to inputs of this shape. */
  answerShape(inputs: readonly number[]): number[] {
    return [inputs[0]!, NETWORK_DIM];
  }

  /** What peers may ask with, and what they get. Answers are always tensors of floats. */
  forms(): ModelForms {
    const { modality, inputShape } = this;
    const dtype = modality === 'text' ? 'int64' : 'float32';
    return {
      inputs: [{ modality, dtype, shape: [...inputShape] }],
      outputs: [{ modality: 'tensor', dtype: 'float32', shape: this.answerShape(inputShape) }],
    };
  }

  /** The answer to a peer. */
  callForward(inputs: tf.Tensor, modality: Modality): tf.Tensor {
    if (modality === 'text') return this.forwardText(inputs);
    return modality === 'image' ? this.forwardImage(inputs) : this.forwardTensor(inputs);
  }

  /** Gradients of `<answer, gradients>`: of the inputs (unless not wanted, or text, which has none) and of each parameter. */
  callBackward(
    inputs: tf.Tensor,
    gradients: tf.Tensor,
    modality: Modality,
    options: { wantInputGradient?: boolean; wantParameterGradients?: boolean } = {},
  ): { inputGradient: tf.Tensor | undefined; parameterGradients: Map<string, tf.Tensor> } {
    const leaves = modality === 'text' || options.wantInputGradient === false ? [] : [inputs];
    const product = vjp({
      of: () => ({ outputs: [this.callForward(inputs, modality)] }),
      variables: options.wantParameterGradients === false ? [] : [...this.variables.values()],
      inputs: leaves,
      cotangents: [gradients],
    });
    tf.dispose(product.outputs);
    const parameterGradients = new Map<string, tf.Tensor>();
    for (const [name, variable] of this.variables) {
      const gradient = product.variables.get(variable);
      if (gradient) parameterGradients.set(name, gradient);
    }
    return { inputGradient: product.inputs[0], parameterGradients };
  }

  /** Names of the parameters and averages that the local path needs, which is what can be downloaded as the student. */
  studentParameters(): string[] {
    return [...this.variables.keys(), ...this.averages.keys()];
  }

  /** The local path's scores with no network at all: what `localTarget` is in a pass. BERT's are those of the masked words. */
  studentForward(_inputs: tf.Tensor): tf.Tensor {
    throw new BittensorError<ModelErrorCode>('modality', `the ${this.name} model has no student to take away`);
  }

  /** What goes beside the student's parameters. */
  studentNotes(): StudentNotes {
    return {};
  }

  /** One pass over the network, with all its losses; with gradients when `training`. See {@link passOverNetwork}. */
  remoteForward(neuron: PassNeuron, batch: Batch, training: boolean): Promise<Pass> {
    return passOverNetwork(this, neuron, batch, training);
  }

  /** The parameters and averages as plain numbers. */
  state(): NamedArray[] {
    return [...this.variables, ...this.averages].map(([name, variable]) => ({
      name,
      shape: variable.shape,
      data: numbersOf(variable),
    }));
  }

  /** Replaces all parameters; code `shape` when names or shapes differ, and then nothing is changed. */
  load(state: readonly NamedArray[]): void {
    loadVariables(new Map([...this.variables, ...this.averages]), state, this.name);
  }

  dispose(): void {
    tf.dispose([...this.variables.values(), ...this.averages.values()]);
    this.variables.clear();
    this.averages.clear();
  }

  /** Makes a parameter. */
  protected parameter(name: string, shape: number[], values: Float32Array): tf.Variable {
    left -= values.length;
    if (left < 0) throw new RangeError('its sizes ask for more parameters than are there');
    const variable = tf.tidy(() => tf.variable(tf.tensor(values, shape)));
    this.variables.set(name, variable);
    return variable;
  }

  /** Makes an average: one number for each channel, all alike at first. */
  protected average(name: string, length: number, value: number): void {
    this.averages.set(
      name,
      tf.tidy(() => tf.variable(tf.fill([length], value), false)),
    );
  }

  private cannot(modality: Modality): BittensorError<ModelErrorCode> {
    return new BittensorError('modality', `the ${this.name} model does not take ${modality}`, { data: { modality } });
  }
}

/** Numbers that parameters may still have. */
let left = Number.POSITIVE_INFINITY;

/** Makes a model by a stranger's sizes: throws a `RangeError` where its parameters are more numbers than this. */
export function withParameterLimit<T>(limit: number, make: () => T): T {
  left = limit;
  try {
    return make();
  } finally {
    left = Number.POSITIVE_INFINITY;
  }
}

/** Replaces the values of variables by name; all or none. */
export function loadVariables(
  variables: ReadonlyMap<string, tf.Variable>,
  state: readonly NamedArray[],
  what: string,
): void {
  const byName = new Map(state.map(array => [array.name, array]));
  for (const [name, variable] of variables) {
    const array = byName.get(name);
    const expected = `[${variable.shape.join(', ')}]`;
    if (!array) throw shapeError(`${what}: the missing ${name}`, expected, []);
    if (array.shape.join() !== variable.shape.join() || elementCount(array.shape) !== array.data.length) {
      throw shapeError(`${what}: ${name}`, expected, array.shape);
    }
  }
  for (const array of state) {
    if (!variables.has(array.name))
      throw shapeError(`${what}: the unknown ${array.name}`, 'no such parameter', array.shape);
  }
  for (const [name, variable] of variables) {
    tf.tidy(() => variable.assign(tf.tensor(byName.get(name)!.data, variable.shape)));
  }
}
