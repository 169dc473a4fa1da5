import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Little enough of everything that an epoch is a step or two: digits as IDX, images as CIFAR-10's binary version, and a text. */
export function smallData(folder: string): Record<'digits' | 'cifar' | 'gpt2' | 'bert', string> {
  const at = (name: string) => join(folder, name);
  const idx = (magic: string, content: Uint8Array) => Buffer.concat([Buffer.from(magic, 'hex'), content]);
  const bytes = (length: number, by: number) => Uint8Array.from({ length }, (_, i) => (i * by + (i >> 8)) & 255);
  const count = 40;
  writeFileSync(at('images-idx3-ubyte'), idx('00000803000000280000001c0000001c', bytes(count * 784, 7)));
  writeFileSync(
    at('labels-idx1-ubyte'),
    idx(
      '0000080100000028',
      bytes(count, 1).map(i => i % 10),
    ),
  );
  const record = (row: number) => Uint8Array.from([row % 10, ...bytes(3072, row + 3)]);
  writeFileSync(at('data_batch_1.bin'), Buffer.concat(Array.from({ length: count }, (_, row) => record(row))));
  const sentence = (i: number) => `Fellow citizens of year ${i}, the state of the union is as it was in year ${i * 7}.`;
  writeFileSync(at('speech.txt'), Array.from({ length: 80 }, (_, i) => sentence(i)).join('\n\n'));
  return {
    digits: at('images-idx3-ubyte'),
    cifar: at('data_batch_1.bin'),
    gpt2: at('speech.txt'),
    bert: at('speech.txt'),
  };
}
