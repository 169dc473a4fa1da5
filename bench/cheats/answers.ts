import { normaliseRows, type Random } from '../../src/model/index.js';

export const CLASSES = 10;

/**
 * What a classifier of this accuracy answers, as it comes off the wire and is brought to norm 32: scores of ten classes with noise, `rows * width`
 * numbers. It errs on the rows that are hard for everybody as often as `together` says, else on rows of its own.
 */
export function answersOf(
  accuracy: number,
  labels: readonly number[],
  source: Random,
  { width = CLASSES, hard = [], together = 0 }: { width?: number; hard?: readonly number[]; together?: number } = {},
): Float32Array {
  const scores = new Float32Array(labels.length * CLASSES);
  for (const [row, label] of labels.entries()) {
    const luck = source.uniform() < together ? hard[row]! : source.uniform();
    const isRight = luck < accuracy;
    const said = isRight ? label : (label + 1 + Math.floor(source.uniform() * (CLASSES - 1))) % CLASSES;
    for (let k = 0; k < CLASSES; k++) scores[row * CLASSES + k] = 0.6 * source.normal();
    scores[row * CLASSES + said]! += isRight ? 3 : 2.2;
  }
  const normal = normaliseRows(scores, CLASSES).value;
  if (width === CLASSES) return normal;
  const answer = new Float32Array(labels.length * width);
  for (let row = 0; row < labels.length; row++) {
    answer.set(normal.subarray(row * CLASSES, (row + 1) * CLASSES), row * width);
  }
  return answer;
}

export function labelsFor(rows: number, source: Random): number[] {
  return Array.from({ length: rows }, () => Math.floor(source.uniform() * CLASSES));
}
