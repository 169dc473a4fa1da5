import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { createTrainer, LocalWeights, loadDigits, Router, startBackend, vjp } from '../../../src/model/index.js';
import { batchNumber, batchOf, type FakeNetwork, SMALL, serveSmall, tensorCount, wave } from '../helpers.js';

beforeAll(async () => {
  await startBackend('wasm');
});

const names = (count: number) => Array.from({ length: count }, (_, i) => `peer-${i}`);
const context = (rows = 5, width = 1024) =>
  tf.tensor2d(
    Float32Array.from({ length: rows * width }, (_, i) => wave(i)),
    [rows, width],
  );

/** The order in which a router without noise prefers these peers. */
async function preferred(router: Router, peers: string[]): Promise<string[]> {
  return (await router.route(peers, context(), tf.scalar(0))).chosen.map(i => peers[i]!);
}

describe('the router', () => {
  it('asks ten of twelve candidates, learns from their answers, and sends the other two nothing', async () => {
    const peers = names(12);
    const network = await serveSmall(peers);
    const trainer = await createTrainer({ device: 'wasm', model: 'mnist', seed: 1, config: SMALL });
    const digits = loadDigits().training;
    const keysBefore = trainer.router.state().map(({ data }) => data);
    const result = await trainer.train(batchNumber(digits, 0), { peers, caller: network });
    const asked = [...network.asked.keys()].sort();
    expect(asked).toHaveLength(10);
    expect([...network.taken.keys()].sort()).toEqual(asked);
    expect(Object.keys(result.scores)).toHaveLength(12);
    for (const peer of peers) {
      if (asked.includes(peer)) expect(result.scores[peer]).toBeGreaterThan(0);
      else expect(result.scores[peer]).toBe(0);
    }
    await trainer.train(batchNumber(digits, 1), { peers, caller: network });
    const keysAfter = trainer.router.state().map(({ data }) => data);
    for (const [i, before] of keysBefore.entries()) expect(keysAfter[i]).not.toEqual(before);
    trainer.dispose();
    network.dispose();
  });

  it('has gradients other than zero in gate and keys, but only in the keys of those asked', async () => {
    const peers = names(12);
    const router = new Router({ seed: 5 });
    const route = await router.route(peers, context(), tf.scalar(0));
    expect(route.chosen).toHaveLength(10);
    expect(route.requests.filter(request => request === undefined)).toHaveLength(2);
    const asked = route.chosen.map(i => peers[i]!);
    const answers = asked.map((_, i) => tf.fill([5, 1024], i));
    const { variables } = vjp({
      of: () => ({ outputs: [tf.mean(tf.square(router.join(answers, router.scores(context(), asked))))] }),
      variables: [...router.variables.values()],
      inputs: [],
      cotangents: [tf.scalar(1)],
    });
    const [gate, keys] = [...router.variables.values()].map(v => variables.get(v)!.dataSync());
    expect(Math.max(...gate!.map(Math.abs))).toBeGreaterThan(0);
    const rowOf = new Map(router.peers());
    for (const peer of peers) {
      const row = keys!.slice(rowOf.get(peer)! * 101, (rowOf.get(peer)! + 1) * 101);
      if (asked.includes(peer)) expect(Math.max(...row.map(Math.abs))).toBeGreaterThan(0);
      else expect(row.every(value => value === 0)).toBe(true);
    }
  });

  it('weighs answers to text sequence by sequence, or place by place where there are scores for each', () => {
    const router = new Router({ seed: 3 });
    const answers = [tf.fill([2, 3, 4], 1), tf.fill([2, 3, 4], 10)];
    const join = (scores: number[]) => {
      const joined = router.join(answers, tf.tensor2d(scores, [scores.length / 2, 2]));
      expect(joined.shape).toEqual([2, 3, 4]);
      return [...tf.slice(joined, [0, 0, 0], [2, 3, 1]).dataSync()];
    };
    expect(join([1, 0, 0, 1])).toEqual([1, 1, 1, 10, 10, 10]);
    expect(join([1, 0, 0, 1, 1, 0, 0, 1, 0.5, 0.5, 1, 0])).toEqual([1, 10, 1, 10, 5.5, 1]);
  });

  it('gives a peer the same key whenever and beside whomever it comes', async () => {
    const one = await preferred(new Router({ seed: 5 }), names(6));
    const late = new Router({ seed: 5 });
    for (const peer of [...names(6)].reverse()) await preferred(late, [peer, 'someone else']);
    expect(await preferred(late, names(6))).toEqual(one);
    const other = new Router({ seed: 6 });
    expect(await preferred(other, names(6))).not.toEqual(one);
  });

  it('explores with noise that fades over three hundred steps and is the same for the same step', async () => {
    const router = new Router({ seed: 5, topk: 3 });
    const at = async (step: number) => (await router.route(names(12), context(), tf.scalar(0), { step })).chosen;
    await at(0);
    const quiet = await at(300);
    expect(await at(300)).toEqual((await router.route(names(12), context(), tf.scalar(0))).chosen);
    const early = await Promise.all(Array.from({ length: 20 }, (_, step) => at(step)));
    expect(new Set(early.flat()).size).toBe(12);
    expect(await at(3)).toEqual(early[3]);
    expect(await at(10_000)).toEqual(quiet);
  });

  it('explores those that come late by an age of their own, and changes nothing for those that were there', async () => {
    const at = async (router: Router, peers: string[], step: number) =>
      (await router.route(peers, context(), tf.scalar(0), { step })).chosen.map(i => peers[i]!);
    const elders = names(6);
    const router = new Router({ seed: 5, topk: 6 });
    for (const step of [0, 150, 400]) await at(router, elders, step);
    const withLate = [...elders, 'late-1', 'late-2', 'late-3'];
    const orders = [];
    for (let step = 400; step < 420; step++) orders.push(await at(router, withLate, step));
    for (const late of ['late-1', 'late-2', 'late-3']) {
      const asked = orders.filter(order => order.includes(late)).length;
      expect(asked).toBeGreaterThan(0);
      expect(asked).toBeLessThan(20);
    }
    const quiet = (await router.route(elders, context(), tf.scalar(0))).chosen.map(i => elders[i]!);
    // The elders keep their order among each other.
    for (const order of orders) {
      const ranks = order.filter(peer => elders.includes(peer)).map(peer => quiet.indexOf(peer));
      expect(ranks).toEqual([...ranks].sort((a, b) => a - b));
    }
    // Their noise has faded when they are as old as the elders were.
    expect(await at(router, withLate, 700)).toEqual(await at(router, withLate, 900));
    expect(new Map(router.ages())).toEqual(new Map(withLate.map(peer => [peer, elders.includes(peer) ? 0 : 400])));
  });

  it('takes ages back with its keys; those that an older save does not tell were there from the start', async () => {
    const router = new Router({ seed: 5 });
    await router.route(['a'], context(), tf.scalar(0), { step: 0 });
    await router.route(['a', 'b'], context(), tf.scalar(0), { step: 350 });
    const again = new Router({ seed: 5 });
    again.load(router.state(), router.peers(), [...router.ages(), ['unknown', 3]]);
    expect(again.ages()).toEqual(router.ages());
    again.load(router.state(), router.peers());
    expect(again.ages()).toEqual([
      ['a', 0],
      ['b', 0],
    ]);
  });

  it('weighs those that answered so that each row sums to one', () => {
    const router = new Router({ seed: 5 });
    const scores = router.scores(context(), ['a', 'b', 'c']);
    const pair = router.scores(context(), ['a', 'c']);
    const [all, two] = [scores.arraySync(), pair.arraySync()];
    for (const [i, row] of two.entries()) {
      expect(row[0]! + row[1]!).toBeCloseTo(1, 5);
      // What remains keeps its proportions.
      expect(row[0]! / row[1]!).toBeCloseTo(all[i]![0]! / all[i]![2]!, 4);
    }
  });

  it('forgets the key unused for longest when it has no room, and says whose momentum is void', async () => {
    const replaced: number[] = [];
    const router = new Router({ seed: 5, capacity: 4 }, (_, start, count) => replaced.push(start / count));
    await preferred(router, ['a', 'b', 'c', 'd']);
    await preferred(router, ['a']);
    await preferred(router, ['e']);
    expect(router.peers().map(([peer]) => peer)).toEqual(['c', 'd', 'a', 'e']);
    expect(replaced).toEqual([0, 1, 2, 3, 1]);
    const many = await router.route(names(9), context(), tf.scalar(0));
    expect(many.chosen.every(i => i < 4)).toBe(true);
    expect(router.peers()).toHaveLength(4);
  });

  it('keeps its keys through state and load', async () => {
    const router = new Router({ seed: 5 });
    const order = await preferred(router, names(12));
    const again = new Router({ seed: 99 });
    again.load(router.state(), router.peers());
    expect(await preferred(again, names(12))).toEqual(order);
    expect(() => again.load([], [])).toThrow(/router.gate/);
  });

  it('leaves no tensor behind after a route', async () => {
    const router = new Router({ seed: 5 });
    const [x, inputs] = [context(), tf.scalar(0)];
    await router.route(names(12), x, inputs);
    const before = tensorCount();
    await router.route(names(14), x, inputs, { step: 1 });
    expect(tensorCount()).toBe(before);
  });

  it('finds out who is useful: honest peers win against one that answers noise and one that answers backwards', async () => {
    const teacher = await createTrainer({ device: 'wasm', model: 'mnist', seed: 9, config: SMALL });
    const digits = loadDigits().training;
    for (let n = 0; n < 60; n++) await teacher.train(batchNumber(digits, n));
    const served = await serveSmall(['good'], teacher.exportParameters());
    let calls = 0;
    const caller: FakeNetwork['forward'] = async (peer, input, options) => {
      const reply = await served.forward('good', input, options);
      if (!reply.ok || peer === 'good') return reply;
      const { output } = reply;
      calls++;
      const change = peer === 'noise' ? (_: number, i: number) => 50 * wave(i * 31 + calls) : (x: number) => -1000 * x;
      return {
        ...reply,
        output: { dtype: 'float32', shape: output.shape, data: (output.data as Float32Array).map(change) },
      };
    };
    const trainer = await createTrainer({ device: 'wasm', model: 'mnist', seed: 1, config: SMALL });
    const network = {
      peers: ['backwards', 'good', 'noise'],
      caller: { forward: caller, backward: async () => ({ ok: true }) },
    };
    let scores: Record<string, number> = {};
    for (let n = 0; n < 60; n++) ({ scores } = await trainer.train(batchNumber(digits, 60 + n), network));
    expect(scores.good).toBeGreaterThan(0.9);
    expect(trainer.weights.getWeights(['good'])[0]).toBeGreaterThan(trainer.weights.getWeights(['noise'])[0]!);
    teacher.dispose();
    trainer.dispose();
  });

  it('finds out at step 400 that the newcomer is the useful one', async () => {
    const digits = loadDigits().training;
    const teacher = await createTrainer({ device: 'wasm', model: 'mnist', seed: 9, config: SMALL });
    for (let n = 0; n < 60; n++) await teacher.train(batchNumber(digits, n));
    const served = await serveSmall(['late'], teacher.exportParameters());
    const elders = names(4);
    let calls = 0;
    const forward: FakeNetwork['forward'] = async (peer, input, options) => {
      const reply = await served.forward('late', input, options);
      if (!reply.ok || peer === 'late') return reply;
      const { shape, data } = reply.output;
      calls++;
      // Two elders know a little, two know nothing.
      const share = peer < 'peer-2' ? 0.6 : 1;
      const blurred = (data as Float32Array).map((x, i) => (1 - share) * x + 8 * share * wave(i * 31 + calls));
      return { ...reply, output: { dtype: 'float32', shape, data: blurred } };
    };
    const router = { topk: 2 };
    const trainer = await createTrainer({ device: 'wasm', model: 'mnist', seed: 1, config: SMALL, router });
    const caller = { forward, backward: async () => ({ ok: true }) };
    const few = batchOf(
      digits,
      Uint32Array.from({ length: 16 }, (_, i) => i),
    );
    const step = async (peers: string[]) => (await trainer.train(few, { peers, caller })).scores;
    for (let n = 0; n < 400; n++) await step(elders);
    let scores: Record<string, number> = {};
    for (let n = 0; n < 150; n++) scores = await step([...elders, 'late']);
    expect(scores.late).toBeGreaterThan(0.5);
    teacher.dispose();
    trainer.dispose();
    served.dispose();
  });
});

