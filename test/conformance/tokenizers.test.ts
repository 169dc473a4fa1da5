import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packagePath } from '../../src/base/index.js';
import { loadSpeeches } from '../../src/model/data/speeches.js';
import { bertVocabulary, gpt2Vocabulary } from '../../src/model/data/vocabularies.js';
import { bertTokenizer, gpt2Tokenizer, random, type Tokenizer } from '../../src/model/index.js';
import { runCommand } from './command.js';
import { clientFolder } from './stage.js';

const OFFICIAL = 'tokenizers-0.23.3';
const TEXTS = 10_000;

/** A tokenizer.json as the reference reads it, made of the same vocabulary. */
function gpt2Json(vocabSize: number) {
  const { pieces, merges } = gpt2Vocabulary();
  const bytes = { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true };
  const vocab = Object.fromEntries(pieces.slice(0, Math.min(vocabSize, 50_256)).map((piece, id) => [piece, id]));
  return tokenizerJson(null, bytes, bytes, {
    type: 'BPE',
    dropout: null,
    unk_token: null,
    continuing_subword_prefix: '',
    end_of_word_suffix: '',
    fuse_unk: false,
    byte_fallback: false,
    vocab,
    merges: merges.slice(0, Math.min(vocabSize - 256, merges.length)),
  });
}

function bertJson(ids: Int32Array) {
  const pieces = bertVocabulary();
  const normalizer = {
    type: 'BertNormalizer',
    clean_text: true,
    handle_chinese_chars: true,
    strip_accents: null,
    lowercase: true,
  };
  const decoder = { type: 'WordPiece', prefix: '##', cleanup: true };
  return tokenizerJson(normalizer, { type: 'BertPreTokenizer' }, decoder, {
    type: 'WordPiece',
    unk_token: '[UNK]',
    continuing_subword_prefix: '##',
    max_input_chars_per_word: 100,
    vocab: Object.fromEntries([...ids].map((id, index) => [pieces[id]!, index])),
  });
}

function tokenizerJson(normalizer: object | null, preTokenizer: object, decoder: object, model: object) {
  const nothing = { version: '1.0', truncation: null, padding: null, added_tokens: [], post_processor: null };
  return { ...nothing, normalizer, pre_tokenizer: preTokenizer, decoder, model };
}

const numbers = random(11, 'texts');
const below = (n: number) => Math.floor(numbers.uniform() * n);
const one = <T>(list: readonly T[]) => list[below(list.length)]!;
const several = (most: number, make: () => string) => Array.from({ length: 1 + below(most) }, make).join('');

/**
 * Letters and digits that came with Unicode 15.1 to 17. The reference and Node 20 to 24 disagree about them, each by its own tables, and
 * GPT-2's words depend on it.
 */
const NEWEST =
  /[\u088F\u0C5C\u0CDC\u1C89\u1C8A\uA7CB-\uA7CF\uA7D2\uA7D4\uA7DA-\uA7DC\uA7F1\u{105C0}-\u{105F3}\u{10940}-\u{10959}\u{10D40}-\u{10D85}\u{10EC2}-\u{10EC7}\u{11380}-\u{113D3}\u{116D0}-\u{116E3}\u{11BC0}-\u{11BF9}\u{11DB0}-\u{11DE9}\u{13460}-\u{143FA}\u{16100}-\u{1611D}\u{16130}-\u{16139}\u{16D40}-\u{16D79}\u{16EA0}-\u{16ED3}\u{16FF2}-\u{16FF6}\u{187F8}-\u{187FF}\u{18D09}-\u{18D1E}\u{18D80}-\u{18DF2}\u{1CCF0}-\u{1CCF9}\u{1E5D0}-\u{1E5FA}\u{1E6C0}-\u{1E6FF}\u{2B73A}-\u{2B73F}\u{2CEA2}-\u{2CEAD}\u{2EBF0}-\u{2EE5D}\u{323B0}-\u{33479}]/u;

function codePoint(low: number, high: number): string {
  for (;;) {
    const point = low + below(high - low + 1);
    const surrogate = point >= 0xd800 && point <= 0xdfff;
    if (!surrogate && !NEWEST.test(String.fromCodePoint(point))) return String.fromCodePoint(point);
  }
}

