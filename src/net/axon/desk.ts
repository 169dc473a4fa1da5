import { type Clock, equalBytes, type Log, messageOf } from '../../base/index.js';
import type { Signer } from '../../wallet/index.js';
import type { RequestKind } from '../auth/signed.js';
import { RequestError } from '../errors.js';
import type { RequestHead } from '../gen/bittensor.js';
import type { Answer, Incoming } from '../incoming.js';
import { recycleBody } from '../wire/body-memory.js';
import type { ReturnCode } from '../wire/codes.js';
import {
  encodeTensors,
  openUnary,
  type ReceivedTensors,
  type ReplyContent,
  readTensors,
  replyFormatOf,
  replyHead,
  sealUnaryReply,
  signReply,
} from '../wire/messages.js';
import { problemOf, type TensorLimits } from '../wire/tensor.js';
import type { Admissions, Verdict } from './admission.js';
import { PeerBook, type Served } from './peer-stats.js';
import type { PriorityThreadPool } from './priority-pool.js';
import { type AxonAnswer, type AxonRequest, handlerFor, noteWork, type SynapseTable } from './synapses.js';

export interface DeskLimits {
  readonly tensors: TensorLimits;
  /** The largest body, bytes. */
  readonly bodyBytes: number;
  /** How long a request may wait and be computed, milliseconds; a nearer deadline of the caller counts instead. */
  readonly forwardMs: number;
  readonly backwardMs: number;
  /** Admitted requests under way, from their head to their answer; a single hotkey has at most half of them. */
  readonly concurrentRequests: number;
  /** Callers of whom there are statistics. */
  readonly statisticsOf: number;
}

/** What is read of the body of a unary call that came without the header: its signature is in there. */
const UNANNOUNCED_BYTES = 64 * 1024;

interface Opened {
  readonly head: RequestHead;
  readonly received: ReceivedTensors | undefined;
}

/** Takes a request from its head to its answer: admission, body, handler in the order of priority, reply. */
export class Desk {
  readonly codes: Partial<Record<ReturnCode, number>> = {};
  readonly counters = { requests: 0, bytesIn: 0, bytesOut: 0 };
  readonly peers: PeerBook;
  private readonly underWay = new Map<string, number>();
  private total = 0;

  constructor(
    private readonly parts: {
      readonly signer: Signer;
      readonly admissions: Admissions;
      readonly synapses: SynapseTable;
      readonly pool: PriorityThreadPool;
      /** For handlers that compute in threads. */
      readonly threads: PriorityThreadPool;
      readonly clock: Clock;
      readonly log: Log;
      readonly onServed?: ((served: Served) => void) | undefined;
    },
    private readonly limits: DeskLimits,
  ) {
    this.peers = new PeerBook(limits.statisticsOf);
  }

  /** Admitted requests that are not answered yet. */
  get active(): number {
    return this.total;
  }

  /** Rejects with a `RequestError` where the refusal is not signed: whoever asks did not show its key. */
  async handle(incoming: Incoming): Promise<Answer> {
    const began = performance.now();
    this.counters.requests++;
    try {
      const { head, received } = await this.open(incoming);
      const { kind, caller, address } = incoming;
      const verdict = this.parts.admissions.check({ kind, head, caller, address, bytes: head.length });
      const reply = verdict.refusal
        ? refused(verdict.refusal.returnCode, verdict.refusal.message)
        : await this.serve(incoming, { head, received }, verdict);
      const answer = this.seal(incoming, head, verdict, reply);
      this.note(incoming, head, verdict, reply.code, answer, began);
      return answer;
    } catch (error) {
      const code = error instanceof RequestError ? error.returnCode : 'UnknownException';
      this.tell({ kind: incoming.kind, code, bytesIn: 0, bytesOut: 0, tookMs: performance.now() - began });
      this.parts.log.debug(`refused ${incoming.kind} of ${incoming.address}: ${messageOf(error)}`, { code });
      throw error;
    }
  }

  /** The head; of a unary call without the header the small body too, which has what the header would have. */
  private async open(incoming: Incoming): Promise<Opened> {
    if (incoming.head) return { head: incoming.head, received: undefined };
    const bytes = await incoming.body(UNANNOUNCED_BYTES);
    const opened = openUnary(incoming.kind, bytes, this.parts.signer.publicKey, this.limits.tensors);
    return { head: opened.head, received: opened };
  }

  private async serve(incoming: Incoming, opened: Opened, verdict: Verdict): Promise<ReplyContent> {
    const { caller } = verdict;
    incoming.trust();
    try {
      this.enter(caller);
    } catch (error) {
      return this.refusalOf(error, opened.head.synapseKey);
    }
    try {
      const answer = await this.compute(incoming, opened, verdict);
      return { code: 'Success', message: '', ...answer };
    } catch (error) {
      return this.refusalOf(error, opened.head.synapseKey);
    } finally {
      this.leave(caller);
    }
  }

