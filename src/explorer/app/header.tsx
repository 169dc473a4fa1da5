import { useEffect, useRef, useState } from 'preact/hooks';
import { useLive } from './live.js';
import { SearchBox } from './search-box.js';
import { applyTheme, savedTheme, type Theme } from './theme.js';

const PLACES: readonly (readonly [path: string, name: string])[] = [
  ['', 'Overview'],
  ['blocks', 'Blocks'],
  ['events', 'Events'],
  ['subnets', 'Subnets'],
  ['state', 'Chain state'],
  ['constants', 'Constants'],
  ['nodes', 'My nodes'],
];

/** Which of the places a hash belongs to. */
function placeOf(path: string): string {
  const first = path.replace(/^#?\/?/, '').split(/[/?]/)[0] ?? '';
  if (first === 'block' || first === 'extrinsic') return 'blocks';
  if (first === 'subnet' || first === 'neuron') return 'subnets';
  return first;
}

export function Header({ path }: { path: string }) {
  const here = placeOf(path);
  const list = useRef<HTMLUListElement>(null);
  useEffect(() => showIn(list.current, '[aria-current]'), [here]);
  return (
    <header class="top">
      <div class="bar">
        <a class="brand" href="#/">
          Bittensor explorer
        </a>
        <HeadLine />
        <SearchBox />
        <ThemeSwitch />
      </div>
      <nav aria-label="Pages">
        <ul ref={list} onFocusIn={() => showIn(list.current, ':focus-visible')}>
          {PLACES.map(([place, name]) => (
            <li key={place}>
              <a href={`#/${place}`} aria-current={place === here ? 'page' : undefined}>
                {name}
              </a>
            </li>
          ))}
        </ul>
      </nav>
    </header>
  );
}

/** Where the list is wider than the page it scrolls sideways; browsers leave a link that is half outside where it is. */
function showIn(list: HTMLElement | null, selector: string): void {
  const link = list?.querySelector<HTMLElement>(selector);
  if (list && link) list.scrollLeft = link.offsetLeft - (list.clientWidth - link.offsetWidth) / 2;
}

/** How often the newest block is said aloud: blocks may come four times a second. */
const SPOKEN_EVERY_MS = 15_000;

function HeadLine() {
  const { head, state, endpoint } = useLive();
  const isOpen = state === 'open';
  const text = isOpen ? (head ? `Block ${head.number}` : 'Connected') : `No connection to ${endpoint}, trying again`;
  const final = isOpen && head ? `, final ${head.finalized}` : '';
  const spoken = useSpoken(text + final, state);
  // Where there is little room, the final block is left to the overview.
  const shown = (
    <>
      {text}
      <span class="final">{final}</span>
    </>
  );
  return (
    <>
      <p class={`head ${state}`} data-state={state} data-block={head?.number}>
        <span class="dot" aria-hidden="true" /> {head ? <a href={`#/block/${head.number}`}>{shown}</a> : shown}
      </p>
      <p class="unseen" role="status" aria-live="polite">
        {spoken}
      </p>
    </>
  );
}

/** A change of the connection at once, blocks now and then. */
function useSpoken(text: string, state: string): string {
  const [spoken, setSpoken] = useState({ text: '', state: '', at: 0 });
  useEffect(() => {
    const now = Date.now();
    if (state !== spoken.state || now - spoken.at >= SPOKEN_EVERY_MS) setSpoken({ text, state, at: now });
  }, [text, state]);
  return spoken.text;
}

function ThemeSwitch() {
  const [theme, setTheme] = useState<Theme>(savedTheme);
  return (
    <label class="theme">
      <span>Theme</span>{' '}
      <select
        value={theme}
        onChange={event => {
          const next = event.currentTarget.value as Theme;
          setTheme(next);
          applyTheme(next);
        }}
      >
        <option value="auto">System</option>
        <option value="light">Light</option>
        <option value="dark">Dark</option>
      </select>
    </label>
  );
}
