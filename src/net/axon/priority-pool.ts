import { RequestError } from '../errors.js';
import { type AbortSource, LazyAbort } from '../lazy-abort.js';
import { type Deadline, Deadlines } from '../session/deadlines.js';
import { Hunger } from './hunger.js';
import { oneTooMany, reservedPlaces } from './places.js';
import { type ThreadTask, WorkerThreads } from './worker-threads.js';

export interface PoolLimits {
  /** Jobs that run at a time. */
  readonly maxWorkers: number;
  /**
   * Jobs that wait; one more takes the place of the least, or is refused when it is the least itself. An eighth of the
   * places is kept for smaller stakes than those which hold the rest, for callers that waited longest, zero never.
   */
  readonly maxSize: number;
  /** A job of some priority whose caller waited so long for any of its own, milliseconds, may have one of the turns kept for such jobs. */
  readonly agingMs: number;
}

export const defaultPoolLimits: PoolLimits = { maxWorkers: 64, maxSize: 1_024, agingMs: 1_000 };

/** Every so many-th turn goes to who waited longest, so that a small stake is late but never starves. */
const AGED_TURN = 8;

export interface JobTerms {
  /** Stake in rao. More goes first; among equals, who came first. Zero never overtakes, however long it waits. */
  readonly priority: bigint;
  /** Who asks: it is told from others when places are scarce. */
  readonly caller?: string | undefined;
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
  readonly priority: bigint;
  readonly caller: string | undefined;
  readonly cameMs: number;
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
  private readonly hunger = new Hunger();
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
      if (job.signal?.aborted) return reject(job.signal.reason);
      if (this.stopped) return reject(stoppedError());
      const entry: Entry = {
        job,
        priority: job.priority,
        caller: job.priority > 0n ? job.caller : undefined,
        cameMs: this.nowMs(),
        up: new LazyAbort(),
        state: 'waiting',
        deadline: undefined,
        onAbort: undefined,
        resolve: resolve as (value: unknown) => void,
        reject,
      };
      const waits = this.running >= this.limits.maxWorkers;
      if (waits) {
        const refusal = this.enqueue(entry);
        if (refusal) return reject(refusal);
      }
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
      if (waits) return;
      this.hunger.served(entry.caller, entry.cameMs, false);
      this.begin(entry);
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

  /** Takes a job into the line, at the cost of another where that is full, or says why it has no place. */
  private enqueue(entry: Entry): RequestError | undefined {
    const { waiting } = this;
    this.hunger.asked(entry.caller, entry.cameMs);
    let low = 0;
    let high = waiting.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (waiting[middle]!.priority >= entry.priority) low = middle + 1;
      else high = middle;
    }
    waiting.splice(low, 0, entry);
    if (waiting.length <= this.limits.maxSize) return undefined;
    const loser = waiting[oneTooMany(waiting, this.sinceMs)]!;
    if (loser !== entry) {
      this.giveUp(loser, new RequestError('NucleusFull', 'another request took the place in the line'));
      return undefined;
    }
    waiting.splice(low, 1);
    return new RequestError('NucleusFull', `${this.running} requests are computed and ${waiting.length} wait`);
  }

  private readonly sinceMs = ({ caller, cameMs }: Entry): number => this.hunger.of(caller, cameMs);

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
    const { waiting } = this;
    const [entry] = waiting.splice(this.turnOf(), 1) as [Entry];
    const { caller } = entry;
    const hasMore = caller !== undefined && waiting.some(other => other.caller === caller);
    this.hunger.served(caller, this.nowMs(), hasMore);
    return entry;
  }

  /** Whose turn it is, as an index. */
  private turnOf(): number {
    if (++this.turn % AGED_TURN !== 0) return 0;
    // Every other one of these turns is for those who have but the reserved places.
    const isForSmall = this.turn % (2 * AGED_TURN) === 0;
    return (isForSmall ? this.longest(this.least()) : undefined) ?? this.longest() ?? 0;
  }

  /** The least stake among those that hold the places which are not reserved. */
  private least(): bigint | undefined {
    const { maxSize } = this.limits;
    return this.waiting[maxSize - reservedPlaces(maxSize) - 1]?.priority;
  }

  /** Who waited longest, and long enough: of all, or of the stakes below one. */
  private longest(below?: bigint): number | undefined {
    const before = this.nowMs() - this.limits.agingMs;
    let longest: number | undefined;
    let longestMs = Number.POSITIVE_INFINITY;
    for (const [i, entry] of this.waiting.entries()) {
      if (entry.priority <= 0n) break;
      const sinceMs = this.sinceMs(entry);
      if (sinceMs > before || sinceMs >= longestMs || (below !== undefined && entry.priority >= below)) continue;
      longest = i;
      longestMs = sinceMs;
    }
    return longest;
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
