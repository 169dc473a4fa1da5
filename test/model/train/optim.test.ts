import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  adam,
  createTrainer,
  loadDigits,
  Optimizer,
  type Rule,
  type RuleSettings,
  random,
  type ScheduleSettings,
  sgd,
  startBackend,
} from '../../../src/model/index.js';
import { globalNorm } from '../../../src/model/train/optim.js';
import { batchNumber, SMALL, tensorCount } from '../helpers.js';

beforeAll(async () => {
  await startBackend('wasm');
});

const variable = (values: number[], shape = [values.length]) => tf.tidy(() => tf.variable(tf.tensor(values, shape)));
const numbers = (count: number, name: string) => {
  const source = random(3, name);
  return Array.from({ length: count }, () => source.normal());
};
/** Where numbers are thought out of reach, kernels do the work. */
const ways = [
  ['in one loop', undefined],
  ['by kernels', () => undefined],
] as const;

/** The formulas of the papers in 64 bits. */
const references: Record<string, (p: number, gradients: number[], rate: number, decay: number) => number> = {
  // PyTorch's SGD: m = 0.9 m + (g + decay p), p = p - rate m.
  sgd: (p, gradients, rate, decay) => {
    let m = 0;
    for (const g of gradients) {
      m = 0.9 * m + g + decay * p;
      p -= rate * m;
    }
    return p;
  },
  // Adam's algorithm 1 with AdamW's decay.
  adam: (p, gradients, rate, decay) => {
    let [m, v] = [0, 0];
    gradients.forEach((g, i) => {
      m = 0.9 * m + 0.1 * g;
      v = 0.999 * v + 0.001 * g * g;
      p -= rate * decay * p;
      p -= (rate * (m / (1 - 0.9 ** (i + 1)))) / (Math.sqrt(v / (1 - 0.999 ** (i + 1))) + 1e-8);
    });
    return p;
  },
};

describe.each(ways)('an optimizer that works %s', (_, reach) => {
  it.each([
    ['sgd', 0, sgd()],
    ['sgd', 0.05, sgd({ weightDecay: 0.05 })],
    ['adam', 0, adam()],
    ['adam', 0.05, adam({ weightDecay: 0.05 })],
  ] as const)('is %s of the books in 64 bits over fifty steps, weight decay %d', (name, decay, rule: Rule) => {
    const before = tensorCount();
    const start = numbers(6, 'start');
    const gradients = Array.from({ length: 50 }, (_, n) => numbers(6, `step ${n}`));
    const v = variable(start, [2, 3]);
    const optimizer = new Optimizer([{ variables: new Map([['v', v]]), learningRate: 0.02, rule }], reach);
    for (const values of gradients) optimizer.step(new Map([[v, tf.tensor(values, [2, 3])]]));
    const expected = start.map((p, i) =>
      references[name]!(
        p,
        gradients.map(values => values[i]!),
        0.02,
        decay,
      ),
    );
    const got = v.dataSync();
    for (const [i, value] of expected.entries()) expect(got[i]).toBeCloseTo(value, 5);
    optimizer.dispose();
    v.dispose();
    expect(tensorCount()).toBe(before);
  });

  it('makes the steps of PyTorch: 0.9, 0.71, 0.439 by SGD and a tenth each by Adam, for a gradient of 1 and a rate of 0.1', () => {
    for (const [rule, expected] of [
      [sgd(), [0.9, 0.71, 0.439]],
      [adam(), [0.9, 0.8, 0.7]],
      [adam({ weightDecay: 0.01 }), [0.899, 0.798101, 0.697302899]],
    ] as const) {
      const v = variable([1], [1, 1]);
      const optimizer = new Optimizer([{ variables: new Map([['v', v]]), learningRate: 0.1, rule }], reach);
      for (const value of expected) {
        optimizer.step(new Map([[v, tf.ones([1, 1])]]));
        expect(v.dataSync()[0]).toBeCloseTo(value, 6);
      }
      optimizer.dispose();
    }
  });

  it('finds the target within a hundred steps of AdamW (the test of PyTorch-Transformers)', () => {
    const target = [0.4, 0.2, -0.5];
    const w = variable([0.1, -0.2, -0.1]);
    const optimizer = new Optimizer([{ variables: new Map([['w', w]]), learningRate: 0.2, rule: adam() }], reach);
    for (let n = 0; n < 100; n++) {
      optimizer.step(new Map([[w, tf.tidy(() => tf.mul(tf.sub(w, tf.tensor1d(target)), 2 / 3))]]));
    }
    for (const [i, value] of target.entries()) expect(w.dataSync()[i]).toBeCloseTo(value, 2);
    optimizer.dispose();
  });

  it('shrinks matrices and not biases', () => {
    const [matrix, bias] = [variable([1, 1], [1, 2]), variable([1, 1])];
    const variables = new Map([
      ['matrix', matrix],
      ['bias', bias],
    ]);
    for (const rule of [sgd({ weightDecay: 0.5 }), adam({ weightDecay: 0.5 })]) {
      const optimizer = new Optimizer([{ variables, learningRate: 0.1, rule }], reach);
      optimizer.step(
        new Map<tf.Variable, tf.Tensor>([
          [matrix, tf.zeros([1, 2])],
          [bias, tf.zeros([2])],
        ]),
      );
      optimizer.dispose();
    }
    expect(bias.dataSync()[0]).toBe(1);
    expect(matrix.dataSync()[0]).toBeCloseTo(0.95 * 0.95, 6);
  });

  it('multiplies the rates by the schedule’s factor, but for groups that are steady', () => {
    const [a, b] = [variable([0]), variable([0])];
    const optimizer = new Optimizer(
      [
        { variables: new Map([['a', a]]), learningRate: 1, rule: sgd() },
        { variables: new Map([['b', b]]), learningRate: 1, rule: sgd(), isSteady: true },
      ],
      reach,
    );
    optimizer.step(
      new Map([
        [a, tf.ones([1])],
        [b, tf.ones([1])],
      ]),
      undefined,
      0.25,
    );
    expect([a.dataSync()[0], b.dataSync()[0]]).toEqual([-0.25, -1]);
  });

  it('goes on from its state to the bit', () => {
    for (const rule of [sgd(), adam({ weightDecay: 0.01 })]) {
      const [one, two] = [variable(numbers(8, 'p'), [2, 4]), variable(numbers(8, 'p'), [2, 4])];
      const make = (v: tf.Variable) =>
        new Optimizer([{ variables: new Map([['v', v]]), learningRate: 0.03, rule }], reach);
      let broken = make(two);
      const whole = make(one);
      for (let n = 0; n < 12; n++) {
        whole.step(new Map([[one, tf.tensor(numbers(8, `g${n}`), [2, 4])]]));
        if (n === 5) {
          const state = broken.state();
          broken.dispose();
          broken = make(two);
          broken.load(state);
        }
        broken.step(new Map([[two, tf.tensor(numbers(8, `g${n}`), [2, 4])]]));
      }
      expect(two.dataSync()).toEqual(one.dataSync());
      expect(broken.state()).toEqual(whole.state());
      whole.dispose();
      broken.dispose();
    }
  });
});

