import * as tf from '@tensorflow/tfjs-core';
import { BittensorError } from '../../base/index.js';
import { type Backend, type Device, startBackend } from '../compute/backend.js';
import {
  allFinite,
  describeShape,
  type NamedArray,
  type PlainTensor,
  shapeError,
  toPlain,
  toTensor,
} from '../compute/tensor.js';
import { viewOf } from '../compute/wasm-heap.js';
import type { ModelErrorCode } from '../errors.js';
import { createModel } from '../models.js';
import type { ModelForms, Synapse } from '../synapse.js';
import { clipScale, globalNorm } from '../train/optim.js';

export interface ServerOptions {
  device: Device;
  model: string;
  config?: Record<string, unknown>;
  parameters: readonly NamedArray[];
  /** Number of these parameters; a Backward has to name it. */
  version: number;
  /** The L2 norm of all parameter gradients of one call together is at most this. */
  clipNorm?: number;
}

/** What the callers' gradients came to since they were last taken. */
export interface CallerGradients {
  /** How many calls it is the mean of. */
  calls: number;
  /** The mean over calls; each call's gradient is that of its caller's mean loss over its rows, clipped. */
  gradients: NamedArray[];
}

/** Starts the backend of this thread and a served copy of a model. */
export async function createServer(options: ServerOptions): Promise<Server> {
  const backend = await startBackend(options.device);
  const synapse = createModel(options.model, { ...options.config, seed: 0 });
  synapse.load(options.parameters);
  return new Server(backend, synapse, options.version, options.clipNorm ?? 1);
}

/**
 * A frozen copy of a model that answers peers. Requests are strangers' data: shapes and numbers are checked before anything is computed
 * (codes `shape`, `non_finite`, `stale`). Parameter gradients are collected here and applied elsewhere, at a step boundary.
 */
export class Server {
  private sums = new Map<string, Float32Array>();
  private calls = 0;

  constructor(
    readonly backend: Backend,
    private readonly synapse: Synapse,
    private currentVersion: number,
    private readonly clipNorm: number,
  ) {}

  get version(): number {
    return this.currentVersion;
  }

  forms(): ModelForms {
    return this.synapse.forms();
  }

  /** The answer, and the version of the parameters that gave it. */
  async forward(input: PlainTensor): Promise<{ output: PlainTensor; version: number }> {
    this.check(input);
    const version = this.currentVersion;
    const answer = tf.tidy(() => this.synapse.callForward(toTensor(input), this.synapse.modality));
    try {
      return { output: await toPlain(answer), version };
    } finally {
      answer.dispose();
    }
  }

  /** Takes the gradient of an answer; returns that of the input unless it is not wanted or does not exist (text). */
  async backward(
    input: PlainTensor,
    gradient: PlainTensor,
    version: number,
    options: { wantInputGradient?: boolean } = {},
  ): Promise<{ gradient: PlainTensor | undefined; version: number }> {
    this.check(input);
    this.checkGradient(gradient, input.shape);
    if (version !== this.currentVersion) {
      throw new BittensorError<ModelErrorCode>(
        'stale',
        `the gradient belongs to parameters ${version}, those served now are ${this.currentVersion}`,
        { data: { version, current: this.currentVersion } },
      );
    }
    const [x, dy] = [toTensor(input), toTensor(gradient)];
    const { inputGradient, parameterGradients } = this.synapse.callBackward(x, dy, this.synapse.modality, options);
    try {
      this.collect(parameterGradients);
      return { gradient: inputGradient && finite(await toPlain(inputGradient)), version };
    } finally {
      tf.dispose([x, dy, ...parameterGradients.values()]);
      inputGradient?.dispose();
    }
  }

  /** What was collected, which then starts anew; undefined when nobody sent anything. The arrays become the caller's. */
  takeGradients(): CallerGradients | undefined {
    if (this.calls === 0) return undefined;
    const { calls, sums } = this;
    const shapes = this.synapse.variables;
    const gradients = [...sums].map(([name, data]) => ({
      name,
      shape: shapes.get(name)!.shape,
      data: divide(data, calls),
    }));
    this.sums = new Map();
    this.calls = 0;
    return { calls, gradients };
  }

  /** Serves other parameters from now on; gradients that belong to the old ones are refused as stale. */
  replaceParameters(parameters: readonly NamedArray[], version: number): void {
    this.synapse.load(parameters);
    this.currentVersion = version;
  }

  dispose(): void {
    this.synapse.dispose();
  }

  private check(input: PlainTensor): void {
    this.synapse.checkInputs(input);
    if (input.dtype === 'float32' && !allFinite(input.data)) throw nonFinite('input');
  }

  private checkGradient(gradient: PlainTensor, inputShape: readonly number[]): void {
    const expected = this.synapse.answerShape(inputShape);
    const fits = gradient.dtype === 'float32' && describeShape(gradient.shape) === describeShape(expected);
    if (!fits)
      throw shapeError(`a gradient of ${gradient.dtype}`, `float32 ${describeShape(expected)}`, gradient.shape);
    if (!allFinite(gradient.data as Float32Array)) throw nonFinite('gradient');
  }

  /** Adds one call's gradients, clipped; code `non_finite` when they overflowed, and then nothing is added. */
  private collect(gradients: ReadonlyMap<string, tf.Tensor>): void {
    const norm = globalNorm(gradients.values());
    if (!Number.isFinite(norm)) throw nonFinite("parameters' gradient");
    const scale = clipScale(norm, this.clipNorm);
    for (const [name, gradient] of gradients) {
      const values = viewOf(gradient) ?? (gradient.dataSync() as Float32Array);
      let sum = this.sums.get(name);
      if (!sum) {
        sum = new Float32Array(values.length);
        this.sums.set(name, sum);
      }
      addScaled(sum, values, scale);
    }
    this.calls++;
  }
}

function nonFinite(what: string): BittensorError<ModelErrorCode> {
  return new BittensorError('non_finite', `the ${what} holds numbers that are not finite`, { data: { what } });
}

function finite(tensor: PlainTensor): PlainTensor {
  if (!allFinite(tensor.data as Float32Array)) throw nonFinite("input's gradient");
  return tensor;
}

function addScaled(sum: Float32Array, values: Float32Array, scale: number): void {
  for (let i = 0; i < sum.length; i++) sum[i]! += scale * values[i]!;
}

function divide(values: Float32Array, by: number): Float32Array {
  if (by !== 1) for (let i = 0; i < values.length; i++) values[i]! /= by;
  return values;
}
