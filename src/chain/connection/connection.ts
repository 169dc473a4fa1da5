import {
  abortingWith,
  type BittensorError,
  isBittensorError,
  type Log,
  messageOf,
  sleep,
  withDeadline,
} from '../../base/browser.js';
import { chainError } from '../errors.js';
import { openOrDiagnose } from './diagnose.js';
import type { CallOptions, RpcSession } from './json-rpc.js';
import { leave, Subscriptions } from './subscriptions.js';

export interface ConnectionOptions<Chain> {
  /** Tried in turn, the one in use first. */
  endpoints: readonly string[];
  /** Default deadline of a request. */
  timeoutMs: number;
  log: Log;
  /**
   * Looks at a fresh session and says what chain is there, or throws `foreign_chain`. Called for every connection;
   * `before` is what the first one found, `connection` what will carry requests once it is admitted; `isReverted` when
   * the chain has gone back to an earlier block since.
   */
  admit(
    session: RpcSession,
    before: Chain | undefined,
    connection: Connection<Chain>,
    isReverted: boolean,
  ): Promise<Chain>;
}

/** How it stands with a connection. */
export interface ConnectionState {
  readonly isConnected: boolean;
  /** How often a connection was found again after one was lost. */
  readonly reconnections: number;
}

/** Deadline of one attempt to connect to one endpoint, in milliseconds; asking what chain it is included. */
const CONNECT_MS = 10_000;
const FIRST_RETRY_MS = 100;
const LAST_RETRY_MS = 5_000;
/** A node that was silent for this long is asked something; one that does not answer then is given up. */
const SILENCE_MS = 15_000;

/**
 * One living connection over changing websockets: it fails over between endpoints, reconnects with growing pauses and
 * renews subscriptions. Requests that find no connection wait for one until their deadline.
 */
export class Connection<Chain> {
  private session!: RpcSession;
  private chainNow!: Chain;
  private readonly subscriptions: Subscriptions;
  private readonly closing = new AbortController();
  /** Settles when there is a session again; undefined while there is one. */
  private reconnecting: Promise<void> | undefined;
  /** Who waits for that. Not on the promise, where each would leave something until the end of a long outage. */
  private readonly waiting = new Set<() => void>();
  private lastProblem: unknown;
  private timesReconnected = 0;
  /** Which endpoint is tried first: the one in use, or the one after an endpoint that was left. */
  private first = 0;
  /** From the news of a revert until a connection knows the chain as it is then. */
  private isReverted = false;
  private readonly revertCallbacks = new Set<() => void>();
  private heartbeat: ReturnType<typeof setInterval> | undefined;

  private constructor(private readonly options: ConnectionOptions<Chain>) {
    const { timeoutMs, log } = options;
    this.subscriptions = new Subscriptions({ timeoutMs, log, closed: this.closing.signal });
  }

  /** Errors: `foreign_chain` when something answers that is no Subtensor chain, else `chain_unreachable`. */
  static async open<Chain>(options: ConnectionOptions<Chain>, signal?: AbortSignal): Promise<Connection<Chain>> {
    const connection = new Connection(options);
    await connection.establish(signal);
    connection.heartbeat = setInterval(() => void connection.listen(), SILENCE_MS / 3);
    connection.heartbeat.unref?.();
    return connection;
  }

  get endpoint(): string {
    return this.session.url;
  }

  get chain(): Chain {
    return this.chainNow;
  }

  /** Replaces what is known of the chain, after an upgrade of its runtime. */
  update(chain: Chain): void {
    this.chainNow = chain;
  }

  get state(): ConnectionState {
    return { isConnected: !this.reconnecting && !this.isClosed, reconnections: this.timesReconnected };
  }

  get isClosed(): boolean {
    return this.closing.signal.aborted;
  }

  /** Aborts when it is closed. */
  get closed(): AbortSignal {
    return this.closing.signal;
  }

