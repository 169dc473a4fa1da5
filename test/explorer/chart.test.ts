import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  nearestX,
  pathOf,
  rangeOf,
  shortNumber,
  thinOut,
  ticks,
  tickTexts,
} from '../../src/explorer/parts/chart/scale.js';

const finite = fc.double({ min: -1e9, max: 1e9, noNaN: true });

describe('the axes', () => {
  it('have round numbers inside the range, evenly apart, about as many as wanted', () => {
    fc.assert(
      fc.property(finite, fc.double({ min: 1e-3, max: 1e9, noNaN: true }), (low, span) => {
        const marks = ticks({ low, high: low + span }, 5);
        expect(marks.length).toBeGreaterThanOrEqual(1);
        expect(marks.length).toBeLessThanOrEqual(7);
        const slack = span * 1e-6;
        for (const mark of marks) expect(mark >= low - slack && mark <= low + span + slack).toBe(true);
      }),
      { seed: 10 },
    );
    expect(ticks({ low: 0, high: 1 }, 5)).toEqual([0, 0.2, 0.4, 0.6, 0.8, 1]);
    expect(ticks({ low: 0.1, high: 0.5 }, 4)).toEqual([0.1, 0.2, 0.3, 0.4, 0.5]);
    expect(ticks({ low: 1, high: Number.NaN }, 4)).toEqual([]);
  });

  it('give a flat line room on both sides, and leave out what is no number', () => {
    expect(rangeOf([2, 2])).toEqual({ low: 1, high: 3 });
    expect(rangeOf([0])).toEqual({ low: -0.5, high: 0.5 });
    expect(rangeOf([Number.NaN, 1, 3, Number.POSITIVE_INFINITY])).toEqual({ low: 1, high: 3 });
    expect(rangeOf([])).toEqual({ low: 0, high: 1 });
  });

  it.each([
    [
      [5.5341, 5.5342, 5.5343],
      ['5.5341', '5.5342', '5.5343'],
    ],
    [
      [0, 0.5, 1],
      ['0.0', '0.5', '1.0'],
    ],
    [
      [0, 20, 40],
      ['0', '20', '40'],
    ],
    [
      [1000, 1500],
      ['1,000', '1,500'],
    ],
    [
      [1e-12, 2e-12],
      ['1.00e-12', '2.00e-12'],
    ],
    [[3], ['3']],
    [[], []],
  ])('write %j as %j, so that no two are alike', (values, texts) => {
    expect(tickTexts(values)).toEqual(texts);
  });

  it.each([
    [0.1 + 0.2, '0.3'],
    [12_345.67, '12,345.7'],
    [1.5e-7, '1.50e-7'],
    [0, '0'],
    [Number.NaN, '–'],
  ])('write %s as %s', (value, text) => {
    expect(shortNumber(value)).toBe(text);
  });
});

describe('a line', () => {
  it('has a gap where there is no value', () => {
    const points = [0, 1, 2, 3].map(x => ({ x, y: x === 1 ? Number.NaN : x }));
    expect(
      pathOf(
        points,
        x => x,
        y => y,
      ),
    ).toBe('M0 0M2 2L3 3');
  });

  it('keeps its ends when thinned out, and never has more points than asked for', () => {
    fc.assert(
      fc.property(fc.array(finite, { minLength: 1, maxLength: 2000 }), fc.integer({ min: 2, max: 300 }), (ys, most) => {
        const points = ys.map((y, x) => ({ x, y }));
        const kept = thinOut(points, most);
        expect(kept.length).toBeLessThanOrEqual(most);
        expect([kept[0], kept[kept.length - 1]]).toEqual([points[0], points[points.length - 1]]);
      }),
      { seed: 11 },
    );
  });

  it('is read at the nearest x', () => {
    expect(nearestX([1, 5, 9], 6.9)).toBe(5);
    expect(nearestX([], 1)).toBeUndefined();
  });
});
