import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { answersOf, CLASSES, labelsFor } from '../../../bench/cheats/answers.js';
import { spearman } from '../../../bench/network/spearman.js';
import { contributions, permutation, random } from '../../../src/model/index.js';
import { ScoreBook } from '../../../src/neuron/validator/scoring.js';

describe('the scores of a validator', () => {
  it('are the mean at first and a moving average of five thousandths later', () => {
    const book = new ScoreBook();
    for (const gain of [1, 2, 3]) book.answered('a', gain);
    const weights = [0.995 ** 2, 0.995, 1];
    const mean = (weights[0]! * 1 + weights[1]! * 2 + weights[2]! * 3) / (weights[0]! + weights[1]! + weights[2]!);
    expect(book.standing('a')).toEqual({ quality: mean, reliability: 1, score: mean, asked: 3 });
    for (let i = 0; i < 2_000; i++) book.answered('a', 5);
    const before = book.standing('a').quality;
    book.answered('a', 0);
    expect(book.standing('a').quality).toBeCloseTo(0.995 * before, 3);
  });

  it('are nothing before every way of asking that is in use has asked some times', () => {
    const book = new ScoreBook(['open', 'disguised']);
    const scores: number[] = [];
    for (let i = 0; i < 3; i++) {
      book.answered('two-faced', 1, 'open');
      book.answered('two-faced', 1, 'open');
      scores.push(book.standing('two-faced').score);
      book.failed('two-faced', 'disguised');
      book.answered('fair', 1, 'open');
      book.answered('fair', 1, 'disguised');
    }
    expect(scores).toEqual([0, 0, 0]);
    expect([...book.scores()]).toEqual([['fair', 1]]);
    expect(book.standing('two-faced').asked).toBe(9);
  });

  it('are quality times reliability, and nothing for who never answers or only harms', () => {
    const book = new ScoreBook();
    for (let i = 0; i < 400; i++) {
      book.answered('good', 1);
      if (i % 2) book.answered('lazy', 1);
      else book.failed('lazy');
      book.failed('dead');
      book.answered('hostile', -1);
    }
    expect(book.standing('lazy').score).toBeCloseTo(0.5, 1);
    expect([...book.scores().keys()]).toEqual(['good', 'lazy']);
    expect(book.standing('hostile')).toMatchObject({ quality: 0, reliability: 1, score: 0 });
  });

  it('are those of the channel that is treated worse', () => {
    const book = new ScoreBook();
    for (let i = 0; i < 50; i++) {
      book.answered('fair', 1, 'open');
      book.answered('fair', 0.9, 'disguised');
      book.answered('two-faced', 1, 'open');
      book.failed('two-faced', 'disguised');
    }
    expect(book.standing('fair').score).toBeCloseTo(0.9, 6);
    expect(book.standing('two-faced').score).toBe(0);
  });

  it('ask everybody regularly, the new ones first', () => {
    const peers = Array.from({ length: 25 }, (_, i) => ({ hotkey: String(i) }));
    const book = new ScoreBook();
    const source = random(1, 'lots');
    const asked = new Map<string, number>();
    const round = (known: typeof peers) => {
      const chosen = book.choose(known, 5, () => source.uniform());
      expect(new Set(chosen).size).toBe(5);
      for (const { hotkey } of chosen) {
        book.answered(hotkey, 1);
        asked.set(hotkey, (asked.get(hotkey) ?? 0) + 1);
      }
      return chosen.map(peer => peer.hotkey);
    };
    for (let i = 0; i < 400; i++) round(peers.slice(0, 24));
    const counts = [...asked.values()];
    expect(counts).toHaveLength(24);
    expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(3);
    expect(round(peers)).toContain('24');
  });

  it('survive as JSON, and what is no score is left out', () => {
    const entry = fc.record({
      hotkey: fc.constantFrom('a', 'b'),
      gain: fc.option(fc.double({ min: -3, max: 3, noNaN: true })),
      channel: fc.constantFrom('open' as const, 'disguised' as const),
    });
    fc.assert(
      fc.property(fc.array(entry), entries => {
        const book = new ScoreBook();
        for (const { hotkey, gain, channel } of entries) {
          if (gain === null) book.failed(hotkey, channel);
          else book.answered(hotkey, gain, channel);
        }
        const next = new ScoreBook();
        next.load(JSON.parse(JSON.stringify(book)));
        expect(next.scores()).toEqual(book.scores());
      }),
      { seed: 1 },
    );
    const book = new ScoreBook();
    book.load({ a: { open: [1, 2, 3] }, b: null, c: { open: ['x', 0, 0, 0, 0] }, d: 7 });
    expect(book.toJSON()).toEqual({});
  });

  it('rank twelve peers of 10 to 97 % by their accuracy, also when all err on the same rows', () => {
    const accuracies = Array.from({ length: 12 }, (_, i) => 0.1 + (0.87 * i) / 11);
    for (const together of [0, 0.9]) {
      const source = random(11, 'ranked', together);
      const book = new ScoreBook();
      for (let question = 0; question < 60; question++) {
        const labels = labelsFor(64, source);
        const hard = labels.map(() => source.uniform());
        const asked = Array.from(permutation(12, source).subarray(0, 10));
        const answers = asked.map(i => answersOf(accuracies[i]!, labels, source, { hard, together }));
        const places = {
          rows: labels.map((_, row) => row),
          labels,
          classes: CLASSES,
          prior: new Array(CLASSES).fill(0.1),
        };
        const gains = contributions(answers, CLASSES, places, { source, pairs: 2 });
        for (const [i, peer] of asked.entries()) book.answered(String(peer), gains[i]!.shapley);
      }
      const scores = accuracies.map((_, i) => book.scores().get(String(i)) ?? 0);
      expect(spearman(scores, accuracies)).toBeGreaterThan(0.95);
    }
  });
});