  /** Tells when a local chain has gone back to an earlier block, before anything is asked of it again. */
  onReverted(callback: () => void): void {
    this.revertCallbacks.add(callback);
  }

  /**
   * A request. `once` forbids to repeat it over a new connection when the old one broke before the answer.
   * Errors: `rpc`, `unsupported`, `timeout`, `chain_unreachable`, `closed`.
   */
  async call(
    method: string,
    params: readonly unknown[],
    { timeoutMs = this.options.timeoutMs, signal, once = false }: Partial<CallOptions> & { once?: boolean } = {},
  ): Promise<unknown> {
    const end = performance.now() + timeoutMs;
    for (;;) {
      const session = await this.current(method, end, signal);
      try {
        return await session.call(method, params, { timeoutMs: Math.max(1, end - performance.now()), signal });
      } catch (error) {
        const broke = isBittensorError(error) && error.code === 'chain_unreachable';
        if (this.isClosed) throw closed();
        if (!broke || once) throw error;
      }
    }
  }

  /** A subscription that survives reconnections. Returns what ends it. */
  async subscribe(
    method: string,
    unsubscribe: string,
    params: readonly unknown[],
    onResult: (result: unknown) => void,
  ): Promise<() => void> {
    const subscription = this.subscriptions.add({ method, unsubscribe, params, onResult });
    try {
      const session = await this.current(method, performance.now() + this.options.timeoutMs, undefined);
      await this.subscriptions.renew(session, subscription);
    } catch (error) {
      // A connection that broke meanwhile is renewed, and this subscription with it.
      if (!isBittensorError(error) || error.code !== 'chain_unreachable' || this.isClosed) {
        this.subscriptions.cancel(subscription);
        throw error;
      }
    }
    return () => this.subscriptions.cancel(subscription);
  }

  /**
   * A subscription that lives on one connection only, as a transaction's does: it cannot be repeated. `onLost` tells
   * when that connection is gone. Errors as `call`.
   */
  async watch(
    method: string,
    unsubscribe: string,
    params: readonly unknown[],
    on: { result: (result: unknown) => void; lost: () => void },
    { timeoutMs = this.options.timeoutMs, signal }: Partial<CallOptions> = {},
  ): Promise<() => void> {
    const session = await this.current(method, performance.now() + timeoutMs, signal);
    const id = await session.subscribe(method, params, on.result, { timeoutMs, signal });
    const unhear = session.onEnded(on.lost);
    return () => {
      unhear();
      leave(session, { unsubscribe, id, timeoutMs: this.options.timeoutMs });
    };
  }

  /** Goes on to the next endpoint, where there is one; `why` is logged. */
  moveOn(why: string): void {
    const { length } = this.options.endpoints;
    if (length === 1 || this.reconnecting || this.isClosed) return;
    this.first = (this.first + 1) % length;
    this.session.close(why);
  }

  /** Ends the connection; requests that wait are refused with `closed`. May be called twice. */
  close(): void {
    if (this.isClosed) return;
    this.closing.abort(closed());
    clearInterval(this.heartbeat);
    this.subscriptions.clear();
    this.session?.close();
  }

  private async current(what: string, end: number, signal: AbortSignal | undefined): Promise<RpcSession> {
    if (this.isClosed) throw closed();
    while (this.reconnecting) {
      const left = Math.max(1, Math.ceil(end - performance.now()));
      let wake = () => {};
      const woken = new Promise<void>(resolve => {
        wake = resolve;
      });
      this.waiting.add(wake);
      try {
        await withDeadline(woken, left, what, signal);
      } catch (error) {
        if (this.isClosed) throw closed();
        if (!isBittensorError(error) || error.code !== 'timeout') throw error;
        throw this.lastProblem ?? error;
      } finally {
        this.waiting.delete(wake);
      }
      if (this.isClosed) throw closed();
    }
    return this.session;
  }

