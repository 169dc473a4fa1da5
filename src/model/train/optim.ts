import * as tf from '@tensorflow/tfjs-core';
import { type NamedArray, numbersOf, shapeError } from '../compute/tensor.js';
import { viewOf } from '../compute/wasm-heap.js';
import { type Rule, sgd } from './rules.js';

/** Variables that learn at one speed and by one rule. */
export interface ParameterGroup {
  /** By name. */
  readonly variables: ReadonlyMap<string, tf.Variable>;
  readonly learningRate: number;
  readonly rule: Rule;
  /** True where the schedule leaves the rate alone. */
  readonly isSteady?: boolean;
}

/** Gradients that callers of the served model sent: plain numbers by variable name, already averaged. */
export interface ScaledGradients {
  readonly gradients: ReadonlyMap<string, Float32Array>;
  /** They count this many times. */
  readonly scale: number;
}

/** What is remembered of one variable. */
interface Memory {
  readonly slots: readonly (Float32Array | tf.Variable)[];
  /** Updates so far. */
  count: number;
}

/**
 * Moves variables by their gradients, each group by its rule. Where the numbers lie in reach (wasm, plain JS) one loop does all of it
 * and the gradient's memory becomes the new parameter. Weight decay shrinks matrices and kernels, not biases and scales (rank 1).
 */
export class Optimizer {
  private readonly memories = new Map<string, Memory>();

  constructor(
    private readonly groups: readonly ParameterGroup[],
    /** Where a tensor's numbers can be written to, or undefined. */
    private readonly reach: (tensor: tf.Tensor) => Float32Array | undefined = viewOf,
  ) {}

  /**
   * One step. Takes the gradients over: they are disposed here. Variables without a gradient stay as they are.
   * `factor` is what the schedule multiplies the learning rates by.
   */
  step(gradients: ReadonlyMap<tf.Variable, tf.Tensor>, received?: ScaledGradients, factor = 1): void {
    for (const { variables, learningRate, rule, isSteady } of this.groups) {
      const rate = isSteady ? learningRate : learningRate * factor;
      for (const [name, variable] of variables) {
        const extra = received?.gradients.get(name);
        const gradient = gradients.get(variable) ?? (extra && tf.zerosLike(variable));
        if (!gradient) continue;
        const more = extra && { values: extra, scale: received!.scale };
        this.update({ name, variable, gradient, more, rule, rate });
      }
    }
  }

  private update(update: Update): void {
    const { name, variable, rule, rate } = update;
    const memory = this.memories.get(name) ?? { slots: this.atRest(variable, rule), count: 0 };
    this.memories.set(name, memory);
    memory.count++;
    const moment = { rate, count: memory.count, decay: variable.rank > 1 ? rule.weightDecay : 0 };
    if (this.reach(variable)) updateInPlace(update, memory.slots as Float32Array[], moment);
    else updateOnDevice(update, memory.slots as tf.Variable[], moment);
  }

  /** Forgets what is remembered of part of a variable: `count` numbers from `start`. */
  forget(name: string, start: number, count: number): void {
    for (const slot of this.memories.get(name)?.slots ?? []) {
      if (slot instanceof Float32Array) {
        slot.fill(0, start, start + count);
        continue;
      }
      const values = numbersOf(slot);
      values.fill(0, start, start + count);
      tf.tidy(() => slot.assign(tf.tensor(values, slot.shape)));
    }
  }

  /**
   * What is remembered, for a checkpoint: of SGD the momenta under the variables' names, of Adam `first/NAME`, `second/NAME` and, as
   * one number, `updates/NAME`.
   */
  state(): NamedArray[] {
    const arrays: NamedArray[] = [];
    for (const [name, variable, rule] of this.all()) {
      const memory = this.memories.get(name);
      if (!memory) continue;
      memory.slots.forEach((slot, i) => {
        const data = slot instanceof Float32Array ? slot.slice() : numbersOf(slot);
        arrays.push({ name: slotName(rule, i, name), shape: variable.shape, data });
      });
      if (rule.counts) arrays.push({ name: `updates/${name}`, shape: [1], data: Float32Array.of(memory.count) });
    }
    return arrays;
  }

