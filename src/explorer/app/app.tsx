import { useEffect, useErrorBoundary, useMemo, useRef, useState } from 'preact/hooks';
import { messageOf } from '../../base/browser.js';
import type { ChainData } from '../data/chain-data.js';
import type { RpcState } from '../data/rpc.js';
import type { Head } from '../data/types.js';
import { Problem } from '../parts/problem.js';
import { views } from '../views/registry.js';
import { Header } from './header.js';
import { type Live, LiveContext } from './live.js';
import { type Match, matchRoute } from './routes.js';

/** The frame around every view: skip link, header, the view with its heading, footer. */
export function App({ chain }: { chain: ChainData }) {
  const live = useChain(chain);
  const match = useRoute();
  const title = match ? match.view.title(match.params) : 'Not found';
  const main = useRef<HTMLElement>(null);
  const before = useRef<string>();
  useEffect(() => {
    document.title = `${title} · Bittensor explorer`;
    // After a change of view a reader goes on at its heading; at the first view nothing is taken from the browser.
    if (before.current !== undefined && before.current !== title) main.current?.querySelector('h1')?.focus();
    before.current = title;
  }, [title]);
  return (
    <LiveContext.Provider value={live}>
      {/* biome-ignore lint/a11y/useValidAnchor: a skip link is a link; the hash it would set is the page's route */}
      <a class="skip" href="#main" onClick={event => skipTo(event, main.current)}>
        Skip to content
      </a>
      <Header path={location.hash} />
      <main id="main" ref={main} tabIndex={-1}>
        <h1 tabIndex={-1}>{title}</h1>
        {match ? (
          <Guarded key={`${location.hash} ${live.genesis}`} match={match} />
        ) : (
          <p>There is no such page here.</p>
        )}
      </main>
      <footer>
        <p>
          Everything here is read from <code>{live.endpoint}</code> by this page; it signs and sends nothing. Names and
          descriptions on a chain are words of strangers.
        </p>
      </footer>
    </LiveContext.Provider>
  );
}

function skipTo(event: Event, main: HTMLElement | null): void {
  event.preventDefault();
  main?.focus();
}

/** What a view cannot show must not take the frame with it. */
function Guarded({ match }: { match: Match }) {
  const [error] = useErrorBoundary();
  if (error !== undefined) return <Problem text={`This view failed: ${messageOf(error)}`} />;
  const View = match.view.component;
  return <View params={match.params} query={match.query} />;
}

function useRoute(): Match | undefined {
  const [hash, setHash] = useState(location.hash);
  useEffect(() => {
    const onChange = () => setHash(location.hash);
    addEventListener('hashchange', onChange);
    return () => removeEventListener('hashchange', onChange);
  }, []);
  return useMemo(() => matchRoute(views, hash), [hash]);
}

function useChain(chain: ChainData): Live {
  const { rpc } = chain;
  const [state, setState] = useState<RpcState>(rpc.state);
  const [head, setHead] = useState<Head>();
  const [genesis, setGenesis] = useState('');
  useEffect(() => {
    let known = '';
    let wasOpen = false;
    const endStates = rpc.onState(next => {
      setState(next);
      if (next !== 'open') return;
      if (wasOpen) chain.reopened();
      wasOpen = true;
      chain.genesis().then(
        hash => {
          // Another chain answers at this address: nothing that was read holds any more.
          if (known !== '' && known !== hash) {
            chain.clear();
            setHead(undefined);
          }
          known = hash;
          setGenesis(hash);
        },
        () => {},
      );
    });
    const endHeads = chain.watchHeads(setHead);
    rpc.start();
    return () => {
      endHeads();
      endStates();
      rpc.stop();
    };
  }, [chain]);
  return useMemo(() => ({ chain, endpoint: rpc.url, state, head, genesis }), [chain, rpc.url, state, head, genesis]);
}
