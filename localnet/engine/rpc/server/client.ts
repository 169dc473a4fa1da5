import type { Socket } from 'node:net';
import { WebSocket } from 'ws';
import { CLOSING, type Closing } from './close-codes.js';
import { Delays, type FaultDice } from './faults.js';
import type { ServerLimits } from './limits.js';
import type { Account, Memory } from './memory.js';
import { PATIENCE_MS } from './patience.js';
import type { Reply } from './responder.js';

/** How long a connection that is to end may still take to answer. */
const LAST_ANSWERS_MS = 500;

/** Answers can be large: a connection begins with few requests at a time, and one more for each answer. */
const AT_FIRST = 4;
/** A client has that long to take what lies before the close frame. */
const CLOSE_WITHIN_MS = 5_000;
/** Where memory is short, that long, and not at all when so much lies before it. */
const GIVE_WAY_WITHIN_MS = 250;
const GIVE_WAY_UNREAD = 2 ** 20;
const BROKEN_WITHIN_MS = 1_000;
/** Bytes received that may belong to no message: headers of frames. */
const FRAME_NOISE = 2 ** 16;

export interface ClientParts {
  readonly socket: WebSocket;
  /** What carries it. */
  readonly raw: Socket;
  readonly limits: ServerLimits;
  readonly memory: Memory;
  readonly dice: FaultDice;
  respond(text: string): Promise<Reply>;
}

/**
 * One websocket. Its messages are answered a few at a time, and while its answers lie unread nothing more is read from it, so
 * that neither many requests nor a client that does not read take memory without bound.
 */
export class Client {
  private readonly socket: WebSocket;
  private readonly limits: ServerLimits;
  private readonly account: Account;
  private readonly delays = new Delays();
  private readonly queue: Buffer[] = [];
  private readonly busy = new Set<object>();
  /** In work, but for something to happen: perhaps what a message behind asks for, so that they do not hold that up. */
  private readonly waiting = new Set<object>();
  private patience: NodeJS.Timeout | undefined;
  private closing: Closing | undefined;
  private ending: NodeJS.Timeout | undefined;
  private cutting: NodeJS.Timeout | undefined;
  private window = AT_FIRST;
  /** Bytes received of a message that is not whole. */
  private partial = 0;
  /** Bytes of messages in work and of answers not yet handed to the system. */
  private held = 0;
  private unreadNotices = 0;
  /** Bytes that the next answer may have, as far as the last ones tell. */
  private expected = 0;
  private isBroken = false;
  /** Since the last check: it answered a ping, took some of an answer, or waited for us. */
  private alive = true;

  constructor(private readonly parts: ClientParts) {
    const { socket, raw, limits, memory } = parts;
    this.socket = socket;
    this.limits = limits;
    this.account = memory.open(() => this.giveWay());
    // A message that is too large, or no websocket at all: it has been told why, by a close frame.
    socket.on('error', () => {
      this.isBroken = true;
      this.ending ??= setTimeout(() => this.terminate(), BROKEN_WITHIN_MS).unref();
    });
    socket.on('pong', () => {
      this.alive = true;
    });
    // Before the websocket takes it to pieces.
    raw.prependListener('data', (chunk: Buffer) => this.receive(chunk.length));
    // Binary messages are text here as well, as with jsonrpsee.
    socket.on('message', data => this.take(Buffer.isBuffer(data) ? data : Buffer.alloc(0)));
    socket.on('close', () => {
      this.queue.length = 0;
      this.delays.clear();
      this.account.leave();
      clearTimeout(this.patience);
      clearTimeout(this.ending);
      clearTimeout(this.cutting);
    });
  }

  notify(text: string): void {
    if (this.closing || this.socket.readyState !== WebSocket.OPEN) return;
    const bytes = Buffer.from(text);
    if (this.unreadNotices + bytes.length > this.limits.unreadBytes) {
      this.close(CLOSING.slow);
      return;
    }
    this.unreadNotices += bytes.length;
    this.account.add(bytes.length);
    this.delays.send(this.parts.dice.faults.delayMs, () => {
      this.socket.send(bytes, { binary: false }, () => {
        this.unreadNotices -= bytes.length;
        this.account.add(-bytes.length);
        this.alive = true;
      });
    });
  }

  /** Ends a connection that shows no life between two checks. */
  check(): void {
    if (!this.alive) {
      this.terminate();
      return;
    }
    this.alive = this.inWork > 0;
    // While nothing is read no pong is seen either: what it takes of its answers counts.
    if (!this.socket.isPaused && this.socket.readyState === WebSocket.OPEN) this.socket.ping();
  }

