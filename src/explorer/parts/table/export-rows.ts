import type { MetagraphData, NeuronRow } from '../../data/types.js';
import type { Column, ColumnContext, ColumnValue } from './columns.js';

/**
 * One field of CSV (RFC 4180). Text that a spreadsheet would take for a formula gets an apostrophe in front: axons and
 * names come from strangers, and a cell that begins with `=` runs in the reader's office.
 */
export function csvField(value: ColumnValue): string {
  if (value === undefined) return '';
  if (typeof value !== 'string') return String(value);
  // Also behind blanks, which some spreadsheets trim, and in the wide forms that they read as the narrow ones.
  const text = /^[\s\p{C}]*[=+\-@\uff1d\uff0b\uff0d\uff20]|^[\t\r\n]/u.test(value) ? `'${value}` : value;
  return /[",\r\n;\t]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** The rows in the order given, with a line of titles; whole values, not as the table shortens them. */
export function toCsv(rows: readonly NeuronRow[], columns: readonly Column[], context: ColumnContext): string {
  const lines = rows.map(row => columns.map(column => csvField(column.value(row, context))).join(','));
  return `${[columns.map(column => column.id).join(','), ...lines].join('\r\n')}\r\n`;
}

/** The rows with everything that is known of them, the block and the subnet. */
export function toJson(data: Pick<MetagraphData, 'block' | 'netuid'>, rows: readonly NeuronRow[]): string {
  return `${JSON.stringify({ netuid: data.netuid, block: data.block, neurons: rows }, undefined, 2)}\n`;
}

/** `metagraph-1-block-200.csv`. */
export function exportName(data: Pick<MetagraphData, 'block' | 'netuid'>, ending: 'csv' | 'json'): string {
  return `metagraph-${data.netuid}-block-${data.block}.${ending}`;
}
