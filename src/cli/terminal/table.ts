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

/**
 * The lines of a table; the first is its head. Columns of numbers go to the right. Where `width` is given and too small,
 * the widest columns are shortened until it fits, whole ones last; where that is not enough, spare columns are left out,
 * and a last line says which.
 */
export function tableLines(
  columns: readonly (string | Column)[],
  rows: readonly (readonly unknown[])[],
  width = Number.POSITIVE_INFINITY,
): string[] {
  const all = columns.map((column): Column => (typeof column === 'string' ? { title: column } : column));
  const texts = rows.map(row => all.map((_, i) => cellText(row[i])));
  const shown = roomFor(all, texts, width);
  if (shown.length < all.length) {
    const lines = tableLines(
      shown.map(i => all[i]!),
      rows.map(row => shown.map(i => row[i])),
      width,
    );
    const rest = all.filter((_, i) => !shown.includes(i)).map(({ title }) => title);
    return [...lines, `(no room for ${rest.join(', ')})`];
  }
  const heads = all;
  const cells = texts;
  const natural = heads.map(({ title }, i) => Math.max(widthOf(title), ...cells.map(row => widthOf(row[i]!))));
  const widths = shrink(
    natural,
    heads.map(({ whole }) => whole === true),
    width - GAP * (heads.length - 1),
  );
  const isRight = heads.map(
    ({ align }, i) =>
      align === 'right' || (align === undefined && rows.length > 0 && rows.every(row => isNumber(row[i]))),
  );
  const line = (texts: readonly string[]) =>
    texts
      .map((text, i) => pad(shorten(text, widths[i]!), widths[i]!, isRight[i]!))
      .join(' '.repeat(GAP))
      .trimEnd();
  return [line(heads.map(({ title }) => title)), ...cells.map(line)];
}

/** The columns that can be shown, by their places. */
function roomFor(heads: readonly Column[], cells: readonly (readonly string[])[], width: number): number[] {
  const least = heads.map(({ title, whole }, i) => {
    const natural = Math.max(widthOf(title), ...cells.map(row => widthOf(row[i]!)));
    return whole ? natural : Math.min(natural, NARROWEST);
  });
  const shown = heads.map((_, i) => i);
  const bySpare = shown.filter(i => heads[i]!.spare !== undefined).sort((a, b) => heads[b]!.spare! - heads[a]!.spare!);
  const needed = () => shown.reduce((sum, i) => sum + least[i]!, 0) + GAP * (shown.length - 1);
  for (const i of bySpare) {
    if (needed() <= width) break;
    shown.splice(shown.indexOf(i), 1);
  }
  return shown;
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

/** Takes columns away from the widest one, one by one, until all fit: first from those that may be shortened. */
function shrink(natural: readonly number[], isWhole: readonly boolean[], most: number): number[] {
  const widths = [...natural];
  for (const whole of [false, true]) {
    for (let excess = widths.reduce((sum, n) => sum + n, 0) - most; excess > 0; excess--) {
      let widest = -1;
      for (let i = 0; i < widths.length; i++) {
        if (isWhole[i] !== whole || widths[i]! <= NARROWEST) continue;
        if (widest === -1 || widths[i]! > widths[widest]!) widest = i;
      }
      if (widest === -1) break;
      widths[widest]!--;
    }
  }
  return widths;
}
