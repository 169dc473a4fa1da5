import { setMaxListeners } from 'node:events';
import { type Clock, isBittensorError, type Log, messageOf, silentLog, systemClock } from '../../base/index.js';
import type { Signer } from '../../wallet/index.js';
import { NonceSource } from '../auth/nonce-source.js';
import { keyBytes, type RequestKind } from '../auth/signed.js';
import { RequestError } from '../errors.js';
import type { ReturnCode } from '../wire/codes.js';
import {
  encodeTensors,
  networkBytes,
  openUnaryReply,
  type ReplyContent,
  requestDigest,
  sealUnary,
  signHead,
} from '../wire/messages.js';
import { defaultTensorLimits, type TensorLimits, type WireDtype, type WireTensor } from '../wire/tensor.js';
import { ChannelPool } from './channels.js';
import { checkReply } from './checks.js';
import { Limiter } from './limiter.js';

/** A neuron to ask. */
export interface Peer {
  /** Its public key, `0x` and 64 digits: who must sign the reply. */
  readonly hotkey: string;
  readonly host: string;
  readonly port: number;
  /** The synapse to ask when the call names none. */
  readonly synapseKey?: string;
}

/** What came of a request. Tensors are there when `code` is `Success`, and then only. */
export interface Reply {
  readonly code: ReturnCode;
  /** Why not, when `code` is not `Success`. */
  readonly message: string;
  readonly tensors: readonly WireTensor[];
  /** The version of the parameters that computed the answer. */
  readonly parameterVersion: number;
  readonly elapsedMs: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
}

export interface CallRequest {
  readonly synapseKey?: string;
  readonly tensors: readonly WireTensor[];
  /** Default 10,000 for a forward, 20,000 for a backward. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  /**
   * Shapes that the reply must have, -1 for any size. Default: a forward's outputs have the batch size (dimension 0) of
   * the first input; a backward answers with nothing (text) or with gradients in the shapes of the first inputs.
   */
  readonly expect?: readonly (readonly number[])[];
  /** The dtype of every tensor of the reply. Default: any for a forward, that of its input for a gradient. */
  readonly dtype?: WireDtype;
  /** Take replies with NaN or infinity. Default false: `InvalidResponse`. */
  readonly acceptNonFinite?: boolean;
}

export interface BackwardRequest extends CallRequest {
  /** All inputs, then all gradients at the outputs. */
  readonly tensors: readonly WireTensor[];
  /** `parameterVersion` of the forward's reply. */
  readonly parameterVersion: number;
}

export interface DendriteLimits {
  readonly tensors: TensorLimits;
  /** Largest request and reply, bytes. */
  readonly messageBytes: number;
  /** Connections kept. */
  readonly channels: number;
  /** Requests under way, and those that wait for their turn. */
  readonly concurrentCalls: number;
  readonly waitingCalls: number;
}

export const defaultDendriteLimits: DendriteLimits = {
  tensors: defaultTensorLimits,
  messageBytes: 16 * 2 ** 20,
  channels: 256,
  concurrentCalls: 128,
  waitingCalls: 1_024,
};

export interface DendriteOptions {
  readonly signer: Signer;
  /** The genesis hash of the chain that it is on, 32 bytes. Default: none. */
  readonly network?: Uint8Array;
  readonly log?: Log;
  readonly clock?: Clock;
  readonly limits?: Partial<DendriteLimits>;
}

const defaultTimeoutMs: Record<RequestKind, number> = { forward: 10_000, backward: 20_000 };
const paths: Record<RequestKind, string> = { forward: '/Bittensor/Forward', backward: '/Bittensor/Backward' };

/**
 * Asks other neurons. A fault of a peer, or on the way to it, is a code in the reply and never an exception.
 * Streams, pinned TLS keys and compression come with the network issue.
 *
 * ```ts
 * const dendrite = new Dendrite({ signer });
 * const reply = await dendrite.forward(peer, { tensors: [floatTensor(data, [64, 784])] });
 * if (reply.code === 'Success') use(reply.tensors);
 * ```
 */
export class Dendrite {
  private readonly limits: DendriteLimits;
  private readonly log: Log;
  private readonly channels: ChannelPool;
  private readonly limiter: Limiter;
  private readonly nonces: NonceSource;
  private readonly running = new Set<AbortController>();
  private closed = false;

  constructor(private readonly options: DendriteOptions) {
    this.limits = { ...defaultDendriteLimits, ...options.limits };
    this.log = options.log ?? silentLog;
    this.channels = new ChannelPool(this.limits);
    this.limiter = new Limiter(this.limits.concurrentCalls, this.limits.waitingCalls);
    this.nonces = new NonceSource(options.clock ?? systemClock);
  }

  forward(peer: Peer, request: CallRequest): Promise<Reply> {
    return this.ask('forward', peer, { ...request, parameterVersion: 0 });
  }

  backward(peer: Peer, request: BackwardRequest): Promise<Reply> {
    return this.ask('backward', peer, request);
  }

