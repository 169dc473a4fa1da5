import { RequestError } from '../errors.js';
import { type AbortSource, LazyAbort } from '../lazy-abort.js';
import { type Deadline, Deadlines } from '../session/deadlines.js';
import { type ThreadTask, WorkerThreads } from './worker-threads.js';

export interface PoolLimits {
  /** Jobs that run at a time. */
  readonly maxWorkers: number;
  /** Jobs that wait; one more takes the place of the least, or is refused when it is the least itself. */
  readonly maxSize: number;
  /** A job of some priority that waited so long, milliseconds, may have one of the turns kept for such jobs. */
  readonly agingMs: number;
}

export const defaultPoolLimits: PoolLimits = { maxWorkers: 64, maxSize: 1_024, agingMs: 1_000 };

/** Every so many-th turn goes to the job that waited longest, so that a small stake is late but never starves. */
const AGED_TURN = 8;

export interface JobTerms {
  /** Stake in rao. More goes first; among equals, who came first. Zero never overtakes, however long it waits. */
  readonly priority: bigint;
  /** Time for waiting and running together, milliseconds. */
  readonly timeoutMs: number;
  /** Gives the job up: it leaves the line, or its own signal aborts. */
  readonly signal?: AbortSource | undefined;
}

export interface Job<T> extends JobTerms {
  /** Should end soon after `given.signal` aborts: a job that does not keeps its place among those that run. */
  run(given: { readonly signal: AbortSignal }): Promise<T> | T;
}

interface Entry {
  readonly job: Job<unknown>;
  readonly sinceMs: number;
  readonly up: LazyAbort;
  state: 'waiting' | 'running' | 'over';
  deadline: Deadline | undefined;
  onAbort: (() => void) | undefined;
  resolve(value: unknown): void;
  reject(reason: unknown): void;
}

/**
 * Runs so many jobs at a time, the others wait in exact order of priority. Refusals are `RequestError`s: `NucleusFull`,
 * `NucleusTimeout` (waited in vain), `Timeout` (ran too long), `Unavailable` (stopped).
 */
export class PriorityThreadPool implements AsyncDisposable {
  // Highest priority first, first come first among equals.
  private readonly waiting: Entry[] = [];
  private readonly entries = new Set<Entry>();
  private readonly threads = new WorkerThreads();
  private readonly deadlines = new Deadlines();
  private readonly limits: PoolLimits;
  private running = 0;
  private left = 0;
  private turn = 0;
  private stopped: Promise<void> | undefined;

  constructor(
    limits: Partial<PoolLimits> = {},
    /** A clock that never goes back, milliseconds. */
    private readonly nowMs: () => number = () => performance.now(),
  ) {
    this.limits = { ...defaultPoolLimits, ...limits };
  }

  /** Jobs that run, those included whose caller has left. */
  get active(): number {
    return this.running;
  }

  /** Jobs that wait. */
  get size(): number {
    return this.waiting.length;
  }

  /** Jobs that go on although nobody waits for them any more. */
  get abandoned(): number {
    return this.left;
  }

