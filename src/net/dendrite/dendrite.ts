import { setMaxListeners } from 'node:events';
import { type Log, messageOf, silentLog, systemClock } from '../../base/index.js';
import { formatAddress } from '../address.js';
import { NonceSource } from '../auth/nonce-source.js';
import { hotkeyText, keyBytes, keyText, type RequestKind } from '../auth/signed.js';
import { RequestError } from '../errors.js';
import { LazyAbort } from '../lazy-abort.js';
import { Deadlines } from '../session/deadlines.js';
import { MemoryBudget } from '../session/memory.js';
import type { ReplyContent } from '../wire/messages.js';
import { networkBytes } from '../wire/network.js';
import { findNonFinite, type LinkFormat, plainLink, type WireTensor } from '../wire/tensor.js';
import { BackOff, isFault } from './back-off.js';
import {
  type BackwardRequest,
  type CallRequest,
  type DendriteLimits,
  type DendriteOptions,
  defaultDendriteLimits,
  type Peer,
  type Reply,
} from './calls.js';
import { checkReply } from './checks.js';
import { Dialer } from './dialer.js';
import { clipGradients } from './gradients.js';
import { Limiter } from './limiter.js';
import type { Link, Question, Told, Traffic } from './links.js';
import { LoopbackLink } from './loopback-link.js';
import { type Answers, askMany, type Endpoints, giveBack, type ManyOptions, type TextInputs } from './many.js';
import { Pool } from './pool.js';
import { type SessionContext, SessionLink } from './session-link.js';
import { type PeerTraffic, TrafficBook } from './traffic.js';
import { UnaryLink } from './unary-link.js';

/** The most that one unary message may have, bytes: it is in memory as a whole before anything is known of it. */
const UNARY_BYTES = 16 * 2 ** 20;
/** Peers whose traffic is remembered. */
const TRAFFIC_PEERS = 1_024;

/**
 * Asks other neurons. A fault of a peer, or on the way to it, is a code in the reply and never an exception.
 *
 * ```ts
 * const dendrite = new Dendrite({ signer });
 * const reply = await dendrite.forward(peer, { tensors: [floatTensor(data, [64, 784])] });
 * if (reply.code === 'Success') use(reply.tensors);
 *
 * const answers = await dendrite.forwardText(peers, ['one text', 'another']);
 * const [responses, codes, times] = answers;
 * await dendrite.backwardText(answers, gradients);
 * ```
 */
export class Dendrite {
  /** Peers that failed, and until when they are left alone: `forwardText` and the like do not ask them meanwhile. */
  readonly backOff: BackOff;

  private readonly limits: DendriteLimits;
  private readonly log: Log;
  private readonly context: SessionContext;
  private readonly links: Pool<PeerLink>;
  private readonly own: LoopbackLink | undefined;
  private readonly limiter: Limiter;
  private readonly nonces: NonceSource;
  private readonly traffic = new TrafficBook(TRAFFIC_PEERS);
  private readonly running = new Set<LazyAbort>();
  private readonly deadlines = new Deadlines();
  private closed = false;

  constructor(private readonly options: DendriteOptions) {
    this.limits = { ...defaultDendriteLimits, ...options.limits };
    this.log = options.log ?? silentLog;
    const clock = options.clock ?? systemClock;
    this.backOff = new BackOff(clock, this.limits.backOff);
    this.links = new Pool(this.limits.channels);
    this.limiter = new Limiter(this.limits.concurrentCalls, this.limits.waitingCalls);
    this.nonces = new NonceSource(clock);
    this.context = {
      signer: options.signer,
      network: networkBytes(options.network),
      tensors: this.limits.tensors,
      nonces: this.nonces,
      clock,
      log: this.log,
      connectMs: this.limits.connectMs,
      session: { bodyBytes: this.limits.messageBytes, helloMs: this.limits.connectMs },
      memory: new MemoryBudget(this.limits.heldBytes),
    };
    this.own = options.own && new LoopbackLink(options.own, this.context);
  }

  forward(peer: Peer, request: CallRequest): Promise<Reply> {
    return this.ask('forward', peer, { ...request, parameterVersion: 0 });
  }

  backward(peer: Peer, request: BackwardRequest): Promise<Reply> {
    return this.ask('backward', peer, request);
  }

