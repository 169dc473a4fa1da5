import { useEffect, useState } from 'preact/hooks';
import { abortingWith, type NodeStatus } from '../../../base/browser.js';
import { parseNodes } from './parse-status.js';

const EVERY_MS = 2000;
const DEADLINE_MS = 10_000;

export interface OwnNodes {
  /** Undefined until the first answer. */
  readonly nodes: readonly NodeStatus[] | undefined;
  /** Why there is no answer: this page is served by something that knows no nodes, or it is gone. */
  readonly problem: string | undefined;
}

/** Asks every two seconds, as long as somebody looks; a next question waits for the answer. */
export function useNodes(url: string): OwnNodes {
  const [state, setState] = useState<OwnNodes>({ nodes: undefined, problem: undefined });
  useEffect(() => {
    const closing = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const ask = async () => {
      if (document.visibilityState === 'visible') {
        try {
          const limit = abortingWith(closing.signal, AbortSignal.timeout(DEADLINE_MS));
          const nodes = await readNodes(url, limit.signal);
          setState({ nodes, problem: undefined });
        } catch (error) {
          if (closing.signal.aborted) return;
          setState(last => ({ ...last, problem: error instanceof Error ? error.message : String(error) }));
        }
      }
      if (!closing.signal.aborted) timer = setTimeout(ask, EVERY_MS);
    };
    void ask();
    return () => {
      closing.abort();
      clearTimeout(timer);
    };
  }, [url]);
  return state;
}

async function readNodes(url: string, signal: AbortSignal): Promise<NodeStatus[]> {
  const response = await fetch(url, { signal, headers: { accept: 'application/json' } }).catch(() => {
    throw new Error('The server of this page does not answer: look whether bittensor-cli explorer still runs.');
  });
  const isJson = response.headers.get('content-type')?.includes('json') ?? false;
  if (response.status === 404 || !isJson)
    throw new Error('This page is served by a chain, which knows no nodes: bittensor-cli explorer shows yours.');
  if (!response.ok) throw new Error(`The nodes could not be asked: HTTP ${response.status}.`);
  return parseNodes(await response.json());
}
