import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { readImages } from '../../../src/model/index.js';

const folder = mkdtempSync(join(tmpdir(), 'images-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const file = (name: string, content: string | Uint8Array) => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
};
const GREY = { height: 3, width: 4, channels: 1 };
const COLOUR = { height: 3, width: 4, channels: 3 };

/** A PNG of these lines, each with its filter before it, as a writer that chose the filters would make it. */
function png(
  width: number,
  height: number,
  colour: number,
  lines: number[][],
  changes: { depth?: number; interlace?: number } = {},
): Buffer {
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([changes.depth ?? 8, colour, 0, 0, changes.interlace ?? 0], 8);
  const part = (name: string, content: Uint8Array) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(content.length);
    return Buffer.concat([length, Buffer.from(name, 'latin1'), content, Buffer.alloc(4)]);
  };
  const data = deflateSync(Uint8Array.from(lines.flat()));
  const halves = [part('IDAT', data.subarray(0, 5)), part('IDAT', data.subarray(5))];
  return Buffer.concat([
    Buffer.from('89504e470d0a1a0a', 'hex'),
    part('IHDR', head),
    part('tEXt', Buffer.from('x')),
    ...halves,
    part('IEND', Buffer.alloc(0)),
  ]);
}

describe('images to look at', () => {
  it('come from rows of a CSV file', () => {
    const rows = [Array.from({ length: 12 }, (_, i) => i * 20), new Array<number>(12).fill(255)];
    const { images } = readImages(file('two.csv', `${rows.map(row => row.join(', ')).join('\n')}\n`), GREY);
    expect(images.map(image => [...image])).toEqual(rows);
  });

  it('come from IDX files, packed or not', () => {
    const head = Buffer.from('00000803000000020000000300000004', 'hex');
    const idx = Buffer.concat([head, Uint8Array.from({ length: 24 }, (_, i) => i)]);
    for (const content of [idx, gzipSync(idx)]) {
      const { images } = readImages(file('two.idx', content), GREY);
      expect(images.map(image => image[0])).toEqual([0, 12]);
    }
    expect(() => readImages(file('short.idx', idx.subarray(0, 30)), GREY)).toThrow(
      /30 bytes where its header says 40 \(2 x 3 x 4\)/,
    );
  });

  it('come from PNGs with every filter', () => {
    // Lines 10 11 12 13, 20 22 24 26, 30 33 36 39 by "sub", "average" and "paeth" (W3C PNG, 9.2).
    const lines = [
      [1, 10, 1, 1, 1],
      [3, 15, 7, 7, 8],
      [4, 10, 3, 3, 3],
    ];
    const { images } = readImages(file('grey.png', png(4, 3, 0, lines)), GREY);
    expect([...images[0]!]).toEqual([10, 11, 12, 13, 20, 22, 24, 26, 30, 33, 36, 39]);
    const up = [
      [0, 1, 2, 3, 4],
      [2, 1, 1, 1, 1],
      [2, 255, 255, 255, 255],
    ];
    expect([...readImages(file('up.png', png(4, 3, 0, up)), GREY).images[0]!]).toEqual([
      1, 2, 3, 4, 2, 3, 4, 5, 1, 2, 3, 4,
    ]);
  });

  it('become grey or coloured as the model takes them, and lose transparency', () => {
    const pixel = [255, 0, 0, 128];
    const lines = [0, 1, 2].map(() => [0, ...pixel, ...pixel, ...pixel, ...pixel]);
    const path = file('red.png', png(4, 3, 6, lines));
    expect([...readImages(path, COLOUR).images[0]!.subarray(0, 6)]).toEqual([255, 0, 0, 255, 0, 0]);
    expect(readImages(path, GREY).images[0]![0]).toBe(76);
    const grey = file(
      'grey-alpha.png',
      png(
        4,
        3,
        4,
        [0, 1, 2].map(() => [0, 7, 1, 7, 1, 7, 1, 7, 1]),
      ),
    );
    expect([...readImages(grey, COLOUR).images[0]!.subarray(0, 3)]).toEqual([7, 7, 7]);
  });

  it.each<[string, string | Uint8Array, RegExp]>([
    [
      'of another size',
      png(
        3,
        3,
        0,
        [0, 1, 2].map(() => [0, 1, 2, 3]),
      ),
      /are 3 x 3 x 1, the model takes 3 x 4 x 1/,
    ],
    ['with a palette', png(4, 3, 3, []), /only PNGs of 8 bits/],
    ['of 16 bits', png(4, 3, 0, [], { depth: 16 }), /only PNGs of 8 bits/],
    ['interlaced', png(4, 3, 0, [], { interlace: 1 }), /only PNGs of 8 bits/],
    ['cut off', png(4, 3, 0, [[0, 1, 2, 3, 4]]), /cut off/],
    [
      'with an unknown filter',
      png(
        4,
        3,
        0,
        [0, 1, 2].map(() => [9, 1, 2, 3, 4]),
      ),
      /filter 9/,
    ],
    [
      'that unpacks to more than it says',
      png(
        4,
        3,
        0,
        Array.from({ length: 100 }, () => [0, 1, 2, 3, 4]),
      ),
      /cannot read images/,
    ],
    ['of a huge size', png(2 ** 31, 2 ** 31, 0, []), /a PNG of/],
    ['of no numbers', 'hello', /line 1 has 1 numbers, not 12/],
    ['of numbers out of range', new Array(12).fill('256').join(','), /not from 0 to 255: 256/],
    ['that is empty', '\n', /holds no image/],
  ])('%s are refused with the reason', (name, content, reason) => {
    expect(() => readImages(file(`bad ${name}`, content), GREY)).toThrow(reason);
  });

  it('of an IDX file that claims more than it has, or is of something else, are refused as those of a data set are', () => {
    const idx = (hex: string) => file(`bad ${hex}`, Buffer.concat([Buffer.from(hex, 'hex'), Buffer.alloc(24)]));
    const reason = (path: string) => {
      try {
        readImages(path, GREY);
        return expect.fail('it was read');
      } catch (error) {
        expect(error).toMatchObject({ code: 'bad_dataset' });
        return (error as Error).message;
      }
    };
    expect(reason(idx('00000803ffffffff0000000300000004'))).toMatch(/40 bytes where its header says 51539607556 \(/);
    expect(reason(idx('0000080100000018'))).toMatch(
      /no IDX file of images: it begins with 2049; one of images begins with 2051 or 2052/,
    );
    expect(reason(idx('00000803000000000000000300000004'))).toMatch(/it is empty \(0 x 3 x 4\)/);
  });

  it('of any damage are read or refused with one error', () => {
    const whole = [
      gzipSync(Buffer.concat([Buffer.from('00000803000000020000000300000004', 'hex'), Buffer.alloc(24, 7)])),
      png(
        4,
        3,
        2,
        [0, 1, 2].map(filter => [filter, ...Array.from({ length: 12 }, (_, i) => i)]),
      ),
      Buffer.from(`${new Array(12).fill('255').join(',')}\n`),
    ];
    const damage = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 3 });
    const path = join(folder, 'damaged');
    fc.assert(
      fc.property(fc.constantFrom(...whole), damage, fc.option(fc.nat(200)), (content, changes, cut) => {
        const bytes = Buffer.from(content);
        for (const [at, byte] of changes) bytes[at % bytes.length] = byte;
        writeFileSync(path, cut === null ? bytes : bytes.subarray(0, cut));
        try {
          expect(readImages(path, GREY).images.every(image => image.length === 12)).toBe(true);
        } catch (error) {
          expect(error).toMatchObject({ code: 'bad_dataset' });
        }
      }),
      { seed: 7, numRuns: 500 },
    );
  });

  it('that are not there are refused', () => {
    expect(() => readImages(join(folder, 'nothing'), GREY)).toThrow(expect.objectContaining({ code: 'bad_dataset' }));
  });
});
