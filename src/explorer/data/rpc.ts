import { BittensorError } from '../../base/browser.js';

/** How long an answer may take. */
const DEADLINE_MS = 20_000;
/** How long opening a connection may take. */
const OPEN_MS = 10_000;
/** After so long without a word the node is asked for one: a connection may be gone without an end, as after a sleep. */
const QUIET_MS = 15_000;
const RETRY_MS = [250, 500, 1_000, 2_000, 5_000] as const;
/** A subscription that was refused is asked for again after so long. */
const LATER_MS = 5_000;
/** Requests that wait for an answer or a connection. */
const MOST_WAITING = 4096;

export type RpcState = 'connecting' | 'open' | 'closed';

interface Waiting {
  readonly text: string;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
  sent: boolean;
}

interface Subscription {
  readonly method: string;
  readonly unsubscribe: string;
  readonly params: readonly unknown[];
  readonly onItem: (item: unknown) => void;
  id: unknown;
}

/**
 * JSON-RPC 2.0 over one websocket that is opened again when it ends, or when nothing comes any more. Requests have deadlines, and reads that were on
 * their way are sent again after a reconnection; subscriptions are made again.
 */
export class Rpc {
  private socket: WebSocket | undefined;
  private readonly waiting = new Map<number, Waiting>();
  private readonly subscriptions = new Set<Subscription>();
  private readonly listeners = new Set<(state: RpcState) => void>();
  private count = 0;
  private tries = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private pulse: ReturnType<typeof setInterval> | undefined;
  /** When the node said anything last, or the connection was opened. */
  private heardAt = 0;
  private current: RpcState = 'closed';
  private stopped = true;

  constructor(readonly url: string) {}

  get state(): RpcState {
    return this.current;
  }

  start(): void {
    if (!this.stopped) return;
    this.stopped = false;
    this.open();
  }

  stop(): void {
    this.stopped = true;
    clearTimeout(this.timer);
    clearInterval(this.pulse);
    this.socket?.close();
    for (const { reject } of [...this.waiting.values()]) reject(unreachable(this.url, 'the page closed it'));
    this.subscriptions.clear();
  }

  onState(listener: (state: RpcState) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  call(method: string, params: readonly unknown[] = [], options: { signal?: AbortSignal | undefined } = {}) {
    const { signal } = options;
    return new Promise<unknown>((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      if (this.waiting.size >= MOST_WAITING) {
        return reject(new BittensorError('closed', `${MOST_WAITING} requests wait for ${this.url} already`));
      }
      const id = ++this.count;
      const settle = () => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', onAbort);
        this.waiting.delete(id);
      };
      const fail = (error: unknown) => {
        settle();
        reject(error);
      };
      const onAbort = () => fail(signal?.reason);
      const askedAt = performance.now();
      const timer = setTimeout(() => {
        if (this.current !== 'open') return fail(unreachable(this.url, 'it is not there'));
        fail(new BittensorError('timeout', `${this.url} did not answer ${method} within ${DEADLINE_MS / 1000} s`));
        if (this.heardAt < askedAt) this.socket?.close();
      }, DEADLINE_MS);
      signal?.addEventListener('abort', onAbort, { once: true });
      const text = JSON.stringify({ jsonrpc: '2.0', id, method, params });
      const done = (result: unknown) => {
        settle();
        resolve(result);
      };
      this.waiting.set(id, { text, resolve: done, reject: fail, sent: false });
      this.flush();
    });
  }

  /** Calls back with each notification, over reconnections, until the returned function is called. */
  subscribe(
    [method, unsubscribe]: readonly [string, string],
    params: readonly unknown[],
    onItem: (item: unknown) => void,
  ): () => void {
    const subscription: Subscription = { method, unsubscribe, params, onItem, id: undefined };
    this.subscriptions.add(subscription);
    if (this.current === 'open') this.renew(subscription);
    return () => {
      this.subscriptions.delete(subscription);
      if (this.current === 'open' && subscription.id !== undefined) {
        this.call(unsubscribe, [subscription.id]).catch(() => {});
      }
    };
  }