  /** Takes that back; code `shape` for what fits no variable, and then nothing is changed. Variables that it does not name start at rest. */
  load(state: readonly NamedArray[]): void {
    const byName = new Map(state.map(array => [array.name, array]));
    const loaded: [name: string, variable: tf.Variable, slots: Float32Array[], count: number][] = [];
    for (const [name, variable, rule] of this.all()) {
      const names = rule.slots.map((_, i) => slotName(rule, i, name));
      if (!names.some(slot => byName.has(slot))) continue;
      const slots = names.map(slot => {
        const array = byName.get(slot);
        byName.delete(slot);
        if (!array || array.data.length !== variable.size) throw unfit(slot, array?.shape ?? []);
        return array.data.slice();
      });
      let count = 1;
      if (rule.counts) {
        const updates = byName.get(`updates/${name}`);
        byName.delete(`updates/${name}`);
        count = updates?.data[0] ?? 0;
        if (updates?.data.length !== 1 || !(Number.isInteger(count) && count > 0)) throw unfit(`updates/${name}`, []);
      }
      loaded.push([name, variable, slots, count]);
    }
    for (const { name, shape } of byName.values()) throw unfit(name, shape);
    this.dispose();
    for (const [name, variable, slots, count] of loaded) {
      const own = (values: Float32Array) =>
        this.reach(variable) ? values : ownVariable(tf.tensor(values, variable.shape));
      this.memories.set(name, { slots: slots.map(own), count });
    }
  }

  dispose(): void {
    for (const { slots } of this.memories.values()) {
      for (const slot of slots) if (!(slot instanceof Float32Array)) slot.dispose();
    }
    this.memories.clear();
  }

  private atRest(variable: tf.Variable, rule: Rule): Memory['slots'] {
    const inReach = this.reach(variable) !== undefined;
    return rule.slots.map(() => (inReach ? new Float32Array(variable.size) : ownVariable(tf.zerosLike(variable))));
  }

  private all(): (readonly [name: string, variable: tf.Variable, rule: Rule])[] {
    return this.groups.flatMap(({ variables, rule }) => [...variables].map(([name, v]) => [name, v, rule] as const));
  }
}

/** SGD with momentum alone, one rate per group. */
export class Sgd extends Optimizer {
  constructor(
    groups: readonly (Omit<ParameterGroup, 'rule'> & {
      /** What is kept of the last update, 0 to 1. */
      readonly momentum: number;
    })[],
    reach?: (tensor: tf.Tensor) => Float32Array | undefined,
  ) {
    super(
      groups.map(({ momentum, ...group }) => ({ ...group, rule: sgd({ momentum }) })),
      reach,
    );
  }
}

/** What is done to one variable. */
interface Update {
  name: string;
  variable: tf.Variable;
  gradient: tf.Tensor;
  /** Gradients that came from elsewhere. */
  more: { values: Float32Array; scale: number } | undefined;
  rule: Rule;
  rate: number;
}

type Moment = Parameters<Rule['inPlace']>[3];

function updateInPlace({ variable, gradient, more, rule }: Update, slots: Float32Array[], moment: Moment): void {
  const next = owned(gradient);
  const [p, g] = [viewOf(variable)!, viewOf(next)!];
  if (more) for (let i = 0; i < g.length; i++) g[i]! += more.scale * more.values[i]!;
  rule.inPlace(p, g, slots, moment);
  variable.assign(next);
  next.dispose();
}

function updateOnDevice({ variable, gradient, more, rule }: Update, slots: tf.Variable[], moment: Moment): void {
  tf.tidy(() => {
    const received = more && tf.mul(tf.tensor(more.values, variable.shape), more.scale);
    const whole = received ? tf.add(gradient, received) : gradient;
    variable.assign(rule.onDevice(variable, whole, slots, moment));
  });
  gradient.dispose();
}

/** SGD's only slot has the variable's own name, as the first checkpoints have it. */
function slotName(rule: Rule, index: number, name: string): string {
  return rule.slots.length === 1 ? name : `${rule.slots[index]}/${name}`;
}

function unfit(name: string, shape: readonly number[]): Error {
  return shapeError(`the momentum of ${name}`, 'that of its variable, by the same optimizer', shape);
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
