import { describe, expect, it } from 'vitest';
import { runSharing } from '../../bench/experiments/sharing.js';
import { runTrust } from '../../bench/experiments/trust.js';

const noTick = async () => {};

// The short form, of one seed, a small model and few steps. `npm run experiments` does the whole, and docs/experiments.md has the numbers.
describe('learning together', () => {
  it('gives a neuron of 500 labels what its peer of 7,500 knows, and leaves it in the student when nobody answers', async () => {
    const { alone, beside, peer } = await runSharing({ seed: 0, steps: 100, hiddenDim: 64 }, noTick);
    expect(peer).toBeGreaterThan(alone.network);
    expect(beside.network - alone.network).toBeGreaterThan(0.03);
    expect(beside.student - alone.student).toBeGreaterThan(0.01);
  }, 900_000);

  it('gives useful peers the router’s weight, and takes it from those that behave first and then answer wrongly', async () => {
    const { outcomes } = await runTrust(
      { seed: 0, steps: 150, hiddenDim: 32, peerShare: 0.3, honestSteps: 30, settings: ['late'] },
      noTick,
    );
    const { weights, course } = outcomes.late;
    const useful = Object.entries(weights).filter(([name]) => name.startsWith('useful'));
    expect(useful).toHaveLength(5);
    expect(useful.reduce((sum, [, weight]) => sum + weight, 0)).toBeGreaterThan(0.8);
    expect(course.at(-1)!).toBeGreaterThan(course[0]!);
    expect(weights['shuffled']! + weights['flipped']!).toBeLessThan(0.1);
  }, 900_000);
});
