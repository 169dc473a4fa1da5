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
  const answer = new Float32Array(labels.length * width);
  for (const [row, label] of labels.entries()) {
    const luck = source.uniform() < together ? hard[row]! : source.uniform();
    const isRight = luck < accuracy;
    const said = isRight ? label : (label + 1 + Math.floor(source.uniform() * (CLASSES - 1))) % CLASSES;
    for (let k = 0; k < CLASSES; k++) answer[row * width + k] = 0.6 * source.normal();
    answer[row * width + said]! += isRight ? 3 : 2.2;
  }
  return normaliseRows(answer, width).value;
}

export function labelsFor(rows: number, source: Random): number[] {
  return Array.from({ length: rows }, () => Math.floor(source.uniform() * CLASSES));
}
