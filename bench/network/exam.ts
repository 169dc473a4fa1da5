import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Digits, epochOrder, loadDigits, pick } from '../../src/model/index.js';

/** Of the 2,000 digits that nobody trains on, so many are what validators ask about; the others are what quality is measured on. */
const ASKED = 500;

export interface Exam {
  /** The validators' own questions. */
  readonly asked: Digits;
  /** What decides who is better, before any validator runs. */
  readonly measured: Digits;
}

/** No digit is in both parts, and none in anybody's training. */
export function examOf(seed: number): Exam {
  const { test } = loadDigits();
  const order = epochOrder(test.count, 9000 + seed, 0);
  return { asked: pick(test, order.subarray(0, ASKED)), measured: pick(test, order.subarray(ASKED)) };
}

/** Writes digits as the files of MNIST, to be given to `--dataset`; those that train are there because the format wants some. */
export function writeDataset(folder: string, { training, test }: { training: Digits; test: Digits }): string {
  mkdirSync(folder, { recursive: true });
  for (const [name, digits] of [
    ['train', training],
    ['t10k', test],
  ] as const) {
    writeFileSync(join(folder, `${name}-images-idx3-ubyte`), idx([digits.count, 28, 28], digits.images));
    writeFileSync(join(folder, `${name}-labels-idx1-ubyte`), idx([digits.count], digits.labels));
  }
  return folder;
}

/** Bytes, how many dimensions, their sizes in big-endian order, and the bytes. */
function idx(shape: readonly number[], data: Uint8Array): Buffer {
  const head = Buffer.alloc(4 + 4 * shape.length);
  head.writeUInt32BE(0x0800 + shape.length);
  for (const [i, size] of shape.entries()) head.writeUInt32BE(size, 4 + 4 * i);
  return Buffer.concat([head, data]);
}
