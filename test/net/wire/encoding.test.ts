import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { areScales, fromBf16, fromScaledInt8, toBf16, toScaledInt8 } from '../../../src/net/wire/encoding.js';

const bytesOf = (floats: ArrayLike<number>) => new Uint8Array(Float32Array.from(floats).buffer);
const floatsOf = (bytes: Uint8Array) => new Float32Array(bytes.slice().buffer);
const words = (...values: number[]) => new Uint8Array(Uint32Array.from(values).buffer);
const halves = (bytes: Uint8Array) => [...new Uint16Array(bytes.slice().buffer)];
/** The same bytes where nothing is aligned. */
const shifted = (bytes: Uint8Array) => {
  const memory = new Uint8Array(bytes.length + 1);
  memory.set(bytes, 1);
  return memory.subarray(1);
};
const float32 = fc.float({ noNaN: true, noDefaultInfinity: true });

describe('bf16', () => {
  it('rounds to nearest, ties to even', () => {
    expect(halves(toBf16(words(0x3f80_0000, 0x3f80_7fff, 0x3f80_8000, 0x3f80_8001)))).toEqual([
      0x3f80, 0x3f80, 0x3f80, 0x3f81,
    ]);
    expect(halves(toBf16(words(0x3f81_8000, 0xbf81_8000, 0, 0x8000_0000)))).toEqual([0x3f82, 0xbf82, 0, 0x8000]);
    // The largest float32 rounds to infinity; infinity stays, and NaN stays NaN although its mantissa is low.
    expect(halves(toBf16(words(0x7f7f_ffff, 0x7f80_0000, 0xff80_0000, 0x7f80_0001)))).toEqual([
      0x7f80, 0x7f80, 0xff80, 0x7fc0,
    ]);
  });

  it('is as near as a bf16 can be, at any alignment', () => {
    fc.assert(
      fc.property(fc.array(float32, { maxLength: 20 }), values => {
        const encoded = toBf16(shifted(bytesOf(values)));
        const back = floatsOf(fromBf16(shifted(encoded)));
        expect(back).toHaveLength(values.length);
        values.forEach((value, i) => {
          if (Math.abs(value) > 3.3e38) return;
          expect(Math.abs(back[i]! - value)).toBeLessThanOrEqual(Math.abs(value) / 256 + 1e-40);
        });
        // What a bf16 can say comes back as it was.
        expect(toBf16(fromBf16(encoded))).toEqual(encoded);
      }),
      { seed: 31, numRuns: 300 },
    );
  });
});

describe('scaled int8', () => {
  it('has one scale for each row, the largest value over 127', () => {
    const { buffer, scales } = toScaledInt8(bytesOf([127, -127, 1, 0, 0, 0, 0.5, -0.25, 1]), 3)!;
    expect([...new Int8Array(buffer.buffer)]).toEqual([127, -127, 1, 0, 0, 0, 64, -32, 127]);
    expect([...floatsOf(scales)]).toEqual([1, 0, Math.fround(1 / 127)]);
  });

  it('is within half a step of each value, at any alignment', () => {
    const safe = float32.filter(value => Math.abs(value) < 3.4e38);
    const rows = fc.integer({ min: 1, max: 6 });
    fc.assert(
      fc.property(rows, fc.array(safe, { maxLength: 30 }), (rowLength, all) => {
        const values = all.slice(0, all.length - (all.length % rowLength));
        const { buffer, scales } = toScaledInt8(shifted(bytesOf(values)), rowLength)!;
        const steps = floatsOf(scales);
        expect(steps).toHaveLength(values.length / rowLength);
        expect(areScales(shifted(scales))).toBe(true);
        const back = floatsOf(fromScaledInt8(shifted(buffer), shifted(scales), rowLength));
        values.forEach((value, i) => {
          const step = steps[Math.floor(i / rowLength)]!;
          // Steps among the smallest numbers are no exact multiples.
          expect(Math.abs(back[i]! - value)).toBeLessThanOrEqual(step * 0.501 + 128 * 1.5e-45);
        });
      }),
      { seed: 32, numRuns: 300 },
    );
  });

  it('does not exist for NaN and infinity', () => {
    for (const bad of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
      expect(toScaledInt8(bytesOf([1, bad, 2]), 3)).toBeUndefined();
      expect(toScaledInt8(bytesOf([bad, 1, 2]), 3)).toBeUndefined();
      expect(areScales(bytesOf([1, bad]))).toBe(false);
    }
    expect(toScaledInt8(bytesOf([3.4028234663852886e38]), 1)).toBeUndefined();
    expect(areScales(bytesOf([-1]))).toBe(false);
    expect(toScaledInt8(new Uint8Array(0), 0)).toEqual({ buffer: new Uint8Array(0), scales: new Uint8Array(0) });
  });
});
