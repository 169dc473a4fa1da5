import { describe, expect, it } from 'vitest';
import { CONDUCTS } from '../../../bench/cheats/miners.js';
import { simulateCheats } from '../../../bench/cheats/simulation.js';

// The small form of the experiment on docs/experiments.md: one seed, three epochs that count.
describe('who does not do the work', () => {
  it('earns less than who does, by the shipped validator and the epoch of the chain', async () => {
    const { miners } = await simulateCheats({ seed: 1, epochs: 3, questions: 10, hidden: false });
    expect(miners['honest']).toBeGreaterThan(1);
    for (const conduct of CONDUCTS.filter(one => one !== 'honest')) {
      expect(miners[conduct], conduct).toBeLessThan(0.6 * miners['honest']!);
    }
  }, 300_000);
});
