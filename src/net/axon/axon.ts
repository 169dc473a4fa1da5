import { type Clock, type Log, messageOf, type Startable, silentLog, systemClock } from '../../base/index.js';
import type { Signer } from '../../wallet/index.js';
import { defaultNonceLimits, NonceCache, type NonceLimits } from '../auth/nonces.js';
import { keyText, type RequestKind } from '../auth/signed.js';
import { RequestError } from '../errors.js';
import { defaultServerLimits, type RawCall, RpcServer, type ServerLimits } from '../server/rpc-server.js';
import type { ReturnCode } from '../wire/codes.js';
import {
  checkHead,
  encodeTensors,
  networkBytes,
  openUnary,
  type ReplyContent,
  replyHead,
  requestDigest,
  sealUnaryReply,
  signReply,
  verifyHead,
} from '../wire/messages.js';
import { defaultTensorLimits, findNonFinite, problemOf, type TensorLimits, type WireTensor } from '../wire/tensor.js';

/** A verified request, as a handler gets it. */
export interface AxonRequest {
  readonly kind: RequestKind;
  /** The caller's hotkey, `0x` and 64 digits; it signed this request. */
  readonly caller: string;
  readonly synapseKey: string;
  /** For a backward: all inputs, then all gradients. Buffers are views of the received message. */
  readonly tensors: readonly WireTensor[];
  /** The parameter version that a backward names; undefined for a forward. */
  readonly parameterVersion: number | undefined;
  /** Aborts at the deadline, when the caller gives up, and when the axon stops. What goes on after it is wasted. */
  readonly signal: AbortSignal;
}

/** Answers a request. Throws a `RequestError` to refuse it with a code of choice (`Stale`, `NotImplemented`, ...). */
export type AxonHandler = (
  request: AxonRequest,
) => Promise<{ tensors: readonly WireTensor[]; parameterVersion: number }>;

export interface SynapseHandlers {
  readonly forward?: AxonHandler;
  readonly backward?: AxonHandler;
  /** Take tensors with NaN or infinity. Default false: such a request is refused with `InvalidRequest`. */
  readonly acceptNonFinite?: boolean;
}

export interface AxonLimits extends ServerLimits, NonceLimits {
  readonly tensors: TensorLimits;
  /** How long a handler may take, milliseconds; a nearer deadline of the caller counts instead. */
  readonly forwardMs: number;
  readonly backwardMs: number;
}

export const defaultAxonLimits: AxonLimits = {
  ...defaultServerLimits,
  ...defaultNonceLimits,
  tensors: defaultTensorLimits,
  forwardMs: 10_000,
  backwardMs: 20_000,
};

/** What is known of a request before its signature is verified. */
export interface Admission {
  readonly kind: RequestKind;
  readonly caller: string;
  readonly synapseKey: string;
  readonly bytes: number;
}

export interface AxonOptions {
  readonly signer: Signer;
  /** The genesis hash of the chain that it is on, 32 bytes. Default: none. */
  readonly network?: Uint8Array;
  /** Default `0.0.0.0`. */
  readonly host?: string;
  /** Default 0: any free port. */
  readonly port?: number;
  readonly log?: Log;
  readonly clock?: Clock;
  readonly limits?: Partial<AxonLimits>;
  /** Refuses callers by returning a `RequestError` (`SenderUnknown`, `Backoff`). Called before the costly checks. */
  readonly admit?: (request: Admission) => RequestError | undefined;
}

export interface AxonStats {
  readonly requests: number;
  /** How often each code was answered. */
  readonly codes: Readonly<Partial<Record<ReturnCode, number>>>;
  readonly bytesIn: number;
  readonly bytesOut: number;
  /** Requests under way. */
  readonly active: number;
  /** Handlers that go on although their request was answered for them. */
  readonly abandoned: number;
  readonly connections: number;
}

/**
 * Serves synapses to other neurons. It knows nothing of models: handlers are attached to it.
 * Streams, TLS, and admission by stake come with the network issue.
 *
 * ```ts
 * const axon = new Axon({ signer });
 * axon.attach('', { forward: async ({ tensors }) => ({ tensors, parameterVersion: 0 }) });
 * const port = await axon.start();
 * ```
 */
