import { Tokenizer as HuggingFace } from '@huggingface/tokenizers';
import { bertWords } from './bert-words.js';
import {
  BERT_SPECIAL,
  BERT_VOCABULARY,
  bertVocabulary,
  END_OF_TEXT,
  GPT2_VOCABULARY,
  gpt2Vocabulary,
  SMALL_VOCABULARY,
  smallBertIds,
} from './vocabularies.js';

/**
 * Text to ids and back. Ids are those of the whole vocabulary (GPT-2's, bert-base-uncased's), so that neurons with a small one and with
 * the whole one understand each other; classes are a model's own numbers, 0 to `vocabSize` - 1. For GPT-2 a class is its id.
 */
export interface Tokenizer {
  readonly name: 'gpt2' | 'bert-base-uncased';
  /** Entries that this tokenizer uses. */
  readonly vocabSize: number;
  /** Ids that are no text: `end` of GPT-2 (whole vocabulary only); `pad`, `unknown`, `classify`, `separate`, `mask` of BERT. */
  readonly special: Readonly<Record<string, number>>;
  /** Without special ids. `special: true` reads `[MASK]` and the like as what they name. */
  encode(text: string, options?: { special?: boolean }): Int32Array;
  decode(ids: Iterable<number>): string;
  /** The class of each id of the whole vocabulary; ids that it lacks have that of their last piece (GPT-2) or of `[UNK]` (BERT). */
  classOfId(): Int32Array;
  /** The id of each class. */
  idOfClass(): Int32Array;
}

/** Words whose ids are remembered: most text is made of few. */
const REMEMBERED_WORDS = 50_000;
const REMEMBERED_LENGTH = 40;

/** GPT-2's byte-level BPE: lossless for any text. Vocabulary whole, or its first 1,024 entries: 256 bytes and 768 merges. */
export function gpt2Tokenizer(vocabSize: number = SMALL_VOCABULARY): Tokenizer {
  checkSize(vocabSize, GPT2_VOCABULARY);
  const { pieces, merges } = gpt2Vocabulary();
  const whole = vocabSize === GPT2_VOCABULARY;
  const model = {
    type: 'BPE',
    vocab: Object.fromEntries(pieces.slice(0, whole ? END_OF_TEXT : vocabSize).map((piece, id) => [piece, id])),
    merges: merges.slice(0, whole ? undefined : vocabSize - 256),
  };
  const idsOf = remembered(piecesOf(model, { type: 'ByteLevel', add_prefix_space: false, use_regex: false }));
  const special = whole ? { end: END_OF_TEXT } : {};
  const decoder = byteDecoder(pieces);
  return {
    name: 'gpt2',
    vocabSize,
    special,
    encode: (text, options) =>
      encodeParts(text, options?.special && whole ? { '<|endoftext|>': END_OF_TEXT } : {}, part =>
        encodeWords(part.match(GPT2_WORD) ?? [], idsOf),
      ),
    decode: decoder,
    classOfId: () => lastPieces(pieces, merges, vocabSize),
    idOfClass: () => Int32Array.from({ length: vocabSize }, (_, id) => id),
  };
}

/** BERT's WordPiece, lower case. Vocabulary whole, or 1,024 entries of it (see {@link smallBertIds}). */
export function bertTokenizer(vocabSize: number = SMALL_VOCABULARY): Tokenizer {
  checkSize(vocabSize, BERT_VOCABULARY);
  const pieces = bertVocabulary();
  const ids = vocabSize === BERT_VOCABULARY ? Int32Array.from(pieces.keys()) : smallBertIds();
  const model = {
    type: 'WordPiece',
    unk_token: '[UNK]',
    continuing_subword_prefix: '##',
    max_input_chars_per_word: 100,
    vocab: Object.fromEntries([...ids].map((id, index) => [pieces[id]!, index])),
  };
  const classesOf = piecesOf(model, null);
  const idsOf = remembered(word => classesOf(word).map(index => ids[index]!));
  const names = Object.fromEntries(Object.values(BERT_SPECIAL).map(id => [pieces[id]!, id]));
  return {
    name: 'bert-base-uncased',
    vocabSize,
    special: BERT_SPECIAL,
    encode: (text, options) =>
      encodeParts(text, options?.special ? names : {}, part => encodeWords(bertWords(part), idsOf)),
    decode: list => decodeWordPieces(list, pieces),
    classOfId() {
      const classes = new Int32Array(BERT_VOCABULARY).fill(ids.indexOf(BERT_SPECIAL.unknown));
      ids.forEach((id, index) => {
        classes[id] = index;
      });
      return classes;
    },
    idOfClass: () => ids.slice(),
  };
}

