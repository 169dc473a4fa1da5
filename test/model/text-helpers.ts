import { BERT_SPECIAL, bertTokenizer, gpt2Tokenizer, type PlainBatch, random } from '../../src/model/index.js';

/** Says little, in the same words again and again. */
const RHYME =
  'The cat sat on the mat. The dog lay on the log. The bird sang in the tree, and the cat ran from the dog. ' +
  'In the tree the bird sang to the cat, and on the log the dog sat by the mat. ';

/** Windows of the rhyme for GPT-2: the target of each token is the next one. */
export function nextTokens(rows: number, length: number, seed = 0): PlainBatch {
  const ids = gpt2Tokenizer().encode(RHYME.repeat(4));
  const source = random(seed, 'windows');
  const [inputs, labels] = [new Int32Array(rows * length), new Int32Array(rows * length)];
  for (let row = 0; row < rows; row++) {
    const start = Math.floor(source.uniform() * (ids.length - length - 1));
    inputs.set(ids.subarray(start, start + length), row * length);
    labels.set(ids.subarray(start + 1, start + length + 1), row * length);
  }
  const shape = [rows, length];
  return {
    inputs: { dtype: 'int32', shape, data: inputs },
    targets: { labels: { dtype: 'int32', shape, data: labels } },
  };
}

/** Pairs of sentences of the rhyme for BERT: half of them follow each other, words masked, padding at the end. */
export function maskedWords(rows: number, length: number, seed = 0): PlainBatch {
  const tokenizer = bertTokenizer();
  const classes = tokenizer.classOfId();
  const sentences = RHYME.trim()
    .split(/(?<=\.) /)
    .map(sentence => [...tokenizer.encode(sentence)]);
  const source = random(seed, 'pairs');
  const inputs = new Int32Array(rows * length).fill(BERT_SPECIAL.pad);
  const labels = new Int32Array(rows * length).fill(-1);
  const nextSentence = new Int32Array(rows);
  for (let row = 0; row < rows; row++) {
    const first = Math.floor(source.uniform() * sentences.length);
    const follows = source.uniform() < 0.5;
    nextSentence[row] = follows ? 1 : 0;
    const second =
      (first + (follows ? 1 : 2 + Math.floor(source.uniform() * (sentences.length - 2)))) % sentences.length;
    const { classify, separate, mask } = BERT_SPECIAL;
    const ids = [classify, ...sentences[first]!, separate, ...sentences[second]!].slice(0, length - 1);
    [...ids, separate].forEach((id, i) => {
      const masked = id > mask && source.uniform() < 0.2;
      inputs[row * length + i] = masked ? mask : id;
      if (masked) labels[row * length + i] = classes[id]!;
    });
  }
  const shape = [rows, length];
  return {
    inputs: { dtype: 'int32', shape, data: inputs },
    targets: {
      labels: { dtype: 'int32', shape, data: labels },
      nextSentence: { dtype: 'int32', shape: [rows], data: nextSentence },
    },
  };
}