describe('the state of an optimizer', () => {
  const make = (rule: Rule) =>
    new Optimizer([{ variables: new Map([['v', variable([1, 2])]]), learningRate: 1, rule }]);

  it('is refused by another rule, in part, and with a wrong count', () => {
    const v = variable([1, 2]);
    const optimizer = new Optimizer([{ variables: new Map([['v', v]]), learningRate: 1, rule: adam() }]);
    optimizer.step(new Map([[v, tf.ones([2])]]));
    const state = optimizer.state();
    expect(state.map(({ name }) => name)).toEqual(['first/v', 'second/v', 'updates/v']);
    expect(() => make(sgd()).load(state)).toThrow(/momentum of first\/v/);
    expect(() => make(adam()).load(state.slice(0, 1))).toThrow(/momentum of second\/v/);
    expect(() => make(adam()).load(state.slice(0, 2))).toThrow(/momentum of updates\/v/);
    expect(() => make(adam()).load([...state.slice(0, 2), { ...state[2]!, data: Float32Array.of(0.5) }])).toThrow(
      /updates\/v/,
    );
    make(adam()).load(state);
  });
});

describe('a trainer with a schedule and another optimizer', () => {
  const digits = loadDigits().training;
  const settings = {
    device: 'wasm',
    model: 'mnist',
    seed: 1,
    config: SMALL,
    learningRate: 0.001,
    clipNorm: 1,
    optimizer: { kind: 'adam', weightDecay: 0.01 } satisfies RuleSettings,
    schedule: {
      kind: 'warmup-cosine-with-hard-restarts',
      warmupSteps: 3,
      totalSteps: 9,
    } satisfies ScheduleSettings,
  } as const;

  it('learns, and follows the schedule by its own count of steps', async () => {
    const trainer = await createTrainer({ ...settings, schedule: { ...settings.schedule, totalSteps: 100 } });
    const before = tensorCount();
    const factors: number[] = [];
    const losses: number[] = [];
    for (let n = 0; n < 20; n++) {
      const { rateFactor, localTargetLoss } = await trainer.train(batchNumber(digits, n));
      factors.push(rateFactor);
      losses.push(localTargetLoss);
    }
    expect(factors.slice(0, 4)).toEqual([0, 1 / 3, 2 / 3, 1]);
    expect(losses.at(-1)!).toBeLessThan(0.7 * losses[0]!);
    expect(tensorCount()).toBe(before);
    trainer.dispose();
  });

  it('counts epochs where the schedule does', async () => {
    const trainer = await createTrainer({ ...settings, schedule: { kind: 'steps', epochs: 2, gamma: 0.1 } });
    const at = async (epoch: number) => (await trainer.train(batchNumber(digits, 0), undefined, { epoch })).rateFactor;
    expect([await at(0), await at(1), await at(2)]).toEqual([1, 1, 0.1]);
    trainer.dispose();
  });

  it('applies no gradient that is not finite where gradients are clipped', async () => {
    const trainer = await createTrainer(settings);
    await trainer.train(batchNumber(digits, 0));
    const { inputs, targets } = batchNumber(digits, 1);
    // Squares overflow in the backward pass only: the loss is a number.
    const before = trainer.exportParameters();
    const spoiled = { dtype: 'float32', shape: inputs.shape, data: new Float32Array(inputs.data.length) } as const;
    spoiled.data.set(inputs.data);
    spoiled.data.fill(1e22, 0, 784);
    const count = tensorCount();
    const result = await trainer.train({ inputs: spoiled, targets });
    if (result.skipped) expect(trainer.exportParameters()).toEqual(before);
    for (const { data } of trainer.exportParameters()) expect(data.every(Number.isFinite)).toBe(true);
    expect(tensorCount()).toBe(count);
    trainer.dispose();
  });
});

describe('the norm to which gradients are clipped', () => {
  it('is that of all of them together', () => {
    expect(globalNorm([tf.tensor1d([1, 2, 2]), tf.tensor2d([[4, 0, 0, 0, 0]])])).toBe(5);
  });
});
