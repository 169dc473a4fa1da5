import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Deadlines } from '../../../src/net/session/deadlines.js';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('deadlines', () => {
  it('come in their order, none early and each at most two ticks late, on one timer', () => {
    const deadlines = new Deadlines();
    const begin = performance.now();
    const late: number[] = [];
    const order: number[] = [];
    const afters = Array.from({ length: 500 }, (_, i) => (i * 7_919) % 5_000);
    for (const after of afters) {
      deadlines.add(after, () => {
        late.push(performance.now() - begin - after);
        order.push(after);
      });
    }
    expect(vi.getTimerCount()).toBe(1);
    vi.advanceTimersByTime(6_000);
    expect(late.length).toBe(500);
    expect(Math.min(...late)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...late)).toBeLessThanOrEqual(20);
    for (let i = 1; i < order.length; i++) expect(order[i]! - order[i - 1]!).toBeGreaterThan(-10);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('that are removed or cleared do not come, also from within another', () => {
    const deadlines = new Deadlines();
    const came: string[] = [];
    const removed = deadlines.add(50, () => came.push('removed'));
    const other = deadlines.add(30, () => came.push('other'));
    deadlines.add(20, () => {
      came.push('first');
      deadlines.remove(other);
      deadlines.add(5, () => came.push('added'));
    });
    deadlines.remove(removed);
    vi.advanceTimersByTime(100);
    expect(came).toEqual(['first', 'added']);
    deadlines.add(10, () => came.push('cleared'));
    deadlines.clear();
    vi.advanceTimersByTime(100);
    expect(came).toEqual(['first', 'added']);
    expect(vi.getTimerCount()).toBe(0);
  });
});
