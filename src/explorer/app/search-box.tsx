import { useState } from 'preact/hooks';
import { messageOf } from '../../base/browser.js';
import { useLive } from './live.js';
import { findPlace } from './search.js';

export function SearchBox() {
  const { chain } = useLive();
  const [text, setText] = useState('');
  const [problem, setProblem] = useState('');
  const search = async (event: Event) => {
    event.preventDefault();
    if (text.trim() === '') return;
    try {
      const place = await findPlace(chain, text);
      setProblem(place === undefined ? `Nothing found for ${text.trim().slice(0, 80)}` : '');
      if (place !== undefined) location.hash = place;
    } catch (error) {
      setProblem(messageOf(error));
    }
  };
  return (
    <search>
      <form onSubmit={search} class="search">
        <label class="unseen" for="search">
          Search: block number, hash, address, subnet 1, uid 1/5, pallet
        </label>
        <input
          id="search"
          type="search"
          placeholder="Block, hash, address, uid 1/5 …"
          autocomplete="off"
          spellcheck={false}
          value={text}
          maxLength={200}
          aria-describedby="search-result"
          onInput={event => setText(event.currentTarget.value)}
        />
        <button type="submit">Search</button>
      </form>
      <p id="search-result" role="status" class={problem ? 'result' : 'unseen'}>
        {problem}
      </p>
    </search>
  );
}
