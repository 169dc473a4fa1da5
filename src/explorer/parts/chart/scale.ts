export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Series {
  readonly name: string;
  /** By x, rising. A y that is not finite leaves a gap. */
  readonly points: readonly Point[];
}

export interface Range {
  readonly low: number;
  readonly high: number;
}

/** The range of the finite ones, widened where all are equal, so that a flat line lies in the middle. */
export function rangeOf(values: Iterable<number>): Range {
  let low = Infinity;
  let high = -Infinity;
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  if (low > high) return { low: 0, high: 1 };
  if (low < high) return { low, high };
  const half = Math.abs(low) / 2 || 0.5;
  return { low: low - half, high: high + half };
}

/** Round values (1, 2 or 5 times a power of ten) inside the range, about `wanted` of them. */
export function ticks({ low, high }: Range, wanted: number): number[] {
  const rough = (high - low) / Math.max(1, wanted);
  if (!(rough > 0) || !Number.isFinite(rough)) return [];
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5].find(factor => factor * power >= rough) ?? 10) * power;
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  // Multiplied, not added up: sums of 0.1 drift.
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => Number(((first + i) * step).toPrecision(15)));
}

/** The numbers of an axis: with as many places as tell them apart. */
export function tickTexts(values: readonly number[]): string[] {
  const step = values.length > 1 ? values[1]! - values[0]! : 0;
  const size = Math.max(...values.map(Math.abs), 0);
  // Fifteen digits are all that a number has.
  const places = step > 0 ? Math.min(15 - Math.ceil(Math.log10(size || 1)), Math.ceil(-Math.log10(step) - 1e-9)) : 0;
  if (step <= 0 || places > 9 || size >= 1e9) return values.map(shortNumber);
  const form = { minimumFractionDigits: Math.max(0, places), maximumFractionDigits: Math.max(0, places) };
  return values.map(value => new Intl.NumberFormat('en', form).format(value));
}

/** `M1 2L3 4`, a new line after each gap. */
export function pathOf(points: readonly Point[], toX: (x: number) => number, toY: (y: number) => number): string {
  let path = '';
  let pen = false;
  for (const { x, y } of points) {
    if (!Number.isFinite(y)) {
      pen = false;
      continue;
    }
    path += `${pen ? 'L' : 'M'}${round(toX(x))} ${round(toY(y))}`;
    pen = true;
  }
  return path;
}

const round = (value: number) => Math.round(value * 10) / 10;

/** Every so-manieth point and the last, when there are more than can be told apart. */
export function thinOut(points: readonly Point[], most: number): readonly Point[] {
  if (points.length <= most) return points;
  const every = Math.ceil(points.length / (most - 1));
  const kept = points.filter((_, i) => i % every === 0);
  const last = points[points.length - 1]!;
  return kept[kept.length - 1] === last ? kept : [...kept, last];
}

/** The x among all series that is closest. */
export function nearestX(xs: readonly number[], x: number): number | undefined {
  let best: number | undefined;
  for (const candidate of xs) if (best === undefined || Math.abs(candidate - x) < Math.abs(best - x)) best = candidate;
  return best;
}

/** A number for an axis or a read-out: short, never `0.30000000000000004`. */
export function shortNumber(value: number): string {
  if (!Number.isFinite(value)) return '–';
  const size = Math.abs(value);
  if (size !== 0 && (size >= 1e9 || size < 1e-4)) return value.toExponential(2);
  if (size >= 1000) return new Intl.NumberFormat('en', { maximumFractionDigits: 1 }).format(value);
  return String(Number(value.toPrecision(4)));
}
