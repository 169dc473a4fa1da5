import { type Clock, type Log, messageOf, silentLog, systemClock } from '../../base/index.js';
import { RequestError } from '../errors.js';
import type { Challenge, Frame, ReplyHead, Welcome } from '../gen/bittensor.js';
import type { Answer } from '../incoming.js';
import { RETURN_CODES, returnCodeOf } from '../wire/codes.js';
import { BodyIn } from './body-in.js';
import { Deadlines } from './deadlines.js';
import type { FrameStream } from './frame-stream.js';
import { controlFrame, NO_BYTES, readFrame } from './frames.js';
import { boundedWelcome, type Greeting, helloTo } from './greeting.js';
import { defaultSessionLimits, type SessionLimits } from './limits.js';
import type { MemoryBudget, MemoryShare } from './memory.js';
import { Outbox } from './outbox.js';
import { Call, type SessionCall, SessionError } from './session-call.js';
import { Strays } from './strays.js';

export interface ClientSessionOptions extends Greeting {
  /** Shared by all sessions: large replies are held in it. */
  readonly memory: MemoryBudget;
  readonly limits?: Partial<SessionLimits>;
  readonly clock?: Clock;
  readonly log?: Log;
}

const LARGEST_ID = 2 ** 32 - 1;
/** How long a server may take to end a stream that this side has ended, milliseconds. */
const END_MS = 1_000;

/** The caller's end of an Exchange: many requests at a time over one stream. */
export class ClientSession {
  /** Resolves when the server has welcomed this side; rejects with a `RequestError`. */
  readonly opened: Promise<Welcome>;

  private readonly limits: SessionLimits;
  private readonly clock: Clock;
  private readonly log: Log;
  private readonly outbox: Outbox;
  private readonly deadlines = new Deadlines();
  private readonly memory: MemoryShare;
  /** By id, from the moment in which they leave. */
  private readonly calls = new Map<number, Call>();
  /** All that have no outcome yet. */
  private readonly open = new Set<Call>();
  /** Those of them whose turn has not come. */
  private readonly waiting = new Set<Call>();
  private readonly closeCallbacks: ((error: RequestError) => void)[] = [];
  private readonly strays = new Strays();
  private lastId = 0;
  private under = 0;
  private welcome: Welcome | undefined;
  private challenged = false;
  private isDraining = false;
  private closedBy: RequestError | undefined;
  private openResolve!: (welcome: Welcome) => void;
  private openReject!: (error: RequestError) => void;

  constructor(
    private readonly stream: FrameStream,
    private readonly options: ClientSessionOptions,
  ) {
    this.limits = { ...defaultSessionLimits, ...options.limits };
    this.clock = options.clock ?? systemClock;
    this.log = options.log ?? silentLog;
    this.memory = options.memory.share(this.limits.heldBytes);
    this.opened = new Promise((resolve, reject) => {
      this.openResolve = resolve;
      this.openReject = reject;
    });
    // Who makes calls learns of the failure by them.
    this.opened.catch(() => {});
    this.outbox = new Outbox(stream);
    stream.onFrame(bytes => this.onFrame(bytes));
    stream.onEnd(() => this.onClose(new RequestError('Unavailable', 'the peer ended the session')));
    stream.onClose(error => this.onClose(error));
    this.deadlines.add(this.limits.helloMs, () => {
      if (!this.welcome) this.fail(new RequestError('Timeout', 'the peer did not open the session in time'));
    });
    this.watch();
  }

  /** Calls that are under way or wait. */
  get active(): number {
    return this.open.size;
  }

  /** Whether new calls are taken. */
  get usable(): boolean {
    return !this.closedBy && !this.isDraining && this.lastId < LARGEST_ID;
  }

  /** Calls back once, when the session ends, whatever ends it. */
  onClosed(callback: (error: RequestError) => void): void {
    if (this.closedBy) callback(this.closedBy);
    else this.closeCallbacks.push(callback);
  }

