import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parsePixels } from '../../../src/model/data/digits.js';
import { epochOrder, loadDigits, normaliseImages, pick } from '../../../src/model/index.js';

const { training, test } = loadDigits();

describe('the digits', () => {
  it('are split the same way for everybody, always', () => {
    expect([training.count, test.count]).toEqual([8000, 2000]);
    const hash = createHash('sha256');
    for (const part of [training, test]) hash.update(part.images).update(part.labels);
    expect(hash.digest('hex')).toBe('63720bdca6f0eff6aebd7eddcb578e370ce5e76dabbab270c260ebdcd49c0d78');
  });

  it('are those of the package, byte for byte, all ten thousand of them', () => {
    const folder = dirname(createRequire(import.meta.url).resolve('mnist/package.json'));
    const json = readFileSync(join(folder, 'src/digits/3.json'));
    const expected = (JSON.parse(json.toString()) as { data: number[] }).data;
    const pixels = parsePixels(json);
    expect(pixels.length).toBe(expected.length);
    // Rounded to three decimals in the file: each number names one byte.
    expect(expected.every((value, i) => Math.abs(pixels[i]! / 255 - value) <= 0.0005)).toBe(true);
    const count = (labels: Uint8Array, digit: number) => labels.reduce((n, label) => n + Number(label === digit), 0);
    const perClass = Array.from({ length: 10 }, (_, d) => count(training.labels, d) + count(test.labels, d));
    expect(perClass).toEqual([1001, 1127, 991, 1032, 980, 863, 1014, 1070, 944, 978]);
  });

  it('are normalised with the mean and the deviation of the documents', () => {
    const values = normaliseImages(Uint8Array.of(0, 255, 51));
    expect(values[0]).toBeCloseTo(-0.1307 / 0.3081, 6);
    expect(values[1]).toBeCloseTo((1 - 0.1307) / 0.3081, 6);
    expect(values[2]).toBeCloseTo((0.2 - 0.1307) / 0.3081, 6);
    const all = normaliseImages(training.images);
    const mean = all.reduce((a, b) => a + b, 0) / all.length;
    expect(Math.abs(mean)).toBeLessThan(0.05);
  });

  it('come in an order that depends on seed and epoch only and visits each once', () => {
    const order = epochOrder(1000, 1, 0);
    expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: 1000 }, (_, i) => i));
    expect(epochOrder(1000, 1, 0)).toEqual(order);
    expect(epochOrder(1000, 1, 1)).not.toEqual(order);
    expect(epochOrder(1000, 2, 0)).not.toEqual(order);
    const two = pick(test, Uint32Array.of(5, 3));
    expect([...two.labels]).toEqual([test.labels[5], test.labels[3]]);
    expect(two.images.subarray(784)).toEqual(test.images.subarray(3 * 784, 4 * 784));
  });

  it.each([
    '{ "data": [0,0.5',
    '{ "data": [0,nan] }',
    '{ "data": [2,0] }',
    '{ "data": [0,,0] }',
    '{ "data": [0,1] }',
    '',
  ])('are not read from %j', text => {
    expect(() => parsePixels(Buffer.from(text))).toThrow(Error);
  });
});
