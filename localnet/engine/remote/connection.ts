import { WebSocket } from 'ws';
import { messageOf } from '../../../src/base/errors.js';
import { engineError } from '../errors.js';
import { RpcError } from '../rpc-error.js';
import { shownUrl } from './shown-url.js';

export interface ConnectionOptions {
  /** One message of the other side has at most this many bytes; a longer one ends the connection. */
  messageBytes?: number;
  /** How long connecting, and each request, may take. */
  deadlineMs?: number;
  signal?: AbortSignal;
}

const MESSAGE_BYTES = 64 * 2 ** 20;
const DEADLINE_MS = 20_000;
const REQUESTS_AT_MOST = 256;
const SUBSCRIPTIONS_AT_MOST = 4096;
/** A side that is silent for two of these is gone. */
const PING_EVERY_MS = 10_000;

interface Waiting {
  resolve(result: unknown): void;
  reject(error: Error): void;
  timer: NodeJS.Timeout;
}

/**
 * One JSON-RPC connection to another node, which is not trusted: messages, requests and waiting times are bounded, and what is
 * no JSON-RPC ends it. Errors: `unreachable` when there is no connection or no answer in time, `bad_answer` for nonsense, and
 * an `RpcError` for an error that the other side answered. It does not reconnect: its owner knows what to ask again.
 */
export class Connection implements Disposable {
  /** Resolves with the reason when the connection has ended. */
  readonly closed: Promise<Error>;
  private readonly waiting = new Map<number, Waiting>();
  private readonly subscriptions = new Map<string, (result: unknown) => void>();
  private reason: Error | undefined;
  private requests = 0;
  private alive = true;

  private constructor(
    /** Of the other side, as it may be shown. */
    readonly url: string,
    private readonly socket: WebSocket,
    private readonly deadlineMs: number,
    end: (reason: Error) => void,
    closed: Promise<Error>,
  ) {
    this.closed = closed;
    const pinging = setInterval(() => this.ping(), PING_EVERY_MS).unref();
    socket.on('message', data => this.receive(data));
    socket.on('pong', () => {
      this.alive = true;
    });
    socket.on('error', error => this.fail(unreachable(url, messageOf(error), error)));
    socket.on('close', (code, text) => {
      clearInterval(pinging);
      const said = text.length > 0 ? `: ${String(text).slice(0, 100)}` : '';
      this.fail(unreachable(url, `the connection ended with code ${code}${said}`));
      for (const { reject, timer } of this.waiting.values()) {
        clearTimeout(timer);
        reject(this.reason!);
      }
      this.waiting.clear();
      this.subscriptions.clear();
      end(this.reason!);
    });
  }

  static open(address: string, options: ConnectionOptions = {}): Promise<Connection> {
    const url = shownUrl(address);
    const { messageBytes = MESSAGE_BYTES, deadlineMs = DEADLINE_MS, signal } = options;
    return new Promise((resolve, reject) => {
      let socket: WebSocket;
      try {
        signal?.throwIfAborted();
        socket = new WebSocket(address, {
          maxPayload: messageBytes,
          handshakeTimeout: deadlineMs,
          perMessageDeflate: false,
          followRedirects: false,
        });
      } catch (error) {
        reject(unreachable(url, messageOf(error), error));
        return;
      }
      const abort = () => socket.terminate();
      signal?.addEventListener('abort', abort, { once: true });
      const refused = (error: Error) => {
        signal?.removeEventListener('abort', abort);
        reject(unreachable(url, error.message, error));
      };
      socket.once('error', refused);
      socket.once('open', () => {
        socket.off('error', refused);
        let end: (reason: Error) => void = () => {};
        const closed = new Promise<Error>(ended => {
          end = ended;
        });
        void closed.then(() => signal?.removeEventListener('abort', abort));
        resolve(new Connection(url, socket, deadlineMs, end, closed));
      });
    });
  }

  request(method: string, params: readonly unknown[] = [], deadlineMs = this.deadlineMs): Promise<unknown> {
    return new Promise((resolve, reject) => this.send(method, params, { resolve, reject }, deadlineMs));
  }

