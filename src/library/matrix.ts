import type { WeightsRow } from '../chain/browser.js';
import { libraryError } from './errors.js';

const U16_MAX = 65_535;

/**
 * Rows as the chain keeps them as a dense matrix [n, n]: each number as a share of its row, or as a fraction of the largest
 * that there can be. What names neurons that are not there is left out.
 */
export function matrixOf(
  rows: ReadonlyMap<number, WeightsRow>,
  n: number,
  scale: 'shares' | 'fractions',
): readonly Float32Array[] {
  const matrix = Array.from({ length: n }, () => new Float32Array(n));
  for (const [uid, row] of rows) {
    const into = matrix[uid];
    if (!into) continue;
    const known = row.filter(([to]) => to < n);
    const whole = scale === 'shares' ? known.reduce((sum, [, value]) => sum + value, 0) : U16_MAX;
    for (const [to, value] of known) into[to] = whole === 0 ? 0 : value / whole;
  }
  return Object.freeze(matrix);
}

type JsonRows = [uid: number, row: WeightsRow][];

export function rowsToJson(rows: ReadonlyMap<number, WeightsRow>): JsonRows {
  return [...rows];
}

/** Of a file; undefined where it has none. Error `bad_metagraph_file`. */
export function rowsFromJson(value: unknown, n: number): ReadonlyMap<number, WeightsRow> | undefined {
  if (value === undefined) return undefined;
  const isUid = (uid: unknown) => Number.isInteger(uid) && (uid as number) >= 0 && (uid as number) < n;
  const isPair = (pair: unknown): pair is [number, number] =>
    Array.isArray(pair) && isUid(pair[0]) && Number.isInteger(pair[1]) && pair[1] >= 0 && pair[1] <= U16_MAX;
  const isRow = (entry: unknown): entry is [number, WeightsRow] =>
    Array.isArray(entry) && isUid(entry[0]) && Array.isArray(entry[1]) && entry[1].every(isPair);
  if (Array.isArray(value) && value.every(isRow)) return new Map(value);
  throw libraryError('bad_metagraph_file', 'not a metagraph: its weights or bonds are no rows of uids and u16 numbers');
}
