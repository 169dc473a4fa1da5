/** Rows that are in the page, of the many that are in the table: from `first` up to before `end`. */
export interface RowWindow {
  readonly first: number;
  readonly end: number;
}

/** Rows above and below what is seen, so that a scroll of some pixels makes no new ones. */
const SPARE = 8;

export function rowWindow(scrollTopPx: number, heightPx: number, rowPx: number, count: number): RowWindow {
  const top = Math.max(0, Math.min(scrollTopPx, count * rowPx - heightPx));
  const first = Math.max(0, Math.floor(top / rowPx) - SPARE);
  const end = Math.min(count, Math.ceil((top + heightPx) / rowPx) + SPARE);
  return { first: Math.min(first, end), end };
}

/** Where to scroll so that a row is seen whole, below the `headerPx` that stay on top; undefined when it is seen already. */
export function scrollToRow(
  row: number,
  view: { scrollTopPx: number; heightPx: number; rowPx: number; headerPx: number },
): number | undefined {
  const top = row * view.rowPx;
  const seen = view.heightPx - view.headerPx;
  if (top < view.scrollTopPx) return top;
  if (top + view.rowPx > view.scrollTopPx + seen) return top + view.rowPx - seen;
  return undefined;
}
