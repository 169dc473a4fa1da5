import { describe, expect, it } from 'vitest';
import { unpack } from '../../localnet/engine/runtime/unpack.js';
import { runtimeCode } from './fixture.js';
import { packedAsIs, packedZeros } from './zstd.js';

/** What both archives hold. */
const TEXT = Array.from({ length: 200 }, (_, i) => `line ${i} of ${(i * i) % 97}\n`).join('');
/** Made with `zstd -1` 1.5.4 from a file: with its size and a checksum. */
const FROM_FILE = Buffer.from(
  [
    'KLUv/WQoCl0VAEZlSxKwJenWQVgNM5UypSSTPH7JcCBOAEEAQgBj7CI3lpxZRBFOScQLayIZvYyFU6kZikuEnUzGR6418Ub5J9xI',
    'CIOosRAGQTeFMAhXhDCIekoIg+AIYRAyIQxiQhAwAAgMIQxiCEHAACAj9CE5aRQatQaR9XG67Gf9fmY+Xj61j46XS77cRHYtMi56',
    'FnPehk1Vm0rzCl1aO22p9fblh59+6lMaFocmI9zQBNMPP/z0dU5JhrUZQysKiTSnbXJjyZlFFOF0l9WTUVmNs9Vm5uo2PnKtiTdu',
    'Gxvj2NjYGMfGNjZG9VpVyqyaGtOIAoGKEAZRtdYUS2q1qpBZcxrTqEQj9JGPBo1101v/xy87e9dnvjrHUx61W1/GRLRYZK7huUrq',
    '9ppcu6WZClmadG1p6gGBhKjBRHxqfwPxRjIjKwcR0Eiw2XIYiXRwRSanv6cpvvuViBop53jecIsX/Xw5qA5FX3wKcjVLXlNFiXmh',
    'QiDJOJVXMMktS+QkkuRlpMwtMZzvVSX0GQeFl1AA9pLFJCAgICBDpyRQUatFTyJJ3hPDbXCQVz6UCwMDruUYnCSkpGU8MVIOmosY',
    'nTtMcw1TZ8ijJpNsIUwzB6OjgmlqYHQUMD/tX6qmo8iahJS05mXyBcSc3Ti6dlWHirWc2g1FqcVE8f+MpC3mD59FpyEfxuWL4Ssi',
    'quhOuBSe7yOGA+QVDjLOhmYj1XrY4ds/R0LCwgo2JC/OscshHX7nPwf0xpODhCFgK7rc18SIMtLkIAlmiB9qruhzZCGbhOkMGAQM',
    'wojDgIFZPj25tLy83NzSwXf67zYEjFiMSwkKCgkLCxU1dHCHBad4jAKEDvQdguNGqDXMwRh68Q7Fd98CNnEezUOiaC8kX/MD+BC0',
    'gNrVNVWAqJoW4B5v/d3/j3oVEOruig==',
  ].join(''),
  'base64',
);
/** Made with `zstd -19 --no-check` 1.5.4 from a pipe: without either, as Substrate packs. */
const FROM_PIPE = Buffer.from(
  [
    'KLUv/QBobRMA1q5WE7BX0gF9BDFJIPbecku5tyIOBwJXAFQASgBDlBnWlELCFdmRDsYmMbCtlWg/k3VXVsRFbJQY0ZsIk1YQRZAJ',
    'VmOUuBjkohUxOeIQYeqNlpqj/ckBPGYPY8YvPBVLxekqIZ01xgcAhICBg4AQIGBAUBAVpm5Rqlh9JRHVXcVQbNFEtCFGaSgUQ4rR',
    'C4pOUoG2mjA08cyk05IhOddmjGE9QcJQVUqdmBK1FGkEW7TeqOx+aKmkJSGOxCq0SCmriVBIzSITpLhUuRWZSDk2mQ5ZXgVZqHgN',
    'cZnh5ZuFj/PVnT72bgN2KWB/wJa9i46YMsWxdDrIrONrxq0nf/ht/v798RWmcPgwwxVeOHy4QphVUzXV1PzDq+u67qGWKLojujg0',
    'W3o6gDRj9DDomOkI9Ks5SrPUzFvnMDLHnCebWzGTz1eYx+os6kGmU7tU+gQ70XqPuBeFfkuWkfwjN4F2qCEstfcNAVsQBUnzEZAF',
    '8qAkD5Le0xLxim/lyC45DiH39Az701EJv542p2nn4Gg35pz06PGdqn7tTvqzuWrPLWx4j+umNW2tvR071/ZsvEZPNTenXhglIs0g',
    'ZusslF610IbAwSprkTICJnuGj8NtznVhpFivCWOtLEZYsc++69VaNQQOZliLhRFA2GeW2SRYLZqlEDBhf31Gh7O2C+Xr546jKsas',
    '4FK8IFLq86hQhRuUblgJBsDRiWUUpUP1lEVfdesLS7NgMs3qiNn6lKbE3KLK2uiVs3VqE1updC75zKmpTa7GzdDjbkRBM9Jvjt1M',
    'e3Lb6FGztdKnTrnSiEN5+6JW4EYzgmfHx9IQh/kq',
  ].join(''),
  'base64',
);

