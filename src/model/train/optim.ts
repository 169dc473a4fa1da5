import * as tf from '@tensorflow/tfjs-core';
import { type NamedArray, numbersOf, shapeError } from '../compute/tensor.js';
import { viewOf } from '../compute/wasm-kernels.js';

/** Variables that learn at one speed. */
export interface ParameterGroup {
  /** By name. */
  readonly variables: ReadonlyMap<string, tf.Variable>;
  readonly learningRate: number;
  /** What is kept of the last update, 0 to 1. */
  readonly momentum: number;
}

/** Gradients that callers of the served model sent: plain numbers by variable name, already averaged. */
export interface ReceivedGradients {
  readonly gradients: ReadonlyMap<string, Float32Array>;
  /** They count this many times. */
  readonly scale: number;
}

/**
 * Stochastic gradient descent with momentum: `m = momentum * m + g; p = p - learningRate * m` (PyTorch's form, as the documents use it).
 * Where the numbers lie in reach (wasm, plain JS) one loop does all of it and the gradient's memory becomes the new parameter.
 */
export class Sgd {
  /** By variable name: numbers where they lie in reach, tensors on a device. */
  private readonly momenta = new Map<string, Float32Array | tf.Variable>();

  constructor(
    private readonly groups: readonly ParameterGroup[],
    /** Where a tensor's numbers can be written to, or undefined. */
    private readonly reach: (tensor: tf.Tensor) => Float32Array | undefined = viewOf,
  ) {}

  /** One step. Takes the gradients over: they are disposed here. Variables without a gradient stay as they are. */
  step(gradients: ReadonlyMap<tf.Variable, tf.Tensor>, received?: ReceivedGradients): void {
    for (const { variables, learningRate, momentum } of this.groups) {
      for (const [name, variable] of variables) {
        const extra = received?.gradients.get(name);
        const gradient = gradients.get(variable) ?? (extra && tf.zerosLike(variable));
        if (!gradient) continue;
        const more = extra && { values: extra, scale: received!.scale };
        const update = { name, variable, gradient, more, learningRate, momentum };
        if (this.reach(variable)) this.updateInPlace(update);
        else this.updateOnDevice(update);
      }
    }
  }

  private updateInPlace({ name, variable, gradient, more, learningRate, momentum }: Update): void {
    const last = (this.momenta.get(name) ?? new Float32Array(variable.size)) as Float32Array;
    this.momenta.set(name, last);
    const next = owned(gradient);
    const [p, g] = [viewOf(variable)!, viewOf(next)!];
    if (more) for (let i = 0; i < g.length; i++) g[i]! += more.scale * more.values[i]!;
    descend(p, g, last, learningRate, momentum);
    variable.assign(next);
    next.dispose();
  }

  private updateOnDevice({ name, variable, gradient, more, learningRate, momentum }: Update): void {
    const last = (this.momenta.get(name) ?? ownVariable(tf.zerosLike(variable))) as tf.Variable;
    this.momenta.set(name, last);
    tf.tidy(() => {
      const received = more && tf.mul(tf.tensor(more.values, variable.shape), more.scale);
      const whole = received ? tf.add(gradient, received) : gradient;
      last.assign(tf.add(tf.mul(last, momentum), whole));
      variable.assign(tf.sub(variable, tf.mul(last, learningRate)));
    });
    gradient.dispose();
  }

  /** Forgets the momentum of part of a variable: `count` numbers from `start`. */
  forget(name: string, start: number, count: number): void {
    const momentum = this.momenta.get(name);
    if (!momentum) return;
    if (momentum instanceof Float32Array) momentum.fill(0, start, start + count);
    else {
      const values = numbersOf(momentum);
      values.fill(0, start, start + count);
      tf.tidy(() => momentum.assign(tf.tensor(values, momentum.shape)));
    }
  }

  /** The momenta, for a checkpoint. Names are those of the variables. */
  state(): NamedArray[] {
    const shapes = new Map(
      this.groups.flatMap(group => [...group.variables].map(([name, v]) => [name, v.shape] as const)),
    );
    return [...this.momenta].map(([name, momentum]) => ({
      name,
      shape: shapes.get(name)!,
      data: momentum instanceof Float32Array ? momentum.slice() : numbersOf(momentum),
    }));
  }

  /** Takes momenta back; code `shape` for one that fits no variable. Variables that it does not name start at rest. */
  load(state: readonly NamedArray[]): void {
    const variables = new Map(this.groups.flatMap(group => [...group.variables]));
    for (const { name, shape, data } of state) {
      const variable = variables.get(name);
      if (!variable || variable.size !== data.length)
        throw shapeError(`the momentum of ${name}`, `that of its variable`, shape);
    }
    this.dispose();
    for (const { name, data } of state) {
      const variable = variables.get(name)!;
      this.momenta.set(name, this.reach(variable) ? data.slice() : ownVariable(tf.tensor(data, variable.shape)));
    }
  }

  dispose(): void {
    for (const momentum of this.momenta.values()) if (!(momentum instanceof Float32Array)) momentum.dispose();
    this.momenta.clear();
  }
}

/** What is done to one variable. */
interface Update {
  name: string;
  variable: tf.Variable;
  gradient: tf.Tensor;
  /** Gradients that came from elsewhere. */
  more: { values: Float32Array; scale: number } | undefined;
  learningRate: number;
  momentum: number;
}

/** The L2 norm of all numbers of all gradients together. */
export function globalNorm(gradients: Iterable<tf.Tensor | Float32Array>): number {
  let squares = 0;
  for (const gradient of gradients) {
    const values = gradient instanceof Float32Array ? gradient : viewOf(gradient);
    if (values) squares += sumOfSquares(values);
    else squares += tf.tidy(() => tf.sum(tf.square(gradient as tf.Tensor)).dataSync()[0]!);
  }
  return Math.sqrt(squares);
}

/** What to multiply gradients of this norm by, so that it is at most `limit`; 0 for a norm that is not finite. */
export function clipScale(norm: number, limit: number): number {
  if (!Number.isFinite(norm)) return 0;
  return norm > limit ? limit / norm : 1;
}

function sumOfSquares(values: Float32Array): number {
  // Four sums at a time: one would wait for itself at each addition.
  let [a, b, c, d] = [0, 0, 0, 0];
  const whole = values.length & ~3;
  for (let i = 0; i < whole; i += 4) {
    a += values[i]! * values[i]!;
    b += values[i + 1]! * values[i + 1]!;
    c += values[i + 2]! * values[i + 2]!;
    d += values[i + 3]! * values[i + 3]!;
  }
  for (let i = whole; i < values.length; i++) a += values[i]! * values[i]!;
  return a + b + c + d;
}

/** m = momentum * m + g; g = p - rate * m. A function of its own, so that it is compiled for these types once. */
function descend(p: Float32Array, g: Float32Array, m: Float32Array, rate: number, momentum: number): void {
  for (let i = 0; i < g.length; i++) {
    const next = Math.fround(momentum * m[i]! + g[i]!);
    m[i] = next;
    g[i] = p[i]! - rate * next;
  }
}

/** A variable of these numbers; the tensor is used up. */
function ownVariable(tensor: tf.Tensor): tf.Variable {
  const variable = tf.variable(tensor, false);
  tensor.dispose();
  return variable;
}

/** The gradient when its memory is its own, else a copy. */
function owned(gradient: tf.Tensor): tf.Tensor {
  if (tf.backend().refCount(gradient.dataId) === 1) return gradient;
  const copy = tf.tidy(() => tf.mul(gradient, 1));
  gradient.dispose();
  return copy;
}
