import { describe, expect, it } from 'vitest';
import { createTrainer, loadDigits, type RemoteCaller, type Trainer } from '../../src/model/index.js';
import { batchNumber, serveSmall, SMALL, tensorCount } from './helpers.js';

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
});
