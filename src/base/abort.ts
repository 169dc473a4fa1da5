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

/** Rejects with code `timeout` when `work` takes longer than `ms`, or with the signal's reason. `what` names it. */
export async function withDeadline<T>(work: Promise<T>, ms: number, what: string, signal?: AbortSignal): Promise<T> {
  const limit = new AbortController();
  const stop = signal ? AbortSignal.any([signal, limit.signal]) : limit.signal;
  const expired = sleep(ms, stop).then(() => {
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
