import type { WeightMatrix } from '../../data/types.js';
import { sharesOf, type Weight } from './bins.js';

/** What one neuron gives, and what it is given; the largest shares first. */
export function weightsAround(matrix: WeightMatrix, uid: number): { gives: Weight[]; gets: Weight[] } {
  const gives: Weight[] = [];
  const gets: Weight[] = [];
  for (const row of matrix.rows) {
    if (row.uid === uid) gives.push(...sharesOf(row, matrix.n));
    else gets.push(...sharesOf(row, matrix.n).filter(weight => weight.to === uid));
  }
  const order = (a: Weight, b: Weight) => b.share - a.share || a.from - b.from || a.to - b.to;
  return { gives: gives.sort(order), gets: gets.sort(order) };
}
