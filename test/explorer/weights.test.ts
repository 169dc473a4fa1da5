import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { binWeights, describeCell, sharesOf, strongestWeights, tone } from '../../src/explorer/parts/weights/bins.js';
import { weightsAround } from '../../src/explorer/parts/weights/neuron-weights.js';
import { colourOf, luminance } from '../../src/explorer/parts/weights/palette.js';

const MATRIX = {
  block: 1,
  netuid: 1,
  n: 4,
  rows: [
    {
      uid: 0,
      weights: [
        [1, 30],
        [2, 10],
        [3, 0],
      ] as const,
    },
    {
      uid: 3,
      weights: [
        [1, 65_535],
        [3, 65_535],
        [9, 5],
      ] as const,
    },
  ],
};

const matrices = fc.integer({ min: 1, max: 50 }).chain(n =>
  fc.record({
    n: fc.constant(n),
    rows: fc
      .uniqueArray(
        fc.record({
          uid: fc.nat(n - 1),
          weights: fc
            .uniqueArray(fc.tuple(fc.nat(n - 1), fc.nat(65_535)), { selector: ([uid]) => uid })
            .map(list => list.map(pair => pair as readonly [number, number])),
        }),
        { selector: row => row.uid },
      )
      .map(rows => rows.sort((a, b) => a.uid - b.uid)),
  }),
);

describe('weights as shares', () => {
  it('add up to one for each row, without uids that are not there', () => {
    expect(sharesOf(MATRIX.rows[0]!, 4).map(({ to, share }) => [to, share])).toEqual([
      [1, 0.75],
      [2, 0.25],
    ]);
    expect(sharesOf(MATRIX.rows[1]!, 4).map(weight => weight.to)).toEqual([1, 3]);
    expect(sharesOf({ uid: 0, weights: [[1, 0]] }, 4)).toEqual([]);
  });

  it('are listed the strongest first, as a full sort would', () => {
    fc.assert(
      fc.property(matrices, fc.integer({ min: 1, max: 30 }), (matrix, most) => {
        const all = matrix.rows.flatMap(row => sharesOf(row, matrix.n));
        const sorted = all.sort((a, b) => b.share - a.share || a.from - b.from || a.to - b.to);
        expect(strongestWeights(matrix, most)).toEqual(sorted.slice(0, most));
        const others = sorted.filter(weight => weight.from !== weight.to);
        expect(strongestWeights(matrix, most, 'self')).toEqual(others.slice(0, most));
      }),
      { seed: 7 },
    );
  });

  it('of one neuron are told both ways', () => {
    const { gives, gets } = weightsAround(MATRIX, 3);
    expect(gives.map(({ to }) => to)).toEqual([1, 3]);
    expect(gets).toEqual([]);
    expect(weightsAround(MATRIX, 1).gets.map(({ from, share }) => [from, share])).toEqual([
      [0, 0.75],
      [3, 0.5],
    ]);
  });
});

describe('bins', () => {
  it('keep every weight and the strongest of each cell, however small the picture', () => {
    fc.assert(
      fc.property(
        matrices,
        fc.integer({ min: 1, max: 60 }),
        fc.integer({ min: 1, max: 60 }),
        fc.boolean(),
        (matrix, columns, rows, onlySetters) => {
          const bins = binWeights(matrix, { columns, rows, onlySetters });
          const all = matrix.rows.flatMap(row => sharesOf(row, matrix.n));
          expect(bins.columns).toBeLessThanOrEqual(columns);
          expect(bins.rows).toBeLessThanOrEqual(rows);
          expect(bins.counts.reduce((a, b) => a + b, 0)).toBe(all.length);
          expect(bins.top).toBeCloseTo(Math.max(0, ...all.map(weight => weight.share)), 6);
          for (const { from, to, share } of all) {
            const row = Math.floor(bins.lines.indexOf(from) / bins.rowBin);
            const cell = bins.strongest[row * bins.columns + Math.floor(to / bins.bin)];
            expect(cell).toBeGreaterThanOrEqual(Math.fround(share));
          }
        },
      ),
      { seed: 8 },
    );
  });

  it('say in words what a cell is', () => {
    const bins = binWeights(MATRIX, { columns: 100, rows: 100, onlySetters: true });
    expect(describeCell(bins, { column: 1, row: 0 })).toBe('uid 0 gives uid 1 75.00 % of its weights');
    expect(describeCell(bins, { column: 0, row: 1 })).toBe('uid 3 gives uid 0 nothing');
    const small = binWeights(MATRIX, { columns: 2, rows: 2, onlySetters: false });
    expect(describeCell(small, { column: 1, row: 1 })).toBe(
      'uid 2–3 to uid 2–3: 1 weights, the strongest 50.00 % of its weights',
    );
    expect(describeCell(small, { column: 9, row: 9 })).toBe('No weights.');
  });

  it('of nothing are nothing', () => {
    const bins = binWeights({ n: 0, rows: [] }, { columns: 10, rows: 10, onlySetters: true });
    expect([bins.columns, bins.rows, bins.top]).toEqual([0, 0, 0]);
    expect(tone(0, 0)).toBe(0);
  });
});

describe('the colours', () => {
  it('go one way in lightness, away from the ground of the theme', () => {
    for (const theme of ['light', 'dark'] as const) {
      const lights = Array.from({ length: 100 }, (_, i) => luminance(colourOf((i + 1) / 100, theme)));
      const rising = lights.slice(1).map((light, i) => light - lights[i]!);
      expect(rising.every(step => (theme === 'dark' ? step > -0.001 : step < 0.001))).toBe(true);
      expect(Math.abs(lights[99]! - lights[0]!)).toBeGreaterThan(0.4);
    }
  });

  it('tell the weakest weight from none', () => {
    expect(tone(1e-9, 1)).toBe(1);
    expect(tone(0.25, 0.25)).toBe(255);
    expect(luminance(colourOf(0.001, 'light'))).toBeLessThan(0.75);
    expect(luminance(colourOf(0.001, 'dark'))).toBeGreaterThan(luminance([20, 23, 28]) * 2);
  });
});
