import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { collectedBytes } from '../../bench/net/memory.js';
import { abortingWith, withDeadline } from '../../src/base/index.js';

describe('a controller that aborts with signals', () => {
  it('aborts with the first of them, with its reason, also where that was before', () => {
    const [one, other] = [new AbortController(), new AbortController()];
    const { signal } = abortingWith(one.signal, undefined, other.signal);
    expect(signal.aborted).toBe(false);
    other.abort('other');
    one.abort('one');
    expect(signal.reason).toBe('other');
    expect(abortingWith(undefined, one.signal).signal.reason).toBe('one');
    expect(abortingWith().signal.aborted).toBe(false);
  });

  it('has one listener in a signal for all that follow it, and none when they have ended', () => {
    const outer = new AbortController();
    const listeners = () => getEventListeners(outer.signal, 'abort').length;
    const all = Array.from({ length: 20 }, () => abortingWith(outer.signal));
    expect(listeners()).toBe(1);
    for (const one of all.slice(1)) one.abort();
    expect(listeners()).toBe(1);
    all[0]!.abort('done');
    expect(listeners()).toBe(0);
    const later = abortingWith(outer.signal);
    outer.abort('outer');
    expect([all[0]!.signal.reason, later.signal.reason]).toEqual(['done', 'outer']);
    expect(listeners()).toBe(0);
  });
});

describe('a deadline', () => {
  it('keeps nothing in a signal that lives on', async () => {
    const { signal } = new AbortController();
    const work = async (calls: number) => {
      for (let i = 0; i < calls; i++) await withDeadline(Promise.resolve(), 1_000, 'x', signal);
      // What ends with a turn of the event loop.
      await new Promise(resolve => setImmediate(resolve));
    };
    await work(1_000);
    const before = collectedBytes();
    await work(30_000);
    // AbortSignal.any leaves two megabytes.
    expect(collectedBytes() - before).toBeLessThan(800_000);
  });
});
