import { withDeadline } from '../../base/browser.js';
import { chainError } from '../errors.js';

/** More unanswered requests than this are refused: the node is too slow for them. */
const MOST_PENDING = 4096;

/** One websocket to a node. It never reconnects: `connection.ts` makes a new one. */
export interface RpcSession {
  readonly url: string;
  /** `performance.now()` when the node was last heard. */
  readonly heardAt: number;
  /** Calls back once, with the reason, when the session has ended. Returns what ends the waiting. */
  onEnded(callback: (reason: string) => void): () => void;
  /** True when it ended, or is about to, because a local chain went back to an earlier block. */
  readonly isReverted: boolean;
  /** The result of a request. Errors: `rpc`, `unsupported` (no such method), `timeout`, `chain_unreachable`. */
  call(method: string, params: readonly unknown[], options: CallOptions): Promise<unknown>;
  /** A subscription; `onResult`, which must not throw, gets each notification, the first perhaps before this resolves. */
  subscribe(
    method: string,
    params: readonly unknown[],
    onResult: (result: unknown) => void,
    options: CallOptions,
  ): Promise<string>;
  forget(subscription: string): void;
  /** `reason` is told to who waits for the end. */
  close(reason?: string): void;
}

/** How a local chain tells its clients of a revert: the last notification of each subscription, then the closing code. */
const REVERTED_ERROR = -32099;
const REVERTED_CLOSE = 4001;

export interface CallOptions {
  timeoutMs: number;
  signal?: AbortSignal | undefined;
}

interface Pending {
  resolve(result: unknown): void;
  reject(error: unknown): void;
  onResult: ((result: unknown) => void) | undefined;
}

/** The part of a WebSocket that browsers and `ws` share. */
interface Socket {
  onopen: (() => void) | null;
  onmessage: ((event: { data: unknown }) => void) | null;
  onclose: ((event: { code: number; reason: string }) => void) | null;
  onerror: ((event: { message?: string }) => void) | null;
  send(text: string): void;
  close(): void;
  terminate?(): void;
}

/** Opens a websocket. Error `chain_unreachable` with the reason, or the signal's reason. */
export async function openSession(url: string, options: CallOptions): Promise<RpcSession> {
  options.signal?.throwIfAborted();
  // Loaded when it is needed: much of this folder is of use without a connection.
  const { WebSocket: PlatformSocket } = await import('@polkadot/x-ws');
  const socket = new (PlatformSocket as unknown as new (url: string) => Socket)(url);
  const session = new Session(url, socket);
  try {
    await withDeadline(session.opened, options.timeoutMs, `connecting to ${url}`, options.signal);
    return session;
  } catch (error) {
    session.close();
    throw error;
  }
}

class Session implements RpcSession {
  readonly opened: Promise<void>;
  heardAt = performance.now();
  isReverted = false;
  private readonly pending = new Map<number, Pending>();
  private readonly subscriptions = new Map<string, (result: unknown) => void>();
  private nextId = 1;
  private readonly endCallbacks = new Set<(reason: string) => void>();
  private over: string | undefined;

  constructor(
    readonly url: string,
    private readonly socket: Socket,
  ) {
    let opened!: () => void;
    let refused!: (error: unknown) => void;
    this.opened = new Promise((resolve, reject) => {
      opened = resolve;
      refused = reject;
    });
    const fail = (reason: string) => {
      refused(chainError('chain_unreachable', `${url}: ${reason}`, { url, reason }));
      this.finish(reason);
    };
    socket.onopen = () => opened();
    socket.onmessage = event => this.onMessage(event.data);
    // Not every platform closes after an error.
    socket.onerror = event => fail(event.message || 'the connection failed');
    socket.onclose = event => {
      if (event.code === REVERTED_CLOSE) this.isReverted = true;
      fail(event.reason || `closed with code ${event.code}`);
    };
    this.opened.catch(() => {});
  }

  call(method: string, params: readonly unknown[], options: CallOptions): Promise<unknown> {
    return this.request(method, params, undefined, options);
  }

  async subscribe(
    method: string,
    params: readonly unknown[],
    onResult: (result: unknown) => void,
    options: CallOptions,
  ): Promise<string> {
    return String(await this.request(method, params, onResult, options));
  }

  forget(subscription: string): void {
    this.subscriptions.delete(subscription);
  }

  onEnded(callback: (reason: string) => void): () => void {
    if (this.over === undefined) this.endCallbacks.add(callback);
    else queueMicrotask(() => callback(this.over!));
    return () => void this.endCallbacks.delete(callback);
  }

  close(reason = 'closed by this side'): void {
    this.finish(reason);
    try {
      // A dead peer would not answer the closing handshake, and the process would wait for it.
      if (this.socket.terminate) this.socket.terminate();
      else this.socket.close();
    } catch {
      // It was never open.
    }
  }

  private async request(
    method: string,
    params: readonly unknown[],
    onResult: Pending['onResult'],
    { timeoutMs, signal }: CallOptions,
  ): Promise<unknown> {
    signal?.throwIfAborted();
    if (this.over) throw this.lost(method, this.over);
    if (this.pending.size >= MOST_PENDING) {
      throw chainError('rpc', `${method}: ${MOST_PENDING} requests already wait for ${this.url}`, { method });
    }
    const id = this.nextId++;
    const answer = new Promise((resolve, reject) => {
      this.pending.set(id, { resolve, reject, onResult });
    });
    try {
      this.socket.send(JSON.stringify({ jsonrpc: '2.0', id, method, params }));
      return await withDeadline(answer, timeoutMs, `${method} at ${this.url}`, signal);
    } finally {
      this.pending.delete(id);
    }
  }

  private finish(reason: string): void {
    if (this.over) return;
    this.over = reason;
    for (const { reject } of this.pending.values()) reject(this.lost('request', reason));
    this.pending.clear();
    this.subscriptions.clear();
    for (const callback of this.endCallbacks) callback(reason);
    this.endCallbacks.clear();
  }

  private lost(what: string, reason: string) {
    return chainError('chain_unreachable', `${what}: the connection to ${this.url} is gone (${reason})`, {
      url: this.url,
      reason,
    });
  }

  /** What the node says may be anything: whatever is no answer to a question of ours is dropped. */
  private onMessage(data: unknown): void {
    this.heardAt = performance.now();
    const message = parse(data);
    if (!message) return;
    if (typeof message.method === 'string') {
      const { subscription, result, error } = asRecord(message.params);
      if (asRecord(error).code === REVERTED_ERROR) this.isReverted = true;
      else if (subscription !== undefined && error === undefined)
        this.subscriptions.get(String(subscription))?.(result);
      return;
    }
    const pending = this.pending.get(Number(message.id));
    if (!pending) return;
    if (message.error !== undefined && message.error !== null) {
      pending.reject(this.refusal(message.error));
      return;
    }
    if (pending.onResult) this.subscriptions.set(String(message.result), pending.onResult);
    pending.resolve(message.result);
  }

  private refusal(error: unknown) {
    const { code, message, data } = asRecord(error);
    const rpcCode = typeof code === 'number' ? code : 0;
    const text = typeof message === 'string' ? message : 'refused';
    const detail = typeof data === 'string' ? `: ${data.slice(0, 300)}` : '';
    return chainError(rpcCode === -32601 ? 'unsupported' : 'rpc', `${text}${detail}`, {
      rpcCode,
      rpcMessage: text,
      rpcData: data,
      url: this.url,
    });
  }
}

function parse(data: unknown): Record<string, unknown> | undefined {
  if (typeof data !== 'string') return undefined;
  try {
    const value: unknown = JSON.parse(data);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

function asRecord(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
