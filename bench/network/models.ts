import { existsSync, mkdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { createTrainer } from '../../src/model/index.js';
import { batchOf, partDigits, slice } from '../experiments/digit-rows.js';

/** Narrow, so that fifteen processes fit on a small machine: the accuracy hardly suffers. */
export const HIDDEN_DIM = 64;

/**
 * The checkpoint of a model that learnt so many digits for so many steps, trained here the first time. The digits are of the 8,000
 * for training: the 2,000 that quality is measured on are in nobody's training.
 */
export async function checkpointOf(
  folder: string,
  seed: number,
  name: string,
  training: { readonly digits: number; readonly steps: number },
): Promise<string> {
  const models = join(folder, `seed-${seed}`);
  const path = join(models, `${name}-${training.digits}-${training.steps}-${HIDDEN_DIM}.safetensors`);
  if (existsSync(path)) return path;
  mkdirSync(models, { recursive: true });
  const digits = slice(partDigits(seed, 1).others, 0, training.digits);
  const config = { hiddenDim: HIDDEN_DIM };
  const trainer = await createTrainer({ device: 'wasm', model: 'mnist', seed: seed + name.length, config });
  try {
    // Fewer digits than a batch has rows come twice.
    for (let n = 0; n < training.steps; n++) await trainer.train(batchOf(atLeastABatch(digits), seed, n));
    trainer.save(`${path}.new`, { config }, { keep: 1 });
  } finally {
    trainer.dispose();
  }
  renameSync(`${path}.new`, path);
  return path;
}

function atLeastABatch(digits: ReturnType<typeof slice>): ReturnType<typeof slice> {
  const rows = 64;
  if (digits.count >= rows) return digits;
  const copies = Math.ceil(rows / digits.count);
  return {
    images: Buffer.concat(Array.from({ length: copies }, () => digits.images)),
    labels: Buffer.concat(Array.from({ length: copies }, () => digits.labels)),
    count: copies * digits.count,
  };
}