describe('the local weights of the metagraph', () => {
  it('follow the scores slowly, as 0.99 w + 0.01 score', () => {
    const weights = new LocalWeights(0.1);
    weights.follow(
      new Map([
        ['a', 1],
        ['b', 0],
      ]),
    );
    const [a, b, c] = weights.getWeights(['a', 'b', 'c']);
    expect(a).toBeCloseTo(0.99 * 0.1 + 0.01, 12);
    expect(b).toBeCloseTo(0.99 * 0.1, 12);
    expect(c).toBe(0.1);
  });

  it('say whom to consider, and let a peer that was left out come back when the others fall', () => {
    const weights = new LocalWeights(0.1);
    weights.setWeights(['a', 'b', 'c'], [0.3, 0.2, 0.1]);
    expect(weights.select(['a', 'b', 'c', 'd'], 2)).toEqual(['a', 'b']);
    expect(weights.select(['d', 'c', 'd'], 5)).toEqual(['c', 'd']);
    // Nobody knows these yet: whom the chain ranks first is considered first.
    expect(weights.select(['z', 'y', 'x'], 2)).toEqual(['y', 'z']);
    for (let n = 0; n < 100; n++)
      weights.follow(
        new Map([
          ['a', 1],
          ['b', 0],
        ]),
      );
    expect(weights.select(['a', 'b', 'c', 'd'], 2)).toEqual(['a', 'c']);
  });

  it('are bounded and survive state and load', () => {
    const weights = new LocalWeights(0.1);
    for (let i = 0; i < 5000; i++) weights.setWeights([`p${i}`], [i]);
    expect(weights.state()).toHaveLength(4096);
    expect(weights.getWeights(['p0', 'p4999'])).toEqual([0.1, 4999]);
    const again = new LocalWeights(0.1);
    again.load(weights.state());
    expect(again.state()).toEqual(weights.state());
  });
});
