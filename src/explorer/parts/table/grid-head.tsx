import type { Column } from './columns.js';
import type { Sorting } from './sort-rows.js';

export interface GridHeadProps {
  id: string;
  columns: readonly Column[];
  sorting: Sorting;
  activeColumn: number | undefined;
  onSort: (column: Column) => void;
}

export function headId(grid: string, column: Column | undefined): string {
  return `${grid}-head-${column?.id ?? ''}`;
}

/** The line of titles: a click, or Enter in the grid, sorts by it. */
export function GridHead({ id, columns, sorting, activeColumn, onSort }: GridHeadProps) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: rows of a virtual table stand by pixels, which <tr> cannot
    // biome-ignore lint/a11y/useFocusableInteractive: the grid has the focus and names the active cell
    <div role="row" aria-rowindex={1} class="mg-head">
      {columns.map((column, i) => {
        const sorted = sorting.column === column.id;
        const direction = sorting.descending ? 'descending' : 'ascending';
        return (
          // biome-ignore lint/a11y/useSemanticElements: as above
          // biome-ignore lint/a11y/useFocusableInteractive: as above
          <div
            key={column.id}
            role="columnheader"
            id={headId(id, column)}
            aria-colindex={i + 1}
            aria-sort={sorted ? direction : 'none'}
            class={`mg-cell mg-${column.kind}${i === activeColumn ? ' mg-active' : ''}`}
            style={{ width: `${column.widthPx}px` }}
            title={column.about}
          >
            <button type="button" tabIndex={-1} onClick={() => onSort(column)}>
              {column.title}
              <span aria-hidden="true">{sorted ? (sorting.descending ? ' ▾' : ' ▴') : ''}</span>
            </button>
          </div>
        );
      })}
    </div>
  );
}
