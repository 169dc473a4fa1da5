import { createContext } from 'preact';
import { useContext, useEffect, useState } from 'preact/hooks';
import type { ChainData } from '../data/chain-data.js';
import type { RpcState } from '../data/rpc.js';
import type { Head } from '../data/types.js';

/** What all views share. */
export interface Live {
  readonly chain: ChainData;
  readonly endpoint: string;
  readonly state: RpcState;
  /** Hash of block 0; '' until it is known. */
  readonly genesis: string;
  /** Undefined until the first block was heard of. */
  readonly head: Head | undefined;
}

export const LiveContext = createContext<Live | undefined>(undefined);

export function useLive(): Live {
  const live = useContext(LiveContext);
  if (!live) throw new Error('no LiveContext around this component');
  return live;
}

export interface Loaded<T> {
  /** What was loaded last; it stays while the next is on its way, and after a failure. */
  readonly value: T | undefined;
  readonly error: unknown;
  readonly loading: boolean;
}

/**
 * Loads when `key` changes, keeps the last answer meanwhile, and aborts what is not wanted any more. Put the head's
 * number into the key for what follows the chain: the next load begins when the last one is over, so that a slow
 * chain is not asked faster than it answers. `scope` is what the answer is about: when it changes, the old one is
 * forgotten.
 */
export function useLoaded<T>(
  scope: string,
  key: unknown,
  load: (signal: AbortSignal) => Promise<T>,
  wait = false,
): Loaded<T> {
  const [state, setState] = useState<{ scope: string; key: unknown; value: T | undefined; error: unknown }>();
  const [runner] = useState(() => new Runner());
  const isOurs = state !== undefined && state.scope === scope;
  useEffect(() => {
    if (wait) return;
    runner.want(scope, key, load, (value, error) =>
      setState(before => ({
        scope,
        key,
        value: error === undefined ? (value as T) : before?.scope === scope ? before.value : undefined,
        error,
      })),
    );
  }, [scope, key, wait]);
  useEffect(() => () => runner.end(), []);
  return {
    value: isOurs ? state.value : undefined,
    error: isOurs ? state.error : undefined,
    loading: !isOurs || state.key !== key,
  };
}

type Done = (value: unknown, error: unknown) => void;

/** One load at a time; of those that are wanted meanwhile, the last one. Another scope does not wait. */
class Runner {
  private running: { scope: string; abort: AbortController } | undefined;
  private next: (() => void) | undefined;

  want(scope: string, _key: unknown, load: (signal: AbortSignal) => Promise<unknown>, done: Done): void {
    const begin = () => this.begin(scope, load, done);
    if (this.running?.scope === scope) {
      this.next = begin;
      return;
    }
    this.running?.abort.abort();
    this.next = undefined;
    begin();
  }

  end(): void {
    this.running?.abort.abort();
    this.running = undefined;
    this.next = undefined;
  }

  private begin(scope: string, load: (signal: AbortSignal) => Promise<unknown>, done: Done): void {
    const own = { scope, abort: new AbortController() };
    this.running = own;
    const finish = (value: unknown, error: unknown) => {
      if (this.running !== own) return;
      this.running = undefined;
      done(value, error);
      const next = this.next;
      this.next = undefined;
      next?.();
    };
    load(own.abort.signal).then(
      value => finish(value, undefined),
      error => finish(undefined, error ?? new Error('failed')),
    );
  }
}
