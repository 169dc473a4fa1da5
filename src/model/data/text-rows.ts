import { permutation, type Random } from '../compute/random.js';
import type { Tokenizer } from './tokenizer.js';

/** The label of a token that is not to be guessed. */
export const IGNORED = -1;

/** Writes a row of GPT-2: the tokens of a text, and as labels the ones that follow. A short text ends in tokens that are not counted. */
export function gpt2Row(tokens: Int32Array, inputs: Int32Array, labels: Int32Array): void {
  const known = Math.max(0, Math.min(inputs.length, tokens.length - 1));
  inputs.fill(0);
  inputs.set(tokens.subarray(0, inputs.length));
  labels.fill(IGNORED);
  labels.set(tokens.subarray(1, known + 1));
}

/** Two pieces of text, parted in the middle: at the end of a sentence where there is one near, else between words. */
export function twoParts(text: string): [first: string, second: string] {
  const document = text.split(/\n\s*\n/).reduce((longest, part) => (part.length > longest.length ? part : longest), '');
  const middle = document.length / 2;
  let cut = -1;
  for (const pattern of [/[.!?]["')\]]*\s+|\n/g, /\s+/g]) {
    for (const match of document.matchAll(pattern)) {
      const at = match.index + match[0].length;
      if (Math.abs(at - middle) < Math.abs(cut - middle)) cut = at;
    }
    if (cut > 0.3 * document.length && cut < 0.7 * document.length) break;
  }
  if (cut < 0) cut = Math.floor(middle);
  return [document.slice(0, cut), document.slice(cut)];
}

export interface BertRow {
  inputs: Int32Array;
  /** Classes of the masked tokens; the others are -1. */
  labels: Int32Array;
}

/**
 * Writes a row of BERT: `[CLS] first [SEP] second [SEP]`, padded. Of its tokens 15 % are to be guessed: of those 80 % are masked, 10 %
 * replaced by any word, 10 % left as they are (Devlin et al. 2018).
 */
export function bertRow(
  [first, second]: readonly [Int32Array, Int32Array],
  { inputs, labels }: BertRow,
  { special, classOfId, idOfClass, firstWord }: BertWords,
  source: Random,
): void {
  const room = inputs.length - 3;
  const half = Math.max(room >> 1, room - second.length);
  // The first part ends where the second begins, so its beginning is what is left out.
  const a = first.subarray(Math.max(0, first.length - half));
  const b = second.subarray(0, room - a.length);
  inputs.fill(special['pad']!);
  labels.fill(IGNORED);
  inputs[0] = special['classify']!;
  inputs.set(a, 1);
  inputs[a.length + 1] = special['separate']!;
  inputs.set(b, a.length + 2);
  inputs[a.length + b.length + 2] = special['separate']!;
  const places = [...a.keys()].map(i => i + 1).concat([...b.keys()].map(i => i + a.length + 2));
  const known = places.filter(place => inputs[place] !== special['unknown']);
  const masked = known.length === 0 ? 0 : Math.max(1, Math.round(0.15 * known.length));
  for (const chosen of permutation(known.length, source).subarray(0, masked)) {
    const place = known[chosen]!;
    labels[place] = classOfId[inputs[place]!]!;
    const kind = source.uniform();
    const any = idOfClass[firstWord + Math.floor(source.uniform() * (idOfClass.length - firstWord))]!;
    if (kind < 0.8) inputs[place] = special['mask']!;
    else if (kind < 0.9) inputs[place] = any;
  }
}

/** What of a tokenizer a row is made with. */
export interface BertWords extends Pick<Tokenizer, 'special'> {
  classOfId: Int32Array;
  idOfClass: Int32Array;
  /** Classes from this one on are text. */
  firstWord: number;
}