  /** Resolves or rejects as the job does; rejects with a `RequestError`, or with the signal's reason, when it is given up. */
  submit<T>(job: Job<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const refusal = this.refusal(job);
      if (refusal) return reject(refusal);
      const entry: Entry = {
        job,
        sinceMs: this.nowMs(),
        up: new LazyAbort(),
        state: 'waiting',
        deadline: undefined,
        onAbort: undefined,
        resolve: resolve as (value: unknown) => void,
        reject,
      };
      this.entries.add(entry);
      const timeoutMs = Math.max(0, job.timeoutMs);
      // Timers take 31 bits; who is that patient needs none.
      if (timeoutMs < 2 ** 31) {
        entry.deadline = this.deadlines.add(timeoutMs, () => this.giveUp(entry, lateError(entry)));
      }
      const { signal } = job;
      if (signal) {
        entry.onAbort = () => this.giveUp(entry, signal.reason);
        signal.addEventListener('abort', entry.onAbort, { once: true });
      }
      if (this.running < this.limits.maxWorkers) this.begin(entry);
      else this.enqueue(entry);
    });
  }

  /** Submits a function of a module, which is computed in a worker thread; the thread ends when the job is given up. */
  compute<T>(task: ThreadTask, terms: JobTerms): Promise<T> {
    return this.submit<T>({ ...terms, run: ({ signal }) => this.inThread(task, signal) });
  }

  /** The same from within a job, whose place it takes. */
  inThread<T>(task: ThreadTask, signal: AbortSignal): Promise<T> {
    return this.threads.run(task, signal) as Promise<T>;
  }

  /** Refuses what waits and what comes, gives up what runs, and ends the threads. */
  stop(): Promise<void> {
    this.stopped ??= this.close();
    return this.stopped;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  private async close(): Promise<void> {
    for (const entry of [...this.entries]) this.giveUp(entry, stoppedError());
    this.deadlines.clear();
    await this.threads.stop();
  }

  /** Makes room for a job, or says why there is none. */
  private refusal({ signal, priority }: JobTerms): unknown {
    if (signal?.aborted) return signal.reason;
    if (this.stopped) return stoppedError();
    if (this.running < this.limits.maxWorkers || this.waiting.length < this.limits.maxSize) return undefined;
    const least = this.waiting.at(-1);
    if (!least || least.job.priority >= priority) {
      return new RequestError('NucleusFull', `${this.running} requests are computed and ${this.waiting.length} wait`);
    }
    this.giveUp(least, new RequestError('NucleusFull', 'a request of more stake took the place in the line'));
    return undefined;
  }

  private enqueue(entry: Entry): void {
    let low = 0;
    let high = this.waiting.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.waiting[middle]!.job.priority >= entry.job.priority) low = middle + 1;
      else high = middle;
    }
    this.waiting.splice(low, 0, entry);
  }

  private begin(entry: Entry): void {
    entry.state = 'running';
    this.running++;
    void this.runJob(entry).finally(() => {
      this.running--;
      this.next();
    });
  }

  private async runJob(entry: Entry): Promise<void> {
    try {
      const value = await entry.job.run(entry.up);
      if (this.leave(entry)) entry.resolve(value);
      else this.left--;
    } catch (error) {
      if (this.leave(entry)) entry.reject(error);
      else this.left--;
    }
  }

  private next(): void {
    while (this.running < this.limits.maxWorkers && this.waiting.length > 0) this.begin(this.take());
  }

  private take(): Entry {
    if (++this.turn % AGED_TURN !== 0) return this.waiting.shift()!;
    const before = this.nowMs() - this.limits.agingMs;
    let oldest = 0;
    for (let i = 1; i < this.waiting.length; i++) {
      const { sinceMs, job } = this.waiting[i]!;
      if (job.priority > 0n && sinceMs <= before && sinceMs < this.waiting[oldest]!.sinceMs) oldest = i;
    }
    return this.waiting.splice(oldest, 1)[0]!;
  }

  private giveUp(entry: Entry, reason: unknown): void {
    const { state } = entry;
    if (!this.leave(entry)) return;
    if (state === 'running') this.left++;
    else this.waiting.splice(this.waiting.indexOf(entry), 1);
    entry.reject(reason);
    entry.up.abort(reason);
  }

  /** False when it is over already: it has one outcome. */
  private leave(entry: Entry): boolean {
    if (entry.state === 'over') return false;
    entry.state = 'over';
    if (entry.deadline) this.deadlines.remove(entry.deadline);
    if (entry.onAbort) entry.job.signal?.removeEventListener('abort', entry.onAbort);
    this.entries.delete(entry);
    return true;
  }
}

function lateError({ state, job }: Entry): RequestError {
  const time = `${Math.round(job.timeoutMs)} ms`;
  if (state === 'waiting') return new RequestError('NucleusTimeout', `the request waited ${time} for its turn`);
  return new RequestError('Timeout', `the synapse took longer than ${time}`);
}

function stoppedError(): RequestError {
  return new RequestError('Unavailable', 'the neuron is stopping');
}
