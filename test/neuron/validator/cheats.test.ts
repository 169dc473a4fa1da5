import { describe, expect, it } from 'vitest';
import { CONDUCTS, minersOf } from '../../../bench/cheats/miners.js';
import { OPEN, simulate } from '../../../bench/cheats/simulation.js';

// The small form of the experiment on docs/experiments.md: one seed, three epochs that count.
describe('who does not do the work', () => {
  it('earns less than who does, by the shipped validator and the epoch of the chain', async () => {
    const cast = minersOf(CONDUCTS, { changing: 4, period: 12 });
    const given = { seed: 1, miners: cast, uncounted: 4, epochs: 3, questions: 10 };
    const { miners } = (await simulate({ ...given, rules: { open: OPEN } })).open;
    expect(miners['honest']).toBeGreaterThan(1);
    for (const conduct of CONDUCTS.filter(one => one !== 'honest')) {
      expect(miners[conduct], conduct).toBeLessThan(0.6 * miners['honest']!);
    }
  }, 300_000);
});
