import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BackOff } from '../../../src/net/dendrite/back-off.js';

describe('a back-off', () => {
  it('pauses twice as long after each failure, up to its longest pause, and ends with an answer', () => {
    let now = 1_000;
    const backOff = new BackOff({ nowMs: () => now }, { firstMs: 500, longestMs: 3_000 });
    expect(backOff.waitMs('a')).toBe(0);
    expect([1, 2, 3, 4, 5].map(() => [backOff.failed('a'), backOff.waitMs('a')])).toEqual([
      [1, 500],
      [2, 1_000],
      [3, 2_000],
      [4, 3_000],
      [5, 3_000],
    ]);
    now += 2_999;
    expect(backOff.waitMs('a')).toBe(1);
    now += 1;
    expect(backOff.waitMs('a')).toBe(0);
    expect(backOff.succeeded('a')).toBe(true);
    expect(backOff.succeeded('a')).toBe(false);
    backOff.failed('a');
    expect(backOff.waitMs('a')).toBe(500);
  });

  it('is never longer than its pause, however the clock jumps', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -10_000_000, max: 10_000_000 }), { maxLength: 50 }), jumps => {
        let now = 0;
        const backOff = new BackOff({ nowMs: () => now }, { firstMs: 100, longestMs: 10_000 });
        for (const jump of jumps) {
          backOff.failed('a');
          now += jump;
          expect(backOff.waitMs('a')).toBeGreaterThanOrEqual(0);
          expect(backOff.waitMs('a')).toBeLessThanOrEqual(10_000);
        }
      }),
      { seed: 21, numRuns: 200 },
    );
  });

  it('is over where the clock was set back by more than any pause', () => {
    let now = 10_000_000;
    const backOff = new BackOff({ nowMs: () => now }, { firstMs: 100, longestMs: 10_000 });
    backOff.failed('a');
    now -= 5_000_000;
    expect(backOff.waitMs('a')).toBe(0);
    expect([backOff.failed('a'), backOff.waitMs('a')]).toEqual([2, 200]);
  });

  it('remembers a bounded number of peers, and forgets those that are gone', () => {
    const backOff = new BackOff({ nowMs: () => 0 }, { peers: 3 });
    for (const peer of ['a', 'b', 'c', 'a', 'd']) backOff.failed(peer);
    expect(backOff.size).toBe(3);
    expect(['a', 'b', 'c', 'd'].map(peer => backOff.failures(peer))).toEqual([2, 0, 1, 1]);
    backOff.keep(peer => peer === 'd');
    expect(backOff.size).toBe(1);
    expect(backOff.waitMs('d')).toBe(500);
  });
});
