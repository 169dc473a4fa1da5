import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NonceSource } from '../../../src/net/auth/nonce-source.js';
import { defaultNonceLimits, NonceCache } from '../../../src/net/auth/nonces.js';

const NOW = 1_800_000_000_000;
const us = (ms: number) => ms * 1000;

describe('a nonce cache', () => {
  it('takes nonces from 10 s back to 2 s ahead, each once', () => {
    const cache = new NonceCache(NOW - 60_000);
    expect(cache.check('a', us(NOW - 10_000), NOW)).toBe('fresh');
    expect(cache.check('a', us(NOW - 10_000) - 1, NOW)).toBe('late');
    expect(cache.check('a', us(NOW + 2_000), NOW)).toBe('fresh');
    expect(cache.check('a', us(NOW + 2_000) + 1, NOW)).toBe('early');
    cache.remember('a', us(NOW));
    expect(cache.check('a', us(NOW), NOW)).toBe('replayed');
    expect(cache.check('a', us(NOW) + 1, NOW)).toBe('fresh');
    expect(cache.check('a', us(NOW) - 1, NOW)).toBe('fresh');
    expect(cache.check('b', us(NOW), NOW)).toBe('fresh');
  });

  it('remembers nothing by looking', () => {
    const cache = new NonceCache(NOW - 60_000);
    for (let i = 0; i < 3; i++) expect(cache.check('a', us(NOW), NOW)).toBe('fresh');
    expect(cache.size).toBe(0);
  });

  it('refuses what an earlier run may have seen', () => {
    const cache = new NonceCache(NOW);
    expect(cache.check('a', us(NOW), NOW + 5)).toBe('late');
    expect(cache.check('a', us(NOW) + 1, NOW + 5)).toBe('fresh');
  });

  it('never takes a nonce twice, however little it may remember', () => {
    const step = fc.record({ caller: fc.constantFrom('a', 'b', 'c', 'd', 'e'), offset: fc.nat(40), later: fc.nat(3) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 300 }), steps => {
        const cache = new NonceCache(NOW, { backMs: 20, aheadMs: 10, callers: 3, noncesPerCaller: 4 });
        const taken = new Set<string>();
        let now = NOW + 100;
        for (const { caller, offset, later } of steps) {
          now += later;
          const nonce = us(now - 25 + offset);
          if (cache.check(caller, nonce, now) !== 'fresh') continue;
          const name = `${caller} ${nonce}`;
          expect(taken.has(name)).toBe(false);
          taken.add(name);
          cache.remember(caller, nonce);
          expect(cache.size).toBeLessThanOrEqual(3);
        }
      }),
      { seed: 8, numRuns: 500 },
    );
  });

  it('takes requests that overtake each other by some hundreds', () => {
    const cache = new NonceCache(NOW - 60_000);
    for (let i = 0; i < 10_000; i++) {
      const nonce = us(NOW) + 10 * (i ^ 0x7f);
      expect(cache.check('a', nonce, NOW + 50)).toBe('fresh');
      cache.remember('a', nonce);
    }
  });

  it('stays bounded under many keys, and keeps a caller that goes on calling', () => {
    const cache = new NonceCache(NOW - 60_000, { ...defaultNonceLimits, callers: 100 });
    for (let i = 0; i < 5_000; i++) {
      const now = NOW + i;
      cache.remember(`stranger ${i}`, us(now));
      expect(cache.check('friend', us(now) - 500, now)).toBe('fresh');
      cache.remember('friend', us(now) - 500);
    }
    expect(cache.size).toBe(100);
  });
});

describe('a nonce source', () => {
  it('counts microseconds, strictly upwards, also when the clock stands still or goes back', () => {
    let now = NOW;
    const source = new NonceSource({ nowMs: () => now });
    const made: number[] = [];
    for (let i = 0; i < 5_000; i++) {
      if (i === 2_000) now -= 5_000;
      if (i === 3_000) now += 60_000;
      made.push(source.next('a'));
    }
    expect(made.every((nonce, i) => i === 0 || nonce > made[i - 1]!)).toBe(true);
    expect(Math.abs(made[0]! - us(NOW))).toBeLessThan(1_000);
    expect(Math.abs(made[3_000]! - us(NOW + 55_000))).toBeLessThan(1_000);
  });

  it('believes the clock of a peer once a minute, for that peer only', () => {
    let now = NOW;
    const source = new NonceSource({ nowMs: () => now });
    expect(source.correct('a', NOW + 30_000)).toBe(true);
    expect(source.correct('a', NOW - 30_000)).toBe(false);
    expect(source.correct('b', 1e15)).toBe(false);
    expect(source.offsetMs('b')).toBe(0);
    expect(source.offsetMs('a')).toBe(30_000);
    expect(source.next('a') - source.next('b')).toBeGreaterThan(us(29_990));
    now += 61_000;
    expect(source.correct('a', now)).toBe(true);
    expect(source.offsetMs('a')).toBe(0);
  });
});

