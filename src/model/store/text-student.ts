import { BittensorError } from '../../base/index.js';
import { random } from '../compute/random.js';
import type { PlainTensor } from '../compute/tensor.js';
import { bertTokenizer, gpt2Tokenizer } from '../data/tokenizer.js';
import type { ModelErrorCode } from '../errors.js';
import { logSoftmaxOf, type Student } from './open-student.js';

/** What a student of a language model does with a text. */

export interface GenerateOptions {
  readonly prompt: string;
  /** How many tokens to add. */
  readonly tokens: number;
  /** 0: always the likeliest. */
  readonly temperature: number;
  readonly seed: number;
  readonly signal?: AbortSignal;
  readonly progress?: (done: number, total: number) => void;
}

/** Goes on with a text, token by token, by a student of `gpt2`. Returns what was added. */
export async function generateText(student: Student, options: GenerateOptions): Promise<string> {
  const { prompt, tokens, temperature, seed, signal, progress } = options;
  const { vocabSize, positions } = sizesOf(student, 'gpt2');
  const tokenizer = gpt2Tokenizer(vocabSize);
  const idOfClass = tokenizer.idOfClass();
  // A model needs something to go on from.
  const ids = [...tokenizer.encode(prompt === '' ? '\n' : prompt)];
  const begin = ids.length;
  const source = random(seed, 'generate');
  for (let done = 0; done < tokens; done++) {
    signal?.throwIfAborted();
    const scores = await lastScores(student, ids.slice(-positions));
    const next = idOfClass[choose(scores, temperature, () => source.uniform())]!;
    if (next === tokenizer.special['end']) break;
    ids.push(next);
    progress?.(done + 1, tokens);
  }
  return tokenizer.decode(ids.slice(begin));
}

export interface MaskGuess {
  readonly word: string;
  readonly probability: number;
}

/** The likeliest words for each `[MASK]` of a text, by a student of `bert`. Code `bad_argument` for a text without one. */
export async function fillMasks(student: Student, text: string, top: number): Promise<MaskGuess[][]> {
  const { vocabSize, positions } = sizesOf(student, 'bert');
  const tokenizer = bertTokenizer(vocabSize);
  const { classify, separate, mask } = tokenizer.special as { classify: number; separate: number; mask: number };
  const words = tokenizer.encode(text, { special: true });
  const ids = Int32Array.from([classify, ...words, separate]);
  if (ids.length > positions) {
    throw argumentError(`the text has ${ids.length} tokens, the model takes ${positions}`);
  }
  const places = [...ids.keys()].filter(place => ids[place] === mask);
  if (places.length === 0) throw argumentError('the text has no [MASK] to fill');
  const idOfClass = tokenizer.idOfClass();
  const { data, shape } = await student.scores({ dtype: 'int32', shape: [1, ids.length], data: ids });
  const classes = shape.at(-1)!;
  return places.map(place => {
    const scores = data.subarray(place * classes, (place + 1) * classes);
    const { log } = logSoftmaxOf(scores);
    const best = [...scores.keys()].sort((a, b) => scores[b]! - scores[a]!).slice(0, top);
    return best.map(index => ({ word: tokenizer.decode([idOfClass[index]!]), probability: Math.exp(log(index)) }));
  });
}

async function lastScores(student: Student, ids: readonly number[]): Promise<ArrayLike<number>> {
  const inputs: PlainTensor = { dtype: 'int32', shape: [1, ids.length], data: Int32Array.from(ids) };
  const { data, shape } = await student.scores(inputs);
  return data.subarray(data.length - shape.at(-1)!);
}

/** A class by its probability at this temperature. */
function choose(scores: ArrayLike<number>, temperature: number, uniform: () => number): number {
  if (temperature === 0) return logSoftmaxOf(scores).best;
  const scaled = Float64Array.from(scores, score => score / temperature);
  const { log } = logSoftmaxOf(scaled);
  let rest = uniform();
  for (let i = 0; i < scaled.length; i++) {
    rest -= Math.exp(log(i));
    if (rest < 0) return i;
  }
  return scaled.length - 1;
}

function sizesOf({ config }: Student, model: string): { vocabSize: number; positions: number } {
  const { vocabSize, positions } = config.config as { vocabSize?: unknown; positions?: unknown };
  if (config.model !== model || !isSize(vocabSize) || !isSize(positions)) {
    throw argumentError(`this is a student of ${config.model}, not of ${model}`);
  }
  return { vocabSize, positions };
}

function isSize(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0;
}

function argumentError(text: string): BittensorError<ModelErrorCode | 'bad_argument'> {
  return new BittensorError<ModelErrorCode | 'bad_argument'>('bad_argument', text);
}
