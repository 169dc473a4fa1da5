import { BittensorError } from './errors.js';

/** Waits `ms` milliseconds; rejects with the signal's reason when it aborts first. */
export function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const onAbort = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    }, ms);
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}

/** The work's outcome, or a rejection with the signal's reason as soon as that aborts; the work itself goes on unheard. */
export async function abortable<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const done = new AbortController();
  const aborted = new Promise<never>((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener('abort', () => reject(signal.reason), { once: true, signal: done.signal });
  });
  aborted.catch(() => {});
  work.catch(() => {});
  try {
    return await Promise.race([aborted, work]);
  } finally {
    done.abort();
  }
}

/**
 * A controller that aborts with any of these signals, too. Abort it when the work is done: then nothing of it stays in them, where
 * `AbortSignal.any` leaves 64 bytes for each call in a signal that lives on.
 */
export function abortingWith(...signals: readonly (AbortSignal | undefined)[]): AbortController {
  const own = new AbortController();
  for (const signal of signals) {
    if (signal?.aborted) own.abort(signal.reason);
    else if (signal) followersOf(signal).add(own);
  }
  return own;
}

const known = new WeakMap<AbortSignal, Followers>();

function followersOf(signal: AbortSignal): Followers {
  const followers = known.get(signal) ?? new Followers(signal);
  known.set(signal, followers);
  return followers;
}

/** Who aborts with a signal: one listener there is for all, because Node takes more than ten for a leak. */
class Followers {
  private readonly all = new Set<AbortController>();
  private readonly onAbort = () => {
    for (const follower of this.all) follower.abort(this.signal.reason);
  };

  constructor(private readonly signal: AbortSignal) {}

  add(follower: AbortController): void {
    if (this.all.size === 0) this.signal.addEventListener('abort', this.onAbort, { once: true });
    this.all.add(follower);
    follower.signal.addEventListener('abort', () => this.remove(follower), { once: true });
  }

  private remove(follower: AbortController): void {
    this.all.delete(follower);
    if (this.all.size === 0) this.signal.removeEventListener('abort', this.onAbort);
  }
}

/** Rejects with code `timeout` when `work` takes longer than `ms`, or with the signal's reason. `what` names it. */
export async function withDeadline<T>(work: Promise<T>, ms: number, what: string, signal?: AbortSignal): Promise<T> {
  const limit = abortingWith(signal);
  const expired = sleep(ms, limit.signal).then(() => {
    throw new BittensorError('timeout', `${what} took longer than ${ms} ms`, { data: { what, ms } });
  });
  try {
    return await Promise.race([work, expired]);
  } finally {
    limit.abort();
    expired.catch(() => {});
    work.catch(() => {});
  }
}

/** Calls `check` until it returns something other than undefined; `everyMs` apart; code `timeout` after `withinMs`. */
export async function pollUntil<T>(
  what: string,
  options: { withinMs: number; everyMs?: number; signal?: AbortSignal },
  check: () => T | undefined | Promise<T | undefined>,
): Promise<T> {
  const end = performance.now() + options.withinMs;
  for (;;) {
    const found = await check();
    if (found !== undefined) return found;
    if (performance.now() >= end) {
      throw new BittensorError('timeout', `${what} did not happen within ${options.withinMs} ms`, { data: { what } });
    }
    await sleep(options.everyMs ?? 50, options.signal);
  }
}