  /** Gives up what is under way and closes every connection. */
  close(): void {
    this.closed = true;
    for (const call of this.running) call.abort(new RequestError('Cancelled', 'the dendrite was closed'));
    this.channels.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  private async ask(kind: RequestKind, peer: Peer, request: BackwardRequest): Promise<Reply> {
    const start = performance.now();
    const traffic = { bytesIn: 0, bytesOut: 0 };
    const end = (content: ReplyContent): Reply => ({ ...content, ...traffic, elapsedMs: performance.now() - start });
    try {
      return end(await this.exchange(kind, peer, request, traffic));
    } catch (error) {
      const code = error instanceof RequestError ? error.returnCode : 'UnknownException';
      this.log.debug(`${kind} to ${peer.host}:${peer.port}: ${code}: ${messageOf(error)}`);
      return end({ code, message: messageOf(error), tensors: [], parameterVersion: 0 });
    }
  }

  private async exchange(
    kind: RequestKind,
    peer: Peer,
    request: BackwardRequest,
    traffic: Traffic,
  ): Promise<ReplyContent> {
    const timeoutMs = request.timeoutMs ?? defaultTimeoutMs[kind];
    const giveUp = new AbortController();
    const cancel = () => giveUp.abort(new RequestError('Cancelled', 'the caller gave up'));
    const timer = setTimeout(() => giveUp.abort(timedOut(timeoutMs)), timeoutMs);
    // One signal may well end many calls, which Node takes for a leak from the eleventh on.
    if (request.signal) setMaxListeners(0, request.signal);
    request.signal?.addEventListener('abort', cancel, { once: true });
    this.running.add(giveUp);
    if (request.signal?.aborted || this.closed) cancel();
    try {
      const leave = await this.limiter.enter(giveUp.signal);
      try {
        return await this.tryTwice(kind, peer, request, performance.now() + timeoutMs, giveUp.signal, traffic);
      } finally {
        leave();
      }
    } catch (error) {
      // A call that was cut short reports the cutting; the reason is better.
      if (giveUp.signal.aborted) throw giveUp.signal.reason;
      throw error;
    } finally {
      clearTimeout(timer);
      request.signal?.removeEventListener('abort', cancel);
      this.running.delete(giveUp);
    }
  }

  /** A peer whose clock differs says so once; the second try uses its time. */
  private async tryTwice(
    kind: RequestKind,
    peer: Peer,
    request: BackwardRequest,
    endsAt: number,
    signal: AbortSignal,
    traffic: Traffic,
  ): Promise<ReplyContent> {
    const first = await this.send(kind, peer, request, endsAt, signal, traffic);
    if (first.code !== 'ClockSkew' || !this.nonces.correct(peer.hotkey, first.timeMs))
      return checked(kind, first, request);
    const offsetMs = this.nonces.offsetMs(peer.hotkey);
    // Less than a second is no difference: an axon that just started refuses what was signed before.
    const say = Math.abs(offsetMs) < 1_000 ? this.log.debug : this.log.info;
    say.call(this.log, `the clock of ${peer.host}:${peer.port} differs by ${offsetMs} ms: corrected`);
    return checked(kind, await this.send(kind, peer, request, endsAt, signal, traffic), request);
  }

  private async send(
    kind: RequestKind,
    peer: Peer,
    request: BackwardRequest,
    endsAt: number,
    signal: AbortSignal,
    traffic: Traffic,
  ): Promise<ReplyContent & { readonly timeMs: number }> {
    const responder = keyBytes(peer.hotkey);
    if (!responder)
      throw new RequestError('InvalidRequest', 'the hotkey of the peer is not 0x and 64 hexadecimal digits');
    const { tensors, parameterVersion } = request;
    const nonce = this.nonces.next(peer.hotkey);
    const encoded = encodeTensors(tensors, this.limits.tensors);
    const timeoutMs = Math.max(1, endsAt - performance.now());
    const head = signHead(this.options.signer, {
      kind,
      receiver: responder,
      network: networkBytes(this.options.network),
      synapseKey: request.synapseKey ?? peer.synapseKey ?? '',
      nonce,
      parameterVersion,
      digest: encoded.digest(),
      length: encoded.body.length,
      timeoutMs,
    });
    const sealed = sealUnary(head, encoded.body);
    traffic.bytesOut += sealed.length;
    const bytes = await this.channels
      .call(peer.hotkey, peer, { path: paths[kind], bytes: sealed, timeoutMs, signal })
      .catch(error => {
        throw isBittensorError(error) && error.code === 'bad_address'
          ? new RequestError('Unavailable', error.message, error)
          : error;
      });
    traffic.bytesIn += bytes.length;
    return openUnaryReply(bytes, { digest: requestDigest(head), nonce, responder }, this.limits.tensors);
  }
}

interface Traffic {
  bytesIn: number;
  bytesOut: number;
}

function timedOut(timeoutMs: number): RequestError {
  return new RequestError('Timeout', `no answer within ${timeoutMs} ms`);
}

/** A signed reply may still be wrong: shapes that were not asked for, numbers that are none. */
function checked(kind: RequestKind, reply: ReplyContent, request: CallRequest): ReplyContent {
  const { code, message, parameterVersion } = reply;
  if (code !== 'Success') return { code, message, parameterVersion, tensors: [] };
  const { tensors } = reply;
  const problem = checkReply(tensors, { ...request, kind });
  if (problem) throw problem;
  return { code, message, parameterVersion, tensors };
}
