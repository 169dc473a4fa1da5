import { RequestError } from '../errors.js';
import { Method, type ReplyHead, type RequestHead } from '../gen/bittensor.js';
import type { Answer, Incoming } from '../incoming.js';
import { LazyAbort } from '../lazy-abort.js';
import { RETURN_CODES, returnCodeOf } from '../wire/codes.js';
import { BodyIn } from './body-in.js';
import type { Deadline } from './deadlines.js';
import { controlFrame, NO_BYTES, replyFrame } from './frames.js';
import { BodyOut, type SmallFrame } from './outbox.js';
import type { ServerSession } from './serve-session.js';

/** How long a handler has to answer for itself after its signal aborted, milliseconds. */
const GRACE_MS = 500;

/** One request of a session, on the server's side, from its head to the last byte of its reply. */
export class ServedRequest implements Incoming {
  readonly kind: 'forward' | 'backward';
  private readonly untilMs: number;
  private deadline: Deadline;
  readonly given = new LazyAbort();
  private bodyPromise: Promise<Uint8Array> | undefined;
  private receiving: Receiving | undefined;
  /** Memory of the session that the request's body and the reply's take. */
  private requestBytes = 0;
  private replyBytes = 0;
  private reply: Reply | undefined;
  private handlerRuns = false;
  private over = false;

  constructor(
    private readonly session: ServerSession,
    readonly id: number,
    readonly head: RequestHead,
    private inlineBody: Uint8Array,
  ) {
    this.kind = head.method === Method.BACKWARD ? 'backward' : 'forward';
    const { requestMs } = session.limits;
    const timeoutMs = head.timeoutMs === 0 ? requestMs : Math.min(head.timeoutMs, requestMs);
    this.untilMs = performance.now() + timeoutMs;
    this.deadline = session.deadlines.add(timeoutMs, () => this.onDeadline());
  }

  get transport(): 'session' | 'signed-session' {
    return this.session.options.serverKeyHash ? 'session' : 'signed-session';
  }

  get caller(): string | undefined {
    return this.session.caller;
  }

  get address(): string {
    return this.session.options.address;
  }

  get timeLeftMs(): number {
    return this.untilMs - performance.now();
  }

  get signal(): AbortSignal {
    return this.given.signal;
  }

  trust(): void {
    this.session.options.trust();
  }

  body(maxBytes = Number.POSITIVE_INFINITY): Promise<Uint8Array> {
    this.bodyPromise ??= this.receive(maxBytes);
    return this.bodyPromise;
  }

  /** `heldBytes`: of the session's memory, for the body that came with the head. */
  run(heldBytes: number): void {
    this.requestBytes = heldBytes;
    this.handlerRuns = true;
    let answered: Promise<Answer>;
    try {
      answered = this.session.options.handler(this);
    } catch (error) {
      answered = Promise.reject(error);
    }
    answered.then(
      answer => this.onAnswer(answer),
      error => this.onAnswer({ head: this.session.refusalHead(error), body: NO_BYTES }, true),
    );
  }

  /** Sends the reply, a large body as far as the caller gives credit. Without effect when there is one already. */
  answer({ head, body, written }: Answer): void {
    if (this.over || this.reply) return;
    const { limits, memory, outbox } = this.session;
    if (this.receiving) this.stopReceiving(new RequestError('Cancelled', 'the request was answered'));
    if (body.length > limits.bodyBytes) {
      return void this.refuse(new RequestError('TooLarge', `a reply of ${body.length} bytes`));
    }
    if (!memory.tryTake(body.length))
      return void this.refuse(new RequestError('NucleusFull', 'no memory for the reply'));
    this.replyBytes = body.length;
    this.reply = new Reply(this.id, head, body, limits.inlineBytes, () => this.end(), written);
    outbox.sendSmall(this.reply);
  }

  refuse(error: RequestError): void {
    this.answer({ head: this.session.refusalHead(error), body: NO_BYTES });
  }

  onPart(part: Uint8Array): void {
    const receiving = this.receiving;
    // An answer may leave before the last of what was granted has come.
    if (!receiving) return void this.session.takeStray(this.id, part.length);
    const whole = receiving.body.take(part);
    if (!whole) return void this.giveCredit(receiving);
    this.receiving = undefined;
    receiving.resolve(whole);
  }

  onCredit(credit: number): void {
    const out = this.reply?.out;
    if (!out) throw new RequestError('InvalidRequest', `credit for reply ${this.id}, which does not wait for it`);
    if (!out.addCredit(credit)) throw new RequestError('InvalidRequest', `credit for reply ${this.id} in crumbs`);
    this.session.outbox.sendLarge(out);
  }

