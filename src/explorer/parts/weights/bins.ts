import type { WeightMatrix, WeightRow } from '../../data/types.js';

/** A weight, and of those of its row the share that it is. */
export interface Weight {
  readonly from: number;
  readonly to: number;
  readonly u16: number;
  /** 0 to 1. */
  readonly share: number;
}

/** The matrix made small enough to be drawn: each cell stands for `bin` uids across and `rowBin` lines down. */
export interface Bins {
  readonly columns: number;
  readonly rows: number;
  readonly bin: number;
  readonly rowBin: number;
  /** Who the lines are, by uid: all neurons, or those that set weights. */
  readonly lines: readonly number[];
  readonly n: number;
  /** The strongest share in each cell, row by row; 0 for none. A mean would make lone weights vanish. */
  readonly strongest: Float32Array;
  /** The strongest of all: what the colours end at. */
  readonly top: number;
  /** Weights in each cell. */
  readonly counts: Uint32Array;
}

/** Weights of a row that count: known uids and more than nothing. */
export function sharesOf(row: WeightRow, n: number): Weight[] {
  const weights = row.weights.filter(([to, u16]) => u16 > 0 && to >= 0 && to < n);
  const sum = weights.reduce((total, [, u16]) => total + u16, 0);
  return weights.map(([to, u16]) => ({ from: row.uid, to, u16, share: u16 / sum }));
}

/** Bins with at most so many cells each way. `onlySetters` leaves out the lines without weights. */
export function binWeights(
  matrix: Pick<WeightMatrix, 'n' | 'rows'>,
  { columns: mostColumns, rows: mostRows, onlySetters }: { columns: number; rows: number; onlySetters: boolean },
): Bins {
  const { n } = matrix;
  const rows = matrix.rows.filter(row => row.uid < n);
  const lines = onlySetters
    ? rows.map(row => row.uid).sort((a, b) => a - b)
    : Array.from({ length: n }, (_, uid) => uid);
  const lineOf = new Map(lines.map((uid, i) => [uid, i]));
  const bin = Math.max(1, Math.ceil(n / Math.max(1, mostColumns)));
  const rowBin = Math.max(1, Math.ceil(lines.length / Math.max(1, mostRows)));
  const columns = Math.ceil(n / bin);
  const strongest = new Float32Array(columns * Math.ceil(lines.length / rowBin));
  const counts = new Uint32Array(strongest.length);
  for (const row of rows) {
    const start = Math.floor(lineOf.get(row.uid)! / rowBin) * columns;
    for (const { to, share } of sharesOf(row, n)) {
      const cell = start + Math.floor(to / bin);
      strongest[cell] = Math.max(strongest[cell]!, share);
      counts[cell]! += 1;
    }
  }
  const top = strongest.reduce((a, b) => Math.max(a, b), 0);
  return { columns, rows: strongest.length / (columns || 1), bin, rowBin, lines, n, strongest, top, counts };
}

/** 0 to 255 for a share of the top one: by its root, since most are small; anything above nothing is at least 1. */
export function tone(share: number, top: number): number {
  return share <= 0 ? 0 : Math.max(1, Math.round(255 * Math.sqrt(Math.min(1, share / top))));
}

export interface BinCell {
  readonly column: number;
  readonly row: number;
}

/** What a cell says, in words. */
export function describeCell(bins: Bins, { column, row }: BinCell): string {
  const index = row * bins.columns + column;
  const share = bins.strongest[index];
  if (share === undefined) return 'No weights.';
  const from = range(
    bins.lines[row * bins.rowBin]!,
    bins.lines[Math.min(bins.lines.length, (row + 1) * bins.rowBin) - 1]!,
  );
  const to = range(column * bins.bin, Math.min(bins.n, (column + 1) * bins.bin) - 1);
  const count = bins.counts[index]!;
  if (count === 0) return `uid ${from} gives uid ${to} nothing`;
  const percent = `${(100 * share).toFixed(share < 0.001 ? 4 : 2)} % of its weights`;
  return count === 1 && bins.bin * bins.rowBin === 1
    ? `uid ${from} gives uid ${to} ${percent}`
    : `uid ${from} to uid ${to}: ${count} weights, the strongest ${percent}`;
}

function range(first: number, last: number): string {
  return first === last ? String(first) : `${first}–${last}`;
}

/** The strongest weights of the matrix, the strongest first; equal ones by uid. Weights for oneself count for nobody. */
export function strongestWeights(matrix: Pick<WeightMatrix, 'n' | 'rows'>, most: number, without?: 'self'): Weight[] {
  const order = (a: Weight, b: Weight) => b.share - a.share || a.from - b.from || a.to - b.to;
  let best: Weight[] = [];
  for (const row of matrix.rows) {
    if (row.uid >= matrix.n) continue;
    for (const weight of sharesOf(row, matrix.n)) {
      if (without === 'self' && weight.from === weight.to) continue;
      best.push(weight);
    }
    // Millions of weights never stand in memory at once.
    if (best.length > 4 * most + 1024) best = best.sort(order).slice(0, most);
  }
  return best.sort(order).slice(0, most);
}
