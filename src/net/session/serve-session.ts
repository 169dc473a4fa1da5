import { randomBytes } from 'node:crypto';
import { type Clock, type Log, messageOf, silentLog, systemClock } from '../../base/index.js';
import { CHALLENGE_BYTES, checkHello } from '../auth/hello.js';
import { keyText } from '../auth/signed.js';
import { RequestError } from '../errors.js';
import { type Frame, type Hello, Method, type ReplyHead, type RequestHead } from '../gen/bittensor.js';
import type { IncomingHandler } from '../incoming.js';
import { RETURN_CODES, type ReturnCode } from '../wire/codes.js';
import { clean } from '../wire/status.js';
import { agreedVersion, PROTOCOL_VERSION, speaks } from '../wire/version.js';
import { Allowance } from './allowance.js';
import { Deadlines } from './deadlines.js';
import type { FrameStream } from './frame-stream.js';
import { controlFrame, NO_BYTES, readFrame } from './frames.js';
import { defaultSessionLimits, type SessionLimits } from './limits.js';
import type { MemoryBudget, MemoryShare } from './memory.js';
import { Outbox } from './outbox.js';
import { ServedRequest } from './served-request.js';
import { Strays } from './strays.js';

export interface ServeOptions {
  /** The server's own public key, 32 bytes. */
  readonly hotkey: Uint8Array;
  /** Genesis hash, 32 bytes, or none. */
  readonly network: Uint8Array;
  /** SHA-256 of the public key of the certificate in use. Undefined: plain text, where each request is signed. */
  readonly serverKeyHash: Uint8Array | undefined;
  /** Whether a caller who proved its key may have a session. Asked over TLS only. */
  authorize(caller: string): RequestError | undefined | Promise<RequestError | undefined>;
  /** What a claimed caller is refused for, before its signature is verified. Asked over TLS only. */
  greet?(caller: string): RequestError | undefined;
  /** The hello's signature is not that of its caller. */
  onForged?(): void;
  /** A request was refused whose caller did not show its key. */
  onRefused?(code: ReturnCode): void;
  readonly handler: IncomingHandler;
  readonly address: string;
  /** Shared by all sessions: bodies are held in it. */
  readonly memory: MemoryBudget;
  /** The caller showed its key. */
  trust(): void;
  readonly limits?: Partial<SessionLimits>;
  readonly clock?: Clock;
  readonly log?: Log;
}

export interface ServedSession {
  /** The caller's key, once it is proven. */
  readonly caller: string | undefined;
  /** Requests under way. */
  readonly active: number;
  /** Takes no more requests; ends when those under way are answered. */
  drain(): void;
  /** Ends at once; the reason is told to the caller. */
  close(reason?: RequestError): void;
  readonly closed: Promise<void>;
}

/** Serves one Exchange stream. */
export function serveSession(stream: FrameStream, options: ServeOptions): ServedSession {
  return new ServerSession(stream, options);
}

const CALLER_BYTES = 32;

type State = 'hello' | 'authorizing' | 'open' | 'closed';

/** The server's end of an Exchange. */
export class ServerSession implements ServedSession {
  readonly closed: Promise<void>;
  caller: string | undefined;
  /** @internal */
  readonly limits: SessionLimits;
  /** @internal */
  readonly outbox: Outbox;
  /** @internal */
  readonly deadlines = new Deadlines();
  /** @internal */
  readonly memory: MemoryShare;

  private readonly clock: Clock;
  private readonly log: Log;
  private readonly requests = new Map<number, ServedRequest>();
  /** Handlers that run, those of requests given up included. */
  private running = 0;
  private readonly cancels = new Allowance(1_000, 100);
  private readonly strays = new Strays();
  private lastId = 0;
  private state: State = 'hello';
  private draining = false;
  /** What both sides speak. */
  private version: string = PROTOCOL_VERSION;
  private readonly challenge: Uint8Array;
  private closedResolve!: () => void;

