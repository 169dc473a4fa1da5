import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MemoryBudget } from '../../../src/net/session/memory.js';

describe('the memory budget', () => {
  it('is never exceeded, loses nothing, and serves everybody in the end', () => {
    const step = fc.record({ session: fc.nat(3), bytes: fc.integer({ min: 1, max: 60 }), giveUp: fc.boolean() });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), steps => {
        const budget = new MemoryBudget(100);
        const shares = [0, 1, 2, 3].map(() => budget.share(60));
        const held: (() => void)[] = [];
        const inBounds = () => {
          expect(budget.used).toBeLessThanOrEqual(100);
          for (const share of shares) expect(share.used).toBeLessThanOrEqual(60);
          expect(shares.reduce((sum, share) => sum + share.used, 0)).toBe(budget.used);
        };
        let granted = 0;
        let givenUp = 0;
        for (const { session, bytes, giveUp } of steps) {
          const share = shares[session]!;
          let isGranted = false;
          const stop = share.take(bytes, () => {
            isGranted = true;
            granted++;
            held.push(() => share.give(bytes));
          });
          expect(stop).toBeDefined();
          inBounds();
          if (giveUp && !isGranted) {
            stop!();
            givenUp++;
          } else if (giveUp) held.shift()?.();
          inBounds();
        }
        for (let free = held.shift(); free; free = held.shift()) {
          free();
          inBounds();
        }
        expect([granted + givenUp, budget.used, budget.waiting]).toEqual([steps.length, 0, 0]);
      }),
      { seed: 12, numRuns: 300 },
    );
  });

  it('says at once what can never be had, and bounds those who wait', () => {
    const budget = new MemoryBudget(100, 2);
    const share = budget.share(80);
    expect(share.take(81, () => {})).toBeUndefined();
    expect(budget.share(200).take(101, () => {})).toBeUndefined();
    expect(share.tryTake(80)).toBe(true);
    expect(share.tryTake(1)).toBe(false);
    expect(share.take(10, () => {})).toBeDefined();
    expect(share.take(10, () => {})).toBeDefined();
    expect(share.take(10, () => {})).toBeUndefined();
  });

  it('lets a session that has its share hold up only itself', () => {
    const budget = new MemoryBudget(100);
    const [greedy, modest] = [budget.share(50), budget.share(50)];
    const order: string[] = [];
    expect(greedy.tryTake(50)).toBe(true);
    greedy.take(50, () => order.push('greedy'));
    modest.take(50, () => order.push('modest'));
    expect(order).toEqual(['modest']);
    greedy.give(50);
    expect(order).toEqual(['modest', 'greedy']);
  });
});
