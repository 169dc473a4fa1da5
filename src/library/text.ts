import type { Tokenizer } from '../model/index.js';
import { vocabSize } from './constants.js';
import type { Tensor } from './tensors.js';

/** What fills rows of text that are shorter than the longest: GPT-2's end of text. */
const PADDING = vocabSize - 1;

let tokenizer: Tokenizer | undefined;

/**
 * Text as token ids by GPT-2's BPE, without special ids. One text is [1, length]; of several texts the shorter ones are
 * filled on the left. [texts, length of the longest]
 */
export async function encodeText(texts: readonly string[]): Promise<Tensor> {
  if (!tokenizer) {
    const { gpt2Tokenizer } = await import('../model/index.js');
    tokenizer = gpt2Tokenizer(vocabSize);
  }
  const rows = texts.map(text => tokenizer!.encode(text));
  const length = Math.max(0, ...rows.map(row => row.length));
  const data = new Int32Array(rows.length * length).fill(PADDING);
  rows.forEach((row, i) => {
    data.set(row, (i + 1) * length - row.length);
  });
  return { dtype: 'int32', shape: [rows.length, length], data };
}
