import { describe, expect, it } from 'vitest';
import { proceduralDataset } from '../../src/model/data/procedural.js';
import { createTrainer, type Device, digitsDataset } from '../../src/model/index.js';

/** Losses of some steps. */
async function losses(device: Device, model: 'mnist' | 'cifar'): Promise<{ backend: string; losses: number[] }> {
  const trainer = await createTrainer({ device, model, seed: 3, config: { hiddenDim: 64 } });
  const data = model === 'mnist' ? digitsDataset({ shift: 2 }) : proceduralDataset();
  const found: number[] = [];
  for (let index = 0; index < 4; index++) {
    found.push((await trainer.train(await data.batch({ epoch: 0, index, rows: 16, seed: 3 }))).loss);
  }
  trainer.dispose();
  return { backend: trainer.backend.name, losses: found };
}

describe('native TensorFlow as `npm run setup:native` installs it', () => {
  it.each(['mnist', 'cifar'] as const)('is what --device cpu computes on, and trains %s as wasm does', async model => {
    const native = await losses('cpu', model);
    const wasm = await losses('wasm', model);
    expect(native.backend).toBe('tfjs-node');
    expect(wasm.backend).toBe('wasm');
    for (const [i, loss] of wasm.losses.entries()) expect(native.losses[i]! / loss).toBeCloseTo(1, 2);
  });
});
