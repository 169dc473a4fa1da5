import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Linger } from '../../localnet/engine/linger.js';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function lingering(seconds: number) {
  const ends: string[] = [];
  const linger = new Linger(seconds, reason => ends.push(reason));
  return { ends, linger };
}

describe('a chain that ends when nobody uses it', () => {
  it('gives those who started it a minute to come, however soon it would end later', () => {
    const { ends, linger } = lingering(10);
    linger.onClients(0);
    vi.advanceTimersByTime(59_000);
    expect(ends).toEqual([]);
    vi.advanceTimersByTime(1_000);
    expect(ends).toEqual(['no client has come']);
  });

  it('ends its seconds after the last client has gone, and begins anew when one comes', () => {
    const { ends, linger } = lingering(10);
    for (const count of [0, 1, 2, 1, 0]) linger.onClients(count);
    vi.advanceTimersByTime(9_000);
    linger.onClients(1);
    vi.advanceTimersByTime(100_000);
    linger.onClients(0);
    vi.advanceTimersByTime(9_999);
    expect(ends).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(ends).toEqual(['the last client has gone']);
  });
});
