import * as tf from '@tensorflow/tfjs-core';
import { normals, random } from '../compute/random.js';
import { type NamedArray, numbersOf } from '../compute/tensor.js';
import { loadVariables } from '../synapse.js';

export interface RouterConfig {
  seed: number;
  /** Width of the context that it chooses by. */
  xDim: number;
  keyDim: number;
  /** How many peers get a request. */
  topk: number;
  /** Keys that are remembered; the one unused for longest gives way. */
  capacity: number;
  /** Steps over which the exploring noise on a peer's score fades from deviation 1 to 0, from the step on in which it was first considered. */
  noiseSteps: number;
}

export const routerDefaults: RouterConfig = {
  seed: 0,
  xDim: 1024,
  keyDim: 100,
  topk: 10,
  capacity: 1024,
  noiseSteps: 300,
};

/** Whom a batch goes to. */
export interface Route {
  /** The inputs for each of the given synapses, in their order; undefined for those that get no request. */
  requests: (tf.Tensor | undefined)[];
  /** Positions of the chosen synapses, best first. */
  chosen: number[];
}

/** Deviation of a fresh key's numbers. */
const KEY_DEVIATION = 0.1;

/**
 * Learns whom to ask. A linear gate turns the context into a query, each peer has a key, their product is the peer's score; the peers
 * with the best mean score over the batch are asked, and a softmax over those that answered weighs their answers row by row.
 * A constant beside the query gives each peer a bias. Only the scores of those asked are learnt, and the context learns nothing here.
 */
export class Router {
  readonly config: RouterConfig;
  /** `router.gate` [xDim, keyDim] and `router.keys` [capacity, keyDim + 1]. */
  readonly variables = new Map<string, tf.Variable>();
  /** Row of each peer's key, the one used last at the end. */
  private readonly rows = new Map<string, number>();
  /** The training step in which each of them was first considered. */
  private readonly since = new Map<string, number>();

  constructor(
    config: Partial<RouterConfig> = {},
    /** Called when part of the keys was given to another peer: what was remembered of its course is void. */
    private readonly onReplaced: (variable: string, start: number, count: number) => void = () => {},
  ) {
    this.config = { ...routerDefaults, ...config };
    const { seed, xDim, keyDim, capacity } = this.config;
    const gate = normals(xDim * keyDim, Math.sqrt(1 / xDim), random(seed, 'router', 'gate'));
    tf.tidy(() => {
      this.variables.set('router.gate', tf.variable(tf.tensor(gate, [xDim, keyDim])));
      this.variables.set('router.keys', tf.variable(tf.zeros([capacity, keyDim + 1])));
    });
  }

  /**
   * Chooses the peers for a batch by their mean score over its rows; `step` numbers a training step and adds the noise of that step.
   * The route holds `inputs` itself, not a copy. More synapses than there are keys: the first ones are considered.
   */
  async route(
    synapses: readonly string[],
    context: tf.Tensor2D,
    inputs: tf.Tensor,
    options: { step?: number } = {},
  ): Promise<Route> {
    const considered = synapses.slice(0, this.config.capacity);
    const requests = synapses.map((): tf.Tensor | undefined => undefined);
    if (considered.length === 0) return { requests, chosen: [] };
    const means = tf.tidy(() => tf.mean(this.products(context, considered), 0)); // [considered]
    const scores = Array.from(await means.data());
    means.dispose();
    if (options.step !== undefined) this.addNoise(scores, considered, options.step);
    const order = scores.map((_, i) => i).sort((a, b) => scores[b]! - scores[a]! || a - b);
    const chosen = order.slice(0, this.config.topk);
    for (const i of chosen) requests[i] = inputs;
    return { requests, chosen };
  }

  /** How much each of these peers counts for each row: [rows, synapses], rows sum to 1. Differentiable in gate and keys. */
  scores(context: tf.Tensor2D, synapses: readonly string[]): tf.Tensor2D {
    return tf.softmax(this.products(context, synapses));
  }

  /**
   * The answers [rows, 1024] or [rows, sequence, 1024], each weighed by its column of `scores`: row by row, or place by place where there
   * are rows * sequence scores. The result has the shape of an answer.
   */
  join(responses: readonly tf.Tensor[], scores: tf.Tensor2D): tf.Tensor {
    const weighed = responses.map((response, i) =>
      tf.mul(tf.reshape(response, [scores.shape[0], -1]), tf.slice(scores, [0, i], [-1, 1])),
    );
    return tf.reshape(tf.addN(weighed), responses[0]!.shape);
  }