export class Axon implements Omit<Startable, 'start'>, AsyncDisposable {
  private readonly limits: AxonLimits;
  private readonly clock: Clock;
  private readonly log: Log;
  private readonly server: RpcServer;
  private readonly nonces: NonceCache;
  // In the order of attaching: the first is the default.
  private readonly synapses = new Map<string, SynapseHandlers>();
  private readonly codes: Partial<Record<ReturnCode, number>> = {};
  private readonly counters = { requests: 0, bytesIn: 0, bytesOut: 0, abandoned: 0 };
  private started: Promise<number> | undefined;
  private boundPort = 0;

  constructor(private readonly options: AxonOptions) {
    this.limits = { ...defaultAxonLimits, ...options.limits };
    this.clock = options.clock ?? systemClock;
    this.log = options.log ?? silentLog;
    this.nonces = new NonceCache(this.clock.nowMs(), this.limits);
    this.server = new RpcServer(
      {
        '/Bittensor/Forward': call => this.answer('forward', call),
        '/Bittensor/Backward': call => this.answer('backward', call),
      },
      this.limits,
      this.log,
    );
  }

  /** Serves this synapse from now on, in place of an earlier one of the same key. Returns what takes it away again. */
  attach(synapseKey: string, handlers: SynapseHandlers): () => void {
    this.synapses.set(synapseKey, handlers);
    return () => {
      if (this.synapses.get(synapseKey) === handlers) this.synapses.delete(synapseKey);
    };
  }

  /** Resolves with the bound port. Errors `port_in_use`, `cannot_listen`, `closed`. */
  start(): Promise<number> {
    this.started ??= this.begin();
    return this.started;
  }

  /** The bound port; 0 before `start()`. */
  get port(): number {
    return this.boundPort;
  }

