/** `base + slopes · components`, none of them below zero. */
export interface Line {
  base: number;
  slopes: number[];
}

export interface Point {
  components: readonly number[];
  value: number;
}

/**
 * The least-squares line through points. What comes out below zero is left out and the rest fitted again: nothing gets
 * cheaper by being more, and an intercept below zero becomes the smallest value.
 */
export function fitLine(points: readonly Point[]): Line {
  const count = points[0]?.components.length ?? 0;
  const slopes = new Array<number>(count).fill(0);
  let used = slopes.map((_, i) => i).filter(i => new Set(points.map(point => point.components[i])).size > 1);
  for (;;) {
    const rows = points.map(point => [1, ...used.map(i => point.components[i]!)]);
    const values = points.map(point => point.value);
    const solution = leastSquares(rows, values);
    if (!solution) {
      used = used.slice(0, -1);
      continue;
    }
    let [base, ...found] = solution as [number, ...number[]];
    if (base < 0) {
      base = Math.min(...values);
      const above = values.map(value => value - base);
      found =
        leastSquares(
          rows.map(row => row.slice(1)),
          above,
        ) ?? found;
    }
    const falling = found.findIndex(slope => slope < 0);
    if (falling >= 0) {
      used = used.filter((_, i) => i !== falling);
      continue;
    }
    used.forEach((component, i) => {
      slopes[component] = found[i]!;
    });
    return { base, slopes };
  }
}

/** Solves the normal equations; undefined where they do not decide. */
function leastSquares(rows: readonly (readonly number[])[], values: readonly number[]): number[] | undefined {
  const width = rows[0]?.length ?? 0;
  const matrix = Array.from({ length: width }, (_, i) => [
    ...Array.from({ length: width }, (_, j) => rows.reduce((sum, row) => sum + row[i]! * row[j]!, 0)),
    rows.reduce((sum, row, k) => sum + row[i]! * values[k]!, 0),
  ]);
  for (let column = 0; column < width; column++) {
    const pivots = matrix.slice(column).map(row => Math.abs(row[column]!));
    const pivot = column + pivots.indexOf(Math.max(...pivots));
    if (Math.abs(matrix[pivot]![column]!) < 1e-9) return undefined;
    [matrix[column], matrix[pivot]] = [matrix[pivot]!, matrix[column]!];
    for (let other = 0; other < width; other++) {
      if (other === column) continue;
      const factor = matrix[other]![column]! / matrix[column]![column]!;
      for (let k = column; k <= width; k++) matrix[other]![k]! -= factor * matrix[column]![k]!;
    }
  }
  return matrix.map((row, i) => row[width]! / row[i]!);
}

export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;
}
