import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type Caller,
  CallerPool,
  createServer,
  createTrainer,
  loadDigits,
  type NamedArray,
  type PlainTensor,
  random,
  type Server,
} from '../../../src/model/index.js';
import { weightsOf } from '../../../src/model/serve/callers.js';
import { majorityShares } from '../../../src/model/serve/majority.js';
import { batchNumber, closeTo, SMALL, tensorCount } from '../helpers.js';

const point = (...values: number[]) => new Map([['v', Float32Array.from(values)]]);
const mixture = (points: ReadonlyMap<string, Float32Array>[], shares: number[]) =>
  [...points[0]!.get('v')!].map((_, i) => shares.reduce((sum, share, k) => sum + share * points[k]!.get('v')![i]!, 0));
const even = (count: number) => Array.from({ length: count }, () => 1 / count);

describe('the mean of a majority', () => {
  it('of points that are close together is their weighted mean', () => {
    const points = [point(10, 0), point(10, 0.1), point(10, -0.1)];
    const [x, y] = mixture(points, majorityShares(points, [0.5, 0.3, 0.2]));
    expect([x, y]).toEqual([expect.closeTo(10, 2), expect.closeTo(0.01, 3)]);
  });

  it('leaves out what is opposite, with nearly half of the weight', () => {
    const points = [point(1, 0.3), point(1, -0.3), point(1, 0), point(-1, 0)];
    const shares = majorityShares(points, [0.17, 0.17, 0.17, 0.49]);
    expect(shares[3]).toBe(0);
    expect(mixture(points, shares)[0]).toBeGreaterThan(0.9);
  });

  it('cuts what is longer than the median', () => {
    const points = [point(1, 0.1), point(1, 0), point(1e6, 0)];
    const [x] = mixture(points, majorityShares(points, even(3)));
    expect(x).toBeCloseTo(1, 1);
  });

  it('is the point of whoever holds more than half, and any points alike', () => {
    expect(majorityShares([point(1), point(-1)], [0.4, 0.6])).toEqual([0, 1]);
    expect(majorityShares([point(1)], [1])).toEqual([1]);
    const same = [point(2, 2), point(2, 2)];
    expect(mixture(same, majorityShares(same, even(2)))).toEqual([2, 2]);
    const nothing = [point(0), point(0)];
    expect(mixture(nothing, majorityShares(nothing, even(2)))).toEqual([0]);
  });

  it('of noisy points stays where they point, wherever 49 % of the weight lies', () => {
    const source = random(5, 'majority');
    const width = 40;
    // Noise twice as long as what is common to all.
    const honest = Array.from({ length: 8 }, () =>
      point(...Array.from({ length: width }, (_, i) => (i === 0 ? 1 : (2 / Math.sqrt(width)) * source.normal()))),
    );
    for (let n = 0; n < 200; n++) {
      const bad = point(...Array.from({ length: width }, (_, i) => (i === 0 ? -2 : source.normal())));
      const shares = majorityShares([...honest, bad], [...honest.map(() => 0.51 / 8), 0.49]);
      expect(mixture([...honest, bad], shares)[0]).toBeGreaterThan(0);
    }
  });
});

describe('what callers weigh', () => {
  it('goes by stake; all who have none weigh together a twentieth of the others', () => {
    expect(weightsOf([3, 1])).toEqual([0.75, 0.25]);
    const weights = weightsOf([20, 0, 0, 0, 0]);
    expect(weights.slice(1).reduce((a, b) => a + b)).toBeCloseTo(0.05 / 1.05, 12);
    expect(weights.reduce((a, b) => a + b)).toBeCloseTo(1, 12);
    expect(weightsOf([0, 0])).toEqual([0.5, 0.5]);
  });
});

