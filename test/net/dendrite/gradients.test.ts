import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clipGradients } from '../../../src/net/dendrite/gradients.js';
import { floatsOf, floatTensor, textTensor, type WireTensor } from '../../../src/net/index.js';

const norm = (tensors: readonly WireTensor[]) =>
  Math.sqrt(tensors.flatMap(tensor => [...floatsOf(tensor)]).reduce((sum, value) => sum + value * value, 0));
const tensorOf = (values: readonly number[]) => floatTensor(Float32Array.from(values), [values.length]);
const double = (values: readonly number[]): WireTensor => ({
  ...tensorOf([]),
  dtype: 'float64',
  shape: [values.length],
  buffer: new Uint8Array(Float64Array.from(values).buffer),
});

describe('clipping gradients', () => {
  it('brings the norm of all of them together down to the limit, and keeps their direction', () => {
    const floats = fc.array(fc.float({ noNaN: true, noDefaultInfinity: true }), { maxLength: 30 });
    fc.assert(
      fc.property(
        fc.array(floats, { maxLength: 4 }),
        fc.double({ min: 1e-3, max: 1e6, noNaN: true }),
        (rows, limit) => {
          const tensors = rows.map(tensorOf);
          const clipped = clipGradients(tensors, limit);
          expect(norm(clipped.tensors)).toBeLessThanOrEqual(Math.max(limit * (1 + 1e-5), 0));
          if (!clipped.clipped) {
            expect(clipped.tensors).toEqual(tensors);
            return;
          }
          const factor = limit / clipped.norm;
          for (const [i, row] of rows.entries()) {
            const after = floatsOf(clipped.tensors[i]!);
            for (const [j, value] of row.entries()) {
              expect(Math.abs(after[j]! - value * factor)).toBeLessThanOrEqual(limit * 1e-5);
            }
          }
        },
      ),
      { seed: 23, numRuns: 500 },
    );
  });

  it('takes the largest numbers there are without overflowing', () => {
    const largest = 3.4028234663852886e38;
    const { tensors, clipped } = clipGradients([tensorOf([largest, -largest]), tensorOf([largest])], 1);
    expect(clipped).toBe(true);
    expect(norm(tensors)).toBeCloseTo(1, 6);
    const huge = clipGradients([double([1.7e308, 1.7e308])], 2).tensors[0]!;
    expect([...new Float64Array(huge.buffer.slice().buffer)].map(value => value.toFixed(6))).toEqual([
      '1.414214',
      '1.414214',
    ]);
  });

  it('does not hide what is not finite, and does not touch what is no gradient', () => {
    for (const bad of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
      const tensors = [tensorOf([1, bad, 1e30])];
      expect(clipGradients(tensors, 1)).toMatchObject({ tensors, clipped: false });
    }
    const text = textTensor(['a']);
    expect(clipGradients([text, tensorOf([3, 4])], 1).tensors[0]).toBe(text);
    expect(clipGradients([], 1)).toEqual({ tensors: [], norm: 0, clipped: false });
  });

  it('never writes into the arrays of its caller, at whatever place they begin', () => {
    const bytes = new Uint8Array(17);
    new DataView(bytes.buffer).setFloat32(1, 3, true);
    new DataView(bytes.buffer).setFloat64(5, 4, true);
    const odd = { ...tensorOf([0]), buffer: bytes.subarray(1, 5) };
    const oddDouble = { ...double([0]), buffer: bytes.subarray(5, 13) };
    const before = [...bytes];
    const { tensors, norm: was } = clipGradients([odd, oddDouble], 1);
    expect(was).toBe(5);
    expect(floatsOf(tensors[0]!)[0]).toBeCloseTo(0.6, 6);
    expect([...bytes]).toEqual(before);
  });
});