  /** The peers whose keys are remembered, unused for longest first. */
  peers(): [peer: string, row: number][] {
    return [...this.rows];
  }

  /** In which training step each remembered peer was first considered. */
  ages(): [peer: string, since: number][] {
    return [...this.since];
  }

  /** Goes on with another seed, that of a checkpoint. */
  reseed(seed: number): void {
    this.config.seed = seed;
  }

  state(): NamedArray[] {
    return [...this.variables].map(([name, v]) => ({ name, shape: v.shape, data: numbersOf(v) }));
  }

  /** Takes back what `state`, `peers` and `ages` gave; code `shape` when it does not fit. A peer without an age was there from the start. */
  load(
    state: readonly NamedArray[],
    peers: readonly (readonly [peer: string, row: number])[],
    ages: readonly (readonly [peer: string, since: number])[] = [],
  ): void {
    loadVariables(this.variables, state, 'router');
    this.rows.clear();
    this.since.clear();
    for (const [peer, row] of peers) {
      this.rows.set(peer, row);
      this.since.set(peer, 0);
    }
    for (const [peer, since] of ages) if (this.rows.has(peer)) this.since.set(peer, since);
  }

  dispose(): void {
    tf.dispose([...this.variables.values()]);
    this.variables.clear();
  }

  /** Query times key: [rows, synapses]. The context [rows, xDim] is a constant here. */
  private products(context: tf.Tensor2D, synapses: readonly string[]): tf.Tensor2D {
    const rows = this.rowsOf(synapses);
    const { keyDim } = this.config;
    const gate = this.variables.get('router.gate') as unknown as tf.Tensor2D;
    const keys = tf.gather(this.variables.get('router.keys')!, tf.tensor1d(rows, 'int32')) as tf.Tensor2D; // [synapses, keyDim + 1]
    const query = tf.div(tf.matMul(context, gate), Math.sqrt(keyDim)); // [rows, keyDim]
    const withConstant = tf.concat([query, tf.ones([context.shape[0], 1])], 1) as tf.Tensor2D; // [rows, keyDim + 1]
    return tf.matMul(withConstant, tf.transpose(keys));
  }

  /** Each peer's own noise fades with its own age, so that one who comes late is tried as well. */
  private addNoise(scores: number[], peers: readonly string[], step: number): void {
    const deviations = peers.map(peer => {
      const since = this.since.get(peer) ?? step;
      this.since.set(peer, since);
      return Math.max(0, 1 - (step - since) / this.config.noiseSteps);
    });
    if (deviations.every(deviation => deviation === 0)) return;
    const source = random(this.config.seed, 'router', 'noise', step);
    for (const [i, deviation] of deviations.entries()) scores[i]! += deviation * source.normal();
  }

  /** Rows of the peers' keys; new peers get a key that depends on the seed and their name only. */
  private rowsOf(synapses: readonly string[]): number[] {
    const fresh: [peer: string, row: number][] = [];
    for (const peer of synapses) {
      const row = this.rows.get(peer);
      // Once more at the end: the order is that of use.
      if (row !== undefined) {
        this.rows.delete(peer);
        this.rows.set(peer, row);
      }
    }
    for (const peer of synapses) {
      if (this.rows.has(peer)) continue;
      const row = this.rows.size < this.config.capacity ? this.rows.size : this.giveUpOldest();
      this.rows.set(peer, row);
      fresh.push([peer, row]);
    }
    if (fresh.length > 0) this.writeKeys(fresh);
    return synapses.map(peer => this.rows.get(peer)!);
  }

  private giveUpOldest(): number {
    const [peer, row] = this.rows.entries().next().value!;
    this.rows.delete(peer);
    this.since.delete(peer);
    return row;
  }

  private writeKeys(fresh: readonly [peer: string, row: number][]): void {
    const variable = this.variables.get('router.keys')!;
    const width = this.config.keyDim + 1;
    const keys = numbersOf(variable);
    for (const [peer, row] of fresh) {
      keys.set(normals(width, KEY_DEVIATION, random(this.config.seed, 'router', 'key', peer)), row * width);
      this.onReplaced('router.keys', row * width, width);
    }
    tf.tidy(() => variable.assign(tf.tensor(keys, variable.shape)));
  }
}
