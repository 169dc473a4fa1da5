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
import { type Caller, type CallerGradients, CallerPool, type CallerPoolOptions } from './callers.js';

export interface ServerOptions {
  device: Device;
  model: string;
  config?: Record<string, unknown>;
  parameters: readonly NamedArray[];
  /** Number of these parameters; a Backward has to name it. */
  version: number;
  /** What is done with gradients that callers send back. */
  callers?: Partial<CallerPoolOptions>;
}

/** Where it is not known who calls. */
const SOMEBODY: Caller = { name: '', stake: 0 };

/** Starts the backend of this thread and a served copy of a model. */
export async function createServer(options: ServerOptions): Promise<Server> {
  const backend = await startBackend(options.device);
  const synapse = createModel(options.model, { ...options.config, seed: 0 });
  synapse.load(options.parameters);
  return new Server(backend, synapse, options.version, options.callers);
}

/**
 * A frozen copy of a model that answers peers. Requests are strangers' data: shapes and numbers are checked before anything is computed
 * (codes `shape`, `non_finite`, `stale`). Parameter gradients are collected here and applied elsewhere, at a step boundary.
 */
export class Server {
  private readonly pool: CallerPool;

  constructor(
    readonly backend: Backend,
    private readonly synapse: Synapse,
    private currentVersion: number,
    callers: Partial<CallerPoolOptions> = {},
  ) {
    const size = [...synapse.variables.values()].reduce((sum, variable) => sum + variable.size, 0);
    this.pool = new CallerPool(callers, size);
  }

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

  /**
   * Takes the gradient of an answer; returns that of the input unless it is not wanted or does not exist (text). Of callers that the
   * policy leaves out, and of those that have sent enough, nothing is learnt, and they are not told.
   */
  async backward(
    input: PlainTensor,
    gradient: PlainTensor,
    version: number,
    options: { wantInputGradient?: boolean; caller?: Caller } = {},
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
    const { wantInputGradient = true, caller = SOMEBODY } = options;
    const isLearnt = this.pool.wants(caller);
    const isWanted = wantInputGradient && this.synapse.modality !== 'text';
    if (!isLearnt && !isWanted) return { gradient: undefined, version };
    const [x, dy] = [toTensor(input), toTensor(gradient)];
    const { inputGradient, parameterGradients } = this.synapse.callBackward(x, dy, this.synapse.modality, {
      wantInputGradient: isWanted,
      wantParameterGradients: isLearnt,
    });
    try {
      if (isLearnt) this.collect(caller, parameterGradients);
      return { gradient: inputGradient && finite(await toPlain(inputGradient)), version };
    } finally {
      tf.dispose([x, dy, ...parameterGradients.values()]);
      inputGradient?.dispose();
    }
  }

  /** What was collected, which then starts anew; undefined when nobody sent anything. The arrays become the caller's. */
  takeGradients(): CallerGradients | undefined {
    return this.pool.take(name => this.synapse.variables.get(name)!.shape);
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

  /** Code `non_finite` when they overflowed, and then nothing is kept. */
  private collect(caller: Caller, gradients: ReadonlyMap<string, tf.Tensor>): void {
    const values = new Map(
      [...gradients].map(([name, tensor]) => [name, viewOf(tensor) ?? (tensor.dataSync() as Float32Array)]),
    );
    if (!this.pool.add(caller, values)) throw nonFinite("parameters' gradient");
  }
}

function nonFinite(what: string): BittensorError<ModelErrorCode> {
  return new BittensorError('non_finite', `the ${what} holds numbers that are not finite`, { data: { what } });
}

function finite(tensor: PlainTensor): PlainTensor {
  if (!allFinite(tensor.data as Float32Array)) throw nonFinite("input's gradient");
  return tensor;
}