  private async establish(signal?: AbortSignal): Promise<void> {
    const problems: BittensorError[] = [];
    const { endpoints } = this.options;
    for (let i = 0; i < endpoints.length; i++) {
      signal?.throwIfAborted();
      const at = (this.first + i) % endpoints.length;
      try {
        await this.connectTo(endpoints[at]!, signal);
        this.first = at;
        return;
      } catch (error) {
        if (signal?.aborted || this.isClosed || !isBittensorError(error)) throw error;
        problems.push(error);
      }
    }
    const worst = problems.find(problem => problem.code === 'foreign_chain') ?? problems[0]!;
    if (worst.code === 'foreign_chain' || worst.code === 'unsupported') throw worst;
    const said = problems.map(problem => problem.message).join('; ');
    throw chainError('chain_unreachable', `no chain answers: ${said}`, { endpoints });
  }

  private async connectTo(url: string, signal?: AbortSignal): Promise<void> {
    const stop = abortingWith(signal, this.closing.signal);
    try {
      const session = await openOrDiagnose(url, { timeoutMs: CONNECT_MS, signal: stop.signal });
      await this.admit(session, stop.signal).catch(error => {
        session.close();
        throw error;
      });
    } finally {
      stop.abort();
    }
  }

  private async admit(session: RpcSession, stop: AbortSignal): Promise<void> {
    const { url } = session;
    const admission = this.options.admit(session, this.chainNow, this, this.isReverted);
    this.chainNow = await withDeadline(admission, CONNECT_MS, `asking ${url} what chain it is`, stop);
    stop.throwIfAborted();
    this.session = session;
    this.isReverted = false;
    session.onEnded(reason => this.onLost(session, reason));
  }

  private onLost(session: RpcSession, reason: string): void {
    if (this.isClosed || this.session !== session) return;
    if (session.isReverted) this.hearOfRevert(session);
    else this.options.log.warn(`connection to ${session.url} lost (${reason}), reconnecting`);
    this.lastProblem = chainError('chain_unreachable', `no connection to ${session.url}: ${reason}`);
    const reconnecting = this.reconnect(performance.now()).finally(() => {
      // One that was lost again at once has its own.
      if (this.reconnecting === reconnecting) this.reconnecting = undefined;
      for (const wake of this.waiting) wake();
    });
    this.reconnecting = reconnecting;
    reconnecting.catch(() => {});
  }

  private hearOfRevert({ url }: RpcSession): void {
    this.options.log.info(`the chain at ${url} was reverted to an earlier block`);
    this.isReverted = true;
    for (const callback of this.revertCallbacks) callback();
  }

  private async reconnect(since: number): Promise<void> {
    let said = '';
    for (let pauseMs = FIRST_RETRY_MS; ; pauseMs = Math.min(2 * pauseMs, LAST_RETRY_MS)) {
      try {
        await this.establish();
        break;
      } catch (error) {
        if (this.isClosed) throw closed();
        this.lastProblem = error;
        const says = messageOf(error);
        // The same problem again is not news.
        const level = isBittensorError(error) && error.code === 'foreign_chain' ? 'error' : 'debug';
        if (says !== said) this.options.log[level](says);
        said = says;
        await sleep(pauseMs, this.closing.signal);
      }
    }
    this.subscriptions.renewAll(this.session);
    this.timesReconnected += 1;
    const seconds = ((performance.now() - since) / 1000).toFixed(1);
    this.options.log.info(`connected again to ${this.session.url} after ${seconds} s`);
  }

  /** Finds connections that are dead without having been closed (a sleeping laptop, a lost route). */
  private async listen(): Promise<void> {
    const { session } = this;
    if (this.reconnecting || this.isClosed || performance.now() - session.heardAt < SILENCE_MS) return;
    try {
      await session.call('chain_getBlockHash', [0], { timeoutMs: SILENCE_MS / 2 });
    } catch (error) {
      if (isBittensorError(error) && error.code === 'timeout') session.close();
    }
  }
}

function closed() {
  return chainError('closed', 'the chain client was closed');
}
