import { useEffect, useState } from 'preact/hooks';
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
  return (
    <header class="top">
      <div class="bar">
        <a class="brand" href="#/">
          Bittensor explorer
        </a>
        <SearchBox />
        <HeadLine />
        <ThemeSwitch />
      </div>
      <nav aria-label="Pages">
        <ul>
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

/** How often the newest block is said aloud: blocks may come four times a second. */
const SPOKEN_EVERY_MS = 15_000;

function HeadLine() {
  const { head, state, endpoint } = useLive();
  const text =
    state === 'open'
      ? head
        ? `Block ${head.number}, final ${head.finalized}`
        : 'Connected'
      : `No connection to ${endpoint}, trying again`;
  const spoken = useSpoken(text, state);
  return (
    <>
      <p class={`head ${state}`} data-state={state} data-block={head?.number}>
        <span class="dot" aria-hidden="true" /> {head ? <a href={`#/block/${head.number}`}>{text}</a> : text}
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
      Theme{' '}
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
