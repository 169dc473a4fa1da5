import { printable, shorten, widthOf } from './text.js';

export interface Column {
  readonly title: string;
  readonly align?: 'left' | 'right';
  /** Never shortened to fit the terminal: an address that is cut is of no use. */
  readonly whole?: boolean;
  /** Where there is no room for all columns, those with the highest number go first; without one it stays. */
  readonly spare?: number;
}

const GAP = 2;
/** Nothing is shortened below this. */
const NARROWEST = 6;

/** A table as lines: with a head over its columns, or each row below the other one as labels and values. */
export interface Layout {
  readonly head: string | undefined;
  readonly lines: readonly string[];
}

/** The lines of a table, its head the first of them where it has one. */
export function tableLines(...args: Parameters<typeof layOut>): string[] {
  const { head, lines } = layOut(...args);
  return head === undefined ? [...lines] : [head, ...lines];
}

/**
 * Lays a table out. Columns of numbers go to the right. Where `width` is given and too small, the widest columns of words
 * are shortened until it fits; where that is not enough, spare columns are left out, and a last line says which; and where
 * that is not enough either, each row is stacked as labels and values. A number is never cut: what is
 * left of it would be another one.
 */
export function layOut(
  columns: readonly (string | Column)[],
  rows: readonly (readonly unknown[])[],
  width = Number.POSITIVE_INFINITY,
): Layout {
  const given = columns.map((column): Column => (typeof column === 'string' ? { title: column } : column));
  const texts = rows.map(row => given.map((_, i) => cellText(row[i])));
  const heads = given.map((column, i) => {
    const isFirm = column.whole || column.align === 'right' || rows.some(row => isNumber(row[i] ?? ''));
    return { ...column, whole: isFirm === true };
  });
  const shown = roomFor(heads, texts, width);
  if (shown === undefined) return { head: undefined, lines: stack(heads, texts) };
  if (shown.length < heads.length) {
    const { head, lines } = layOut(
      shown.map(i => heads[i]!),
      rows.map(row => shown.map(i => row[i])),
      width,
    );
    const rest = heads.filter((_, i) => !shown.includes(i)).map(({ title }) => title);
    return { head, lines: [...lines, ...wrap(`(no room for ${rest.join(', ')})`, width)] };
  }
  const widths = shrink(naturalWidths(heads, texts), heads, width - GAP * (heads.length - 1));
  const isRight = heads.map(
    ({ align }, i) =>
      align === 'right' || (align === undefined && rows.length > 0 && rows.every(row => isNumber(row[i]))),
  );
  const line = (cells: readonly string[]) =>
    cells
      .map((text, i) => pad(shorten(text, widths[i]!), widths[i]!, isRight[i]!))
      .join(' '.repeat(GAP))
      .trimEnd();
  return { head: line(heads.map(({ title }) => title)), lines: texts.map(line) };
}

function naturalWidths(heads: readonly Column[], cells: readonly (readonly string[])[]): number[] {
  return heads.map(({ title }, i) => Math.max(widthOf(title), ...cells.map(row => widthOf(row[i]!))));
}

/** The columns that can be shown, by their places; undefined where those that stay are too wide. */
function roomFor(heads: readonly Column[], cells: readonly (readonly string[])[], width: number): number[] | undefined {
  const least = naturalWidths(heads, cells).map((natural, i) =>
    heads[i]!.whole ? natural : Math.min(natural, NARROWEST),
  );
  const shown = heads.map((_, i) => i);
  const bySpare = shown.filter(i => heads[i]!.spare !== undefined).sort((a, b) => heads[b]!.spare! - heads[a]!.spare!);
  const fits = () => shown.reduce((sum, i) => sum + least[i]!, 0) + GAP * (shown.length - 1) <= width;
  for (const i of bySpare) {
    if (fits()) break;
    shown.splice(shown.indexOf(i), 1);
  }
  return fits() ? shown : undefined;
}

/** Every row with all its columns; nothing is shortened. */
function stack(heads: readonly Column[], rows: readonly (readonly string[])[]): string[] {
  const width = Math.max(...heads.map(({ title }) => widthOf(title)));
  const block = (row: readonly string[]) =>
    heads.map(({ title }, i) => `${pad(title, width, false)}${' '.repeat(GAP)}${row[i]}`.trimEnd());
  return rows.flatMap((row, i) => (i === 0 ? block(row) : ['', ...block(row)]));
}

/** At the spaces of a text that is longer. */
function wrap(text: string, width: number): string[] {
  const lines = [''];
  for (const word of text.split(' ')) {
    const longer = `${lines.at(-1)}${lines.at(-1) === '' ? '' : ' '}${word}`;
    if (widthOf(longer) <= width || lines.at(-1) === '') lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}

function cellText(value: unknown): string {
  if (value === undefined || value === null) return '-';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  return printable(String(value));
}

function isNumber(value: unknown): boolean {
  if (typeof value === 'number' || typeof value === 'bigint' || value === undefined) return true;
  return typeof value === 'string' && /^-?[\d,]+(\.\d+)?( ?(%|TAO|[τα]))?$/.test(value);
}

function pad(text: string, width: number, toTheRight: boolean): string {
  const space = ' '.repeat(Math.max(0, width - widthOf(text)));
  return toTheRight ? space + text : text + space;
}

/** Takes columns away from the widest one that may be shortened, one by one, until all fit. */
function shrink(natural: readonly number[], heads: readonly Column[], most: number): number[] {
  const widths = [...natural];
  for (let excess = widths.reduce((sum, n) => sum + n, 0) - most; excess > 0; excess--) {
    let widest = -1;
    for (let i = 0; i < widths.length; i++) {
      if (heads[i]!.whole || widths[i]! <= NARROWEST) continue;
      if (widest === -1 || widths[i]! > widths[widest]!) widest = i;
    }
    if (widest === -1) break;
    widths[widest]!--;
  }
  return widths;
}
