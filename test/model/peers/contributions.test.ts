import { describe, expect, it } from 'vitest';
import { answersOf, CLASSES, labelsFor } from '../../../bench/cheats/answers.js';
import { contributions, type Random, random, worthOfAnswers } from '../../../src/model/index.js';

const PRIOR = new Array<number>(CLASSES).fill(1 / CLASSES);
const placesOf = (labels: readonly number[]) => ({
  rows: labels.map((_, row) => row),
  labels,
  classes: CLASSES,
  prior: PRIOR,
});

/** Mean gains over many questions to peers that answer by these functions of the labels. */
function meanGains(
  peers: readonly ((labels: readonly number[], source: Random) => Float32Array)[],
  { seed, questions = 60, rows = 64 }: { seed: number; questions?: number; rows?: number },
): number[] {
  const source = random(seed, 'peers');
  const sums = peers.map(() => 0);
  for (let question = 0; question < questions; question++) {
    const labels = labelsFor(rows, source);
    const answers = peers.map(answer => answer(labels, source));
    const gains = contributions(answers, CLASSES, placesOf(labels), { source, pairs: 2 });
    for (const [i, gain] of gains.entries()) sums[i]! += gain.shapley / questions;
  }
  return sums;
}

const good = (accuracy: number) => (labels: readonly number[], source: Random) => answersOf(accuracy, labels, source);

describe('contributions to a prediction', () => {
  it('add up to what all answers take off the loss', () => {
    const source = random(1, 'sum');
    const labels = labelsFor(64, source);
    const answers = [0.3, 0.5, 0.7, 0.9, 0.95, 0.97].map(accuracy => answersOf(accuracy, labels, source));
    const whole = worthOfAnswers(answers, CLASSES, placesOf(labels))([0, 1, 2, 3, 4, 5]);
    const gains = contributions(answers, CLASSES, placesOf(labels), { source, pairs: 2 });
    expect(gains.reduce((sum, gain) => sum + gain.shapley, 0)).toBeCloseTo(whole, 9);
    expect(whole).toBeGreaterThan(1);
    expect(whole).toBeLessThan(Math.log(CLASSES));
  });

  it('rise with the accuracy', () => {
    const accuracies = [0.2, 0.4, 0.6, 0.8, 0.97];
    const gains = meanGains(accuracies.map(good), { seed: 2 });
    expect(gains).toEqual(gains.toSorted((a, b) => a - b));
    expect(gains[0]).toBeGreaterThan(0);
  });

  it('are nothing for zeros, for the same answer to everything, for noise, and for the right answers upside down', () => {
    const upsideDown = (labels: readonly number[], source: Random) =>
      answersOf(0.97, labels, source).map(score => -score);
    const zeros = (labels: readonly number[]) => new Float32Array(labels.length * CLASSES);
    const always = (labels: readonly number[]) =>
      Float32Array.from({ length: labels.length * CLASSES }, (_, i) => (i % CLASSES === 3 ? 32 : 0));
    const gains = meanGains([good(0.9), good(0.8), upsideDown, zeros, always, good(0.1)], { seed: 3 });
    const [first, second, ...others] = gains;
    expect(second).toBeGreaterThan(0.3);
    expect(first).toBeGreaterThan(second!);
    for (const gain of others) expect(gain).toBeLessThan(0.005 * first!);
    expect(gains[3]).toBe(0);
    expect(gains[4]).toBeCloseTo(0, 5);
  });

  it('do not grow with how loud an answer is given, nor with a constant that is added', () => {
    const source = random(4, 'loud');
    const labels = labelsFor(64, source);
    const answers = [0.5, 0.9].map(accuracy => answersOf(accuracy, labels, source));
    const plain = worthOfAnswers(answers, CLASSES, placesOf(labels));
    const louder = worthOfAnswers([answers[0]!.map(score => score + 7), answers[1]!], CLASSES, placesOf(labels));
    for (const coalition of [[0], [1], [0, 1]]) expect(louder(coalition)).toBeCloseTo(plain(coalition), 3);
  });

  it('are finite for a single place, and for a single answer', () => {
    const source = random(5, 'one');
    const [gain] = contributions([answersOf(1, [4], source)], CLASSES, placesOf([4]), { source, pairs: 1 });
    expect(gain).toEqual({ shapley: 0, leaveOneOut: 0 });
  });
});
