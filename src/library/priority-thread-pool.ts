import { abortingWith } from '../base/browser.js';
import type { PriorityThreadPool as NetPool } from '../net/index.js';
import { whole } from './checks.js';
import { libraryError } from './errors.js';
import { priorityOf } from './priority.js';

/** How much a pool does at a time, and how much waits. */
export interface PoolOptions {
  /** Calls that run at a time; default 10. A call that computes without waiting has the thread for itself anyway. */
  readonly maxWorkers?: number | undefined;
  /** Calls that wait; one more takes the place of the least, or is refused. Default 256. */
  readonly maxSize?: number | undefined;
}

/** The outcome of a call to come: awaited as a promise, or with a limit of its own. */
export interface Future<T> extends Promise<T> {
  /** The outcome within this time, or a rejection with the name `TimeoutError`, which an axon answers as `Timeout`. */
  result(options?: { readonly timeoutMs?: number; readonly signal?: AbortSignal }): Promise<T>;
}

/** For how long a call may wait and run, and who asks. */
export interface SubmitOptions {
  /** For waiting and running together; default 60 s. */
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Who asks: told from others where places are scarce, so that a small stake is late but never starves. */
  readonly caller?: string | undefined;
}

/** Runs calls by priority, so many at a time: the stake of who asks, in TAO, or in rao as a bigint. */
export class PriorityThreadPool implements AsyncDisposable {
  private pool: Promise<NetPool> | undefined;
  private closed = false;

  constructor(private readonly limits: { readonly maxWorkers: number; readonly maxSize: number }) {}

  /**
   * Submits `call(inputs)`; more priority goes first, and who came first among equals. What is refused or late rejects with a
   * `RequestError` (`returnCode`: `NucleusFull`, `NucleusTimeout`, `Timeout`).
   */
  submit<Inputs, T>(
    call: (inputs: Inputs, context: { readonly signal: AbortSignal }) => T | Promise<T>,
    inputs: Inputs,
    priority: number | bigint = 0,
    { timeoutMs = 60_000, signal, caller }: SubmitOptions = {},
  ): Future<T> {
    const given = abortingWith(signal);
    const job = {
      priority: priorityOf(typeof priority === 'bigint' ? priority : Math.max(0, priority)),
      caller,
      timeoutMs,
      signal: given.signal,
      run: (context: { readonly signal: AbortSignal }) => call(inputs, context),
    };
    this.pool ??= this.open();
    const promise = this.pool.then(pool => pool.submit<T>(job));
    promise.catch(() => {}).finally(() => given.abort());
    const result: Future<T>['result'] = ({ timeoutMs: withinMs, signal: until } = {}) => {
      const giveUp = () => given.abort(until?.reason);
      const timer =
        withinMs === undefined
          ? undefined
          : setTimeout(
              () => given.abort(new DOMException(`no result within ${withinMs} ms`, 'TimeoutError')),
              withinMs,
            );
      if (until?.aborted) giveUp();
      until?.addEventListener('abort', giveUp, { once: true });
      return promise.finally(() => {
        clearTimeout(timer);
        until?.removeEventListener('abort', giveUp);
      });
    };
    return Object.assign(promise, { result });
  }

  /** Refuses what waits and what comes, gives up what runs. May be called twice. */
  async close(): Promise<void> {
    this.closed = true;
    await this.pool?.then(
      pool => pool.stop(),
      () => {},
    );
  }

  /** The same as `close`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  private async open(): Promise<NetPool> {
    if (this.closed) throw libraryError('closed', 'this pool was closed');
    const { PriorityThreadPool: Net } = await import('../net/index.js');
    return new Net(this.limits);
  }
}

/**
 * A pool that computes by priority. Error `bad_argument`.
 *
 * ```ts
 * const future = pool.submit(inputs => model.forward(inputs), inputs, graph.S[uid]);
 * return future.result({ timeoutMs: 5_000 });
 * ```
 */
export function priorityThreadPool(options: PoolOptions = {}): PriorityThreadPool {
  const { maxWorkers = 10, maxSize = 256 } = options;
  return new PriorityThreadPool({
    maxWorkers: whole('maxWorkers', maxWorkers, 1),
    maxSize: whole('maxSize', maxSize, 0),
  });
}
