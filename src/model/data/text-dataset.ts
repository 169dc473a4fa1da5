import type { PlainBatch } from '../batch.js';
import { type Random, random } from '../compute/random.js';
import type { PlainTensor } from '../compute/tensor.js';
import type { ByteStore } from './byte-store.js';
import { type RowChoice, RowOrder } from './row-order.js';
import type { BatchPlace, Dataset } from './source.js';
import { bertRow, gpt2Row, IGNORED, twoParts } from './text-rows.js';
import { TextWindows } from './text-windows.js';
import { bertTokenizer, gpt2Tokenizer, type Tokenizer } from './tokenizer.js';
import { SMALL_VOCABULARY } from './vocabularies.js';

/** Which language model the text is for: the next token, or masked tokens and the next sentence. */
export type TextModel = 'gpt2' | 'bert';

export interface TextOptions extends RowChoice {
  model: TextModel;
  /** 1,024 by default, or the whole one: 50,257 of GPT-2, 30,522 of BERT. */
  vocabSize?: number;
  /** Tokens of a row, 64 by default. */
  length?: number;
  /** Test rows, spread over the text that tests; 256 by default, or as many as there are. */
  testRows?: number;
}

/** The masks of the test are the same for everybody, always. */
const TEST_SEED = 1002;
/** Where bert-base-uncased begins with entries that are text. */
const FIRST_TEXT_ID = 999;

/**
 * Text as a source for a language model. Inputs are ids as they travel, labels are classes (see {@link Tokenizer}). Text is read and
 * encoded as batches need it, so that the first one comes at once and memory does not grow with the text.
 */
export function textDataset(
  name: string,
  { training, test }: { training: ByteStore; test: ByteStore },
  options: TextOptions,
): Dataset {
  const { model, vocabSize = SMALL_VOCABULARY, length = 64 } = options;
  const gpt2 = model === 'gpt2';
  const tokenizer = gpt2 ? gpt2Tokenizer(vocabSize) : bertTokenizer(vocabSize);
  const windows = (store: ByteStore) => new TextWindows(store, tokenizer, gpt2 ? length + 1 : length);
  const [forTraining, forTest] = [windows(training), windows(test)];
  const order = new RowOrder(forTraining.count, options);
  const testRows = Math.min(options.testRows ?? 256, forTest.count);
  const makeRows = gpt2 ? gpt2Rows(tokenizer, length) : bertRows(tokenizer, length);
  let tested: PlainBatch | undefined;

  return {
    name,
    trainingRows: order.labelled,
    testRows,
    bytes: training.bytes + test.bytes,
    batchesPerEpoch: rows => order.batchesPerEpoch(rows),

    batch(at: BatchPlace): PlainBatch {
      const { labelled, unlabelled } = order.rows(at);
      const stream = (row: number) => random(at.seed, 'text', at.epoch, at.index, row);
      return makeRows(forTraining, [...labelled, ...unlabelled], labelled.length, stream);
    },

    *test(rows: number): Iterable<PlainBatch> {
      const all = Array.from({ length: testRows }, (_, row) => row);
      tested ??= makeRows(forTest, all, testRows, row => random(TEST_SEED, 'text', row));
      for (let start = 0; start < testRows; start += rows)
        yield rowsOf(tested, start, Math.min(testRows, start + rows));
    },

    close() {
      training.close();
      test.close();
    },
  };
}

/** Rows of windows; the first `labelled` of them get targets, those of the others are -1. */
type MakeRows = (
  windows: TextWindows,
  rows: readonly number[],
  labelled: number,
  stream: (row: number) => Random,
) => PlainBatch;

function gpt2Rows(tokenizer: Tokenizer, length: number): MakeRows {
  return (windows, rows, labelled) => {
    const inputs = new Int32Array(rows.length * length);
    const labels = new Int32Array(rows.length * length);
    rows.forEach((row, i) => {
      const part = (array: Int32Array) => array.subarray(i * length, (i + 1) * length);
      gpt2Row(tokenizer.encode(windows.read(row)), part(inputs), part(labels));
    });
    labels.fill(IGNORED, labelled * length);
    return { inputs: table(inputs, length), targets: { labels: table(labels, length) } };
  };
}

function bertRows(tokenizer: Tokenizer, length: number): MakeRows {
  const idOfClass = tokenizer.idOfClass();
  const firstWord = idOfClass.findIndex(id => id >= FIRST_TEXT_ID);
  const words = { special: tokenizer.special, classOfId: tokenizer.classOfId(), idOfClass, firstWord };
  return (windows, rows, labelled, stream) => {
    const inputs = new Int32Array(rows.length * length);
    const labels = new Int32Array(rows.length * length);
    const nextSentence = new Int32Array(rows.length);
    rows.forEach((row, i) => {
      const source = stream(row);
      let [first, second] = twoParts(windows.read(row));
      // Another row of the same batch and kind: a labelled row holds no text of one without a target. A lone row has no other.
      const kin = i < labelled ? rows.slice(0, labelled) : rows.slice(labelled);
      const follows = source.uniform() < 0.5 || kin.length === 1;
      if (!follows) second = twoParts(windows.read(otherThan(row, kin, source)))[1];
      nextSentence[i] = follows ? 1 : 0;
      const part = (array: Int32Array) => array.subarray(i * length, (i + 1) * length);
      const tokens = [tokenizer.encode(first), tokenizer.encode(second)] as const;
      bertRow(tokens, { inputs: part(inputs), labels: part(labels) }, words, source);
    });
    labels.fill(IGNORED, labelled * length);
    nextSentence.fill(IGNORED, labelled);
    return {
      inputs: table(inputs, length),
      targets: {
        labels: table(labels, length),
        nextSentence: { dtype: 'int32', shape: [rows.length], data: nextSentence },
      },
    };
  };
}

function otherThan(row: number, rows: readonly number[], source: Random): number {
  const other = rows[Math.floor(source.uniform() * (rows.length - 1))]!;
  return other === row ? rows.at(-1)! : other;
}

function table(data: Int32Array, length: number): PlainTensor {
  return { dtype: 'int32', shape: [data.length / length, length], data };
}

function rowsOf({ inputs, targets }: PlainBatch, start: number, end: number): PlainBatch {
  const part = (tensor: PlainTensor): PlainTensor => {
    const width = tensor.data.length / tensor.shape[0]!;
    const shape = [end - start, ...tensor.shape.slice(1)];
    return { ...tensor, shape, data: tensor.data.slice(start * width, end * width) } as PlainTensor;
  };
  return {
    inputs: part(inputs),
    targets: Object.fromEntries(Object.entries(targets).map(([name, tensor]) => [name, part(tensor)])),
  };
}
