import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Metagraph } from '../../../src/chain/index.js';
import { forChain } from '../../../src/neuron/weights/for-chain.js';

/** A subnet of so many neurons, named by their uids; this neuron is 0. */
function subnet(n: number): Metagraph {
  const neurons = Array.from({ length: n }, (_, uid) => ({ uid, hotkeyHex: String(uid) }));
  return { n, neurons } as unknown as Metagraph;
}

const ownHotkey = '0';

describe('a row for the chain', () => {
  it('has the largest weight at 65535 and leaves out this neuron, the lost, the unknown and what is worth nothing', () => {
    const scores = new Map([
      ['0', 9],
      ['1', 1],
      ['2', 0.5],
      ['3', 2],
      ['4', 0],
      ['5', Number.NaN],
      ['77', 3],
    ]);
    const row = forChain(scores, subnet(6), { ownHotkey, isLost: hotkey => hotkey === '3' });
    expect(row).toEqual({ uids: [1, 2], weights: [65_535, 32_768] });
    expect(forChain(new Map(), subnet(6), { ownHotkey })).toEqual({ uids: [], weights: [] });
  });

  it('names as many uids as the subnet wants, the others with nothing', () => {
    const limits = { minAllowedWeights: 4, maxWeightsLimitU16: 65_535 };
    const row = forChain(new Map([['3', 1]]), subnet(6), { ownHotkey, limits });
    expect(row).toEqual({ uids: [1, 2, 3, 4], weights: [0, 0, 65_535, 0] });
  });

  it('is always one that the chain takes, and keeps the order of the scores', () => {
    const setup = fc.record({
      scores: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 40 }),
      spare: fc.integer({ min: 0, max: 30 }),
      minAllowedWeights: fc.integer({ min: 0, max: 20 }),
      maxWeightsLimitU16: fc.integer({ min: 1, max: 65_535 }),
    });
    fc.assert(
      fc.property(setup, ({ scores, spare, ...limits }) => {
        const metagraph = subnet(1 + scores.length + spare);
        const known = new Map(scores.map((score, i) => [String(i + 1), score]));
        const { uids, weights } = forChain(known, metagraph, { ownHotkey, limits });
        if (uids.length === 0) return expect(scores.every(score => score < 1e-4)).toBe(true);
        expect(uids).toEqual([...new Set(uids)].sort((a, b) => a - b));
        expect(uids).not.toContain(0);
        expect(Math.max(...weights)).toBe(65_535);
        expect(uids.length).toBeGreaterThanOrEqual(Math.min(limits.minAllowedWeights, metagraph.n - 1));
        // The pallet's own check, `within_share`, wherever there are enough neurons to share.
        const sum = weights.reduce((total, weight) => total + weight, 0);
        if (limits.maxWeightsLimitU16 * (metagraph.n - 1) >= 65_535) {
          expect(65_535 * 65_535).toBeLessThanOrEqual(sum * limits.maxWeightsLimitU16);
        }
        for (const [i, uid] of uids.entries()) {
          for (const [k, other] of uids.entries()) {
            if ((known.get(String(uid)) ?? 0) > (known.get(String(other)) ?? 0)) {
              expect(weights[i]).toBeGreaterThanOrEqual(weights[k]!);
            }
          }
        }
      }),
      { seed: 5, numRuns: 300 },
    );
  });
});
