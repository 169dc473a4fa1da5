import * as tf from '@tensorflow/tfjs-core';
import { disposeProduct, vjp } from '../compute/vjp.js';
import { Optimizer } from './optim.js';
import { type Rule, sgd } from './rules.js';

/** Parameters by name, and the gradients that have come together for them: those of each `backward` are added until they are used. */
export class Parameters {
  private gradients = new Map<tf.Variable, tf.Tensor>();

  constructor(readonly variables: ReadonlyMap<string, tf.Variable>) {}

  /** Numbers in all of them. */
  get size(): number {
    return [...this.variables.values()].reduce((sum, { size }) => sum + size, 0);
  }

  /** Adds the gradients of `<of(), gradient>`. `of` runs once, synchronously; what it makes is freed. */
  backward(of: () => tf.Tensor, gradient: tf.Tensor): void {
    const variables = [...this.variables.values()];
    const product = vjp({ of: () => ({ outputs: [of()] }), variables, inputs: [], cotangents: [gradient] });
    const found = new Map(product.variables);
    product.variables.clear();
    disposeProduct(product);
    this.add(found);
  }

  /** Adds gradients and takes them over; those of other variables are freed. */
  add(gradients: ReadonlyMap<tf.Variable, tf.Tensor>): void {
    const own = new Set(this.variables.values());
    for (const [variable, gradient] of gradients) {
      const before = this.gradients.get(variable);
      if (!own.has(variable)) gradient.dispose();
      else if (!before) this.gradients.set(variable, tf.keep(gradient));
      else {
        this.gradients.set(
          variable,
          tf.tidy(() => tf.keep(tf.add(before, gradient))),
        );
        tf.dispose([before, gradient]);
      }
    }
  }

  /** The gradients so far, which become the caller's. */
  take(): Map<tf.Variable, tf.Tensor> {
    const { gradients } = this;
    this.gradients = new Map();
    return gradients;
  }

  /** Forgets the gradients so far. */
  zeroGrad(): void {
    tf.dispose([...this.take().values()]);
  }

  /** Stochastic gradient descent over them, as PyTorch's `SGD`. */
  sgd({ lr, momentum = 0, weightDecay = 0 }: DescentOptions): ParameterOptimizer {
    return new ParameterOptimizer(this, { lr, rule: sgd({ momentum, weightDecay }) });
  }

  /** Frees parameters and gradients. */
  dispose(): void {
    this.zeroGrad();
    tf.dispose([...this.variables.values()]);
  }
}

/** How large the steps of a descent are. */
export interface DescentOptions {
  /** Learning rate. */
  readonly lr: number;
  /** What is kept of the last update, 0 to 1; default 0. */
  readonly momentum?: number | undefined;
  readonly weightDecay?: number | undefined;
}

/** Moves parameters against the gradients that have come together for them. */
export class ParameterOptimizer {
  private readonly optimizer: Optimizer;

  constructor(
    readonly parameters: Parameters,
    { lr, rule }: { readonly lr: number; readonly rule: Rule },
  ) {
    this.optimizer = new Optimizer([{ variables: parameters.variables, learningRate: lr, rule }]);
  }

  /** One step, which uses the gradients up. Without any, nothing moves. */
  step(): void {
    this.optimizer.step(this.parameters.take());
  }

  /** Forgets gradients that were not used. */
  zeroGrad(): void {
    this.parameters.zeroGrad();
  }

  /** Frees what it remembers of earlier steps; the parameters stay. */
  dispose(): void {
    this.optimizer.dispose();
  }
}
