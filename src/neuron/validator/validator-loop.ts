import { abortable, type Log, messageOf, sleep, withDeadline } from '../../base/index.js';
import type { Modality, PlainTensor, RemoteForwardReply } from '../../model/index.js';
import { NETWORK_DIM } from '../../model/index.js';
import type { KnownPeer } from '../membership/directory.js';
import type { Judge } from './judge.js';
import type { Channel, ScoreBook } from './scoring.js';

/** A question follows another one not sooner than this, also where no interval is wanted. */
const PAUSE_MS = 5;
/** While there is nobody to ask it is looked again after so long. */
const NOBODY_MS = 250;

/** A way to ask peers, under one name. */
export interface Way {
  readonly channel: Channel;
  /** False while nobody would answer, whoever is asked. Default: true. */
  isUsable?(): boolean;
  forward(request: { peer: string; input: PlainTensor; modality: Modality }): Promise<RemoteForwardReply>;
}

export interface ValidatorLoop {
  judge: Pick<Judge, 'ask' | 'judge'>;
  book: ScoreBook;
  /** Each question goes one of these ways, by turns in no order. */
  ways: readonly Way[];
  /** Who is worth asking now by this way. */
  peers(channel: Channel): readonly KnownPeer[];
  /** How many of them get a question. */
  count: number;
  intervalMs: number;
  timeoutMs: number;
  steps: number | undefined;
  random?: () => number;
  /** After each question. */
  onStep?(step: number): void;
  log: Log;
  signal: AbortSignal;
}

/** An answer to a question, or why there was none. */
type Reply = { readonly hotkey: string; readonly answer: Float32Array<ArrayBuffer> | undefined };

/** Asks and judges until the steps are done or the signal aborts. Returns how many questions were asked. */
export async function judgePeers(loop: ValidatorLoop): Promise<number> {
  const { signal, intervalMs, steps: wanted } = loop;
  let steps = 0;
  while (!signal.aborted && (wanted === undefined || steps < wanted)) {
    const began = performance.now();
    try {
      const isAsked = await abortable(askOnce(loop), signal);
      if (isAsked) {
        steps += 1;
        loop.onStep?.(steps);
      }
      await sleep(Math.max(isAsked ? PAUSE_MS : NOBODY_MS, intervalMs - (performance.now() - began)), signal);
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }
  return steps;
}

/** One question to some peers; false when there is nobody to ask. */
async function askOnce(loop: ValidatorLoop): Promise<boolean> {
  const { judge, book, count, random = Math.random, signal } = loop;
  // Who is registered no more is refused by all: that is not their fault.
  const ways = loop.ways.filter(way => way.isUsable?.() ?? true);
  const way = ways[Math.floor(random() * ways.length)];
  if (!way) return false;
  const chosen = book.choose(loop.peers(way.channel), count, random);
  if (chosen.length === 0) return false;
  const { inputs } = await judge.ask();
  const replies = await Promise.all(chosen.map(({ hotkey }) => askPeer(hotkey, inputs, way, loop)));
  // A question that the end of the neuron interrupted says nothing of anybody.
  signal.throwIfAborted();
  const answers = replies.flatMap(({ hotkey, answer }) => (answer ? [{ hotkey, answer }] : []));
  const gains = answers.length === 0 ? [] : await judge.judge(answers.map(({ answer }) => answer));
  for (const [i, { hotkey }] of answers.entries()) book.answered(hotkey, gains[i]!, way.channel);
  for (const { hotkey, answer } of replies) if (!answer) book.failed(hotkey, way.channel);
  return true;
}

async function askPeer(
  hotkey: string,
  input: PlainTensor,
  way: Way,
  { timeoutMs, log, signal }: Pick<ValidatorLoop, 'timeoutMs' | 'log' | 'signal'>,
): Promise<Reply> {
  const isText = input.dtype === 'int32';
  // Text is a token a place, an image is a row.
  const places = isText ? input.data.length : input.shape[0]!;
  try {
    const request = { peer: hotkey, input, modality: isText ? ('text' as const) : ('image' as const) };
    const reply = await withDeadline(way.forward(request), timeoutMs, 'the answer', signal);
    return { hotkey, answer: reply.ok ? answerOf(reply.output, places * NETWORK_DIM) : undefined };
  } catch (error) {
    log.debug(`No answer of ${hotkey}: ${messageOf(error)}`);
    return { hotkey, answer: undefined };
  }
}

/** Undefined for what is no answer: other numbers than were asked for, or another count of them. */
function answerOf(output: PlainTensor, length: number): Float32Array<ArrayBuffer> | undefined {
  const { data } = output;
  if (!(data instanceof Float32Array) || data.length !== length) return undefined;
  // Of its own, so that it can go to the other thread.
  return new Float32Array(data);
}
