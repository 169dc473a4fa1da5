import { describe, expect, it } from 'vitest';
import { allocateBody, recycleBody } from '../../../src/net/wire/body-memory.js';

describe('the memory of bodies', () => {
  it('is used again after it was given back, once', () => {
    const first = allocateBody(100_000);
    recycleBody(first.subarray(50));
    recycleBody(first);
    const second = allocateBody(99_000);
    const third = allocateBody(99_000);
    expect(second.buffer).toBe(first.buffer);
    expect(third.buffer).not.toBe(first.buffer);
    expect(second.length).toBeGreaterThanOrEqual(99_000);
  });

  it('of others is left alone, and so is what is small or very large', () => {
    for (const bytes of [10, 1_000, 2 ** 21]) {
      const body = allocateBody(bytes);
      recycleBody(body);
      expect(allocateBody(bytes).buffer === body.buffer && body.byteOffset === 0).toBe(false);
    }
    const foreign = new Uint8Array(40_000);
    recycleBody(foreign);
    expect(allocateBody(39_000).buffer).not.toBe(foreign.buffer);
  });

  it('that is kept has a bound', () => {
    const bodies = Array.from({ length: 200 }, () => allocateBody(300_000));
    for (const body of bodies) recycleBody(body);
    const known = new Set(bodies.map(body => body.buffer));
    const again = Array.from({ length: 200 }, () => allocateBody(300_000));
    const kept = again.filter(body => known.has(body.buffer)).length;
    expect(kept * 300_000).toBeLessThanOrEqual(16 * 2 ** 20);
    expect(kept).toBeGreaterThan(10);
  });
});