/** GPT-2's words. `\s` of JavaScript is another set of characters than that of the reference. */
const GPT2_WORD =
  /'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\p{White_Space}\p{L}\p{N}]+|\p{White_Space}+(?!\P{White_Space})|\p{White_Space}+/gu;

/** The library's BPE or WordPiece of one word. */
function piecesOf(model: object, preTokenizer: object | null): (word: string) => number[] {
  const config = { version: '1.0', added_tokens: [], normalizer: null, post_processor: null, decoder: null };
  const tokenizer = new HuggingFace({ ...config, pre_tokenizer: preTokenizer, model }, {});
  return word => tokenizer.encode(word, { add_special_tokens: false }).ids;
}

function remembered(idsOf: (word: string) => number[]): (word: string) => readonly number[] {
  const known = new Map<string, number[]>();
  return word => {
    let ids = known.get(word);
    if (!ids) {
      ids = idsOf(word);
      if (known.size >= REMEMBERED_WORDS) known.clear();
      if (word.length <= REMEMBERED_LENGTH) known.set(word, ids);
    }
    return ids;
  };
}

function encodeWords(words: readonly string[], idsOf: (word: string) => readonly number[]): number[] {
  const all: number[] = [];
  for (const word of words) for (const id of idsOf(word)) all.push(id);
  return all;
}

/** Encodes what lies between special names. */
function encodeParts(text: string, names: Record<string, number>, encode: (part: string) => number[]): Int32Array {
  const list = Object.keys(names);
  if (list.length === 0) return Int32Array.from(encode(text));
  const pattern = list.map(name => name.replace(/[^\w]/g, '\\$&')).join('|');
  const parts = text.split(new RegExp(`(${pattern})`));
  return Int32Array.from(parts.flatMap((part, i) => (i % 2 === 1 ? [names[part]!] : encode(part))));
}

function byteDecoder(pieces: readonly string[]): (ids: Iterable<number>) => string {
  const byteOf = new Map(byteCharacters().map((character, byte) => [character, byte]));
  return ids => {
    const bytes: number[] = [];
    for (const id of ids) {
      const piece = id === END_OF_TEXT ? '' : (pieces[id] ?? '');
      for (const character of piece) bytes.push(byteOf.get(character)!);
    }
    return Buffer.from(bytes).toString('utf8');
  };
}

/** GPT-2 writes bytes as printable characters: those that are printable as themselves, the others from U+0100 on. */
function byteCharacters(): string[] {
  let next = 0x100;
  return Array.from({ length: 256 }, (_, byte) => {
    const printable = (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;
    return String.fromCodePoint(printable ? byte : next++);
  });
}

/** An entry is the merge of two earlier ones: its last piece is the last piece of the second. */
function lastPieces(pieces: readonly string[], merges: readonly string[], vocabSize: number): Int32Array {
  const idOf = new Map(pieces.map((piece, id) => [piece, id]));
  const last = Int32Array.from(pieces.keys());
  for (let id = vocabSize; id < END_OF_TEXT; id++) {
    last[id] = last[idOf.get(merges[id - 256]!.split(' ')[1]!)!]!;
  }
  // The end of a text reads as a line feed where there is no such entry.
  if (vocabSize <= END_OF_TEXT) last[END_OF_TEXT] = idOf.get('Ċ')!;
  return last;
}

/** Pieces to text as the reference does it: spaces between words, none before punctuation and in contractions. */
function decodeWordPieces(ids: Iterable<number>, pieces: readonly string[]): string {
  let text = '';
  let first = true;
  for (const id of ids) {
    const piece = pieces[id] ?? '[UNK]';
    let part = first ? piece : piece.startsWith('##') ? piece.slice(2) : ` ${piece}`;
    for (const [from, to] of TIDIED) part = part.replaceAll(from, to);
    text += part;
    first = false;
  }
  return text;
}

const TIDIED = [
  [' .', '.'],
  [' ?', '?'],
  [' !', '!'],
  [' ,', ','],
  [" ' ", "'"],
  [" n't", "n't"],
  [" 'm", "'m"],
  [' do not', " don't"],
  [" 's", "'s"],
  [" 've", "'ve"],
  [" 're", "'re"],
] as const;

function checkSize(vocabSize: number, whole: number): void {
  if (vocabSize !== SMALL_VOCABULARY && vocabSize !== whole) {
    throw new RangeError(`a vocabulary of ${vocabSize}: there are ${SMALL_VOCABULARY} and ${whole}`);
  }
}
