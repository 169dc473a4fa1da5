import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { NeuronRow } from '../../data/types.js';
import type { Column, ColumnContext } from './columns.js';
import { GridHead, headId } from './grid-head.js';
import { type Cell, moveCell } from './grid-keys.js';
import { cellId, GridRow } from './grid-row.js';
import type { Sorting } from './sort-rows.js';
import { rowWindow, scrollToRow } from './window.js';

export const ROW_PX = 30;
const HEAD_PX = 34;
/** Room for a scrollbar below few rows. */
const SCROLLBAR_PX = 18;

export interface GridProps {
  /** Prefix of ids in the page. */
  id: string;
  label: string;
  /** Filtered and in order. */
  rows: readonly NeuronRow[];
  columns: readonly Column[];
  context: ColumnContext;
  sorting: Sorting;
  onSort: (column: Column) => void;
  hrefOf: (uid: number) => string;
  accountHref: (address: string) => string;
}

/** The active cell names its neuron, not its line: a new block may have moved it. */
interface Active {
  readonly uid: number | 'head';
  readonly column: string;
}

/**
 * A table of any length of which only what is seen is in the page. The grid itself has the focus and tells of its active
 * cell, so neither a scroll nor a new block can take the focus away; the active line stays in the page when scrolled out.
 */
export function Grid(props: GridProps) {
  const { id, rows, columns, context } = props;
  const box = useRef<HTMLDivElement>(null);
  const view = useView(box);
  const [active, setActive] = useState<Active>({ uid: 'head', column: columns[0]?.id ?? '' });
  const [focused, setFocused] = useState(false);
  const indexOf = useMemo(() => new Map(rows.map((row, i) => [row.uid, i])), [rows]);

  const activeColumn = Math.max(
    0,
    columns.findIndex(column => column.id === active.column),
  );
  // A neuron that the filter has taken away leaves the titles active.
  const activeRow = active.uid === 'head' ? -1 : (indexOf.get(active.uid) ?? -1);
  const { first, end } = rowWindow(view.topPx, view.heightPx - HEAD_PX, ROW_PX, rows.length);
  const drawn = Array.from({ length: end - first }, (_, i) => first + i);
  if (activeRow >= end) drawn.push(activeRow);
  else if (activeRow >= 0 && activeRow < first) drawn.unshift(activeRow);

  const activate = (cell: Cell) => {
    const uid = cell.row < 0 ? 'head' : rows[cell.row]!.uid;
    setActive({ uid, column: columns[cell.column]?.id ?? '' });
    const element = box.current;
    if (element === null) return;
    showColumn(element, columns, cell.column);
    if (cell.row < 0) return;
    const sizes = { heightPx: element.clientHeight, rowPx: ROW_PX, headerPx: HEAD_PX };
    const top = scrollToRow(cell.row, { scrollTopPx: element.scrollTop, ...sizes });
    if (top !== undefined) element.scrollTop = top;
  };

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.altKey || event.metaKey || event.target !== box.current) return;
    if (event.key === 'Enter' || event.key === ' ') {
      event.preventDefault();
      if (activeRow < 0) props.onSort(columns[activeColumn]!);
      else
        document
          .getElementById(cellId(id, rows[activeRow]!.uid, columns[activeColumn]))
          ?.querySelector('a')
          ?.click();
      return;
    }
    const pageRows = Math.max(1, Math.floor((view.heightPx - HEAD_PX) / ROW_PX) - 1);
    const size = { rows: rows.length, columns: columns.length, pageRows };
    const to = moveCell({ row: activeRow, column: activeColumn }, event, size);
    if (to === undefined) return;
    event.preventDefault();
    activate(to);
  };

  const onClick = (event: MouseEvent) => {
    const cell = (event.target as Element).closest<HTMLElement>('[role=gridcell], [role=columnheader]');
    if (cell?.role === 'columnheader') {
      activate({ row: -1, column: Number(cell.ariaColIndex) - 1 });
      // From the button back to the grid, so that the arrow keys go on from there.
      box.current?.focus({ preventScroll: true });
      return;
    }
    const uid = Number(cell?.parentElement?.dataset['uid']);
    const row = indexOf.get(uid);
    if (cell && row !== undefined) activate({ row, column: Number(cell.ariaColIndex) - 1 });
  };

  const widthPx = columns.reduce((sum, column) => sum + column.widthPx, 0);
  const activeId =
    activeRow < 0 ? headId(id, columns[activeColumn]) : cellId(id, rows[activeRow]?.uid ?? -1, columns[activeColumn]);
  return (
    // biome-ignore lint/a11y/useSemanticElements: rows of a virtual table stand by pixels, which <table> cannot
    <div
      ref={box}
      role="grid"
      class="mg-grid"
      style={{ height: `min(70vh, ${HEAD_PX + rows.length * ROW_PX + SCROLLBAR_PX}px)` }}
      tabIndex={0}
      aria-label={props.label}
      aria-rowcount={rows.length + 1}
      aria-colcount={columns.length}
      aria-activedescendant={activeId}
      aria-readonly="true"
      onKeyDown={onKeyDown}
      onClick={onClick}
      onFocus={() => setFocused(true)}
      onBlur={() => setFocused(false)}
      data-focused={focused}
    >
      {/* biome-ignore lint/a11y/useSemanticElements: as above */}
      <div role="rowgroup" class="mg-headgroup" style={{ width: `${widthPx}px`, height: `${HEAD_PX}px` }}>
        <GridHead
          id={id}
          columns={columns}
          sorting={props.sorting}
          activeColumn={activeRow < 0 ? activeColumn : undefined}
          onSort={props.onSort}
        />
      </div>
      {/* biome-ignore lint/a11y/useSemanticElements: as above */}
      <div role="rowgroup" class="mg-body" style={{ height: `${rows.length * ROW_PX}px`, width: `${widthPx}px` }}>
        {drawn.map(index => {
          const row = rows[index]!;
          return (
            <GridRow
              key={row.uid}
              id={id}
              row={row}
              index={index}
              topPx={index * ROW_PX}
              columns={columns}
              context={context}
              activeColumn={index === activeRow ? activeColumn : undefined}
              href={props.hrefOf(row.uid)}
              accountHref={props.accountHref}
            />
          );
        })}
      </div>
    </div>
  );
}

