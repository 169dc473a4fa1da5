import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { isBittensorError, packagePath } from '../../../src/base/index.js';
import { csvRows } from '../../../src/model/data/csv.js';
import { readParquet } from '../../../src/model/data/parquet.js';
import { parquetRows } from '../../../src/model/data/parquet-rows.js';
import { openTexts } from '../../../src/model/data/text-files.js';
import {
  CIFAR_DEVIATION,
  CIFAR_MEAN,
  type Dataset,
  describeDataset,
  gpt2Tokenizer,
  normaliseImages,
  type OpenOptions,
  openDataset,
  type PlainBatch,
  recipes,
} from '../../../src/model/index.js';

const root = mkdtempSync(join(tmpdir(), 'dataset-'));
afterAll(() => rmSync(root, { recursive: true }));

let made = 0;
/** A folder of files. */
function folderOf(files: Record<string, Buffer | string>): string {
  const folder = join(root, `${made++}`);
  mkdirSync(folder);
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  return folder;
}

/** An IDX file of bytes: what the header says, and what follows. */
function idx(shape: number[], content: Uint8Array): Buffer {
  const header = Buffer.alloc(4 + 4 * shape.length);
  header.writeUInt32BE(0x0800 + shape.length, 0);
  shape.forEach((size, i) => {
    header.writeUInt32BE(size, 4 + 4 * i);
  });
  return Buffer.concat([header, content]);
}

const pixel = (row: number, i: number) => (row * 31 + i * 7) % 256;
const images = (count: number, from = 0) =>
  idx(
    [count, 28, 28],
    Uint8Array.from({ length: count * 784 }, (_, i) => pixel(from + Math.floor(i / 784), i % 784)),
  );
const labels = (count: number) =>
  idx(
    [count],
    Uint8Array.from({ length: count }, (_, i) => i % 10),
  );
const mnist = () => ({
  'train-images-idx3-ubyte': images(50),
  'train-labels-idx1-ubyte': labels(50),
  't10k-images-idx3-ubyte': images(20, 50),
  't10k-labels-idx1-ubyte': labels(20),
});

const record = (row: number) =>
  Uint8Array.from({ length: 3073 }, (_, i) => (i === 0 ? row % 10 : (row + Math.floor((i - 1) / 1024) * 50 + i) % 256));
const cifar = (count: number, from = 0) => Buffer.concat(Array.from({ length: count }, (_, i) => record(from + i)));

const plain = (batch: PlainBatch | Promise<PlainBatch>) => batch as PlainBatch;
const at = (rows: number, index = 0) => ({ epoch: 0, index, rows, seed: 1 });

/** Opens and says what comes of it; nothing else may be thrown. */
async function outcome(path: string, options: OpenOptions): Promise<string> {
  let source: Dataset | undefined;
  try {
    source = await openDataset(path, options);
    await source.batch(at(2));
    return describeDataset(source);
  } catch (error) {
    if (!isBittensorError(error) || error.code !== 'bad_dataset') throw error;
    return error.message.replaceAll(path, 'PATH').replaceAll(root, 'ROOT');
  } finally {
    source?.close();
  }
}

