import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromU16Weights, normalizeL1, toU16Weights } from '../../src/chain/index.js';

const weights = fc.array(fc.double({ min: 0, max: 1e12, noNaN: true }), { maxLength: 300 });
const anything = fc.array(fc.double(), { maxLength: 100 });

describe('weights', () => {
  it('are scaled so that the largest is 65535, as upstream does', () => {
    expect(toU16Weights([100, 200])).toEqual([32_768, 65_535]);
    expect(toU16Weights([1])).toEqual([65_535]);
    expect(toU16Weights([0, 0])).toEqual([0, 0]);
    expect(toU16Weights([])).toEqual([]);
  });

  it('keep their order and their shares to within rounding', () => {
    fc.assert(
      fc.property(weights, row => {
        const u16 = toU16Weights(row);
        const largest = Math.max(0, ...row);
        row.forEach((weight, i) => {
          expect(Number.isInteger(u16[i]) && u16[i]! >= 0 && u16[i]! <= 65_535).toBe(true);
          if (largest > 0)
            expect(Math.abs(u16[i]! / 65_535 - weight / largest)).toBeLessThanOrEqual(0.5 / 65_535 + 1e-12);
          row.forEach((other, j) => {
            if (weight > other) expect(u16[i]!).toBeGreaterThanOrEqual(u16[j]!);
          });
        });
        if (largest > 0) expect(Math.max(...u16)).toBe(65_535);
      }),
      { seed: 1, numRuns: 50 },
    );
  });

  it('add up to one once normalised, whatever they were', () => {
    fc.assert(
      fc.property(anything, row => {
        const shares = normalizeL1(row);
        const sum = shares.reduce((total, share) => total + share, 0);
        expect(shares.every(share => share >= 0 && share <= 1)).toBe(true);
        const some = row.some(weight => Number.isFinite(weight) && weight > 0);
        expect(sum).toBeCloseTo(some ? 1 : 0, 9);
      }),
      { seed: 2, numRuns: 200 },
    );
  });

  it('are unchanged by scaling them again', () => {
    fc.assert(
      fc.property(weights, row => {
        const once = toU16Weights(row);
        expect(toU16Weights(fromU16Weights(once))).toEqual(once);
      }),
      { seed: 3, numRuns: 100 },
    );
  });
});
