import * as tf from '@tensorflow/tfjs-core';

/** What a rule needs to know of the step. */
export interface Moment {
  /** Learning rate of this step. */
  readonly rate: number;
  /** Number of this update of the parameter, from 1. */
  readonly count: number;
  /** How much the parameter shrinks; 0 for those that do not. */
  readonly decay: number;
}

/** How a gradient moves a parameter, and what is remembered of it from step to step. */
export interface Rule {
  readonly name: string;
  /** What is remembered of each parameter: arrays of its size. */
  readonly slots: readonly string[];
  /** Whether the number of updates matters. */
  readonly counts: boolean;
  /** Shares of the parameter's size that it loses in a step, before the learning rate. */
  readonly weightDecay: number;
  /** Where numbers lie in reach: `g` becomes the new parameter, the slots are changed. */
  inPlace(p: Float32Array, g: Float32Array, slots: readonly Float32Array[], moment: Moment): void;
  /** The same by kernels; returns the new parameter, the slots are assigned. */
  onDevice(p: tf.Tensor, g: tf.Tensor, slots: readonly tf.Variable[], moment: Moment): tf.Tensor;
}

/** A rule as plain data. */
export type RuleSettings =
  | { readonly kind: 'sgd'; readonly momentum?: number; readonly weightDecay?: number }
  | {
      readonly kind: 'adam';
      readonly beta1?: number;
      readonly beta2?: number;
      readonly epsilon?: number;
      /** AdamW's. */
      readonly weightDecay?: number;
    };

export function createRule(settings: RuleSettings): Rule {
  return settings.kind === 'adam' ? adam(settings) : sgd(settings);
}

/**
 * Stochastic gradient descent with momentum, in PyTorch's form as the documents use it: `m = momentum * m + g + decay * p; p = p - rate * m`.
 * One array per parameter.
 */
export function sgd({ momentum = 0.9, weightDecay = 0 }: { momentum?: number; weightDecay?: number } = {}): Rule {
  return {
    name: 'sgd',
    slots: ['momentum'],
    counts: false,
    weightDecay,
    inPlace: (p, g, [m], { rate, decay }) => {
      if (decay === 0) descend(p, g, m!, rate, momentum);
      else descendDecaying(p, g, m!, rate, momentum, decay);
    },
    onDevice: (p, g, [m], { rate, decay }) => {
      const whole = decay === 0 ? g : tf.add(g, tf.mul(p, decay));
      m!.assign(tf.add(tf.mul(m!, momentum), whole));
      return tf.sub(p, tf.mul(m!, rate));
    },
  };
}

/**
 * Adam (Kingma and Ba, 2015, algorithm 1); its weight decay is that of AdamW (Loshchilov and Hutter, 2019): beside the gradient, not in it.
 * `m = b1 m + (1 - b1) g; v = b2 v + (1 - b2) g^2; p = (1 - rate * decay) p - rate * (m / (1 - b1^t)) / (sqrt(v / (1 - b2^t)) + epsilon)`.
 */
export function adam({
  beta1 = 0.9,
  beta2 = 0.999,
  epsilon = 1e-8,
  weightDecay = 0,
}: {
  beta1?: number;
  beta2?: number;
  epsilon?: number;
  weightDecay?: number;
} = {}): Rule {
  const corrected = ({ rate, count, decay }: Moment): [stride: number, root: number, kept: number] => [
    rate / (1 - beta1 ** count),
    1 / Math.sqrt(1 - beta2 ** count),
    1 - rate * decay,
  ];
  return {
    name: 'adam',
    slots: ['first', 'second'],
    counts: true,
    weightDecay,
    inPlace: (p, g, [m, v], moment) => {
      const [stride, root, kept] = corrected(moment);
      adapt(p, g, m!, v!, beta1, beta2, epsilon, stride, root, kept);
    },
    onDevice: (p, g, [m, v], moment) => {
      const [stride, root, kept] = corrected(moment);
      m!.assign(tf.add(tf.mul(m!, beta1), tf.mul(g, 1 - beta1)));
      v!.assign(tf.add(tf.mul(v!, beta2), tf.mul(tf.square(g), 1 - beta2)));
      const size = tf.add(tf.mul(tf.sqrt(v!), root), epsilon);
      return tf.sub(tf.mul(p, kept), tf.mul(tf.div(m!, size), stride));
    },
  };
}

// The loops are functions of their own, so that each is compiled for these types once.

function descend(p: Float32Array, g: Float32Array, m: Float32Array, rate: number, momentum: number): void {
  for (let i = 0; i < g.length; i++) {
    const next = Math.fround(momentum * m[i]! + g[i]!);
    m[i] = next;
    g[i] = p[i]! - rate * next;
  }
}

function descendDecaying(
  p: Float32Array,
  g: Float32Array,
  m: Float32Array,
  rate: number,
  momentum: number,
  decay: number,
): void {
  for (let i = 0; i < g.length; i++) {
    const next = Math.fround(momentum * m[i]! + g[i]! + decay * p[i]!);
    m[i] = next;
    g[i] = p[i]! - rate * next;
  }
}

function adapt(
  p: Float32Array,
  g: Float32Array,
  m: Float32Array,
  v: Float32Array,
  beta1: number,
  beta2: number,
  epsilon: number,
  stride: number,
  root: number,
  kept: number,
): void {
  for (let i = 0; i < g.length; i++) {
    const gradient = g[i]!;
    const first = Math.fround(beta1 * m[i]! + (1 - beta1) * gradient);
    const second = Math.fround(beta2 * v[i]! + (1 - beta2) * gradient * gradient);
    m[i] = first;
    v[i] = second;
    g[i] = kept * p[i]! - (stride * first) / (Math.sqrt(second) * root + epsilon);
  }
}