  /** Closes behind what was sent, when what is in work was answered, or soon in any case. Nothing new is read. */
  close(closing: Closing): void {
    if (this.closing) return;
    this.closing = closing;
    this.queue.length = 0;
    if (this.busy.size === 0) this.finish();
    else this.ending = setTimeout(() => this.finish(), LAST_ANSWERS_MS).unref();
  }

  terminate(): void {
    this.socket.terminate();
  }

  /** Ends it that much later without a word; undefined keeps it. */
  cutIn(ms: number | undefined): void {
    clearTimeout(this.cutting);
    if (ms === undefined) return;
    this.cutting = setTimeout(() => this.terminate(), ms);
    this.cutting.unref();
  }

  private get inWork(): number {
    return this.busy.size + this.waiting.size;
  }

  /** Says why, and ends it soon whether that was heard or not. */
  private finish(withinMs = CLOSE_WITHIN_MS): void {
    const { code, reason } = this.closing!;
    this.delays.clear();
    clearTimeout(this.ending);
    this.socket.close(code, reason);
    // Its own closing frame has to be read.
    if (this.socket.isPaused) this.socket.resume();
    this.ending = setTimeout(() => this.terminate(), withinMs).unref();
  }

  private giveWay(): void {
    const unread = this.socket.bufferedAmount > GIVE_WAY_UNREAD;
    this.closing = CLOSING.memory;
    this.finish(GIVE_WAY_WITHIN_MS);
    if (unread) this.terminate();
  }

  private receive(bytes: number): void {
    // Read to be forgotten.
    if (this.isBroken) return;
    this.partial += bytes;
    this.account.add(bytes);
  }

  private take(message: Buffer): void {
    const rest = Math.max(0, this.partial - message.length);
    const partial = rest > FRAME_NOISE ? rest : 0;
    this.account.add(partial - this.partial + message.length);
    this.partial = partial;
    this.queue.push(message);
    this.proceed();
  }

  private proceed(): void {
    if (this.closing || this.socket.readyState !== WebSocket.OPEN) {
      this.queue.length = 0;
      if (this.socket.readyState === WebSocket.OPEN && this.busy.size === 0) this.finish();
      return;
    }
    while (this.queue.length > 0 && this.mayStart(this.queue[0]!.length)) void this.answer(this.queue.shift()!);
    if (this.queue.length > 0) {
      this.socket.pause();
      this.patience ??= setTimeout(() => this.passWaiting(), PATIENCE_MS);
    } else if (this.socket.isPaused) this.socket.resume();
  }

  /** Nothing was answered for a while. */
  private passWaiting(): void {
    this.patience = undefined;
    for (const work of this.busy) this.waiting.add(work);
    this.busy.clear();
    this.proceed();
  }

  private mayStart(bytes: number): boolean {
    const { answerBytes, atOnce, pending } = this.limits;
    if (this.inWork === 0) return this.held < answerBytes;
    if (this.busy.size >= Math.min(this.window, atOnce) || this.inWork >= pending) return false;
    return this.held + bytes + (this.inWork + 1) * this.expected <= answerBytes;
  }

  private async answer(message: Buffer): Promise<void> {
    const { length } = message;
    this.held += length;
    const work = {};
    this.busy.add(work);
    try {
      this.deliver(await this.parts.respond(message.toString('utf8')));
    } catch {
      // The chain is gone.
      this.terminate();
    }
    clearTimeout(this.patience);
    this.patience = undefined;
    this.busy.delete(work);
    this.waiting.delete(work);
    this.held -= length;
    this.account.add(-length);
    this.window++;
    this.proceed();
  }

  private deliver({ text, dev }: Reply): void {
    if (text === undefined || this.socket.readyState !== WebSocket.OPEN) return;
    const { dice } = this.parts;
    if (!dev && dice.drops()) return;
    const bytes = Buffer.from(text);
    this.expected = Math.max(bytes.length, this.expected >> 1);
    this.held += bytes.length;
    this.account.add(bytes.length);
    const send = () =>
      this.socket.send(bytes, { binary: false }, () => {
        this.held -= bytes.length;
        this.account.add(-bytes.length);
        this.alive = true;
        this.proceed();
      });
    if (dev) send();
    else this.delays.send(dice.faults.delayMs, send);
  }
}