  /** Asks one, many or all endpoints for their answer to a text: strings, or int64 token ids `[batch, sequence]`. */
  forwardText(to: Endpoints, inputs: TextInputs, options: ManyOptions = {}): Promise<Answers> {
    return askMany(this.asking, 'text', to, inputs, options);
  }

  /** The same for images: one tensor for all endpoints, or one for each. */
  forwardImage(to: Endpoints, inputs: WireTensor | readonly WireTensor[], options: ManyOptions = {}): Promise<Answers> {
    return askMany(this.asking, 'image', to, inputs, options);
  }

  /** The same for tensors. */
  forwardTensor(
    to: Endpoints,
    inputs: WireTensor | readonly WireTensor[],
    options: ManyOptions = {},
  ): Promise<Answers> {
    return askMany(this.asking, 'tensor', to, inputs, options);
  }

  /** Sends each endpoint that answered the gradient at its answer. Text has no gradient: its responses are empty. */
  backwardText(answers: Answers, gradients: Gradients, options: ManyOptions = {}): Promise<Answers> {
    return giveBack(this.asking, answers, gradients, options);
  }

  /** The same for images; the responses are the gradients at the inputs. */
  backwardImage(answers: Answers, gradients: Gradients, options: ManyOptions = {}): Promise<Answers> {
    return giveBack(this.asking, answers, gradients, options);
  }

  /** The same for tensors. */
  backwardTensor(answers: Answers, gradients: Gradients, options: ManyOptions = {}): Promise<Answers> {
    return giveBack(this.asking, answers, gradients, options);
  }

  /** What went to and from each peer, of those asked last. */
  stats(): readonly PeerTraffic[] {
    return this.traffic.all();
  }