describe('IDX files', () => {
  it.each(['plain', 'packed'])('are found in a folder, %s', async kind => {
    const files = Object.entries(mnist());
    const packed = files.map(([name, content]) => [`${name}.gz`, gzipSync(content)] as const);
    const folder = folderOf(Object.fromEntries(kind === 'plain' ? files : packed));
    const source = await openDataset(folder, { model: 'mnist' });
    expect([source.trainingRows, source.testRows]).toEqual([50, 20]);
    expect(source.name).toMatch(/^IDX images of \d+$/);
    const [test] = [...source.test(20)];
    expect([...test!.targets['labels']!.data]).toEqual(Array.from({ length: 20 }, (_, i) => i % 10));
    expect(test!.inputs.shape).toEqual([20, 784]);
    const third = Uint8Array.from({ length: 784 }, (_, i) => pixel(52, i));
    expect([...test!.inputs.data.subarray(2 * 784, 3 * 784)]).toEqual([...normaliseImages(third)]);
    const seen = [0, 1, 2, 3, 4].flatMap(i => [...plain(source.batch(at(10, i))).targets['labels']!.data]);
    expect(seen.sort()).toEqual(Array.from({ length: 50 }, (_, i) => Math.floor(i / 5)));
    source.close();
    source.close();
  });

  it('are taken alone too: a tenth of the images tests', async () => {
    const folder = folderOf({ 'my-images.idx3-ubyte': images(30), 'my-labels.idx1-ubyte': labels(30) });
    const source = await openDataset(join(folder, 'my-images.idx3-ubyte'), { model: 'mnist' });
    expect([source.trainingRows, source.testRows]).toEqual([27, 3]);
    const rows = [...source.test(3), plain(source.batch(at(27)))].flatMap(({ inputs }) =>
      Array.from({ length: inputs.shape[0]! }, (_, i) => inputs.data.slice(i * 784, (i + 1) * 784).join()),
    );
    expect(new Set(rows).size).toBe(30);
    source.close();
  });

  const header = (shape: number[], magic = 0x0803) => {
    const buffer = idx(shape, new Uint8Array(100));
    buffer.writeUInt32BE(magic, 0);
    return buffer;
  };
  const huge = [0xffffffff, 28, 28];
  it.each([
    [
      'a huge count',
      header(huge),
      /116 bytes where its header says 3367254\d+ \(4294967295 x 28 x 28\); get the file again/,
    ],
    [
      'another magic number',
      header([1, 28, 28], 0x0d03),
      /no IDX file of images: it begins with 3331; one of images begins with 2051/,
    ],
    ['no header', Buffer.of(0, 0), /no IDX file of images: 2 bytes/],
    ['half a header', Buffer.of(0, 0, 8, 3, 0, 0), /no IDX file of images/],
    ['too few bytes', images(50).subarray(0, 20_000), /20000 bytes where its header says 39216/],
    ['too many bytes', Buffer.concat([images(50), Buffer.alloc(1)]), /39217 bytes where its header says 39216/],
    ['no image', idx([0, 28, 28], new Uint8Array()), /it is empty \(0 x 28 x 28\)/],
    ['images of another size', idx([1, 32, 32], new Uint8Array(1024)), /32 x 32 pixels; the model takes 28 x 28/],
    ['more images than labels', images(51), /50 labels for 51 images; take the two files that belong together/],
  ])('are refused with %s, plain and packed', async (_, content, message) => {
    const name = 'train-images-idx3-ubyte';
    expect(await outcome(folderOf({ ...mnist(), [name]: content }), { model: 'mnist' })).toMatch(message);
    const { [name]: __, ...others } = mnist();
    const packed = await outcome(folderOf({ ...others, [`${name}.gz`]: gzipSync(content) }), { model: 'mnist' });
    expect(packed).toMatch(/^cannot use the data of PATH\S*: .*; /);
    expect(packed).not.toMatch(/rows to train/);
  });

  it('are refused when packed into a bomb, without unpacking it', async () => {
    const bomb = gzipSync(Buffer.concat([idx([4, 28, 28], new Uint8Array()), Buffer.alloc(64 << 20)]));
    const before = process.memoryUsage().arrayBuffers;
    const said = await outcome(folderOf({ ...mnist(), 'train-images-idx3-ubyte.gz': bomb }), { model: 'mnist' });
    expect(said).toContain('rows to train'); // the plain one comes first
    const { 'train-images-idx3-ubyte': _, ...others } = mnist();
    const alone = await outcome(folderOf({ ...others, 'train-images-idx3-ubyte.gz': bomb }), { model: 'mnist' });
    expect(alone).toMatch(/more than the 3152 bytes that its header says; get the file again/);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(32 << 20);
    const claims = gzipSync(idx([4_000_000, 28, 28], new Uint8Array(1 << 16)));
    const refused = await outcome(folderOf({ ...others, 'train-images-idx3-ubyte.gz': claims }), { model: 'mnist' });
    expect(refused).toMatch(/unpacked it has 3136000016 bytes; unpack it with gunzip first/);
  });

  it('say which one is missing', async () => {
    const { 'train-labels-idx1-ubyte': _, ...others } = mnist();
    expect(await outcome(folderOf(others), { model: 'mnist' })).toMatch(
      /no IDX file of labels; it takes images and labels: train-images/,
    );
    expect(await outcome(folderOf({}), { model: 'mnist' })).toMatch(/no IDX file of images/);
    expect(await outcome(join(root, 'nowhere'), { model: 'mnist' })).toBe(
      'cannot use the data of PATH: there is no such file or folder; give the path of one',
    );
  });
});

