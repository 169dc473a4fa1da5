import { setMaxListeners } from 'node:events';
import type { ReturnCode } from '../wire/codes.js';
import { textTensor, type WireDtype, type WireModality, type WireTensor } from '../wire/tensor.js';
import type { BackwardRequest, CallRequest, Peer, Reply } from './calls.js';

/** One endpoint, many, or all there are. */
export type Endpoints = Peer | readonly Peer[] | 'all';

/** One text or batch of texts for all endpoints, token ids for all, or token ids for each. */
export type TextInputs = string | readonly string[] | WireTensor | readonly WireTensor[];

export interface ManyOptions {
  readonly synapseKey?: string;
  /** For each endpoint, all being asked at once. Default: as for a single call. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  /** The shape of each response, -1 for any size. Default: the batch size of the input, then anything. */
  readonly expect?: readonly number[];
  /** Default `float32`. */
  readonly dtype?: WireDtype;
  /** Ask peers that failed a moment ago as well. Default false: their code is `Backoff`. */
  readonly ignoreBackOff?: boolean;
}

/** What came of asking many: one entry for each endpoint, in their order. */
export type Answers = readonly [
  /** Undefined where the code is not `Success`, and where a backward has nothing to say. */
  responses: readonly (WireTensor | undefined)[],
  codes: readonly ReturnCode[],
  /** Milliseconds. */
  times: readonly number[],
] & {
  readonly peers: readonly Peer[];
  readonly inputs: readonly WireTensor[];
  readonly replies: readonly Reply[];
};

export interface Asking {
  forward(peer: Peer, request: CallRequest): Promise<Reply>;
  backward(peer: Peer, request: BackwardRequest): Promise<Reply>;
  /** How long a peer is to be left alone still, milliseconds. */
  waitMs(peer: Peer): number;
  all(): readonly Peer[];
}

/** Asks all endpoints at once. A `RangeError` when there is neither one input nor one for each endpoint. */
export async function askMany(
  asking: Asking,
  modality: WireModality,
  to: Endpoints,
  inputs: TextInputs,
  options: ManyOptions,
): Promise<Answers> {
  const peers = to === 'all' ? asking.all() : isList(to) ? to : [to];
  const tensors = spread(inputs, modality, peers.length);
  const { synapseKey, timeoutMs, signal, expect, dtype = 'float32', ignoreBackOff = false } = options;
  if (signal) setMaxListeners(0, signal);
  const replies = await Promise.all(
    peers.map((peer, i) => {
      const input = tensors[i]!;
      // As nothing is asked of them, a tensor without elements and a peer to be left alone cost nothing.
      if (input.shape.includes(0)) return refused('EmptyRequest', 'the input has no elements');
      const waitMs = ignoreBackOff ? 0 : asking.waitMs(peer);
      if (waitMs > 0) return refused('Backoff', `it failed a moment ago and is asked again in ${Math.ceil(waitMs)} ms`);
      return asking.forward(peer, {
        tensors: [input],
        dtype,
        ...given({ synapseKey, timeoutMs, signal, expect: expect && [expect] }),
      });
    }),
  );
  return answersOf(peers, tensors, replies);
}

/**
 * Sends each endpoint that answered the gradient at its answer, where there is one; the others keep their code. The
 * responses are the gradients at the inputs. A `RangeError` when there is not one gradient, or undefined, for each.
 */
export async function giveBack(
  asking: Asking,
  answers: Answers,
  gradients: readonly (WireTensor | undefined)[],
  options: ManyOptions,
): Promise<Answers> {
  const { peers, inputs } = answers;
  if (gradients.length !== peers.length) {
    throw new RangeError(`${gradients.length} gradients for ${peers.length} endpoints`);
  }
  const { synapseKey, timeoutMs, signal } = options;
  if (signal) setMaxListeners(0, signal);
  const replies = await Promise.all(
    peers.map((peer, i) => {
      const [input, gradient, answer] = [inputs[i]!, gradients[i], answers.replies[i]!];
      if (answer.code !== 'Success') return refused(answer.code, answer.message);
      if (!gradient) return refused('EmptyRequest', 'there is no gradient for this endpoint');
      return asking.backward(peer, {
        tensors: [input, gradient],
        parameterVersion: answer.parameterVersion,
        ...(input.modality === 'text' && { expect: [] }),
        ...given({ synapseKey, timeoutMs, signal }),
      });
    }),
  );
  return answersOf(peers, inputs, replies);
}

function answersOf(peers: readonly Peer[], inputs: readonly WireTensor[], replies: readonly Reply[]): Answers {
  const columns = [
    replies.map(reply => reply.tensors[0]),
    replies.map(reply => reply.code),
    replies.map(reply => reply.elapsedMs),
  ] as const;
  return Object.assign(columns, { peers, inputs, replies });
}

/** The input of each endpoint. */
function spread(inputs: TextInputs, modality: WireModality, count: number): readonly WireTensor[] {
  const one = typeof inputs === 'string' ? textTensor([inputs]) : isTexts(inputs) ? textTensor(inputs) : inputs;
  const list = isList(one) ? one : Array.from({ length: count }, () => one);
  if (list.length !== count) throw new RangeError(`${list.length} inputs for ${count} endpoints`);
  return list.map(tensor => ({ ...tensor, modality }));
}

function isTexts(inputs: TextInputs): inputs is readonly string[] {
  return isList(inputs) && typeof inputs[0] === 'string';
}

function isList<T>(value: T | readonly T[]): value is readonly T[] {
  return Array.isArray(value);
}

function refused(code: ReturnCode, message: string): Promise<Reply> {
  const nothing = { tensors: [], parameterVersion: 0, elapsedMs: 0, bytesIn: 0, bytesOut: 0 };
  return Promise.resolve({ code, message, ...nothing });
}

/** Without what is undefined. */
function given<T extends object>(options: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as never;
}
