import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { leaveOneOut, random, shapley, type Worth } from '../../../src/model/index.js';

/** A game of so many players: any number for each coalition, 0 for nobody. */
const game = fc
  .integer({ min: 1, max: 6 })
  .chain(count =>
    fc
      .array(fc.double({ min: -5, max: 5, noNaN: true }), { minLength: 2 ** count, maxLength: 2 ** count })
      .map(worths => ({ count, worths: [0, ...worths.slice(1)] })),
  );
const worthOf =
  (worths: readonly number[]): Worth =>
  coalition =>
    worths[coalition.reduce((set, player) => set | (1 << player), 0)]!;
const options = { source: random(1, 'shapley'), pairs: 3 };

describe('shapley values', () => {
  it('are those of the glove game, worked out by hand', () => {
    // One left glove (player 0), two right ones: a pair is worth 1. Source: Shapley 1953; 2/3, 1/6, 1/6.
    const gloves: Worth = coalition => (coalition.includes(0) && coalition.length > 1 ? 1 : 0);
    const values = shapley(3, gloves, options);
    for (const [i, value] of [2 / 3, 1 / 6, 1 / 6].entries()) expect(values[i]).toBeCloseTo(value, 12);
  });

  it('add up to what all are worth, sampled ones too', () => {
    fc.assert(
      fc.property(game, ({ count, worths }) => {
        const sum = shapley(count, worthOf(worths), options).reduce((a, b) => a + b, 0);
        expect(sum).toBeCloseTo(worths.at(-1)!, 9);
      }),
      { seed: 1 },
    );
  });

  it('are 0 for a player who never adds anything, sampled ones too', () => {
    fc.assert(
      fc.property(game, ({ count, worths }) => {
        const withNobody: Worth = coalition => worthOf(worths)(coalition.filter(player => player < count));
        expect(shapley(count + 1, withNobody, options).at(-1)).toBeCloseTo(0, 12);
        expect(leaveOneOut(count + 1, withNobody).at(-1)).toBe(0);
      }),
      { seed: 2 },
    );
  });

  it('are equal for players who can stand in for each other', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: -5, max: 5, noNaN: true }), { minLength: 12, maxLength: 12 }), numbers => {
        // Players 0 and 1 count as one kind: only how many of them are there matters.
        const twins: Worth = coalition => {
          const kind = coalition.filter(player => player < 2).length;
          const rest = coalition.reduce((set, player) => set | (player < 2 ? 0 : 1 << (player - 2)), 0);
          return kind + rest === 0 ? 0 : numbers[4 * kind + rest]!;
        };
        const [first, second] = shapley(4, twins, options);
        expect(first).toBeCloseTo(second!, 9);
      }),
      { seed: 3 },
    );
  });

  it('come close to the exact ones when they are sampled', () => {
    const weights = [1, 2, 3, 4, 5, 6];
    const concave: Worth = coalition => Math.sqrt(coalition.reduce((sum, player) => sum + weights[player]!, 0));
    const sampled = shapley(6, concave, { source: random(7, 'many'), pairs: 400 });
    for (let i = 1; i < 6; i++) expect(sampled[i]!).toBeGreaterThan(sampled[i - 1]!);
  });
});