  /** Subscribes, and returns what ends it; that does not wait for the other side. */
  subscribe(
    names: { subscribe: string; unsubscribe: string },
    params: readonly unknown[],
    listener: (result: unknown) => void,
  ): Promise<() => void> {
    return new Promise((resolve, reject) => {
      if (this.subscriptions.size >= SUBSCRIPTIONS_AT_MOST) {
        reject(engineError('unreachable', `${SUBSCRIPTIONS_AT_MOST} subscriptions are open to ${this.url}`));
        return;
      }
      const subscribed = (answer: unknown) => {
        const id = String(answer);
        // At once: the first notification may come with the same packet.
        this.subscriptions.set(id, listener);
        resolve(() => {
          if (this.subscriptions.delete(id)) this.request(names.unsubscribe, [id]).catch(() => {});
        });
      };
      this.send(names.subscribe, params, { resolve: subscribed, reject }, this.deadlineMs);
    });
  }

  close(): void {
    this.fail(unreachable(this.url, 'the connection was closed here'));
  }

  [Symbol.dispose](): void {
    this.close();
  }

  private send(method: string, params: readonly unknown[], settle: Omit<Waiting, 'timer'>, deadlineMs: number): void {
    if (this.reason || this.socket.readyState !== WebSocket.OPEN) {
      settle.reject(this.reason ?? unreachable(this.url, 'the connection is ending'));
      return;
    }
    if (this.waiting.size >= REQUESTS_AT_MOST) {
      settle.reject(unreachable(this.url, `${REQUESTS_AT_MOST} requests are not answered`));
      return;
    }
    const id = ++this.requests;
    const timer = setTimeout(() => {
      this.waiting.delete(id);
      settle.reject(unreachable(this.url, `no answer to ${method} within ${deadlineMs} ms`));
    }, deadlineMs);
    this.waiting.set(id, { ...settle, timer });
    this.socket.send(JSON.stringify({ jsonrpc: '2.0', id, method, params }));
  }

  /** Ends the connection; the first reason counts. */
  private fail(reason: Error): void {
    this.reason ??= reason;
    this.socket.terminate();
  }

  private ping(): void {
    if (!this.alive) {
      this.fail(unreachable(this.url, 'it shows no life'));
      return;
    }
    this.alive = false;
    this.socket.ping();
  }

  private receive(data: unknown): void {
    this.alive = true;
    let message: { id?: unknown; result?: unknown; error?: unknown; params?: unknown };
    try {
      message = JSON.parse(String(data)) as typeof message;
      if (typeof message !== 'object' || message === null) throw new TypeError('no object');
    } catch (error) {
      this.fail(engineError('bad_answer', `${this.url} sent what is no JSON-RPC: ${messageOf(error).slice(0, 100)}`));
      return;
    }
    if (message.id === undefined || message.id === null) this.notified(message.params);
    else this.answered(message);
  }

  private answered(message: { id?: unknown; result?: unknown; error?: unknown }): void {
    const waiting = this.waiting.get(message.id as number);
    // Too late, or never asked for.
    if (!waiting) return;
    this.waiting.delete(message.id as number);
    clearTimeout(waiting.timer);
    if (message.error === undefined || message.error === null) waiting.resolve(message.result);
    else waiting.reject(errorOf(message.error));
  }

  private notified(params: unknown): void {
    const { subscription, result } = (params ?? {}) as { subscription?: unknown; result?: unknown };
    try {
      this.subscriptions.get(String(subscription))?.(result);
    } catch (error) {
      this.fail(
        engineError('bad_answer', `${this.url} sent a notification of no use: ${messageOf(error).slice(0, 200)}`),
      );
    }
  }
}

function errorOf(error: unknown): Error {
  const { code, message, data } = error as { code?: unknown; message?: unknown; data?: unknown };
  return new RpcError(
    Number.isSafeInteger(code) ? (code as number) : -32603,
    String(message).slice(0, 2000),
    data === undefined || data === null
      ? undefined
      : (typeof data === 'string' ? data : JSON.stringify(data)).slice(0, 2000),
  );
}

function unreachable(url: string, why: string, cause?: unknown): Error {
  return engineError('unreachable', `${url} cannot be reached: ${why}`, { cause, data: { url } });
}
