import type { NeuronRow } from '../../data/types.js';
import { axonText, COLUMNS, type Column, type ColumnContext, columnById } from './columns.js';

export type Filter = (row: NeuronRow, context: ColumnContext) => boolean;

export interface ParsedFilter {
  readonly matches: Filter;
  /** What could not be understood, one sentence each; such a term filters nothing. */
  readonly problems: readonly string[];
}

const NAMES = COLUMNS.map(column => column.id).join(', ');
/** Terms beyond these are refused: nobody types so many, and every row is held against each. */
const MOST_TERMS = 32;

/**
 * Terms by spaces, all of which must hold: `stake>100 active -immune permit 5F3s "10.0.0."`.
 * A flag's name, a comparison with a column, a uid, or text that hotkey, coldkey or axon contain; `-` or `!` before a
 * term turns it around, quotes make text of anything.
 */
export function parseFilter(source: string): ParsedFilter {
  const terms = source.match(/[-!]?"[^"]*"?|[^\s"]+/g) ?? [];
  const problems: string[] = [];
  if (terms.length > MOST_TERMS) problems.push(`Only the first ${MOST_TERMS} of ${terms.length} terms are used.`);
  const filters: Filter[] = [];
  for (const term of terms.slice(0, MOST_TERMS)) {
    const filter = parseTerm(term);
    if (typeof filter === 'string') problems.push(filter);
    else filters.push(filter);
  }
  return { matches: (row, context) => filters.every(filter => filter(row, context)), problems };
}

function parseTerm(term: string): Filter | string {
  const negated = /^[-!]./.test(term);
  const body = negated ? term.slice(1) : term;
  const filter = parseBody(body);
  return typeof filter === 'string' || !negated ? filter : (row, context) => !filter(row, context);
}

function parseBody(body: string): Filter | string {
  if (body.startsWith('"')) return textFilter(body.replace(/^"|"$/g, ''));
  const comparison = /^([a-z]+)(>=|<=|!=|=|>|<)(.*)$/i.exec(body);
  if (comparison) return parseComparison(comparison[1]!.toLowerCase(), comparison[2]!, comparison[3]!);
  const column = columnById(body.toLowerCase());
  if (column?.kind === 'flag') return (row, context) => column.value(row, context) === true;
  // `axon` alone: it serves somewhere.
  if (column?.id === 'axon') return row => row.axon !== undefined;
  if (/^\d{1,5}$/.test(body)) return row => row.uid === Number(body);
  return textFilter(body);
}

function textFilter(text: string): Filter {
  const wanted = text.toLowerCase();
  return row =>
    row.hotkey.toLowerCase().includes(wanted) ||
    row.coldkey.toLowerCase().includes(wanted) ||
    (axonText(row.axon)?.includes(wanted) ?? false);
}

function parseComparison(name: string, operator: string, wanted: string): Filter | string {
  const column = columnById(name);
  if (column === undefined) return `There is no column "${name}"; there are ${NAMES}.`;
  if (column.kind === 'number') return numberFilter(column, operator, wanted);
  if (operator !== '=' && operator !== '!=') return `"${name}" can only be compared by = or !=.`;
  const equals = column.kind === 'flag' ? flagFilter(column, wanted) : containsFilter(column, wanted);
  if (typeof equals === 'string' || operator === '=') return equals;
  return (row, context) => !equals(row, context);
}

function flagFilter(column: Column, wanted: string): Filter | string {
  const value = /^(yes|true|1)$/i.test(wanted) ? true : /^(no|false|0)$/i.test(wanted) ? false : undefined;
  if (value === undefined) return `"${column.id}" is yes or no, not "${wanted}".`;
  return (row, context) => (column.value(row, context) === true) === value;
}

function containsFilter(column: Column, wanted: string): Filter {
  const part = wanted.toLowerCase();
  return (row, context) => {
    const value = column.value(row, context);
    return typeof value === 'string' && value.toLowerCase().includes(part);
  };
}

function numberFilter(column: Column, operator: string, wanted: string): Filter | string {
  const limit = parseNumber(wanted);
  if (limit === undefined)
    return `"${wanted}" is no number; "${column.id}" takes one as in ${column.id}>0.5, 2k or 1.5m.`;
  return (row, context) => {
    const value = column.value(row, context);
    return typeof value === 'number' && holds(value, operator, limit);
  };
}

function holds(value: number, operator: string, limit: number): boolean {
  switch (operator) {
    case '>':
      return value > limit;
    case '>=':
      return value >= limit;
    case '<':
      return value < limit;
    case '<=':
      return value <= limit;
    case '!=':
      return value !== limit;
    default:
      return value === limit;
  }
}

/** `100`, `-1`, `.5`, `1e3`, `2k`, `1.5m`, `40%`. */
export function parseNumber(text: string): number | undefined {
  const match = /^(-?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d{1,3})?)(k|m|%)?$/i.exec(text);
  if (!match) return undefined;
  const scale = { k: 1e3, m: 1e6, '%': 0.01 }[match[2]?.toLowerCase() ?? ''] ?? 1;
  const value = Number(match[1]) * scale;
  return Number.isFinite(value) ? value : undefined;
}
