import { Component } from 'preact';
import type { NeuronRow } from '../../data/types.js';
import type { Column, ColumnContext } from './columns.js';

export interface GridRowProps {
  /** Prefix of the cells' ids. */
  id: string;
  row: NeuronRow;
  /** In what is shown, from 0. */
  index: number;
  /** Where it stands in the scrolled body. */
  topPx: number;
  columns: readonly Column[];
  context: ColumnContext;
  /** Column of the active cell, when it is in this row. */
  activeColumn: number | undefined;
  href: string;
  accountHref: (address: string) => string;
}

/** The id of a cell: by uid, so that it stays the same cell when the order changes. */
export function cellId(grid: string, uid: number, column: Column | undefined): string {
  return `${grid}-${uid}-${column?.id ?? ''}`;
}

/** One line of the table. It is drawn again only when something of it changed: scrolling draws none of those that stay. */
export class GridRow extends Component<GridRowProps> {
  override shouldComponentUpdate(next: GridRowProps): boolean {
    return (Object.keys(next) as (keyof GridRowProps)[]).some(key => next[key] !== this.props[key]);
  }

  render({ id, row, index, topPx, columns, activeColumn, context, href, accountHref }: GridRowProps) {
    const link = (column: Column) =>
      column.id === 'uid' || column.id === 'hotkey'
        ? href
        : column.id === 'coldkey'
          ? accountHref(row.coldkey)
          : undefined;
    return (
      // biome-ignore lint/a11y/useSemanticElements: rows of a virtual table stand by pixels, which <tr> cannot
      // biome-ignore lint/a11y/useFocusableInteractive: the grid has the focus and names the active cell
      <div
        role="row"
        aria-rowindex={index + 2}
        class={`mg-row${index % 2 ? ' mg-odd' : ''}${activeColumn === undefined ? '' : ' mg-active-row'}`}
        style={{ transform: `translateY(${topPx}px)` }}
        data-uid={row.uid}
      >
        {columns.map((column, i) => {
          const value = column.value(row, context);
          const text = column.text(value);
          const to = link(column);
          return (
            // biome-ignore lint/a11y/useSemanticElements: as above
            // biome-ignore lint/a11y/useFocusableInteractive: as above
            <div
              key={column.id}
              role="gridcell"
              id={cellId(id, row.uid, column)}
              aria-colindex={i + 1}
              aria-selected={i === activeColumn ? 'true' : undefined}
              class={`mg-cell mg-${column.kind}${i === activeColumn ? ' mg-active' : ''}`}
              style={{ width: `${column.widthPx}px` }}
              title={column.kind === 'text' && typeof value === 'string' ? value : undefined}
            >
              {to === undefined ? (
                text
              ) : (
                <a href={to} tabIndex={-1}>
                  {text}
                </a>
              )}
            </div>
          );
        })}
      </div>
    );
  }
}
