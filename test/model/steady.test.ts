import { describe, expect, it } from 'vitest';
import { measureSteady } from '../../bench/steady.js';
import { modelNames } from '../../src/model/index.js';

// `npm run bench models` does a thousand steps, and measures the memory of the process as well.
describe('training, testing, and peers that fail', () => {
  it.each(modelNames)('leave no tensor and no byte behind, step after step: %s', async model => {
    const { tensors, tensorBytes } = await measureSteady(model, 120);
    expect({ tensors, tensorBytes }).toEqual({ tensors: 0, tensorBytes: 0 });
  }, 300_000);
});
