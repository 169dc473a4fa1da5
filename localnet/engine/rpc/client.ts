import { WebSocket } from 'ws';
import { PATIENCE_MS } from './patience.js';

export interface ClientLimits {
  /** Bytes of notifications that a slow client may leave unread; above, it is disconnected. */
  unreadBytes: number;
  /** Bytes of answers unread and requests in work from which on nothing more is read from a connection. */
  answerBytes: number;
  /** Messages of one connection in work at a time, not counting those that wait for something; and counting them. */
  atOnce: number;
  pending: number;
}

/** How long a connection that is to end may still take to answer. */
const LAST_ANSWERS_MS = 500;

/** Answers can be large: a connection begins with few requests at a time, and one more for each answer. */
const AT_FIRST = 4;

/**
 * One websocket. Its messages are answered a few at a time, and while its answers lie unread nothing more is read from it, so
 * that neither many requests nor a client that does not read take memory without bound.
 */
export class Client {
  private readonly queue: string[] = [];
  private readonly busy = new Set<object>();
  /** In work, but for something to happen: perhaps what a message behind asks for, so that they do not hold that up. */
  private readonly waiting = new Set<object>();
  private patience: NodeJS.Timeout | undefined;
  private window = AT_FIRST;
  /** Bytes of messages in work and of answers not yet handed to the system. */
  private held = 0;
  private closing: { code: number; reason: string } | undefined;
  private unreadNotices = 0;
  /** Bytes that the next answer may have, as far as the last ones tell. */
  private expected = 0;
  /** Since the last check: it answered a ping, took some of an answer, or waited for us. */
  private alive = true;

  constructor(
    private readonly socket: WebSocket,
    private readonly limits: ClientLimits,
    private readonly respond: (text: string) => Promise<string | undefined>,
  ) {
    socket.on('error', () => socket.terminate());
    socket.on('pong', () => {
      this.alive = true;
    });
    // Binary messages are text here as well, as with jsonrpsee.
    socket.on('message', data => {
      this.queue.push(Buffer.isBuffer(data) ? data.toString('utf8') : '');
      this.proceed();
    });
    socket.on('close', () => {
      this.queue.length = 0;
      clearTimeout(this.patience);
    });
  }

  notify(text: string): void {
    if (this.unreadNotices > this.limits.unreadBytes) {
      this.terminate();
      return;
    }
    const bytes = Buffer.from(text);
    this.unreadNotices += bytes.length;
    this.socket.send(bytes, { binary: false }, () => {
      this.unreadNotices -= bytes.length;
      this.alive = true;
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
    if (!this.socket.isPaused) this.socket.ping();
  }

  /** Closes when what is in work has been answered, or soon: nothing new is read. */
  close(code: number, reason: string): void {
    this.queue.length = 0;
    this.closing ??= { code, reason };
    this.socket.pause();
    if (this.busy.size === 0) this.finish();
    else setTimeout(() => this.finish(), LAST_ANSWERS_MS).unref();
  }

  terminate(): void {
    this.socket.terminate();
  }

  private finish(): void {
    const { code, reason } = this.closing!;
    // Its own closing frame has to be read.
    this.socket.resume();
    this.socket.close(code, reason);
  }

  private get inWork(): number {
    return this.busy.size + this.waiting.size;
  }

  private proceed(): void {
    if (this.closing) {
      this.queue.length = 0;
      if (this.busy.size === 0) this.finish();
      return;
    }
    if (this.socket.readyState !== WebSocket.OPEN) return;
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

  private async answer(text: string): Promise<void> {
    this.held += text.length;
    const work = {};
    this.busy.add(work);
    try {
      this.send(await this.respond(text));
    } catch {
      // The chain is gone.
      this.terminate();
    }
    clearTimeout(this.patience);
    this.patience = undefined;
    this.busy.delete(work);
    this.waiting.delete(work);
    this.held -= text.length;
    this.window++;
    this.proceed();
  }

  private send(answer: string | undefined): void {
    if (answer === undefined || this.socket.readyState !== WebSocket.OPEN) return;
    const bytes = Buffer.from(answer);
    this.expected = Math.max(bytes.length, this.expected >> 1);
    this.held += bytes.length;
    this.socket.send(bytes, { binary: false }, () => {
      this.held -= bytes.length;
      this.alive = true;
      this.proceed();
    });
  }
}
