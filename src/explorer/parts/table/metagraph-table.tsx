import { useCallback, useMemo, useState } from 'preact/hooks';
import type { MetagraphData } from '../../data/types.js';
import { ColumnChooser } from './column-chooser.js';
import { COLUMNS, type Column, columnById, inToken, positions } from './columns.js';
import { exportName, toCsv, toJson } from './export-rows.js';
import { parseFilter } from './filter.js';
import { Grid } from './grid.js';
import { saveFile } from './save-file.js';
import { nextSorting, type Sorting, sortRows } from './sort-rows.js';

export interface MetagraphTableProps {
  data: MetagraphData;
  /** Epochs in a day, for the daily reward. */
  epochsPerDay?: number | undefined;
  hrefOf: (uid: number) => string;
  accountHref: (address: string) => string;
}

/** The neurons of a subnet: sorted, filtered, saved. New data goes into the same lines. */
export function MetagraphTable({ data, epochsPerDay, hrefOf, accountHref }: MetagraphTableProps) {
  const [sorting, setSorting] = useState<Sorting>({ column: 'pos', descending: false });
  const [query, setQuery] = useState('');
  const [shown, setShown] = useState<ReadonlySet<string>>(
    () => new Set(COLUMNS.filter(column => column.shown).map(column => column.id)),
  );
  const filter = useMemo(() => parseFilter(query), [query]);
  const token = data.rows[0]?.token;
  const columns = useMemo(
    () => COLUMNS.filter(column => shown.has(column.id)).map(column => inToken(column, token)),
    [shown, token],
  );
  const context = useMemo(() => ({ position: positions(data.rows), epochsPerDay }), [data.rows, epochsPerDay]);
  const rows = useMemo(() => {
    const kept = data.rows.filter(row => filter.matches(row, context));
    return sortRows(kept, columnById(sorting.column) ?? COLUMNS[0]!, sorting.descending, context);
  }, [data.rows, filter, context, sorting]);
  const onSort = useCallback((column: Column) => setSorting(current => nextSorting(current, column)), []);
  const label = `Neurons of subnet ${data.netuid}`;
  return (
    <section class="mg" aria-label={label}>
      <div class="mg-tools">
        <label class="mg-filter">
          Filter{' '}
          <input
            type="search"
            value={query}
            onInput={event => setQuery(event.currentTarget.value)}
            placeholder="stake>100 active permit 5F…"
            aria-describedby="mg-filter-help"
            aria-invalid={filter.problems.length > 0}
            autocomplete="off"
            spellcheck={false}
          />
        </label>
        <ColumnChooser shown={shown} onChange={setShown} />
        <button
          type="button"
          onClick={() => saveFile(exportName(data, 'csv'), 'text/csv', toCsv(rows, columns, context))}
        >
          Save CSV
        </button>
        <button
          type="button"
          onClick={() => saveFile(exportName(data, 'json'), 'application/json', toJson(data, rows))}
        >
          Save JSON
        </button>
        <span class="mg-count" role="status">
          {rows.length === data.rows.length
            ? `${rows.length} neurons`
            : `${rows.length} of ${data.rows.length} neurons`}
        </span>
      </div>
      <p id="mg-filter-help" class={filter.problems.length > 0 ? 'mg-problem' : 'mg-help'} role="status">
        {filter.problems.length > 0
          ? filter.problems.join(' ')
          : 'Text, a flag (active, permit, immune, axon), or a comparison (stake>1k, updated<=100); - before a term turns it around.'}
      </p>
      <Grid
        id="mg"
        label={label}
        rows={rows}
        columns={columns}
        context={context}
        sorting={sorting}
        onSort={onSort}
        hrefOf={hrefOf}
        accountHref={accountHref}
      />
    </section>
  );
}
