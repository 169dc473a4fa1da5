import { useState } from 'preact/hooks';
import { messageOf } from '../../base/browser.js';
import { useLive, useLoaded } from '../app/live.js';
import { href, type View, type ViewProps } from '../app/routes.js';
import type { ChainData } from '../data/chain-data.js';
import type { Runtime } from '../data/runtime.js';
import type { StorageItem } from '../data/scale/metadata.js';
import type { Decoded } from '../data/scale/values.js';
import { typeName } from '../data/type-name.js';
import { Show } from '../parts/loaded.js';
import { Problem } from '../parts/problem.js';
import { Table } from '../parts/table.js';
import { Value } from '../parts/value.js';
import { blockParam, wrongBlock } from './params.js';

/** Entries of a map that are shown. */
const MOST_ENTRIES = 200;

function State({ params, query }: ViewProps) {
  const { chain, head } = useLive();
  const loaded = useLoaded('runtime', 'runtime', async signal => (await chain.place({ signal })).runtime, !head);
  return <Show loaded={loaded}>{runtime => <Browser runtime={runtime} params={params} query={query} />}</Show>;
}

function Browser({ runtime, params, query }: ViewProps & { runtime: Runtime }) {
  const { pallet = '', item = '' } = params;
  const pallets = runtime.metadata.pallets.filter(({ storage }) => storage.length > 0);
  const chosen = pallets.find(({ name }) => name === pallet);
  const found = chosen?.storage.find(({ name }) => name === item);
  const go = (...parts: string[]) => {
    location.hash = href('state', ...parts);
  };
  return (
    <>
      <form class="fields" onSubmit={event => event.preventDefault()}>
        <label>
          Pallet
          <select value={pallet} onChange={event => go(event.currentTarget.value)}>
            {!chosen && <option value={pallet}>Choose one</option>}
            {pallets.map(({ name }) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        </label>
        {chosen && (
          <label>
            Item
            <select value={item} onChange={event => go(chosen.name, event.currentTarget.value)}>
              {!found && <option value={item}>Choose one</option>}
              {chosen.storage.map(({ name }) => (
                <option key={name}>{name}</option>
              ))}
            </select>
          </label>
        )}
      </form>
      {pallet !== '' && !chosen && <Problem text={`This chain has no storage of a pallet "${pallet}".`} />}
      {chosen && item !== '' && !found && <Problem text={`${pallet} has no storage "${item}".`} />}
      {chosen && found && (
        <Item key={`${pallet}.${item}`} runtime={runtime} path={`${pallet}.${item}`} item={found} query={query} />
      )}
    </>
  );
}

interface ItemProps {
  readonly runtime: Runtime;
  readonly path: string;
  readonly item: StorageItem;
  readonly query: URLSearchParams;
}

function Item({ runtime, path, item, query }: ItemProps) {
  const asked = query.getAll('key');
  const givenBlock = query.get('block');
  const wrong = wrongBlock(givenBlock);
  const [keys, setKeys] = useState(() => item.keys.map((_, i) => asked[i] ?? ''));
  const [at, setAt] = useState(givenBlock ?? '');
  const search = (event: Event) => {
    event.preventDefault();
    const next = new URLSearchParams(keys.map(key => ['key', key]));
    if (at.trim() !== '') next.set('block', at.trim());
    location.hash = `${href('state', ...path.split('.'))}?${next}`;
  };
  return (
    <>
      <p>
        {item.docs.join(' ').trim() || <span class="quiet">The chain says nothing about it.</span>} Value:{' '}
        <code>{typeName(runtime.codec, item.value)}</code>
      </p>
      <form class="fields" onSubmit={search}>
        {item.keys.map((type, i) => (
          <label key={String(i)}>
            <span>
              Key {i + 1} of {item.keys.length} (<code>{typeName(runtime.codec, type)}</code>), empty: all
            </span>
            <input
              value={keys[i]}
              spellcheck={false}
              maxLength={300}
              onInput={event => setKeys(keys.map((key, k) => (k === i ? event.currentTarget.value : key)))}
            />
          </label>
        ))}
        <label>
          At block, empty: the newest
          <input
            value={at}
            inputMode="numeric"
            pattern="[0-9]{0,10}"
            onInput={event => setAt(event.currentTarget.value)}
          />
        </label>
        <button type="submit">Read</button>
      </form>
      {wrong ? (
        <Problem text={wrong} />
      ) : (
        <Entries
          runtime={runtime}
          path={path}
          item={item}
          keys={item.keys.map((_, i) => asked[i] ?? '')}
          block={blockParam(givenBlock)}
        />
      )}
    </>
  );
}

interface EntriesProps extends Omit<ItemProps, 'query'> {
  readonly keys: readonly string[];
  readonly block: number | undefined;
}

type Entry = readonly [keys: readonly Decoded[], value: Decoded];

/** Keys are given from the first on: a map is searched by the beginning of its keys. */
function prefixOf(keys: readonly string[]): readonly string[] {
  const empty = keys.indexOf('');
  return empty === -1 ? keys : keys.slice(0, empty);
}

function Entries({ runtime, path, item, keys, block }: EntriesProps) {
  const { chain, head } = useLive();
  const prefix = prefixOf(keys);
  const problem = keyProblem(runtime, path, keys);
  const load = async (signal: AbortSignal): Promise<Entry[]> => {
    const place = await chain.place(block === undefined ? { signal } : { block, signal });
    return readEntries(chain, place, path, prefix, item);
  };
  const loaded = useLoaded(
    `${path} ${keys.join(' ')} ${block ?? ''}`,
    block ?? head?.hash,
    load,
    !head || problem !== undefined,
  );
  if (problem !== undefined) return <Problem text={problem} />;
  return (
    <Show loaded={loaded}>
      {entries =>
        item.keys.length === 0 ? (
          <div class="value single">
            <Value value={entries[0]?.[1]} />
          </div>
        ) : (
          <>
            <p role="status">
              {entries.length === 0 ? 'No entries' : `${entries.length} entries`}
              {entries.length >= MOST_ENTRIES && ', the first ones'}.
            </p>
            <Table
              caption={`Entries of ${path}`}
              rows={entries}
              empty="Nothing is stored under this key."
              keyOf={entry => String(entries.indexOf(entry))}
              columns={[
                ...item.keys.map((_, i) => ({
                  name: `Key ${i + 1}`,
                  cell: ([found]: Entry) => <Value value={found[i]} />,
                })),
                { name: 'Value', cell: ([, value]: Entry) => <Value value={value} /> },
              ]}
            />
          </>
        )
      }
    </Show>
  );
}

/** What is wrong with the keys that were typed, before the chain is asked. */
function keyProblem(runtime: Runtime, path: string, keys: readonly string[]): string | undefined {
  try {
    const prefix = prefixOf(keys);
    if (keys.slice(prefix.length).some(key => key !== ''))
      return 'Keys are given from the first on: one before is empty.';
    runtime.storageKey(path, prefix);
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}

async function readEntries(
  chain: ChainData,
  place: Awaited<ReturnType<ChainData['place']>>,
  path: string,
  prefix: readonly string[],
  item: StorageItem,
): Promise<Entry[]> {
  if (prefix.length < item.keys.length) return chain.entries(place, path, prefix, MOST_ENTRIES);
  const [value] = await chain.read(place, [[path, ...prefix]]);
  return [[prefix, value]];
}

const title = ({ pallet, item }: ViewProps['params']) =>
  pallet === undefined ? 'Chain state' : item === undefined ? `State of ${pallet}` : `${pallet}.${item}`;

export const state: View = { pattern: 'state', title, component: State };
export const palletState: View = { pattern: 'state/:pallet', title, component: State };
export const itemState: View = { pattern: 'state/:pallet/:item', title, component: State };