  /** Lets requests end within `deadlineMs`, answers the rest with `Unavailable`, closes every connection. */
  stop(deadlineMs = 1_500): Promise<void> {
    return this.server.stop(deadlineMs);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  stats(): AxonStats {
    const { active, connections } = this.server;
    return { ...this.counters, codes: { ...this.codes }, active, connections };
  }

  private async begin(): Promise<number> {
    this.boundPort = await this.server.listen(this.options.host ?? '0.0.0.0', this.options.port ?? 0);
    return this.boundPort;
  }

  private async answer(kind: RequestKind, call: RawCall): Promise<Uint8Array> {
    this.counters.requests++;
    this.counters.bytesIn += call.bytes.length;
    try {
      const reply = await this.reply(kind, call);
      this.counters.bytesOut += reply.length;
      return reply;
    } catch (error) {
      const refusal = error instanceof RequestError ? error : undefined;
      this.count(refusal?.returnCode ?? 'UnknownException');
      this.log.debug(`refused ${kind} of ${call.address}: ${messageOf(error)}`, { code: refusal?.returnCode });
      throw error;
    }
  }

  /** Checks in the order of their cost. What fails before the caller is known becomes a status without a signature. */
  private async reply(kind: RequestKind, call: RawCall): Promise<Uint8Array> {
    const { signer, admit } = this.options;
    const own = { hotkey: signer.publicKey, network: networkBytes(this.options.network) };
    const { head, tensors } = openUnary(kind, call.bytes, own.hotkey, this.limits.tensors);
    const problem = checkHead(head, own);
    if (problem) throw problem;
    const { synapseKey, nonce } = head;
    const callerText = keyText(head.caller);
    const refusal = admit?.({ kind, caller: callerText, synapseKey, bytes: call.bytes.length });
    if (refusal) throw refusal;
    const verdict = this.nonces.check(callerText, nonce, this.clock.nowMs());
    if (verdict === 'replayed') throw new RequestError('Replayed', `nonce ${nonce} was used before`);
    const digest = requestDigest(head);
    const seal = (content: ReplyContent) => {
      this.count(content.code);
      const encoded = encodeTensors(content.tensors, this.limits.tensors);
      const words = { ...content, time: Math.round(this.clock.nowMs() * 1000), digest: encoded.digest() };
      const reply = replyHead(words, encoded.body.length, signReply(signer, digest, words));
      return sealUnaryReply(signer.publicKey, head, reply, encoded.body);
    };
    // Signed although the caller is not known: its clock is set by it. Signing costs less than verifying would.
    if (verdict !== 'fresh') return seal(refused('ClockSkew', `nonce ${nonce} is too ${verdict} for this clock`));
    const forged = verifyHead(head, own);
    if (forged) throw forged;
    this.nonces.remember(callerText, nonce, this.clock.nowMs());
    call.trust();
    try {
      const { parameterVersion } = head;
      const request = { kind, caller: callerText, synapseKey, tensors: tensors(), parameterVersion };
      return seal(await this.compute(request, call));
    } catch (error) {
      if (!(error instanceof RequestError)) this.log.error(`synapse ${synapseKey || 'default'}: ${messageOf(error)}`);
      if (error instanceof RequestError) return seal(refused(error.returnCode, error.message));
      return seal(refused('UnknownException', 'the synapse failed'));
    }
  }

  private async compute(request: Omit<AxonRequest, 'signal'>, call: RawCall): Promise<ReplyContent> {
    const { kind, caller, synapseKey, tensors } = request;
    const synapse = synapseKey === '' ? this.defaultSynapse() : this.synapses.get(synapseKey);
    if (!synapse) throw new RequestError('NotServingNucleus', 'no such synapse is served here');
    const handler = synapse[kind];
    if (!handler) throw new RequestError('NotImplemented', `this synapse has no ${kind}`);
    if (tensors.length === 0) throw new RequestError('EmptyRequest', 'the request holds no tensor');
    if (!synapse.acceptNonFinite) refuseNonFinite(tensors);
    if (this.counters.abandoned >= this.limits.concurrentCalls) {
      throw new RequestError('NucleusFull', `${this.counters.abandoned} handlers hang`);
    }
    const parameterVersion = kind === 'backward' ? request.parameterVersion : undefined;
    const answer = await this.withDeadline(kind, call, signal =>
      handler({ kind, caller, synapseKey, tensors, parameterVersion, signal }),
    );
    for (const [i, tensor] of answer.tensors.entries()) {
      const problem = problemOf(tensor, this.limits.tensors);
      if (problem) throw new RequestError('ResponseSerializationException', `output ${i}: ${problem}`);
    }
    return { code: 'Success', message: '', tensors: answer.tensors, parameterVersion: answer.parameterVersion };
  }

  private async withDeadline<T>(
    kind: RequestKind,
    call: RawCall,
    work: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const own = kind === 'forward' ? this.limits.forwardMs : this.limits.backwardMs;
    const limitMs = Math.max(0, Math.min(own, call.timeLeftMs));
    const controller = new AbortController();
    const timer = setTimeout(
      () => controller.abort(new RequestError('Timeout', `the synapse took longer than ${Math.round(limitMs)} ms`)),
      limitMs,
    );
    const follow = () => controller.abort(call.signal.reason);
    call.signal.addEventListener('abort', follow, { once: true });
    if (call.signal.aborted) follow();
    const { signal } = controller;
    const aborted = new Promise<never>((_resolve, reject) => {
      if (signal.aborted) reject(signal.reason);
      signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    });
    const running = (async () => work(signal))();
    try {
      return await Promise.race([running, aborted]);
    } catch (error) {
      if (signal.aborted) this.abandon(running);
      throw error;
    } finally {
      clearTimeout(timer);
      call.signal.removeEventListener('abort', follow);
    }
  }

  /** A handler that ignores its signal cannot be stopped, only counted: too many of them close the axon. */
  private abandon(running: Promise<unknown>): void {
    this.counters.abandoned++;
    const over = () => {
      this.counters.abandoned--;
    };
    running.then(over, over);
  }

  private defaultSynapse(): SynapseHandlers | undefined {
    for (const handlers of this.synapses.values()) return handlers;
    return undefined;
  }

  private count(code: ReturnCode): void {
    this.codes[code] = (this.codes[code] ?? 0) + 1;
  }
}

function refused(code: ReturnCode, message: string): ReplyContent {
  return { code, message, tensors: [], parameterVersion: 0 };
}

function refuseNonFinite(tensors: readonly WireTensor[]): void {
  for (const [i, tensor] of tensors.entries()) {
    const index = findNonFinite(tensor);
    if (index !== undefined) {
      throw new RequestError('InvalidRequest', `tensor ${i} holds NaN or infinity at element ${index}`);
    }
  }
}
