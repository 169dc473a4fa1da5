import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ANSWER_NORM, normaliseRows } from '../../../src/model/index.js';
import { closeTo, wave } from '../helpers.js';

const anyFloat = fc.float({ noDefaultInfinity: false, noNaN: false });

describe('an answer brought to its norm', () => {
  it('is finite and has norm 32 in each row that holds a number other than 0, whatever was sent', () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(anyFloat, { minLength: 5, maxLength: 5 }), { minLength: 1, maxLength: 4 }),
        rows => {
          const { value, backward } = normaliseRows(Float32Array.from(rows.flat()), 5);
          rows.forEach((row, r) => {
            const part = value.subarray(5 * r, 5 * r + 5);
            const norm = Math.hypot(...part);
            const empty = row.every(number => !Number.isFinite(number) || number === 0);
            if (empty) expect(norm).toBe(0);
            else expect(Math.abs(norm - ANSWER_NORM)).toBeLessThan(1e-3);
          });
          const gradient = backward(Float32Array.from(value, (_, i) => wave(i)));
          expect(gradient.every(Number.isFinite)).toBe(true);
        },
      ),
      { seed: 7, numRuns: 500 },
    );
  });

  it('does not change by a positive factor, and keeps the direction', () => {
    const answer = Float32Array.from({ length: 12 }, (_, i) => wave(i));
    const { value } = normaliseRows(answer, 6);
    const scaled = normaliseRows(
      answer.map(x => x * 1e30),
      6,
    );
    expect(closeTo(scaled.value, value)).toBeLessThan(1e-4);
    expect(Math.sign(value[3]!)).toBe(Math.sign(answer[3]!));
  });

  it('has the gradient that finite differences have', () => {
    const answer = Float32Array.from({ length: 12 }, (_, i) => 3 * wave(i));
    const dy = Float32Array.from({ length: 12 }, (_, i) => wave(i + 40));
    const objective = (values: Float32Array) =>
      normaliseRows(values, 6).value.reduce((sum, y, i) => sum + y * dy[i]!, 0);
    const gradient = normaliseRows(answer, 6).backward(dy);
    const expected = answer.map((_, i) => {
      const moved = (by: number) => objective(answer.map((x, j) => (i === j ? x + by : x)));
      return (moved(1e-2) - moved(-1e-2)) / 2e-2;
    });
    expect(closeTo(gradient, expected)).toBeLessThan(2e-2);
    // Along the answer itself nothing changes.
    expect(Math.abs(gradient.subarray(0, 6).reduce((sum, g, i) => sum + g * answer[i]!, 0))).toBeLessThan(1e-3);
  });
});
