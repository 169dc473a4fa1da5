import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findNonFinite } from '../../../src/net/wire/finite.js';

const formats = {
  float32: { bytes: 4, bad: [0x7f80_0000, 0xff80_0000, 0x7fc0_0000, 0x7f80_0001, 0xffff_ffff], mask: 0x7f80_0000 },
  float64: { bytes: 8, bad: [0x7ff0_0000, 0xfff0_0000, 0x7ff8_0000, 0xffff_ffff], mask: 0x7ff0_0000 },
  bfloat16: { bytes: 2, bad: [0x7f80, 0xff80, 0x7fc1, 0xffff], mask: 0x7f80 },
  float16: { bytes: 2, bad: [0x7c00, 0xfc00, 0x7e00, 0xffff], mask: 0x7c00 },
} as const;

/** The word with the exponent of an element. */
function put(view: DataView, bytes: number, element: number, word: number): void {
  if (bytes === 2) view.setUint16(2 * element, word, true);
  else view.setUint32(bytes * element + bytes - 4, word, true);
}

describe('the search for NaN and infinity', () => {
  it.each(Object.entries(formats))('finds the first of %s wherever it lies, at any alignment', (dtype, format) => {
    const { bytes, bad, mask } = format;
    const cases = fc.record({
      offset: fc.integer({ min: 0, max: 7 }),
      elements: fc.oneof(fc.integer({ min: 0, max: 300 }), fc.integer({ min: 16_300, max: 16_500 })),
      at: fc.array(fc.nat(), { maxLength: 3 }),
      word: fc.constantFrom(...bad),
      // All bits of the exponent but one: the largest of finite numbers.
      fill: fc.constantFrom(0, mask - (mask & -mask), mask === 0x7f80_0000 ? 0xff7f_ffff : 0),
    });
    fc.assert(
      fc.property(cases, ({ offset, elements, at, word, fill }) => {
        const buffer = new Uint8Array(new ArrayBuffer(offset + bytes * elements), offset);
        const view = new DataView(buffer.buffer, offset);
        for (let i = 0; i < elements; i++) put(view, bytes, i, fill);
        const places = elements > 0 ? at.map(place => place % elements) : [];
        for (const place of places) put(view, bytes, place, word);
        const first = places.length > 0 ? Math.min(...places) : undefined;
        expect(findNonFinite({ dtype: dtype as keyof typeof formats, buffer })).toBe(first);
      }),
      { seed: 5, numRuns: 300 },
    );
  });

  it('looks at floats alone', () => {
    expect(findNonFinite({ dtype: 'int32', buffer: new Uint8Array(8).fill(255) })).toBeUndefined();
  });
});