describe('CIFAR-10 files', () => {
  it('are read from a folder, in whatever folder they were unpacked, colours by pixel', async () => {
    const folder = folderOf({});
    const inner = folderOf({
      'batches.meta.txt': 'airplane',
      'data_batch_1.bin': cifar(7),
      'data_batch_2.bin': cifar(5, 7),
      'test_batch.bin': cifar(4, 12),
    });
    cpSync(inner, join(folder, 'cifar-10-batches-bin'), { recursive: true });
    for (const path of [inner, folder]) {
      const source = await openDataset(path, { model: 'cifar' });
      expect([source.trainingRows, source.testRows]).toEqual([12, 4]);
      const [test] = [...source.test(4)];
      expect(test!.inputs.shape).toEqual([4, 32, 32, 3]);
      expect([...test!.targets['labels']!.data]).toEqual([2, 3, 4, 5]);
      const bytes = record(13);
      for (const [y, x, c] of [
        [0, 0, 0],
        [5, 9, 1],
        [31, 31, 2],
      ] as const) {
        const value = bytes[1 + c * 1024 + y * 32 + x]! / 255;
        const found = test!.inputs.data[((32 + y) * 32 + x) * 3 + c]!;
        expect(found).toBeCloseTo((value - CIFAR_MEAN[c]!) / CIFAR_DEVIATION[c]!, 5);
      }
      const seen = [...plain(source.batch(at(12))).targets['labels']!.data].sort();
      expect(seen).toEqual([0, 0, 1, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
      source.close();
    }
  });

  it('are taken alone too', async () => {
    const folder = folderOf({ 'data_batch_3.bin': cifar(20) });
    const said = await outcome(join(folder, 'data_batch_3.bin'), { model: 'cifar' });
    expect(said).toBe('CIFAR-10 images of data_batch_3.bin: 18 rows to train, 2 to test, 0.1 MB');
  });

  it.each([
    [
      'half a record',
      cifar(2).subarray(0, 5000),
      /its 5000 bytes are not whole records of 3073; take the binary version/,
    ],
    ['nothing', Buffer.alloc(0), /its 0 bytes are not whole records/],
    ['a label beyond 9', Buffer.alloc(3073, 200), /label 200 of image 0; CIFAR-10 has 0 to 9/],
  ])('are refused with %s', async (_, content, message) => {
    const folder = folderOf({ 'data_batch_1.bin': content });
    expect(await outcome(folder, { model: 'cifar' })).toMatch(message);
  });

  it('are missed by name', async () => {
    const folder = folderOf({ 'cifar-10-binary.tar.gz': 'x' });
    expect(await outcome(folder, { model: 'cifar' })).toMatch(
      /no file of CIFAR-10; .* of the unpacked cifar-10-binary.tar.gz/,
    );
  });
});

const NEWS = Array.from({ length: 60 }, (_, i) => [
  `${(i % 4) + 1}`,
  `Title ${i}, "quoted"`,
  `Description ${i}:\nwith a line break, and ${'words '.repeat(10)}`,
]);
const csv = (rows: string[][]) =>
  rows.map(row => row.map(field => `"${field.replaceAll('"', '""')}"`).join(',')).join('\r\n');
const textOf = async (folder: string, ...names: string[]) => {
  const store = await openTexts(names.map(name => join(folder, name)));
  const text = store.read(0, 1 << 24).toString();
  store.close();
  return text;
};
const documents = NEWS.map(([, title, text]) => `${title}\n${text}`.trim());

describe('text files', () => {
  it('are read as they are, alone, packed, or in a folder one after the other', async () => {
    const folder = folderOf({ 'a.txt': 'first\n\nsecond', 'b.txt.gz': gzipSync('third ä'), 'c.md': 'fourth' });
    expect(await textOf(folder, 'a.txt')).toBe('first\n\nsecond');
    expect(await textOf(folder, 'a.txt', 'b.txt.gz', 'c.md')).toBe('first\n\nsecond\n\nthird ä\n\nfourth');
  });

  it('leave no temporary file behind', async () => {
    const left = () => readdirSync(tmpdir()).filter(name => name.startsWith('bittensor-text-')).length;
    const before = left();
    const folder = folderOf({ 'a.csv': csv(NEWS), 'b.csv': 'title\n"no end' });
    await textOf(folder, 'a.csv');
    await expect(textOf(folder, 'b.csv')).rejects.toThrow('a quoted field does not end');
    expect(left()).toBe(before);
  });

  it('train and test a language model; those named test do the testing', async () => {
    const words = (word: string) => Array.from({ length: 900 }, (_, i) => `${word}${i}`).join(' ');
    const folder = folderOf({ 'train.txt': words('mountain'), 'test.txt': words('ocean') });
    const tokenizer = gpt2Tokenizer();
    for (const model of ['gpt2', 'bert'] as const) {
      const source = await openDataset(folder, { model, length: 32 });
      expect(describeDataset(source)).toMatch(/^text of \d+: \d+ rows to train, \d+ to test, 0.0 MB$/);
      expect(plain(source.batch(at(4))).inputs.shape).toEqual([4, 32]);
      if (model === 'bert') continue;
      expect(tokenizer.decode(plain(source.batch(at(4))).inputs.data)).toMatch(/mountain\d+/);
      for (const { inputs } of source.test(16)) expect(tokenizer.decode(inputs.data)).not.toContain('mountain');
      source.close();
    }
  });

  it('of one kind only are split: the last tenth tests', async () => {
    const folder = folderOf({ 'news.csv': csv(NEWS) });
    const source = await openDataset(join(folder, 'news.csv'), { model: 'gpt2', length: 16 });
    const tokenizer = gpt2Tokenizer();
    const text = [...source.test(99)].map(({ inputs }) => tokenizer.decode(inputs.data)).join();
    expect(text).toMatch(/Description 5[4-9]:/);
    expect(text).not.toMatch(/Description [1-4]\d:/);
    source.close();
  });

  it.each([
    [
      'zero bytes',
      { 'a.txt': Buffer.alloc(5000) },
      /a.txt is no text: it holds zero bytes; UTF-8 text, CSV and Parquet are read/,
    ],
    [
      'another encoding',
      { 'a.txt': Buffer.from('Caf\xe9 '.repeat(400), 'latin1') },
      /a.txt is not UTF-8; save it as UTF-8/,
    ],
    ['nothing that is read', { 'a.pdf': 'x' }, /no text in it; files are taken that end in .txt, .csv .* or .parquet/],
    ['too little', { 'a.txt': 'short' }, /5 bytes of text to train; there must be 1000 at least/],
    ['a broken packing', { 'a.txt.gz': 'no gzip at all' }, /incorrect header check; it is damaged or of another kind/],
    ['a cut packing', { 'a.txt.gz': gzipSync(csv(NEWS)).subarray(0, 100) }, /unexpected end of file; it is damaged/],
  ])('are refused with %s', async (_, files, message) => {
    expect(await outcome(folderOf(files), { model: 'gpt2' })).toMatch(message);
  });

  it('are streamed when they are packed: what they unpack to is never in memory as a whole', async () => {
    const folder = folderOf({});
    const path = join(folder, 'long.txt.gz');
    const piece = gzipSync(Buffer.alloc(1 << 20, 'to be or not to be \n'));
    // Members of gzip one after the other are one file (RFC 1952).
    for (let i = 0; i < 300; i++) appendFileSync(path, piece);
    let most = 0;
    const before = process.memoryUsage();
    const watch = setInterval(() => {
      const { arrayBuffers } = process.memoryUsage();
      most = Math.max(most, arrayBuffers - before.arrayBuffers);
    }, 10);
    const store = await openTexts([path]);
    clearInterval(watch);
    expect(store.bytes).toBe(300 << 20);
    expect(store.read((300 << 20) - 5, 5).length).toBe(5);
    store.close();
    expect(most).toBeGreaterThan(0);
    expect(most).toBeLessThan(100 << 20);
  });

  it('stop being read when the signal aborts', async () => {
    const folder = folderOf({ 'a.csv': csv(NEWS) });
    await expect(openDataset(folder, { model: 'gpt2' }, AbortSignal.abort(new Error('enough')))).rejects.toThrow(
      'enough',
    );
  });
});

describe('the recipes of the examples', () => {
  it('take what the user gives instead of what comes with the package', async () => {
    const images = folderOf(mnist());
    const source = await recipes.mnist.open({ labels: 30, dataset: images });
    expect([source.name, source.trainingRows]).toEqual([`IDX images of ${basename(images)}`, 30]);
    expect((await source.batch(at(10))).inputs.shape).toEqual([20, 784]);
    source.close();
    const news = folderOf({ 'train.csv': csv(NEWS), 'test.csv': csv(NEWS.slice(0, 9)) });
    for (const name of ['gpt2', 'bert'] as const) {
      const text = await recipes[name].open({ labels: undefined, dataset: news });
      expect(text.name).toBe(`text of ${basename(news)}`);
      text.close();
    }
  });
});

describe('CSV', () => {
  const read = async (...parts: string[]) => {
    const rows: string[][] = [];
    for await (const row of csvRows(
      (async function* () {
        yield* parts;
      })(),
    ))
      rows.push(row);
    return rows;
  };

  it('is read as RFC 4180 has it', async () => {
    expect(await read('aaa,bbb,ccc\r\nzzz,yyy,xxx\r\n')).toEqual([
      ['aaa', 'bbb', 'ccc'],
      ['zzz', 'yyy', 'xxx'],
    ]);
    expect(await read('aaa,bbb,ccc\nzzz,yyy,xxx')).toEqual([
      ['aaa', 'bbb', 'ccc'],
      ['zzz', 'yyy', 'xxx'],
    ]);
    expect(await read('"aaa","b\r\nbb","ccc"\r\nzzz,,')).toEqual([
      ['aaa', 'b\r\nbb', 'ccc'],
      ['zzz', '', ''],
    ]);
    expect(await read('"aaa","b""bb","c,cc"')).toEqual([['aaa', 'b"bb', 'c,cc']]);
    expect(await read('\r\n\n""\na"b\n')).toEqual([[''], ['a"b']]);
  });

  it('comes back whole however it was cut into parts', async () => {
    const field = fc.string({ unit: fc.constantFrom('a', 'ü', '"', ',', '\n', '\r', ' ') });
    const table = fc.array(fc.array(field, { minLength: 2, maxLength: 4 }), { minLength: 1, maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(table, fc.array(fc.nat(200), { maxLength: 6 }), async (rows, cuts) => {
        const text = csv(rows);
        const places = [0, ...cuts.map(cut => Math.min(cut, text.length)).sort((a, b) => a - b), text.length];
        const parts = places.slice(1).map((end, i) => text.slice(places[i], end));
        expect(await read(...parts)).toEqual(rows);
      }),
      { seed: 7, numRuns: 300 },
    );
  });

  it.each([
    ['"a"b\n', 'row 1: "b" after a quoted field'],
    ['a\n"b', 'row 2: a quoted field does not end'],
    [`"${'x'.repeat(2 << 20)}`, 'row 1: a field of more than 1048576 characters, or a quote that does not end'],
    [','.repeat(2000), 'row 1: more than 1000 fields'],
  ])('is refused as %.10s', async (text, message) => {
    await expect(read(text)).rejects.toThrow(message);
  });

  it('of ag_news gives title and description, with or without names of columns', async () => {
    const folder = folderOf({
      'bare.csv': csv(NEWS),
      'named.csv': csv([['Class Index', 'Title', 'Description'], ...NEWS]),
      'packed.csv.gz': gzipSync(csv(NEWS)),
      'other.csv': `\uFEFFlabel,text\n1,${'word '.repeat(3)}\n`,
    });
    for (const name of ['bare.csv', 'named.csv', 'packed.csv.gz']) {
      expect(await textOf(folder, name)).toBe(documents.join('\n\n'));
    }
    expect(await textOf(folder, 'other.csv')).toBe('word word word');
  });

  it('is refused where rows differ in length or hold no text', async () => {
    const folder = folderOf({ 'a.csv': 'title,text\none,two\none,two,three\n', 'b.csv': '1,2,3\n4,5,6\n' });
    await expect(textOf(folder, 'a.csv')).rejects.toThrow('row 3 has 3 fields and the first one 2; fields with commas');
    await expect(textOf(folder, 'b.csv')).rejects.toThrow('no column of its first row is text');
  });
});

// Written by pyarrow 26.0.1: 40 rows of text and label, 16 rows to a group.
const vector = (kind: string) => packagePath(`test/vectors/data/news-${kind}.parquet`);

describe('Parquet', () => {
  it.each(['none', 'snappy', 'zstd', 'gzip'])('of Python is read: compression %s', async kind => {
    const text = await textOf('/', vector(kind));
    const rows = text.split('\n\n');
    expect(rows.length).toBe(40);
    expect(rows[0]).toBe('Title 0: Wall St. Bears - description 0 of what happened that day.');
    expect(rows[39]).toBe('Title 39: Ünïcode 日本 - description 39 of what happened that day.');
    expect(await outcome(vector(kind), { model: 'bert', length: 24 })).toMatch(/^text of news-\w+.parquet: \d+ rows/);
  });

  it('is refused when it claims too much or is none', async () => {
    const whole = readFileSync(vector('snappy'));
    const long = Buffer.from(whole);
    long.writeUInt32LE(0x7fffffff, long.length - 8);
    const folder = folderOf({ 'a.parquet': 'PAR1', 'b.parquet': whole.subarray(0, 2000), 'c.parquet': long });
    await expect(textOf(folder, 'a.parquet')).rejects.toThrow(
      'it does not begin and end as a Parquet file; it is damaged',
    );
    await expect(textOf(folder, 'b.parquet')).rejects.toThrow('it does not begin and end as a Parquet file');
    await expect(textOf(folder, 'c.parquet')).rejects.toThrow('its description claims 2147483647 bytes');
  });
});

describe('a hostile Parquet file', () => {
  const changed = (kind: string, at: number, hex: string) => {
    const bytes = readFileSync(vector(kind));
    Buffer.from(hex, 'hex').copy(bytes, at);
    return bytes;
  };

  it('whose few bytes ask for two thousand million values ends as one error, and not this process', async () => {
    // The run of indices of the first page: 16 times the next one, made 2^31 - 1 times.
    const folder = folderOf({ 'a.parquet': changed('none', 1315, 'feffffff0f01') });
    const read = async () => {
      for await (const _ of parquetRows(join(folder, 'a.parquet'), { heapMib: 64 }));
    };
    await expect(read()).rejects.toThrow('reading it takes more than 64 MiB of memory');
  });

  it('that is read for longer than one may wait, or is no longer wanted, is given up', async () => {
    const path = vector('zstd');
    const late = async (options: Parameters<typeof parquetRows>[1]) => {
      for await (const _ of parquetRows(path, options));
    };
    await expect(late({ patienceMs: 1 })).rejects.toThrow('no row of it could be read in 0.001 s');
    await expect(late({ signal: AbortSignal.abort(new Error('enough')) })).rejects.toThrow('enough');
    const stop = new AbortController();
    const reading = late({ signal: stop.signal });
    stop.abort(new Error('stopped'));
    await expect(reading).rejects.toThrow('stopped');
  });

  it('whose gzip page is damaged ends, where the library would read on for ever', async () => {
    const content = readFileSync(vector('gzip'));
    const path = join(root, 'page.parquet');
    const begins = [...content.keys()].filter(at => content.readUInt16BE(Math.min(at, content.length - 2)) === 0x1f8b);
    expect(begins.length).toBeGreaterThan(2);
    for (const begin of begins) {
      for (const at of [begin + 10, begin + 12, begin + 20]) {
        for (const byte of [0, 0x63, 0xff]) {
          const bytes = Buffer.from(content);
          bytes[at] = byte;
          writeFileSync(path, bytes);
          try {
            for await (const _ of readParquet(path));
          } catch (error) {
            expect(error).toBeInstanceOf(Error);
          }
        }
      }
    }
  });
});

describe('files with any damage', () => {
  const folder = folderOf({});
  const news = csv(NEWS);
  const whole: [name: string, options: OpenOptions, files: Record<string, Buffer>][] = [
    ['IDX', { model: 'mnist' }, { 'train-labels-idx1-ubyte': labels(50), 'train-images-idx3-ubyte': images(50) }],
    [
      'packed IDX',
      { model: 'mnist' },
      { 'train-labels-idx1-ubyte': labels(50), 'train-images-idx3-ubyte.gz': gzipSync(images(50)) },
    ],
    ['CIFAR-10', { model: 'cifar' }, { 'data_batch_1.bin': cifar(3) }],
    ['CSV', { model: 'gpt2' }, { 'a.csv': Buffer.from(news) }],
    ['packed text', { model: 'bert' }, { 'a.txt.gz': gzipSync(news) }],
  ];
  const damageTo = (content: Buffer) =>
    fc.array(
      fc.oneof(
        fc.record({ cut: fc.nat(content.length) }),
        fc.record({ at: fc.nat(content.length - 1), byte: fc.nat(255) }),
        fc.record({ at: fc.nat(Math.min(40, content.length - 1)), byte: fc.nat(255) }),
        fc.record({
          at: fc.integer({ min: Math.max(0, content.length - 900), max: content.length - 1 }),
          byte: fc.nat(255),
        }),
      ),
      { minLength: 1, maxLength: 3 },
    );
  const damaged = (content: Buffer, changes: readonly ({ cut: number } | { at: number; byte: number })[]) => {
    let bytes = Buffer.from(content);
    for (const change of changes) {
      if ('cut' in change) bytes = bytes.subarray(0, change.cut);
      else if (change.at < bytes.length) bytes[change.at] = change.byte;
    }
    return bytes;
  };

  it.each(whole)('are read or refused with one error, never anything else: %s', async (_, options, files) => {
    const [name, content] = Object.entries(files).at(-1)!;
    await fc.assert(
      fc.asyncProperty(damageTo(content), async changes => {
        rmSync(folder, { recursive: true });
        mkdirSync(folder);
        for (const [other, rest] of Object.entries(files)) writeFileSync(join(folder, other), rest);
        writeFileSync(join(folder, name), damaged(content, changes));
        expect(await outcome(folder, options)).toMatch(/rows to train|^cannot use the data of /);
        expect(existsSync(folder)).toBe(true);
      }),
      { seed: 7, numRuns: 150 },
    );
  });

  // In this process, where each takes milliseconds; `parquetRows` gives each file a process of its own.
  it.each(['none', 'snappy', 'zstd', 'gzip'])('end in rows or an error: Parquet, %s', async kind => {
    const content = readFileSync(vector(kind));
    const path = join(root, `damaged-${kind}.parquet`);
    await fc.assert(
      fc.asyncProperty(damageTo(content), async changes => {
        writeFileSync(path, damaged(content, changes));
        try {
          for await (const values of readParquet(path)) {
            expect(values.every(value => typeof value === 'string')).toBe(true);
          }
        } catch (error) {
          expect(error).toBeInstanceOf(Error);
        }
      }),
      { seed: 7, numRuns: 150 },
    );
  });
});
