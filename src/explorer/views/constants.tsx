import { useState } from 'preact/hooks';
import { messageOf } from '../../base/browser.js';
import { useLive, useLoaded } from '../app/live.js';
import type { View } from '../app/routes.js';
import type { Runtime } from '../data/runtime.js';
import type { Constant } from '../data/scale/metadata.js';
import { Show } from '../parts/loaded.js';
import { Table } from '../parts/table.js';
import { Value } from '../parts/value.js';

function Constants() {
  const { chain, head } = useLive();
  const [filter, setFilter] = useState('');
  const loaded = useLoaded('runtime', 'runtime', async signal => (await chain.place({ signal })).runtime, !head);
  return (
    <Show loaded={loaded}>
      {runtime => {
        const all = runtime.metadata.pallets.flatMap(({ name, constants }) =>
          constants.map(constant => ({ path: `${name}.${constant.name}`, constant })),
        );
        const rows = all.filter(({ path }) => path.toLowerCase().includes(filter.trim().toLowerCase()));
        return (
          <>
            <form class="fields" onSubmit={event => event.preventDefault()}>
              <label>
                Name
                <input
                  value={filter}
                  maxLength={100}
                  spellcheck={false}
                  onInput={event => setFilter(event.currentTarget.value)}
                />
              </label>
            </form>
            <p role="status">
              {rows.length} of {all.length} constants of {runtime.specName} {runtime.specVersion}.
            </p>
            <Table
              caption="Constants"
              rows={rows}
              empty="No such constants."
              keyOf={({ path }) => path}
              columns={[
                { name: 'Name', cell: ({ path }) => <code>{path}</code> },
                { name: 'Value', cell: ({ constant }) => <ConstantValue runtime={runtime} constant={constant} /> },
                { name: 'About', cell: ({ constant }) => constant.docs.join(' ').trim() },
              ]}
            />
          </>
        );
      }}
    </Show>
  );
}

function ConstantValue({ runtime, constant }: { runtime: Runtime; constant: Constant }) {
  try {
    return <Value value={runtime.constantValue(constant)} />;
  } catch (error) {
    return <span class="bad">{messageOf(error)}</span>;
  }
}

export const constants: View = { pattern: 'constants', title: () => 'Constants', component: Constants };