/** Emoji, CJK, combining marks, control characters, spaces of all kinds, scripts, variation selectors, flags, tags, wide forms. */
const KINDS = [
  [0x1f300, 0x1faff],
  [0x4e00, 0x9fff],
  [0x20000, 0x2a6df],
  [0x2a700, 0x2ebef],
  [0xf900, 0xfaff],
  [0x300, 0x36f],
  [0, 0x20],
  [0x7f, 0xa0],
  [0x2000, 0x206f],
  [0xac00, 0xd7a3],
  [0x600, 0x6ff],
  [0x900, 0x97f],
  [0x3040, 0x30ff],
  [0xfe00, 0xfe0f],
  [0x1f1e6, 0x1f1ff],
  [0xe0020, 0xe007f],
  [0xff00, 0xffef],
  [0x20, 0x7e],
  [0xa0, 0x24f],
  [0x370, 0x5ff],
  [0x700, 0x1fff],
  [0x10300, 0x11fff],
  [0x1d400, 0x1d7ff],
] as const;
const BETWEEN = [' ', '  ', '\n', '\r\n', '\t', '\u3000', '\u0085', '\uFEFF', '\u200D', "'s", "'ll", ' .', ' do not'];

function mixed(): string {
  let kind = one(KINDS);
  return several(40, () => {
    if (below(4) === 0) kind = one(KINDS);
    return codePoint(kind[0], kind[1]) + (below(8) === 0 ? one(BETWEEN) : '');
  });
}

function makeTexts(): string[] {
  const { training } = loadSpeeches();
  const speeches = training.toString();
  const sentence = () => {
    const start = below(speeches.length - 400);
    return speeches.slice(start, start + 20 + below(380));
  };
  const anything = () => several(60, () => (below(6) === 0 ? ' ' : codePoint(0, below(2) ? 0x10ffff : 0x2fff)));
  const bytes = () => Buffer.from(Array.from({ length: 1 + below(100) }, () => below(256))).toString('utf8');
  const odd = [
    '',
    ' ',
    '\n',
    'ΑΣ ΣΑΣ',
    'İstanbul',
    'ǅ ﬁ ß',
    '[MASK] [CLS]',
    '<|endoftext|>',
    'a'.repeat(101),
    '\u0301e\u0301',
  ];
  const makers = [sentence, sentence, sentence, mixed, mixed, mixed, anything, anything, bytes, bytes];
  return Array.from({ length: TEXTS }, (_, i) => odd[i] ?? makers[i % makers.length]!());
}

describe('our tokenizers and those of Hugging Face', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tokenizers-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const texts = makeTexts();
  const ours: Record<string, { tokenizer: Tokenizer; json: object }> = {
    'GPT-2, whole': { tokenizer: gpt2Tokenizer(50_257), json: gpt2Json(50_257) },
    'GPT-2, 1,024 entries': { tokenizer: gpt2Tokenizer(), json: gpt2Json(1024) },
    'BERT, whole': {
      tokenizer: bertTokenizer(30_522),
      json: bertJson(Int32Array.from({ length: 30_522 }, (_, i) => i)),
    },
    'BERT, 1,024 entries': { tokenizer: bertTokenizer(), json: bertJson(bertTokenizer().idOfClass()) },
  };
  let theirs: Record<string, { ids: number[][]; texts: string[] }>;

  beforeAll(async () => {
    const python = join(await clientFolder(OFFICIAL), 'bin', 'python');
    const tokenizers = Object.fromEntries(Object.entries(ours).map(([name, { json }]) => [name, json]));
    const [input, output] = [join(folder, 'job.json'), join(folder, 'answer.json')];
    writeFileSync(input, JSON.stringify({ tokenizers, texts }));
    const script = packagePath('test/conformance/python/tokens.py');
    const env = { PATH: process.env['PATH'] ?? '', LANG: 'C.UTF-8', HOME: folder };
    const run = await runCommand(python, ['-B', script, input, output], env, folder);
    expect(run.stderr).toBe('');
    theirs = JSON.parse(readFileSync(output, 'utf8')) as typeof theirs;
  }, 600_000);

  it.each(Object.keys(ours))('agree on 10,000 texts, there and back: %s', { timeout: 300_000 }, name => {
    const { tokenizer } = ours[name]!;
    const { ids, texts: decoded } = theirs[name]!;
    const idOfClass = tokenizer.idOfClass();
    expect(ids.length).toBe(TEXTS);
    const differ = texts.filter((text, i) => {
      const expected = ids[i]!.map(index => idOfClass[index]!);
      return tokenizer.encode(text).join() !== expected.join() || tokenizer.decode(expected) !== decoded[i];
    });
    expect(differ).toEqual([]);
  });
});