  private async compute(incoming: Incoming, opened: Opened, verdict: Verdict): Promise<AxonAnswer> {
    const { head } = opened;
    const { kind } = incoming;
    const { pool, threads, synapses } = this.parts;
    const synapse = synapses.find(head.synapseKey);
    const received = opened.received ?? (await this.receive(incoming, head));
    const tensors = received.tensors();
    const handler = handlerFor(synapse, kind, tensors);
    const parameterVersion = kind === 'backward' ? head.parameterVersion : undefined;
    const request = { kind, caller: verdict.caller, synapseKey: head.synapseKey, tensors, parameterVersion };
    const terms = {
      priority: verdict.priority,
      caller: verdict.caller,
      timeoutMs: Math.min(this.limitOf(kind), incoming.timeLeftMs),
      signal: incoming.given ?? incoming.signal,
    };
    let began = 0;
    const isHere = typeof handler === 'function';
    const answer = await (isHere ? pool : threads).submit<AxonAnswer>({
      ...terms,
      run: given => {
        began = performance.now();
        if (isHere) return handler(withSignal(request, given));
        return threads.inThread<AxonAnswer>({ ...handler, ...movable(request) }, given.signal);
      },
    });
    if (kind === 'forward') noteWork(synapse, performance.now() - began);
    for (const [i, tensor] of answer.tensors.entries()) {
      const problem = problemOf(tensor, this.limits.tensors);
      if (problem) throw new RequestError('ResponseSerializationException', `output ${i}: ${problem}`);
    }
    return answer;
  }

  /** Lets the body come, now that its caller is admitted, and checks that it is the one announced. */
  private async receive(incoming: Incoming, head: RequestHead): Promise<ReceivedTensors> {
    if (head.length > this.limits.bodyBytes) {
      throw new RequestError('TooLarge', `a body of ${head.length} bytes is larger than ${this.limits.bodyBytes}`);
    }
    const bytes = await incoming.body(head.length);
    const { tensors: limits } = this.limits;
    if (incoming.transport === 'unary')
      return openUnary(incoming.kind, bytes, this.parts.signer.publicKey, limits, head);
    const received = readTensors(bytes, limits, 'RequestDeserializationException');
    const isSigned = incoming.transport === 'signed-session';
    if (isSigned && !equalBytes(received.digest(), head.tensorsDigest)) {
      throw new RequestError('Unauthenticated', 'the tensors are not those that the head announced');
    }
    return received;
  }

  private seal(incoming: Incoming, request: RequestHead, { digest }: Verdict, content: ReplyContent): Answer {
    const { signer, clock } = this.parts;
    const encoded = encodeTensors(content.tensors, this.limits.tensors, replyFormatOf(request));
    const words = { ...content, time: Math.round(clock.nowMs() * 1000) };
    const written = () => recycleBody(encoded.body);
    if (!digest) return { head: replyHead(words, encoded.body.length), body: encoded.body, written };
    const signature = signReply(signer, digest, { ...words, digest: encoded.digest() });
    const head = replyHead(words, encoded.body.length, signature);
    if (incoming.transport !== 'unary') return { head, body: encoded.body, written };
    return { head, body: sealUnaryReply(signer.publicKey, request, head, encoded.body) };
  }

  private refusalOf(error: unknown, synapseKey: string): ReplyContent {
    if (error instanceof RequestError) return refused(error.returnCode, error.message);
    this.parts.log.error(`synapse ${synapseKey || 'default'}: ${messageOf(error)}`);
    return refused('UnknownException', 'the synapse failed');
  }

  private limitOf(kind: RequestKind): number {
    return kind === 'forward' ? this.limits.forwardMs : this.limits.backwardMs;
  }

  private enter(caller: string): void {
    const { concurrentRequests } = this.limits;
    const own = this.underWay.get(caller) ?? 0;
    if (this.total >= concurrentRequests || own >= Math.max(1, concurrentRequests >> 1)) {
      throw new RequestError('NucleusFull', `${this.total} requests are under way, ${own} of this hotkey`);
    }
    this.total++;
    this.underWay.set(caller, own + 1);
  }

  private leave(caller: string): void {
    this.total--;
    const own = this.underWay.get(caller)!;
    if (own > 1) this.underWay.set(caller, own - 1);
    else this.underWay.delete(caller);
  }

  private note(
    incoming: Incoming,
    { length }: RequestHead,
    { caller, refusal }: Verdict,
    code: ReturnCode,
    { body }: Answer,
    began: number,
  ): void {
    // A body that was refused did not come.
    const bytesIn = refusal ? 0 : length;
    this.counters.bytesIn += bytesIn;
    this.counters.bytesOut += body.length;
    const served = { kind: incoming.kind, code, bytesIn, bytesOut: body.length, tookMs: performance.now() - began };
    this.tell(served);
    // Who is told the time did not prove its key.
    if (refusal && code === 'ClockSkew') return;
    this.peers.note(caller, served, this.parts.clock.nowMs());
    if (refusal) this.parts.log.debug(`refused ${incoming.kind} of ${caller}: ${refusal.message}`, { code });
  }

  private tell(served: Served): void {
    this.codes[served.code] = (this.codes[served.code] ?? 0) + 1;
    this.parts.onServed?.(served);
  }
}

function refused(code: ReturnCode, message: string): ReplyContent {
  return { code, message, tensors: [], parameterVersion: 0 };
}

/** The request as a handler gets it: its signal is made when the handler asks for it. */
function withSignal(request: Omit<AxonRequest, 'signal'>, given: { readonly signal: AbortSignal }): AxonRequest {
  return {
    ...request,
    get signal() {
      return given.signal;
    },
  };
}

/** The request with buffers of its own, which move to the thread that computes. */
function movable(request: Omit<AxonRequest, 'signal'>) {
  const tensors = request.tensors.map(tensor => ({ ...tensor, buffer: tensor.buffer.slice() }));
  return { argument: { ...request, tensors }, transfer: tensors.map(({ buffer }) => buffer.buffer) };
}