describe('a pool of callers', () => {
  const shapeOf = () => [2];
  const gradient = (a: number, b = 0) => new Map([['v', Float32Array.of(a, b)]]);
  const who = (name: string, stake = 1): Caller => ({ name, stake });

  it('learns from nobody, from the staked, or from all', () => {
    const wants = (policy: 'off' | 'all' | 'staked', stake: number) =>
      new CallerPool({ policy }, 2).wants(who('a', stake));
    expect([wants('off', 5), wants('off', 0)]).toEqual([false, false]);
    expect([wants('staked', 5), wants('staked', 0), wants('staked', Number.NaN)]).toEqual([true, false, false]);
    expect([wants('all', 5), wants('all', 0)]).toEqual([true, true]);
  });

  it('averages a caller’s calls, and takes so many and no more', () => {
    const pool = new CallerPool({ callsPerCaller: 3, clipNorm: 1 }, 2);
    for (const x of [0.1, 0.2, 0.6, 100, 100]) pool.add(who('a'), gradient(x));
    expect(pool.wants(who('a'))).toBe(false);
    expect(pool.wants(who('b'))).toBe(true);
    const taken = pool.take(shapeOf)!;
    expect([taken.calls, taken.callers]).toEqual([3, 1]);
    expect(taken.gradients[0]!.data[0]).toBeCloseTo(0.3, 6);
    expect(pool.take(shapeOf)).toBeUndefined();
    expect(pool.wants(who('a'))).toBe(true);
  });

  it('keeps no more than it has room for, and those of the largest stakes', () => {
    const pool = new CallerPool({ capacity: 6 }, 2);
    for (const stake of [3, 1, 2]) pool.add(who(`old ${stake}`, stake), gradient(0.1));
    expect(pool.wants(who('poor', 0.5))).toBe(false);
    pool.add(who('rich', 9), gradient(0.5));
    // 9 of 14 is more than half.
    const taken = pool.take(shapeOf)!;
    expect([taken.callers, taken.gradients[0]!.data[0]]).toEqual([3, 0.5]);
    const large = new CallerPool({ capacity: 6 }, 100);
    large.add(who('a', 1), gradient(0.1));
    large.add(who('b', 2), gradient(0.2));
    expect(large.take(shapeOf)).toMatchObject({ callers: 1 });
  });

  it('refuses what is not finite, and is none the worse', () => {
    const pool = new CallerPool({}, 2);
    for (const bad of [Number.NaN, Number.POSITIVE_INFINITY, 3e38]) {
      const isTaken = pool.add(who('bad'), gradient(bad, bad));
      expect(isTaken).toBe(bad === 3e38);
    }
    expect(pool.take(shapeOf)!.gradients[0]!.data.every(Number.isFinite)).toBe(true);
  });

  it('fills in parameters that some callers do not reach', () => {
    const pool = new CallerPool({}, 2);
    pool.add(who('a'), new Map([['v', Float32Array.of(0.2, 0)]]));
    pool.add(who('b'), new Map([['w', Float32Array.of(0, 0.4)]]));
    const { gradients } = pool.take(shapeOf)!;
    expect(gradients.map(({ name, data }) => [name, ...data])).toEqual([
      ['v', expect.closeTo(0.1, 6), 0],
      ['w', 0, expect.closeTo(0.2, 6)],
    ]);
  });
});

type Floats = Extract<PlainTensor, { dtype: 'float32' }>;
interface Call {
  input: PlainTensor;
  gradient: Floats;
}