describe('a nonce cache whose memory of a caller is full', () => {
  const limits = { backMs: 10_000, aheadMs: 2_000, callers: 4, noncesPerCaller: 4 };

  it('forgets the older half in the order of the nonces, and refuses all that is as old', () => {
    const cache = new NonceCache(NOW - 60_000, limits);
    // Ten has fewer digits than nine hundred: numbers are sorted as numbers.
    for (const offset of [900, 10, 1_000, 20, 30]) cache.remember('a', us(NOW) + offset);
    const verdicts = [5, 10, 15, 20, 25, 30, 31, 899, 900, 901, 1_000].map(offset =>
      cache.check('a', us(NOW) + offset, NOW),
    );
    expect(verdicts).toEqual([
      ...['replayed', 'replayed', 'replayed', 'replayed', 'replayed', 'replayed'],
      ...['fresh', 'fresh', 'replayed', 'fresh', 'replayed'],
    ]);
  });

  it('holds on to what is above the middle, however often that happens', () => {
    const cache = new NonceCache(NOW - 60_000, limits);
    for (let i = 0; i < 40; i++) {
      cache.remember('a', us(NOW) + i);
      expect(cache.check('a', us(NOW) + i, NOW)).toBe('replayed');
      expect(cache.check('a', us(NOW) + i + 1, NOW)).toBe('fresh');
    }
  });

  it('holds no more nonces than it may, and half of them after it forgot', () => {
    const cache = new NonceCache(NOW - 60_000, limits);
    const held = [1, 2, 3, 4, 5, 6, 7, 8].map(i => {
      cache.remember('a', us(NOW) + i);
      return cache.noncesOf('a');
    });
    expect(held).toEqual([1, 2, 3, 4, 2, 3, 4, 2]);
    expect(cache.noncesOf('b')).toBe(0);
  });

  it('never lets the floor sink', () => {
    const cache = new NonceCache(NOW - 60_000, limits);
    for (const offset of [1, 2, 3, 4, 5]) cache.remember('a', us(NOW) + offset);
    for (const offset of [-9, -8, -7, -6, -5]) cache.remember('a', us(NOW) + offset);
    expect(cache.check('a', us(NOW) + 3, NOW)).toBe('replayed');
    expect(cache.check('a', us(NOW) + 2, NOW)).toBe('replayed');
  });
});

describe('a nonce source', () => {
  it('forgets the clock that was corrected longest ago, beyond 4,096 peers', () => {
    const source = new NonceSource({ nowMs: () => NOW });
    for (let i = 0; i <= 4_096; i++) expect(source.correct(`peer ${i}`, NOW + 5_000)).toBe(true);
    expect(source.offsetMs('peer 0')).toBe(0);
    expect(source.offsetMs('peer 1')).toBe(5_000);
    expect(source.offsetMs('peer 4096')).toBe(5_000);
  });

  it('keeps the clock that was corrected lately, however early it was known', () => {
    let now = NOW;
    const source = new NonceSource({ nowMs: () => now });
    for (let i = 0; i < 4_096; i++) source.correct(`peer ${i}`, now + 5_000);
    now += 60_000;
    expect(source.correct('peer 0', now + 5_000)).toBe(true);
    source.correct('another', now);
    expect([source.offsetMs('peer 0'), source.offsetMs('peer 1')]).toEqual([5_000, 0]);
  });

  it('believes a peer again after a whole minute, also where its own clock went back', () => {
    let now = NOW;
    const source = new NonceSource({ nowMs: () => now });
    expect(source.correct('a', NOW + 1_000)).toBe(true);
    now = NOW + 59_999;
    expect(source.correct('a', now)).toBe(false);
    now = NOW + 60_000;
    expect(source.correct('a', now + 2_000)).toBe(true);
    now = NOW + 1;
    expect(source.correct('a', now)).toBe(false);
    now = NOW;
    expect(source.correct('a', now + 3_000)).toBe(true);
    expect(source.offsetMs('a')).toBe(3_000);
  });

  it('believes no clock that is more than ten years of 365 days off', () => {
    const years = 10 * 365 * 86_400_000;
    for (const offset of [years, -years]) {
      const source = new NonceSource({ nowMs: () => NOW });
      expect(source.correct('a', NOW + offset)).toBe(true);
      expect(source.offsetMs('a')).toBe(offset);
      expect(source.correct('b', NOW + offset + Math.sign(offset))).toBe(false);
    }
  });

  it('makes whole numbers, from clocks that are not, and not the same ones as the next source', () => {
    const first = Array.from({ length: 60 }, () => {
      const source = new NonceSource({ nowMs: () => NOW });
      source.correct('a', NOW + 30_000.6);
      expect(source.offsetMs('a')).toBe(30_001);
      const [one, two] = [source.next('a'), source.next('a')];
      expect([one, two].every(Number.isSafeInteger)).toBe(true);
      expect(two).toBeGreaterThan(one);
      return one - us(30_001);
    });
    expect(new Set(first).size).toBeGreaterThan(10);
    expect(first.every(nonce => nonce >= us(NOW) && nonce <= us(NOW) + 1_000)).toBe(true);
  });
});
