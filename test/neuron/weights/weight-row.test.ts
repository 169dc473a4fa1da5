import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PeerHealth } from '../../../src/neuron/membership/peer-health.js';
import { WeightRow } from '../../../src/neuron/weights/weight-row.js';

const share = fc.double({ min: 0, max: 1, noNaN: true });
const scores = fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd'), share);

describe('the weight row', () => {
  it('moves by three hundredths of each step', () => {
    const row = new WeightRow({ a: 1 });
    row.update({ b: 1 });
    expect(row.toJSON()).toEqual({ a: expect.closeTo(0.97, 10), b: expect.closeTo(0.03, 10) });
  });

  it('always sums to one and holds no negative share', () => {
    fc.assert(
      fc.property(fc.array(scores, { minLength: 1 }), steps => {
        const row = new WeightRow();
        for (const step of steps) row.update(step);
        const shares = Object.values(row.toJSON());
        const total = shares.reduce((a, b) => a + b, 0);
        return shares.length === 0 || (Math.abs(total - 1) < 1e-3 && shares.every(value => value > 0));
      }),
      { seed: 1 },
    );
  });

  it('ignores what is not a number', () => {
    const row = new WeightRow({ a: 1 });
    row.update({ a: Number.NaN, b: Number.POSITIVE_INFINITY, c: -1 });
    expect(row.toJSON()).toEqual({ a: 1 });
    expect(new WeightRow({ a: Number.NaN, b: 2 }).toJSON()).toEqual({ b: 2 });
  });

  it('forgets a peer that is not heard of any more', () => {
    const row = new WeightRow({ a: 1 });
    for (let i = 0; i < 1000; i++) row.update({ b: 1 });
    expect(Object.keys(row.toJSON())).toEqual(['b']);
  });
});

describe('peer health', () => {
  it('leaves a failing peer alone, longer each time, and takes it back when it answers', () => {
    let now = 0;
    const health = new PeerHealth({ nowMs: () => now });
    const peers = [{ hotkey: 'a' }, { hotkey: 'b' }];
    expect(health.failed('a')).toBe(1);
    expect(health.usable(peers)).toEqual([{ hotkey: 'b' }]);
    now = 500;
    expect(health.usable(peers)).toEqual(peers);
    expect(health.failed('a')).toBe(2);
    now = 1400;
    expect(health.usable(peers)).toEqual([{ hotkey: 'b' }]);
    now = 1500;
    expect(health.usable(peers)).toEqual(peers);
    expect(health.succeeded('a')).toBe(true);
    expect(health.succeeded('a')).toBe(false);
  });

  it('counts a peer as lost after three failures in a row, until it answers', () => {
    const health = new PeerHealth({ nowMs: () => 0 });
    health.failed('a');
    health.failed('a');
    expect(health.isLost('a')).toBe(false);
    health.failed('a');
    expect(health.isLost('a')).toBe(true);
    health.succeeded('a');
    expect(health.isLost('a')).toBe(false);
  });

  it('never waits longer than a minute', () => {
    let now = 0;
    const health = new PeerHealth({ nowMs: () => now });
    for (let i = 0; i < 100; i++) health.failed('a');
    now = 60_000;
    expect(health.usable([{ hotkey: 'a' }])).toHaveLength(1);
  });
});