const MAGIC = Uint8Array.of(82, 188, 83, 118, 70, 219, 142, 5);
const packed = (archive: Uint8Array) => Buffer.concat([MAGIC, archive]);
const bad = (text: string | RegExp) =>
  expect.objectContaining({ code: 'bad_runtime', message: expect.stringMatching(text) });

describe('a packed runtime', () => {
  it('is what another tool packed', () => {
    expect(Buffer.from(unpack(packed(FROM_FILE))).toString()).toBe(TEXT);
    expect(Buffer.from(unpack(packed(FROM_PIPE))).toString()).toBe(TEXT);
    expect(Buffer.compare(unpack(packedAsIs(runtimeCode)), runtimeCode)).toBe(0);
  });

  it('is left as it is without the magic bytes', () => {
    expect(unpack(runtimeCode)).toBe(runtimeCode);
    expect(unpack(FROM_FILE)).toBe(FROM_FILE);
    expect(unpack(MAGIC.subarray(0, 7))).toHaveLength(7);
  });

  it('may have 50 MiB unpacked and no more', () => {
    expect(unpack(packedZeros(50 * 2 ** 20))).toHaveLength(50 * 2 ** 20);
    expect(() => unpack(packedZeros(50 * 2 ** 20 + 1))).toThrow(bad('more than 50 MiB'));
    expect(() => unpack(packedZeros(2 ** 30))).toThrow(bad('more than 50 MiB'));
  });

  it('that asks for an absurd window is refused before it gets it', () => {
    const window = Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0, 0x98, 1, 0, 0);
    expect(() => unpack(packed(window))).toThrow(bad('a window of 536870912 bytes'));
    const single = Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0xa0, 0, 0, 0, 64, 1, 0, 0);
    expect(() => unpack(packed(single))).toThrow(bad('a window of 1073741824 bytes'));
  });

  it('that is cut short or damaged is refused in words', () => {
    for (const end of [0, 1, 3, 4, 9, 100, FROM_PIPE.length - 1]) {
      expect(() => unpack(packed(FROM_PIPE.subarray(0, end)))).toThrow(bad('cannot be unpacked'));
    }
    expect(() => unpack(packed(Buffer.alloc(40)))).toThrow(bad('invalid zstd data'));
    for (let at = 0; at < FROM_FILE.length; at++) {
      const damaged = Buffer.from(FROM_FILE);
      damaged[at]! ^= 0x55;
      // Either refused, or something else comes out: then the bytes are no runtime, or one with another hash.
      try {
        unpack(packed(damaged));
      } catch (error) {
        expect(error).toEqual(bad('cannot be unpacked'));
      }
    }
  });
});