describe('a served model among hostile callers', () => {
  const digits = loadDigits().training;
  let server: Server;
  let parameters: NamedArray[];
  /** What honest callers send: the gradient of their own loss at the answer, toward the right class. */
  let honest: Call[];

  beforeAll(async () => {
    const owner = await createTrainer({ device: 'wasm', model: 'mnist', seed: 1, config: SMALL });
    for (let n = 0; n < 10; n++) await owner.train(batchNumber(digits, n));
    parameters = owner.exportParameters().map(array => ({ ...array, data: array.data.slice() }));
    owner.dispose();
    server = await createServer({ device: 'wasm', model: 'mnist', config: SMALL, parameters, version: 1 });
    honest = await Promise.all([20, 21, 22, 23, 24].map(async n => honestCall(n)));
  });
  afterAll(() => server.dispose());

  async function honestCall(n: number) {
    const { inputs, targets } = batchNumber(digits, n);
    const { output } = await server.forward(inputs);
    const data = new Float32Array(output.data.length);
    targets.labels!.data.forEach((label, row) => {
      const scores = output.data.subarray(row * 1024, row * 1024 + 10);
      const powers = [...scores].map(Math.exp);
      const total = powers.reduce((a, b) => a + b);
      powers.forEach((power, i) => {
        data[row * 1024 + i] = (power / total - (i === label ? 1 : 0)) / 64;
      });
    });
    return { input: inputs, gradient: { dtype: 'float32', shape: output.shape, data } as const };
  }

  const times = (by: number) => (call: Call) => ({
    ...call,
    gradient: { ...call.gradient, data: call.gradient.data.map(value => value * by) },
  });
  const flat = ({ gradients }: { gradients: NamedArray[] }) => {
    const order = gradients.toSorted((a, b) => (a.name < b.name ? -1 : 1));
    return order.flatMap(({ data }) => [...data]);
  };
  const dot = (a: number[], b: number[]) => a.reduce((sum, x, i) => sum + x * b[i]!, 0);
  const cosine = (a: number[], b: number[]) => dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));

  /** What comes of the calls of the honest, each of stake 10, and of others. */
  async function joined(others: { call: Call; caller: Caller }[] = []): Promise<number[]> {
    const sent = [...honest.map((call, i) => ({ call, caller: { name: `honest ${i}`, stake: 10 } })), ...others];
    for (const { call, caller } of sent) {
      await server.backward(call.input, call.gradient, 1, { wantInputGradient: false, caller }).catch(error => {
        expect(error).toMatchObject({ code: 'non_finite' });
        expect(caller.name).toMatch(/NaN/);
      });
    }
    return flat(server.takeGradients()!);
  }

  const attackers = (count: number, stake: number, change: (call: Call) => Call) =>
    Array.from({ length: count }, (_, i) => ({
      call: change(honest[i % honest.length]!),
      caller: { name: `hostile ${i}`, stake },
    }));
  const nan = (call: Call) => ({
    ...call,
    gradient: { ...call.gradient, data: call.gradient.data.map(() => Number.NaN) },
  });

  it.each([
    ['one of nearly half the stake, backwards', () => attackers(1, 49, times(-1))],
    ['one of nearly half the stake, backwards and huge', () => attackers(1, 49, times(-1e20))],
    ['one of nearly half the stake, huge', () => attackers(1, 49, times(1e20))],
    ['four of nearly half the stake together, backwards', () => attackers(4, 12, times(-1e6))],
    ['a hundred identities without a stake', () => attackers(100, 0, times(-1e6))],
    ['forty identities of little stake', () => attackers(40, 0.1, times(-1e6))],
    ['one that sends a hundred times', () => Array.from({ length: 100 }, () => attackers(1, 10, times(-1e6))[0]!)],
  ])('goes where the honest ones would go: %s', async (_, others) => {
    const alone = await joined();
    const among = await joined(others());
    // Honest gradients of 64 rows each differ much: one of them alone is at 0.3 of what they come to together.
    expect(cosine(alone, among)).toBeGreaterThan(0.25);
    expect(Math.hypot(...among)).toBeLessThanOrEqual(1.0001);
  });

  it('is not touched by what is not a number', async () => {
    const alone = await joined();
    const others = attackers(3, 1000, nan).map(({ call }, i) => ({ call, caller: { name: `NaN ${i}`, stake: 1000 } }));
    expect(closeTo(await joined(others), alone)).toBe(0);
  });

  it('learns from its callers alone, with nearly half of the stake against it', async () => {
    const owner = await createTrainer({
      device: 'wasm',
      model: 'mnist',
      seed: 1,
      config: SMALL,
      learningRate: 0.05,
    });
    owner.synapse.load(parameters);
    const test = [batchNumber(digits, 40), batchNumber(digits, 41)];
    const before = (await owner.evaluate(test)).local.loss;
    for (let round = 0; round < 15; round++) {
      const calls = await Promise.all([20, 21, 22, 23, 24].map(n => honestCall(n + 5 * (round % 3))));
      for (const [i, call] of calls.entries()) {
        await server.backward(call.input, call.gradient, 1, { caller: { name: `honest ${i}`, stake: 10 } });
      }
      const bad = times(-1e6)(calls[0]!);
      await server.backward(bad.input, bad.gradient, 1, { caller: { name: 'hostile', stake: 49 } });
      owner.addCallerGradients(server.takeGradients()!);
      owner.applyCallerGradients();
      server.replaceParameters(owner.exportParameters(), 1);
    }
    const after = (await owner.evaluate(test)).local.loss;
    server.replaceParameters(parameters, 1);
    owner.dispose();
    expect(after).toBeLessThan(0.9 * before);
  });

  it('computes nothing for a caller it does not learn from, and answers it all the same', async () => {
    const { input, gradient } = honest[0]!;
    const deaf = await createServer({
      device: 'wasm',
      model: 'mnist',
      config: SMALL,
      parameters,
      version: 1,
      callers: { policy: 'off' },
    });
    const before = tensorCount();
    const caller = { name: 'a', stake: 1e9 };
    expect(await deaf.backward(input, gradient, 1, { wantInputGradient: false, caller })).toEqual({
      gradient: undefined,
      version: 1,
    });
    const wanted = await deaf.backward(input, gradient, 1, { caller });
    await server.backward(input, gradient, 1, { caller });
    const known = await server.backward(input, gradient, 1, { caller });
    expect(closeTo(wanted.gradient!.data, known.gradient!.data)).toBe(0);
    expect(deaf.takeGradients()).toBeUndefined();
    server.takeGradients();
    expect(tensorCount()).toBe(before);
    deaf.dispose();
  });
});