  /** Nothing is sent any more: the caller gave up, is gone, or did not take the reply in time. */
  drop(reason: RequestError): void {
    if (this.over) return;
    this.reply?.stop();
    this.stopReceiving(reason);
    this.end();
    this.given.abort(reason);
  }

  private onAnswer(answer: Answer, isUnsigned = false): void {
    const code = returnCodeOf(answer.head.returnCode);
    // Who is told the time did not show its key either.
    if (this.caller === undefined && (isUnsigned || code === 'ClockSkew')) this.session.options.onRefused?.(code);
    this.handlerRuns = false;
    this.session.handlerEnded();
    this.session.memory.give(this.requestBytes);
    this.requestBytes = 0;
    this.inlineBody = NO_BYTES;
    this.answer(answer);
  }

  private end(): void {
    this.over = true;
    this.session.deadlines.remove(this.deadline);
    if (this.replyBytes > 0) this.session.memory.give(this.replyBytes);
    this.replyBytes = 0;
    this.session.ended(this);
  }

  private onDeadline(): void {
    const late = new RequestError('Timeout', "the caller's time is over");
    if (this.reply) {
      this.session.outbox.sendControl(controlFrame({ id: this.id, cancel: RETURN_CODES.Timeout.number }));
      return void this.drop(late);
    }
    this.stopReceiving(late);
    // Who listens answers for itself, with a signature perhaps.
    if (!this.given.aborted && this.handlerRuns) {
      this.given.abort(late);
      this.deadline = this.session.deadlines.add(GRACE_MS, () => this.onDeadline());
    } else this.refuse(late);
  }

  private async receive(maxBytes: number): Promise<Uint8Array> {
    const { length } = this.head;
    if (length > maxBytes) throw new RequestError('TooLarge', `${length} bytes are more than ${maxBytes}`);
    if (length <= this.session.limits.inlineBytes) return this.inlineBody;
    if (this.over || this.reply || this.given.aborted) {
      throw this.given.reason ?? new RequestError('Cancelled', 'the request is over');
    }
    return new Promise((resolve, reject) => {
      const body = new BodyIn(length, this.session.limits.windowBytes);
      const receiving: Receiving = { body, resolve, reject, stopWaiting: undefined };
      this.receiving = receiving;
      receiving.stopWaiting = this.session.memory.take(length, () => {
        this.requestBytes = length;
        this.giveCredit(receiving);
      });
      if (receiving.stopWaiting) return;
      this.receiving = undefined;
      reject(new RequestError('NucleusFull', 'no memory for the request'));
    });
  }

  private giveCredit({ body }: Receiving): void {
    const credit = body.nextCredit();
    if (credit > 0) this.session.outbox.sendControl(controlFrame({ id: this.id, credit }));
  }

  private stopReceiving(reason: RequestError): void {
    const receiving = this.receiving;
    if (!receiving) return;
    this.receiving = undefined;
    receiving.stopWaiting?.();
    this.session.expectStray(receiving.body.outstanding);
    receiving.reject(reason);
  }
}

interface Receiving {
  readonly body: BodyIn;
  readonly resolve: (body: Uint8Array) => void;
  readonly reject: (error: RequestError) => void;
  stopWaiting: (() => void) | undefined;
}

/** A reply on its way out. */
class Reply implements SmallFrame {
  body: Uint8Array;
  readonly written: (() => void) | undefined;
  /** Set when the head of a reply with a large body has left. */
  out: BodyOut | undefined;
  private stopped = false;
  private large: Uint8Array | undefined;

  constructor(
    private readonly id: number,
    private readonly replyHead: ReplyHead,
    body: Uint8Array,
    inlineBytes: number,
    private readonly done: () => void,
    written: (() => void) | undefined,
  ) {
    const inline = body.length <= inlineBytes;
    this.written = inline ? written : undefined;
    this.body = inline ? body : NO_BYTES;
    this.large = inline ? undefined : body;
  }

  head(): Uint8Array | undefined {
    if (this.stopped) return undefined;
    const length = this.large?.length ?? this.body.length;
    return replyFrame(this.id, { ...this.replyHead, length }, this.body.length);
  }

  sent(): void {
    if (this.large) this.out = new BodyOut(this.id, this.large, this.done);
    else this.done();
  }

  stop(): void {
    this.stopped = true;
    this.body = NO_BYTES;
    this.large = undefined;
    if (this.out) this.out.stopped = true;
  }
}
