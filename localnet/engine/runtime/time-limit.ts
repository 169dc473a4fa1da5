import { Script } from 'node:vm';

/** Where the script finds its work. */
const SLOT = Symbol.for('bittensor.localnet.work');
const slots = globalThis as unknown as Record<symbol, (() => void) | undefined>;
const script = new Script(`globalThis[Symbol.for(${JSON.stringify(Symbol.keyFor(SLOT))})]()`);
let isLimited = false;

/** What `withinTime` throws when it stopped the work. */
export class TimeLimitError extends Error {
  constructor(readonly limitMs: number) {
    super(`it did not end within ${limitMs / 1000} s and was stopped`);
  }
}

/**
 * Runs the work and stops it when it takes longer, wherever it is: in an endless loop of a runtime as well. Work that is
 * stopped runs no `catch` or `finally` of its own, so whatever it was changing has to be thrown away. Inside of such work a
 * further limit does nothing. It costs some 0.07 ms, for a thread that watches.
 */
export function withinTime<T>(limitMs: number, work: () => T): T {
  if (isLimited || limitMs === Number.POSITIVE_INFINITY) return work();
  let result: { value: T } | undefined;
  isLimited = true;
  slots[SLOT] = () => {
    result = { value: work() };
  };
  try {
    script.runInThisContext({ timeout: limitMs, displayErrors: false });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw new TimeLimitError(limitMs);
    throw error;
  } finally {
    isLimited = false;
    slots[SLOT] = undefined;
  }
  return result!.value;
}
