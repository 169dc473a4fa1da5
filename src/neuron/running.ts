import { abortingWith, Closing, type Log } from '../base/index.js';
import type { ChainClient } from '../chain/index.js';
import type { StatusBoard } from './observe/status.js';

/** What the program around a neuron gives it. */
export interface RunHooks {
  /** Ends the neuron cleanly. */
  readonly signal: AbortSignal;
  openLog(folder: string): Log & { flush(): Promise<void> };
  progress(title: string, done: number, total: number): void;
  /** Where it tells what it is doing, once it has its keys. */
  onStatus?(status: StatusBoard): void;
  /** What came of it, at the end. */
  onDone?(summary: RunSummary): void;
  /** Registers a hotkey that has no uid, on a chain that is not local; without it that is an error. One at a time. */
  register?(request: { client: ChainClient; hotkey: string }): Promise<void>;
  /** Gives the password of a key file that is encrypted. */
  password?(keyFile: string): Promise<Uint8Array>;
}

export interface RunSummary {
  readonly hotkey: string;
  /** Steps made; of a server those of callers' gradients. */
  readonly steps?: number;
  /** Where the model was saved. */
  readonly checkpoint?: string;
}

/** What ends a neuron, and what ends with it. */
export interface Running {
  /** Aborts when the user or an error stops the neuron. */
  readonly signal: AbortSignal;
  /** Stops the neuron with its first error. */
  fail(error: unknown): void;
  /** Closed in reverse order when the neuron has stopped. */
  readonly closing: Closing;
  /** Closed after that: what the threads of a neuron still write into. */
  readonly lastly: Closing;
}

/** The last save failed; `cause` says why. An error after Ctrl-C too, and the exit code says so. */
export class SaveError extends Error {}

/** Does the work until it is done or the signal aborts, and closes what it opened. Rejects with the first error. */
export async function runToTheEnd(
  outer: AbortSignal,
  stopAfterMs: number | undefined,
  work: (running: Running) => Promise<void>,
): Promise<void> {
  const stop = abortingWith(outer);
  const { signal } = stop;
  const stopLater = stopAfterMs === undefined ? undefined : callAfter(stopAfterMs, () => stop.abort());
  let fatal: unknown;
  const fail = (error: unknown) => {
    // What the abort itself interrupts is not an error of its own.
    if (!signal.aborted) fatal ??= error;
    stop.abort(error);
  };
  const [closing, lastly] = [new Closing(), new Closing()];
  try {
    await work({ signal, fail, closing, lastly });
  } catch (error) {
    if (!signal.aborted || error instanceof SaveError) fatal ??= error instanceof SaveError ? error.cause : error;
  }
  stop.abort();
  stopLater?.();
  for (const part of [closing, lastly]) {
    await part.close().catch(error => {
      fatal ??= error;
    });
  }
  if (fatal !== undefined) throw fatal;
}

/** The longest that one timer takes. */
const LONGEST_MS = 2 ** 31 - 1;

/** Calls later, however much later. Returns what calls it off. */
function callAfter(ms: number, call: () => void): () => void {
  const timer = setTimeout(
    () => {
      if (ms <= LONGEST_MS) call();
      else stop = callAfter(ms - LONGEST_MS, call);
    },
    Math.min(ms, LONGEST_MS),
  );
  let stop = () => clearTimeout(timer);
  return () => stop();
}
