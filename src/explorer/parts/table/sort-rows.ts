import type { NeuronRow } from '../../data/types.js';
import type { Column, ColumnContext, ColumnValue } from './columns.js';

export interface Sorting {
  readonly column: string;
  readonly descending: boolean;
}

/** Where a first click on a title leads: the largest on top, text and uids from the front. */
export function firstSorting(column: Column): Sorting {
  const ascending = column.kind === 'text' || column.id === 'uid' || column.id === 'pos';
  return { column: column.id, descending: !ascending };
}

export function nextSorting(current: Sorting, column: Column): Sorting {
  return current.column === column.id ? { ...current, descending: !current.descending } : firstSorting(column);
}

/** Rows in a new array, by one column; what has no value comes last both ways, equal ones go by uid. */
export function sortRows(
  rows: readonly NeuronRow[],
  column: Column,
  descending: boolean,
  context: ColumnContext,
): NeuronRow[] {
  const sign = descending ? -1 : 1;
  return rows
    .map(row => ({ row, value: column.value(row, context) }))
    .sort((a, b) => compare(a.value, b.value, sign) || a.row.uid - b.row.uid)
    .map(({ row }) => row);
}

function compare(a: ColumnValue, b: ColumnValue, sign: number): number {
  if (a === undefined || b === undefined) return Number(a === undefined) - Number(b === undefined);
  // Code units, not the language's order: addresses are base58, where case counts.
  return a < b ? -sign : a > b ? sign : 0;
}
