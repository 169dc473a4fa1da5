import { describe, expect, it } from 'vitest';
import { batchOfDigits, createTrainer, epochOrder, loadDigits, portions } from '../../src/model/index.js';
import { batchOf } from './helpers.js';

const EPOCHS = 3;
const ROWS = 64;

describe('one neuron alone, at full width, on real digits', () => {
  it('reaches 94 % of the test digits in three epochs, by the network path and by the student', {
    timeout: 900_000,
  }, async () => {
    const { training, test } = loadDigits();
    const trainer = await createTrainer({ device: 'auto', model: 'mnist', seed: 1 });
    for (let epoch = 0; epoch < EPOCHS; epoch++) {
      const order = epochOrder(training.count, 1, epoch);
      for (let row = 0; row < training.count; row += ROWS) {
        const { skipped } = await trainer.train(batchOf(training, order.subarray(row, row + ROWS)));
        expect(skipped).toBe(false);
      }
    }
    expect(trainer.step).toBe(375);
    const { network, local } = await trainer.evaluate(portions(batchOfDigits(test), 250));
    expect(network.accuracy).toBeGreaterThanOrEqual(0.94);
    expect(local.accuracy).toBeGreaterThanOrEqual(0.94);
    expect(network.loss).toBeLessThan(0.25);
    trainer.dispose();
  });
});