  /** Gives up what is under way and closes every connection. */
  close(): void {
    this.closed = true;
    for (const call of this.running) call.abort(new RequestError('Cancelled', 'the dendrite was closed'));
    this.links.close();
    this.own?.close();
    this.deadlines.clear();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  private readonly asking = {
    forward: (peer: Peer, request: CallRequest) => this.forward(peer, request),
    backward: (peer: Peer, request: BackwardRequest) => this.backward(peer, request),
    waitMs: (peer: Peer) => this.backOff.waitMs(hotkeyText(peer.hotkey)),
    all: () => this.options.endpoints?.() ?? [],
  };

  private async ask(kind: RequestKind, given: Peer, request: BackwardRequest): Promise<Reply> {
    const hotkey = hotkeyText(given.hotkey);
    const peer = hotkey === given.hotkey ? given : { ...given, hotkey };
    const start = performance.now();
    const traffic = { bytesIn: 0, bytesOut: 0 };
    const wasAsked = { yet: false };
    let content: ReplyContent;
    try {
      content = await this.untilDeadline(kind, peer, request, traffic, wasAsked);
    } catch (error) {
      const code = error instanceof RequestError ? error.returnCode : 'UnknownException';
      this.log.debug(`${kind} to ${peer.host}:${peer.port}: ${code}: ${messageOf(error)}`);
      content = { code, message: messageOf(error), tensors: [], parameterVersion: 0 };
    }
    const { code, message, tensors, parameterVersion } = content;
    const reply = { code, message, tensors, parameterVersion, ...traffic, elapsedMs: performance.now() - start };
    this.traffic.note(peer.hotkey, reply);
    this.options.onReply?.(kind, peer, reply);
    if (code === 'Success') this.backOff.succeeded(peer.hotkey);
    else if (wasAsked.yet && isFault(code)) this.backOff.failed(peer.hotkey);
    return reply;
  }

  private async untilDeadline(
    kind: RequestKind,
    peer: Peer,
    request: BackwardRequest,
    traffic: Traffic,
    wasAsked: { yet: boolean },
  ): Promise<ReplyContent> {
    const timeoutMs = request.timeoutMs ?? (kind === 'forward' ? this.limits.forwardMs : this.limits.backwardMs);
    const given = new LazyAbort();
    const cancel = () => given.abort(new RequestError('Cancelled', 'the caller gave up'));
    const deadline = this.deadlines.add(timeoutMs, () => given.abort(timedOut(timeoutMs)));
    // One signal may well end many calls, which Node takes for a leak from the eleventh on.
    if (request.signal) setMaxListeners(0, request.signal);
    request.signal?.addEventListener('abort', cancel, { once: true });
    this.running.add(given);
    if (request.signal?.aborted || this.closed) cancel();
    try {
      const leave = await this.limiter.enter(given);
      wasAsked.yet = true;
      try {
        const told = await this.converse(peer, {
          kind,
          synapseKey: request.synapseKey ?? peer.synapseKey ?? '',
          parameterVersion: request.parameterVersion,
          tensors: kind === 'forward' ? request.tensors : this.gradientsOut(request),
          format: peer.format ?? this.formatFor(request),
          endsAt: performance.now() + timeoutMs,
          given,
          traffic,
        });
        return this.checked(kind, told, request);
      } finally {
        leave();
      }
    } catch (error) {
      // A call that was cut short reports the cutting; the reason is better.
      if (given.aborted) throw given.reason;
      throw error;
    } finally {
      this.deadlines.remove(deadline);
      request.signal?.removeEventListener('abort', cancel);
      this.running.delete(given);
    }
  }

  private formatFor({ tensors }: BackwardRequest): LinkFormat {
    const { format = plainLink, textFormat = format } = this.options;
    return tensors[0]?.modality === 'text' ? textFormat : format;
  }

  /** A peer whose clock differs says so once; the second try uses its time. */
  private async converse(peer: Peer, question: Question): Promise<Told> {
    const link = this.linkTo(peer);
    const first = await link.ask(question);
    if (first.code !== 'ClockSkew' || !this.nonces.correct(peer.hotkey, first.timeMs)) return first;
    const offsetMs = this.nonces.offsetMs(peer.hotkey);
    // Less than a second is no difference: an axon that just started refuses what was signed before.
    const say = Math.abs(offsetMs) < 1_000 ? this.log.debug : this.log.info;
    say.call(this.log, `the clock of ${peer.host}:${peer.port} differs by ${offsetMs} ms: corrected`);
    return link.ask(question);
  }

  /** The one link to a peer; a peer that has moved, or speaks otherwise now, gets a new one. */
  private linkTo(peer: Peer): Link {
    if (this.own && peer.hotkey === keyText(this.options.signer.publicKey)) return this.own;
    const hotkey = keyBytes(peer.hotkey);
    if (!hotkey) {
      throw new RequestError(
        'InvalidRequest',
        'the hotkey of the peer is no ss58 address, nor 0x and 64 hexadecimal digits',
      );
    }
    const tls = peer.tls ?? this.options.tls ?? true;
    const route = `${tls ? 'tls' : 'plain'} ${formatAddress(peer)}`;
    if (this.links.peek(peer.hotkey)?.route !== route) this.links.remove(peer.hotkey);
    const { host, port } = peer;
    return this.links.get(peer.hotkey, () => {
      const dialer = new Dialer(
        { address: { host, port }, hotkey, tls },
        Math.min(UNARY_BYTES, this.limits.messageBytes),
      );
      const isSession = (this.options.transport ?? 'session') === 'session';
      return new PeerLink(
        route,
        isSession ? new SessionLink(dialer, this.context) : new UnaryLink(dialer, this.context),
      );
    });
  }

  /** The tensors of a backward, gradients brought down to the norm that may be sent. */
  private gradientsOut({ tensors, inputs = 1, acceptNonFinite }: BackwardRequest): readonly WireTensor[] {
    const gradients = tensors.slice(inputs);
    if (!acceptNonFinite && gradients.some(gradient => findNonFinite(gradient) !== undefined)) {
      throw new RequestError('RequestSerializationException', 'a gradient holds NaN or infinity');
    }
    return [...tensors.slice(0, inputs), ...clipGradients(gradients, this.limits.gradientNorm).tensors];
  }

  private checked(kind: RequestKind, told: Told, request: CallRequest): ReplyContent {
    if (told.code !== 'Success') return { ...told, tensors: [] };
    const problem = checkReply(told.tensors, { ...request, kind });
    if (problem) throw problem;
    if (kind === 'forward') return told;
    return { ...told, tensors: clipGradients(told.tensors, this.limits.gradientNorm).tensors };
  }
}

type Gradients = readonly (WireTensor | undefined)[];

/** A link, and where it leads. */
class PeerLink implements Link {
  constructor(
    readonly route: string,
    private readonly link: Link,
  ) {}

  get active(): number {
    return this.link.active;
  }

  ask(question: Question): Promise<Told> {
    return this.link.ask(question);
  }

  close(): void {
    this.link.close();
  }
}

function timedOut(timeoutMs: number): RequestError {
  return new RequestError('Timeout', `no answer within ${timeoutMs} ms`);
}
