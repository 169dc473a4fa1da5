import { useState } from 'preact/hooks';
import { useLive, useLoaded } from '../app/live.js';
import type { View } from '../app/routes.js';
import { actName, EventTable } from '../parts/acts.js';
import { LiveSwitch, useFollowing } from '../parts/live-switch.js';
import { Show } from '../parts/loaded.js';

const BLOCK_COUNTS = [20, 50, 200];
/** Rows that are drawn. */
const MOST_ROWS = 200;

function Events() {
  const { chain } = useLive();
  const following = useFollowing();
  const { block } = following;
  const [count, setCount] = useState(BLOCK_COUNTS[1]!);
  const [filter, setFilter] = useState('');
  const [withBlocks, setWithBlocks] = useState(false);
  const loaded = useLoaded(`events ${count}`, block?.hash, () => chain.blocksBefore(block!.hash, count), !block);
  return (
    <>
      <form class="fields" onSubmit={event => event.preventDefault()}>
        <label>
          Pallet or event
          <input
            value={filter}
            maxLength={100}
            placeholder="SubtensorModule.WeightsSet"
            spellcheck={false}
            onInput={event => setFilter(event.currentTarget.value)}
          />
        </label>
        <label>
          Newest blocks
          <select value={count} onChange={event => setCount(Number(event.currentTarget.value))}>
            {BLOCK_COUNTS.map(number => (
              <option key={number}>{number}</option>
            ))}
          </select>
        </label>
        <label>
          <span>
            <input
              type="checkbox"
              checked={withBlocks}
              onChange={event => setWithBlocks(event.currentTarget.checked)}
            />{' '}
            with those of every block (System)
          </span>
        </label>
        <LiveSwitch {...following} />
      </form>
      <Show loaded={loaded}>
        {blocks => {
          const wanted = filter.trim().toLowerCase();
          const all = blocks.flatMap(({ number, events }) => (events ?? []).map(event => ({ block: number, event })));
          const rows = all.filter(
            ({ event: { act } }) =>
              (withBlocks || act.pallet !== 'System' || act.name === 'ExtrinsicFailed') &&
              actName(act).toLowerCase().includes(wanted),
          );
          const gone = blocks.filter(({ events }) => events === undefined).length;
          return (
            <>
              {/* Nobody wants to hear it with each block. */}
              <p role={following.stopped ? 'status' : undefined}>
                {rows.length} of {all.length} events in {blocks.length} blocks
                {rows.length > MOST_ROWS && `; the newest ${MOST_ROWS} are shown`}
                {gone > 0 && `; the node keeps no state of ${gone} of them any more`}.
              </p>
              <EventTable caption="Events" withBlock rows={rows.slice(0, MOST_ROWS)} empty="No such events." />
            </>
          );
        }}
      </Show>
    </>
  );
}

export const events: View = { pattern: 'events', title: () => 'Events', component: Events };