/** Scrolls sideways so that a column is seen whole. */
function showColumn(element: HTMLElement, columns: readonly Column[], index: number): void {
  const left = columns.slice(0, index).reduce((sum, column) => sum + column.widthPx, 0);
  const width = columns[index]?.widthPx ?? 0;
  if (left < element.scrollLeft) element.scrollLeft = left;
  else if (left + width > element.scrollLeft + element.clientWidth)
    element.scrollLeft = left + width - element.clientWidth;
}

/** A table is drawn anew each so many lines of a scroll; `rowWindow` has more to spare. */
const STEP_PX = 4 * ROW_PX;

/** What of the table is seen; a scroll is told at most once a frame. */
function useView(box: { current: HTMLDivElement | null }): { topPx: number; heightPx: number } {
  const [view, setView] = useState({ topPx: 0, heightPx: 600 });
  const measure = () => {
    const element = box.current;
    if (element === null) return;
    const { scrollTop, clientHeight } = element;
    const next = { topPx: scrollTop - (scrollTop % STEP_PX), heightPx: clientHeight };
    setView(last => (last.topPx === next.topPx && last.heightPx === next.heightPx ? last : next));
  };
  useLayoutEffect(measure);
  useEffect(() => {
    const element = box.current;
    if (element === null) return undefined;
    const sizes = new ResizeObserver(measure);
    sizes.observe(element);
    // Scroll events already come once a frame; passive ones never make the scroll wait.
    element.addEventListener('scroll', measure, { passive: true });
    return () => {
      sizes.disconnect();
      element.removeEventListener('scroll', measure);
    };
  }, []);
  return view;
}