  constructor(
    private readonly stream: FrameStream,
    /** @internal */
    readonly options: ServeOptions,
  ) {
    this.limits = { ...defaultSessionLimits, ...options.limits };
    this.clock = options.clock ?? systemClock;
    this.log = options.log ?? silentLog;
    this.memory = options.memory.share(this.limits.heldBytes);
    this.closed = new Promise(resolve => {
      this.closedResolve = resolve;
    });
    this.outbox = new Outbox(stream);
    stream.onFrame(bytes => this.onFrame(bytes));
    stream.onEnd(() => this.drain());
    stream.onClose(() => this.finish(new RequestError('Cancelled', 'the caller is gone')));
    this.challenge = options.serverKeyHash ? randomBytes(CHALLENGE_BYTES) : NO_BYTES;
    this.outbox.sendControl(
      controlFrame({
        challenge: {
          version: PROTOCOL_VERSION,
          challenge: this.challenge,
          hotkey: options.hotkey,
          time: Math.round(this.clock.nowMs() * 1000),
          network: options.network,
        },
      }),
    );
    this.deadlines.add(this.limits.helloMs, () => {
      if (this.state !== 'open') this.close(new RequestError('Timeout', 'no hello came in time'));
    });
    this.watch();
  }

  get active(): number {
    return this.requests.size;
  }

  drain(): void {
    if (this.draining || this.state === 'closed') return;
    this.draining = true;
    if (this.state === 'open') this.outbox.sendControl(controlFrame({ draining: true }));
    this.endIfDone();
  }

  close(reason = new RequestError('Unavailable', 'the neuron is stopping')): void {
    if (this.state === 'closed') return;
    this.log.debug(`closed a session with ${this.caller ?? this.options.address}: ${reason.message}`);
    this.finish(reason);
    this.stream.destroy(reason);
  }

  /** @internal A request is over: nothing more of it is sent. */
  ended(request: ServedRequest): void {
    this.requests.delete(request.id);
    this.endIfDone();
  }

  /** @internal What was granted of a body that is not wanted any more may still come. */
  expectStray(bytes: number): void {
    this.strays.expect(bytes);
  }

  /** @internal */
  takeStray(id: number, bytes: number): void {
    if (!this.strays.takeBytes(bytes)) throw broken(`a body of request ${id} that waited for no credit`);
  }

  /** @internal A handler came to its end. */
  handlerEnded(): void {
    this.running--;
  }

  /** @internal What a handler throws, as the head of an unsigned reply. */
  refusalHead(error: unknown): ReplyHead {
    if (!(error instanceof RequestError)) this.log.error(`a handler failed: ${messageOf(error)}`);
    return this.head(error instanceof RequestError ? error : new RequestError('UnknownException', 'internal error'));
  }

  private head(error: RequestError): ReplyHead {
    return {
      returnCode: RETURN_CODES[error.returnCode].number,
      message: clean(error.message),
      parameterVersion: 0,
      time: Math.round(this.clock.nowMs() * 1000),
      length: 0,
      signature: NO_BYTES,
    };
  }

  private endIfDone(): void {
    if (!this.draining || this.requests.size > 0 || this.state === 'closed') return;
    this.finish(new RequestError('Unavailable', 'the neuron is stopping'));
    this.stream.end();
  }

  private finish(reason: RequestError): void {
    if (this.state === 'closed') return;
    this.state = 'closed';
    for (const request of this.requests.values()) request.drop(reason);
    this.requests.clear();
    this.outbox.close();
    this.deadlines.clear();
    this.closedResolve();
  }

  private onFrame(bytes: Buffer): void {
    if (this.state === 'closed') return;
    try {
      const frame = readFrame(bytes);
      if (this.state === 'open') this.onOpenFrame(frame);
      else if (this.state === 'hello' && frame.id === 0 && frame.hello) this.onHello(frame.hello);
      else throw broken('a frame before the welcome');
    } catch (error) {
      this.close(error instanceof RequestError ? error : new RequestError('UnknownException', 'internal error', error));
    }
  }

  private onHello(hello: Hello): void {
    const { network, serverKeyHash, hotkey } = this.options;
    const version = agreedVersion(hello.version);
    if (version === undefined) {
      throw new RequestError('RequestIncompatibleVersion', speaks('the hello', hello.version));
    }
    this.version = version;
    if (Buffer.compare(hello.network, network) !== 0) {
      throw new RequestError('Unauthenticated', 'the caller is on another network');
    }
    if (!serverKeyHash) return void this.welcome();
    const { challenge } = this;
    const { caller, expiry, signature } = hello;
    // Costs next to nothing, the signature a good part of a millisecond.
    const stranger = caller.length === CALLER_BYTES ? this.options.greet?.(keyText(caller)) : undefined;
    if (stranger) throw stranger;
    const problem = checkHello(
      { network, serverKeyHash, caller, server: hotkey, challenge, expiry },
      signature,
      this.clock.nowMs(),
    );
    if (problem?.returnCode === 'Unauthenticated') this.options.onForged?.();
    if (problem) throw problem;
    const name = keyText(caller);
    this.state = 'authorizing';
    const verdict = this.options.authorize(name);
    if (verdict instanceof Promise) {
      verdict.then(
        refusal => this.authorized(name, refusal),
        error => this.authorized(name, new RequestError('UnknownException', 'internal error', error)),
      );
    } else this.authorized(name, verdict);
  }

