import fc from 'fast-check';
import { decompress as independent } from 'fzstd';
import { describe, expect, it } from 'vitest';
import { concat, fromHex } from '../../../src/base/index.js';
import { compress, decompress, frameSize } from '../../../src/net/wire/zstd.js';
import { hostileBytes } from './arbitrary.js';

const content = fc.oneof(
  fc.uint8Array({ maxLength: 2_000 }),
  fc.nat(300_000).map(length => new Uint8Array(length).map((_, i) => (i * i) >> 7)),
);

describe('zstd', () => {
  it('comes back as it went in, here and in another implementation, and states its size', () => {
    fc.assert(
      fc.property(content, bytes => {
        const frame = compress(bytes);
        expect(frameSize(frame)).toBe(bytes.length);
        expect(Buffer.compare(decompress(frame, bytes.length), bytes)).toBe(0);
        expect(Buffer.compare(independent(frame), bytes)).toBe(0);
      }),
      { seed: 41, numRuns: 60 },
    );
  });

  it('makes less of what repeats itself, and works again after a large one', () => {
    const zeros = new Uint8Array(40 * 2 ** 20);
    const frame = compress(zeros);
    expect(frame.length).toBeLessThan(10_000);
    expect(decompress(frame, zeros.length)).toHaveLength(zeros.length);
    expect(decompress(compress(fromHex('010203')), 3)).toEqual(fromHex('010203'));
  });

  it('is exactly one frame that states its size, by whoever made it', () => {
    // One raw block of "abc": magic, single segment with one byte of size, block header.
    const abc = fromHex('28b52ffd2003190000616263');
    expect(frameSize(abc)).toBe(3);
    expect(Buffer.from(decompress(abc, 3)).toString()).toBe('abc');
    expect(frameSize(concat(abc, abc))).toBeUndefined();
    expect(frameSize(concat(abc, fromHex('00')))).toBeUndefined();
    expect(frameSize(abc.subarray(0, -1))).toBeUndefined();
    // A skippable frame, no magic, no size stated, a dictionary, a reserved bit, a reserved block.
    expect(frameSize(fromHex('502a4d1800000000'))).toBeUndefined();
    expect(frameSize(fromHex('00b52ffd2003190000616263'))).toBeUndefined();
    expect(frameSize(fromHex('28b52ffd0058190000616263'))).toBeUndefined();
    expect(frameSize(fromHex('28b52ffd210103190000616263'))).toBeUndefined();
    expect(frameSize(fromHex('28b52ffd28031900006162'))).toBeUndefined();
    expect(frameSize(fromHex('28b52ffd20031f0000616263'))).toBeUndefined();
    // Larger sizes: two bytes count from 256; eight bytes may say more than blocks can hold, which is refused.
    expect(frameSize(fromHex('28b52ffd60000019000061'.concat('6263')))).toBe(256);
    expect(frameSize(fromHex('28b52ffde0ffffffffffffff0f190000616263'))).toBeUndefined();
    expect(frameSize(fromHex('28b52ffda000000200190000616263'))).toBe(131_072);
    expect(frameSize(fromHex('28b52ffda001000200190000616263'))).toBeUndefined();
    expect(frameSize(new Uint8Array(0))).toBeUndefined();
  });

  it('that says another size than it has, or is damaged, is refused and takes no more than it said', () => {
    // An RLE block of 131,071 bytes in a frame that says 3.
    expect(() => decompress(fromHex('28b52ffd2003fbff0f00'), 3)).toThrow(RangeError);
    expect(() => decompress(fromHex('28b52ffd2004190000616263'), 4)).toThrow(RangeError);
    const frame = compress(new Uint8Array(5_000).map((_, i) => i % 91));
    fc.assert(
      fc.property(hostileBytes(fc.constant(frame)), bytes => {
        const size = frameSize(bytes);
        if (size === undefined || size > 2 ** 20) return;
        try {
          expect(decompress(bytes, size)).toHaveLength(size);
        } catch (error) {
          expect(error).toBeInstanceOf(RangeError);
        }
      }),
      { seed: 42, numRuns: 2_000 },
    );
    expect(decompress(frame, 5_000)).toHaveLength(5_000);
  });
});