  private set(state: RpcState): void {
    if (this.current === state) return;
    this.current = state;
    for (const listener of [...this.listeners]) listener(state);
  }

  private open(): void {
    this.set('connecting');
    const socket = new WebSocket(this.url);
    this.socket = socket;
    const slow = setTimeout(() => socket.close(), OPEN_MS);
    socket.onopen = () => {
      clearTimeout(slow);
      this.tries = 0;
      this.heardAt = performance.now();
      this.pulse = setInterval(() => this.askIfQuiet(), QUIET_MS);
      this.set('open');
      for (const subscription of this.subscriptions) this.renew(subscription);
      this.flush();
    };
    socket.onmessage = ({ data }) => this.receive(String(data));
    socket.onclose = () => {
      clearTimeout(slow);
      clearInterval(this.pulse);
      for (const subscription of this.subscriptions) subscription.id = undefined;
      // What was asked is a read: it is asked again.
      for (const entry of this.waiting.values()) entry.sent = false;
      this.set('closed');
      if (this.stopped) return;
      const delay = RETRY_MS[Math.min(this.tries++, RETRY_MS.length - 1)]!;
      this.timer = setTimeout(() => this.open(), delay);
    };
  }

  /** No answer to this ends the connection. */
  private askIfQuiet(): void {
    const isQuiet = performance.now() - this.heardAt >= QUIET_MS;
    if (isQuiet && this.waiting.size === 0) this.call('system_chain').catch(() => {});
  }

  private flush(): void {
    if (this.socket?.readyState !== WebSocket.OPEN) return;
    for (const entry of this.waiting.values()) {
      if (entry.sent) continue;
      entry.sent = true;
      this.socket.send(entry.text);
    }
  }

  private renew(subscription: Subscription): void {
    this.call(subscription.method, subscription.params).then(
      id => {
        // Asked for twice, where the connection ended before the first answer: one is enough.
        const isWanted = this.subscriptions.has(subscription) && subscription.id === undefined;
        if (isWanted) subscription.id = id;
        else this.call(subscription.unsubscribe, [id]).catch(() => {});
      },
      () => setTimeout(() => this.renewLate(subscription), LATER_MS),
    );
  }

  /** What a busy node refused is asked for again; after a reconnection that has been done already. */
  private renewLate(subscription: Subscription): void {
    const isMissing = this.subscriptions.has(subscription) && subscription.id === undefined;
    if (isMissing && this.current === 'open') this.renew(subscription);
  }

  private receive(text: string): void {
    this.heardAt = performance.now();
    let message: unknown;
    try {
      message = JSON.parse(text);
    } catch {
      // No node says such a thing: whatever this is, nothing can be learned from it.
      this.socket?.close();
      return;
    }
    if (typeof message !== 'object' || message === null) return;
    const { id, result, error, params } = message as Record<string, unknown>;
    if (typeof id === 'number') {
      const entry = this.waiting.get(id);
      if (error === undefined) entry?.resolve(result);
      else entry?.reject(rpcError(error));
      return;
    }
    const notice = params as { subscription?: unknown; result?: unknown } | undefined;
    for (const subscription of this.subscriptions) {
      if (subscription.id !== undefined && subscription.id === notice?.subscription && notice?.result !== undefined) {
        subscription.onItem(notice.result);
      }
    }
  }
}

function rpcError(error: unknown): BittensorError {
  const { code, message, data } = (typeof error === 'object' && error !== null ? error : {}) as Record<string, unknown>;
  const detail = typeof data === 'string' && data !== '' ? `: ${data}` : '';
  if (/state already discarded/i.test(`${message}${detail}`)) {
    return new BittensorError('rpc', 'the node keeps no state of this block any more', { data: { code } });
  }
  return new BittensorError('rpc', `${String(message ?? 'an error without a message')}${detail}`.slice(0, 500), {
    data: { code },
  });
}

function unreachable(url: string, why: string): BittensorError {
  return new BittensorError('chain_unreachable', `no chain at ${url}: ${why}`);
}