  private authorized(caller: string, refusal: RequestError | undefined): void {
    if (this.state !== 'authorizing') return;
    if (refusal) return void this.close(refusal);
    this.caller = caller;
    this.options.trust();
    this.welcome();
  }

  private welcome(): void {
    const { requests, inlineBytes, bodyBytes } = this.limits;
    this.state = 'open';
    const welcome = { version: this.version, requests, inlineBytes, bodyBytes };
    this.outbox.sendControl(controlFrame({ welcome }));
    if (this.draining) {
      this.outbox.sendControl(controlFrame({ draining: true }));
      this.endIfDone();
    }
  }

  private onOpenFrame(frame: Frame): void {
    const { id } = frame;
    if (frame.request) return void this.onRequest(id, frame.request, frame.body);
    if (frame.hello || frame.challenge || frame.welcome || frame.reply) {
      throw broken('a frame that a caller does not send now');
    }
    const request = this.requests.get(id);
    if (!request) return void this.onStray(frame);
    if (frame.body.length > 0) return void request.onPart(frame.body);
    if (frame.credit > 0) return void request.onCredit(frame.credit);
    if (frame.cancel === 0) return void this.allowStray();
    if (!this.cancels.take()) throw new RequestError('Backoff', 'too many requests were given up');
    request.drop(new RequestError('Cancelled', 'the caller gave up'));
  }

  private onRequest(id: number, head: RequestHead, body: Uint8Array): void {
    if (id !== this.lastId + 1) throw broken(`request ${id} after request ${this.lastId}`);
    this.lastId = id;
    if (this.requests.size >= this.limits.requests)
      throw broken(`more than ${this.limits.requests} requests at a time`);
    const inline = head.length <= this.limits.inlineBytes;
    if (body.length !== (inline ? head.length : 0)) {
      throw broken(`${body.length} bytes with a head that states ${head.length}`);
    }
    if (this.options.serverKeyHash && (head.caller.length > 0 || head.signature.length > 0)) {
      throw broken('a head that names its caller, which the session knows');
    }
    const request = new ServedRequest(this, id, head, body);
    this.requests.set(id, request);
    const refusal = this.refusal(head, inline);
    if (refusal) return void request.refuse(refusal);
    this.running++;
    request.run(body.length);
  }

  private refusal(head: RequestHead, inline: boolean): RequestError | undefined {
    const { limits } = this;
    if (this.draining) return new RequestError('Unavailable', 'the neuron is stopping');
    if (head.method !== Method.FORWARD && head.method !== Method.BACKWARD) {
      return new RequestError('InvalidRequest', `no method ${head.method}`);
    }
    if (head.length > limits.bodyBytes) {
      return new RequestError('TooLarge', `${head.length} bytes are more than ${limits.bodyBytes}`);
    }
    // Those that the caller gave up may still be computed.
    if (this.running >= 2 * limits.requests) {
      return new RequestError('NucleusFull', `${this.running} requests are under way`);
    }
    if (inline && !this.memory.tryTake(head.length))
      return new RequestError('NucleusFull', 'no memory for the request');
    return undefined;
  }

  /** A frame of a request that is over, or of none. */
  private onStray(frame: Frame): void {
    if (frame.id > this.lastId) throw broken(`a frame of request ${frame.id}, which was never made`);
    this.allowStray();
    this.takeStray(frame.id, frame.body.length);
  }

  private allowStray(): void {
    if (!this.strays.takeFrame()) throw broken('too many frames that say nothing');
  }

  private watch(): void {
    this.deadlines.add(this.limits.stallMs / 4, () => {
      if (this.outbox.stalledMs > this.limits.stallMs) {
        this.close(new RequestError('Timeout', `the caller took nothing for ${this.limits.stallMs} ms`));
      } else if (this.state !== 'closed') this.watch();
    });
  }
}

function broken(what: string): RequestError {
  return new RequestError('InvalidRequest', what);
}
