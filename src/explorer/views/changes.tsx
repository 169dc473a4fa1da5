import { useState } from 'preact/hooks';
import { useLive, useLoaded } from '../app/live.js';
import { href, type View, type ViewProps } from '../app/routes.js';
import { readChanges } from '../data/changes.js';
import { Show } from '../parts/loaded.js';
import { Problem } from '../parts/problem.js';
import { SubnetNav } from '../parts/subnet-nav.js';
import { Table } from '../parts/table.js';
import { blockParam, numberParam, wrongBlock } from './params.js';

/** Rows that are drawn. */
const MOST_ROWS = 500;
/** How far back the first comparison looks. */
const BACK = 100;

function Changes({ params, query }: ViewProps) {
  const netuid = numberParam(params['netuid']);
  const { head } = useLive();
  const to = blockParam(query.get('to')) ?? head?.number;
  const from = blockParam(query.get('from')) ?? Math.max(0, (to ?? 0) - BACK);
  if (netuid === undefined) return <Problem text={`There is no subnet "${params['netuid']}".`} />;
  const wrong = wrongBlock(query.get('from'), query.get('to'));
  if (wrong) return <Problem text={wrong} />;
  const isAsked = query.has('from') && query.has('to');
  return (
    <>
      <SubnetNav netuid={netuid} here="changes" />
      {to !== undefined && <Range key={isAsked ? `${from} ${to}` : ''} netuid={netuid} from={from} to={to} />}
      {isAsked && to !== undefined && <Found netuid={netuid} from={from} to={to} />}
    </>
  );
}

interface Blocks {
  readonly netuid: number;
  readonly from: number;
  readonly to: number;
}

function Range({ netuid, from, to }: Blocks) {
  const [first, setFirst] = useState(String(from));
  const [last, setLast] = useState(String(to));
  const compare = (event: Event) => {
    event.preventDefault();
    location.hash = `${href('subnet', netuid, 'changes')}?from=${Number(first)}&to=${Number(last)}`;
  };
  const fields = [
    ['From block', first, setFirst],
    ['To block', last, setLast],
  ] as const;
  return (
    <form class="fields" onSubmit={compare}>
      {fields.map(([name, value, set]) => (
        <label key={name}>
          {name}
          <input
            inputMode="numeric"
            pattern="[0-9]{1,10}"
            required
            value={value}
            onInput={event => set(event.currentTarget.value)}
          />
        </label>
      ))}
      <button type="submit">Compare</button>
    </form>
  );
}

function Found({ netuid, from, to }: Blocks) {
  const { chain } = useLive();
  const scope = `changes ${netuid} ${from} ${to}`;
  const loaded = useLoaded(scope, scope, signal => readChanges(chain, netuid, [from, to], signal));
  return (
    <Show loaded={loaded}>
      {changes => (
        <>
          <p role="status">
            {changes.length === 0 ? 'Nothing' : `${changes.length} values`} changed between block {from} and block {to}
            {changes.length > MOST_ROWS && `; the first ${MOST_ROWS} are shown`}.
          </p>
          {changes.length > 0 && (
            <Table
              caption={`Changes of subnet ${netuid}`}
              rows={changes.slice(0, MOST_ROWS)}
              keyOf={({ what, field }) => `${what} ${field}`}
              columns={[
                {
                  name: 'What',
                  cell: ({ what, uid }) =>
                    uid === undefined ? <code>{what}</code> : <a href={href('neuron', netuid, uid)}>{what}</a>,
                },
                { name: 'Field', cell: ({ field }) => field },
                { name: `At block ${from}`, cell: ({ before }) => before },
                { name: `At block ${to}`, cell: ({ after }) => after },
              ]}
            />
          )}
        </>
      )}
    </Show>
  );
}

export const changes: View = {
  pattern: 'subnet/:netuid/changes',
  title: ({ netuid }) => `Changes of subnet ${netuid}`,
  component: Changes,
};
