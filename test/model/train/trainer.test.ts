import { describe, expect, it } from 'vitest';
import {
  createServer,
  createTrainer,
  loadDigits,
  type PlainTensor,
  portions,
  type RemoteCaller,
  type Trainer,
} from '../../../src/model/index.js';
import { batchNumber, batchOf, SMALL, serveSmall, tensorCount } from '../helpers.js';

const digits = loadDigits();

async function small(seed = 1): Promise<Trainer> {
  return createTrainer({ device: 'wasm', model: 'mnist', seed, config: SMALL });
}

describe('a training step', () => {
  it('makes the loss smaller within twenty steps when alone', async () => {
    const trainer = await small();
    const losses: number[] = [];
    for (let n = 0; n < 20; n++) losses.push((await trainer.train(batchNumber(digits.training, n))).localTargetLoss);
    expect(losses.at(-1)!).toBeLessThan(0.6 * losses[0]!);
    trainer.dispose();
  });

  it('leaves no tensor behind, alone or with peers, and when peers fail', async () => {
    const network = await serveSmall(['a', 'b']);
    const trainer = await small();
    const failing: RemoteCaller = {
      forward: async () => {
        throw new Error('gone');
      },
      backward: async () => ({ ok: false, code: 'gone' }),
    };
    await trainer.train(batchNumber(digits.training, 0), { peers: ['a', 'b'], caller: network });
    const before = tensorCount();
    await trainer.train(batchNumber(digits.training, 1));
    expect(tensorCount()).toBe(before);
    await trainer.train(batchNumber(digits.training, 2), { peers: ['a', 'b'], caller: network });
    expect(tensorCount()).toBe(before);
    const failed = await trainer.train(batchNumber(digits.training, 3), { peers: ['a', 'b'], caller: failing });
    expect(failed.failures.map(failure => failure.code)).toEqual(['gone', 'gone']);
    expect(tensorCount()).toBe(before);
    trainer.dispose();
    network.dispose();
  });

  it('asks the peers and gives them their gradients', async () => {
    const network = await serveSmall(['a', 'b']);
    const trainer = await small();
    const result = await trainer.train(batchNumber(digits.training, 0), { peers: ['a', 'b'], caller: network });
    expect(result).toMatchObject({ step: 1, failures: [], gradientsTaken: 2, skipped: false });
    expect(result.scores.a! + result.scores.b!).toBeCloseTo(1, 5);
    expect(network.servers.get('a')!.takeGradients()).toMatchObject({ calls: 1 });
    trainer.dispose();
    network.dispose();
  });

  it('learns nothing from a loss that is not finite', async () => {
    const trainer = await small();
    const before = trainer.exportParameters();
    const { inputs, targets } = batchNumber(digits.training, 0);
    const spoiled = { ...inputs, data: inputs.data.map(() => 1e38) } as PlainTensor;
    expect(await trainer.train({ inputs: spoiled, targets })).toMatchObject({
      step: 1,
      skipped: true,
      loss: Number.NaN,
    });
    expect(trainer.exportParameters()).toEqual(before);
    trainer.dispose();
  });

  it('moves no further than the norm to which its gradients are clipped', async () => {
    const clipNorm = 0.01;
    const trainer = await createTrainer({ device: 'wasm', model: 'mnist', seed: 1, config: SMALL, clipNorm });
    const before = trainer.exportParameters();
    await trainer.train(batchNumber(digits.training, 0));
    const moved = trainer
      .exportParameters()
      .map((p, i) => Math.hypot(...p.data.map((x, j) => x - before[i]!.data[j]!)));
    expect(Math.hypot(...moved)).toBeLessThan(1.01 * 0.01 * clipNorm);
    expect(Math.hypot(...moved)).toBeGreaterThan(0.9 * 0.01 * clipNorm);
    trainer.dispose();
  });

  it('stops with the reason of its signal while peers are being asked', async () => {
    const trainer = await small();
    const stop = new AbortController();
    const caller: RemoteCaller = { forward: () => new Promise(() => {}), backward: async () => ({ ok: true }) };
    const step = trainer.train(batchNumber(digits.training, 0), { peers: ['a'], caller, signal: stop.signal });
    stop.abort(new Error('stopping'));
    await expect(step).rejects.toThrow('stopping');
    expect(trainer.step).toBe(0);
    trainer.dispose();
  });
});

describe('an evaluation', () => {
  it('averages over the whole set, however it is cut, alone and with peers', async () => {
    const network = await serveSmall(['a']);
    const trainer = await small();
    const set = batchOf(
      digits.test,
      Uint32Array.from({ length: 130 }, (_, i) => i),
    );
    const before = tensorCount();
    for (const over of [undefined, { peers: ['a'], caller: network }]) {
      const whole = await trainer.evaluate(portions(set, 130), over);
      const parts = await trainer.evaluate(portions(set, 50), over);
      expect(parts.network.correct).toBe(whole.network.correct);
      expect(parts.local.loss).toBeCloseTo(whole.local.loss, 5);
      expect(parts.network.loss).toBeCloseTo(whole.network.loss, 5);
      expect(whole.count).toBe(130);
      expect(whole.local.accuracy).toBe(whole.local.correct / 130);
    }
    expect(tensorCount()).toBe(before);
    expect(network.asked.get('a')).toBe(1 + 3);
    expect(network.taken.size).toBe(0);
    trainer.dispose();
    network.dispose();
  });

  it('counts what is right', async () => {
    const trainer = await small();
    for (let n = 0; n < 40; n++) await trainer.train(batchNumber(digits.training, n));
    const set = batchOf(
      digits.test,
      Uint32Array.from({ length: 200 }, (_, i) => i),
    );
    const { local } = await trainer.evaluate([set]);
    const server = await createServer({
      device: 'wasm',
      model: 'mnist',
      config: SMALL,
      parameters: trainer.exportParameters(),
      version: 1,
    });
    const { output } = await server.forward(set.inputs);
    const labels = set.targets.labels!.data;
    const scores = Array.from(labels, (_, row) => [...output.data.subarray(1024 * row, 1024 * row + 10)]);
    const correct = scores.filter((row, i) => row.indexOf(Math.max(...row)) === labels[i]).length;
    expect(local.correct).toBe(correct);
    expect(local.accuracy).toBeGreaterThan(0.5);
    trainer.dispose();
    server.dispose();
  });
});