  /** Rejects with a `SessionError` by the deadline at the latest. */
  call(request: SessionCall): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const refusal = this.refusal(request);
      if (refusal) return reject(new SessionError(refusal, false));
      const call = new Call(request, this.begin, { resolve, reject });
      call.deadline = this.deadlines.add(request.timeoutMs, () =>
        this.giveUp(call, new RequestError('Timeout', `no answer within ${Math.round(request.timeoutMs)} ms`)),
      );
      if (request.signal) {
        call.onAbort = () => this.giveUp(call, new RequestError('Cancelled', 'the caller gave up'));
        request.signal.addEventListener('abort', call.onAbort, { once: true });
      }
      this.open.add(call);
      this.waiting.add(call);
      this.startWaiting();
    });
  }

  /** Ends the session; calls under way fail. */
  close(): void {
    if (this.closedBy) return;
    const idle = this.active === 0 && this.welcome;
    this.finish(new RequestError('Unavailable', 'the session was closed'));
    if (!idle) return void this.stream.destroy();
    this.stream.end();
    setTimeout(() => this.stream.destroy(), END_MS).unref();
  }

  /** The next id, when a call's head leaves. */
  private readonly begin = (call: Call): number => {
    this.calls.set(++this.lastId, call);
    return this.lastId;
  };

  private refusal(request: SessionCall): RequestError | undefined {
    if (this.closedBy) return this.closedBy;
    if (!this.usable) return new RequestError('Unavailable', 'the session takes no more requests');
    if (request.signal?.aborted) return new RequestError('Cancelled', 'the caller gave up');
    if (!(request.timeoutMs > 0)) return new RequestError('Timeout', 'no time is left for this call');
    const largest = Math.min(this.limits.bodyBytes, this.welcome?.bodyBytes ?? Number.POSITIVE_INFINITY);
    if (request.body.length > largest) return tooLarge(request.body.length, largest);
    if (this.waiting.size >= this.limits.waiting) {
      return new RequestError('NucleusFull', `${this.waiting.size} calls wait for this peer already`);
    }
    return undefined;
  }

  private startWaiting(): void {
    if (!this.welcome || this.waiting.size === 0) return;
    for (const call of this.waiting) {
      if (this.under >= this.welcome.requests) return;
      this.waiting.delete(call);
      if (call.request.body.length > this.welcome.bodyBytes) {
        this.settle(call, tooLarge(call.request.body.length, this.welcome.bodyBytes));
        continue;
      }
      this.under++;
      call.started = true;
      call.inline = call.request.body.length <= this.welcome.inlineBytes;
      this.outbox.sendSmall(call);
    }
  }

  /** This side ends a call: by time, by its signal, or because the reply cannot be taken. */
  private giveUp(call: Call, error: RequestError): void {
    if (call.id !== 0) {
      // What the server sent before it hears of this still comes.
      this.strays.expect(call.bodyIn ? call.bodyIn.outstanding : this.welcome!.inlineBytes);
      this.outbox.sendControl(controlFrame({ id: call.id, cancel: RETURN_CODES[error.returnCode].number }));
    }
    this.settle(call, error);
  }

  private settle(call: Call, outcome: RequestError | Answer): void {
    if (call.settled) return;
    call.settled = true;
    this.open.delete(call);
    if (call.deadline) this.deadlines.remove(call.deadline);
    if (call.onAbort) call.request.signal!.removeEventListener('abort', call.onAbort);
    // It may still wait in the outbox.
    call.payload = NO_BYTES;
    if (call.bodyOut) call.bodyOut.stopped = true;
    call.stopTaking?.();
    if (call.heldBytes > 0) this.memory.give(call.heldBytes);
    if (call.id !== 0) this.calls.delete(call.id);
    call.end(outcome);
    if (call.started) this.under--;
    else this.waiting.delete(call);
    if (this.closedBy) return;
    if (this.isDraining && this.active === 0) this.close();
    else this.startWaiting();
  }

  private onFrame(bytes: Buffer): void {
    if (this.closedBy) return;
    try {
      const frame = readFrame(bytes);
      if (frame.id === 0) this.onSessionFrame(frame);
      else this.onCallFrame(frame);
    } catch (error) {
      const reason =
        error instanceof RequestError
          ? new RequestError('InvalidResponse', `the peer broke the rules of a session: ${error.message}`, error)
          : new RequestError('InvalidResponse', messageOf(error), error);
      this.fail(reason);
    }
  }

  private onSessionFrame(frame: Frame): void {
    if (frame.challenge) return void this.answer(frame.challenge);
    if (frame.welcome) return void this.onWelcome(frame.welcome);
    if (frame.draining && this.welcome) {
      this.isDraining = true;
      for (const call of this.waiting) {
        this.settle(call, new RequestError('Unavailable', 'the peer is stopping'));
      }
      if (this.active === 0) this.close();
      return;
    }
    this.allowStray('a frame without content');
  }

  private answer(challenge: Challenge): void {
    if (this.challenged) throw broken('a second challenge');
    this.challenged = true;
    const hello = helloTo(challenge, this.options);
    if (hello instanceof RequestError) return void this.fail(hello);
    this.outbox.sendControl(controlFrame({ hello }));
  }

  private onWelcome(welcome: Welcome): void {
    if (!this.challenged || this.welcome) throw broken('a welcome that was not due');
    this.welcome = boundedWelcome(welcome, this.limits);
    this.openResolve(this.welcome);
    this.startWaiting();
  }

  private onCallFrame(frame: Frame): void {
    const { id } = frame;
    const call = this.calls.get(id);
    if (!call) {
      if (id > this.lastId) throw broken(`a frame of request ${id}, which was never made`);
      this.allowStray(`frames of request ${id}, which is over`);
      if (!this.strays.takeBytes(frame.body.length)) throw broken(`a body of request ${id}, which is over`);
      return;
    }
    if (frame.reply) return void this.onReply(call, frame.reply, frame.body);
    if (frame.body.length > 0) return void this.onPart(call, frame.body);
    if (frame.credit > 0) return void this.onCredit(call, frame.credit);
    if (frame.cancel !== 0) {
      const code = returnCodeOf(frame.cancel);
      const kept = code === 'Success' || code === 'NoReturn' ? 'UnknownException' : code;
      return void this.settle(call, new RequestError(kept, 'the peer gave the request up'));
    }
    this.allowStray('frames without content');
  }

  private onReply(call: Call, head: ReplyHead, body: Uint8Array): void {
    if (call.reply) throw broken(`a second reply to request ${call.id}`);
    if (head.length <= this.welcome!.inlineBytes) {
      if (body.length !== head.length) throw broken(`${body.length} bytes of a reply that states ${head.length}`);
      return void this.settle(call, { head, body });
    }
    if (body.length > 0) throw broken('a large body that waited for no credit');
    call.reply = head;
    if (call.bodyOut) call.bodyOut.stopped = true;
    if (head.length > this.limits.bodyBytes) {
      return void this.giveUp(call, tooLarge(head.length, this.limits.bodyBytes));
    }
    const bodyIn = new BodyIn(head.length, this.limits.windowBytes);
    call.bodyIn = bodyIn;
    const stop = this.memory.take(head.length, () => {
      call.heldBytes = head.length;
      this.giveCredit(call);
    });
    if (!stop) return void this.giveUp(call, new RequestError('NucleusFull', 'no memory for the reply'));
    call.stopTaking = stop;
  }

  private onPart(call: Call, part: Uint8Array): void {
    if (!call.bodyIn) throw broken(`a body of request ${call.id} without a reply`);
    const whole = call.bodyIn.take(part);
    if (whole) this.settle(call, { head: call.reply!, body: whole });
    else this.giveCredit(call);
  }

  private giveCredit(call: Call): void {
    const credit = call.bodyIn!.nextCredit();
    if (credit > 0) this.outbox.sendControl(controlFrame({ id: call.id, credit }));
  }

  private onCredit(call: Call, credit: number): void {
    // After the reply the rest of the request is not wanted any more.
    if (!call.bodyOut) throw broken(`credit for request ${call.id}, which has none to wait for`);
    if (!call.bodyOut.addCredit(credit)) throw broken(`credit for request ${call.id} in crumbs`);
    this.outbox.sendLarge(call.bodyOut);
  }

  private allowStray(what: string): void {
    if (!this.strays.takeFrame()) throw broken(`too many of ${what}`);
  }

  private watch(): void {
    this.deadlines.add(this.limits.stallMs / 4, () => {
      if (this.outbox.stalledMs > this.limits.stallMs) {
        this.fail(new RequestError('Unavailable', `the peer took nothing for ${this.limits.stallMs} ms`));
      } else if (!this.closedBy) this.watch();
    });
  }

  private fail(error: RequestError): void {
    if (this.closedBy) return;
    this.log.debug(`a session failed: ${error.message}`);
    this.finish(error);
    this.stream.destroy(error);
  }

  private onClose(error: Error | undefined): void {
    if (this.closedBy) return;
    const reason = error instanceof RequestError ? error : undefined;
    this.finish(
      reason ?? new RequestError('Unavailable', `the connection is gone${error ? `: ${error.message}` : ''}`),
    );
    this.stream.destroy();
  }

  private finish(error: RequestError): void {
    this.closedBy = error;
    this.openReject(error);
    this.outbox.close();
    for (const call of this.open) this.settle(call, error);
    this.deadlines.clear();
    for (const callback of this.closeCallbacks.splice(0)) callback(error);
  }
}

function broken(what: string): RequestError {
  return new RequestError('InvalidResponse', what);
}

function tooLarge(bytes: number, limit: number): RequestError {
  return new RequestError('TooLarge', `${bytes} bytes are more than ${limit}`);
}
