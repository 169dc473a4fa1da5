import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { midRanks, spearman } from '../../bench/network/spearman.js';

const values = fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 2, maxLength: 12 });

describe("Spearman's rank correlation", () => {
  it('gives equal values the mean of their ranks', () => {
    expect(midRanks([10, 30, 20])).toEqual([1, 3, 2]);
    expect(midRanks([0, 5, 0, 0, 7])).toEqual([2, 4, 2, 2, 5]);
    expect(midRanks([3, 3])).toEqual([1.5, 1.5]);
  });

  it('is what the correlation of mid-ranks by the statistics module of Python says, with ties and without', () => {
    expect(spearman([1, 2, 3, 4, 5], [5, 6, 7, 8, 7])).toBeCloseTo(0.8207826816681233, 12);
    expect(spearman([1, 2, 3, 4, 5], [1, 2, 3, 5, 4])).toBeCloseTo(0.9, 12);
    expect(spearman([94, 92, 90, 86, 74, 10, 10, 0], [30, 25, 28, 15, 2, 0, 0, 0])).toBeCloseTo(0.9572173526639413, 12);
  });

  it('is 1 for the same order, -1 for the reverse, and 0 where one side is all equal', () => {
    fc.assert(
      fc.property(values, list => {
        const isFlat = new Set(list).size === 1;
        expect(spearman(list, list)).toBeCloseTo(isFlat ? 0 : 1, 12);
        expect(
          spearman(
            list,
            list.map(value => -value),
          ),
        ).toBeCloseTo(isFlat ? 0 : -1, 12);
        expect(
          spearman(
            list,
            list.map(() => 4),
          ),
        ).toBe(0);
      }),
      { seed: 1 },
    );
  });

  it('depends on ranks alone and not on which side comes first', () => {
    fc.assert(
      fc.property(values, fc.infiniteStream(fc.integer({ min: 0, max: 9 })), (a, more) => {
        const b = a.map(() => more.next().value as number);
        expect(spearman(a, b)).toBeCloseTo(spearman(b, a), 12);
        expect(
          spearman(
            a.map(value => value ** 3),
            b,
          ),
        ).toBeCloseTo(spearman(a, b), 12);
      }),
      { seed: 2 },
    );
  });

  it('refuses lists of different lengths', () => {
    expect(() => spearman([1, 2], [1])).toThrow(RangeError);
  });
});
