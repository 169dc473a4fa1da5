import { beforeAll, describe, expect, it, vi } from 'vitest';
import { attack, churn, convergence, islands, partition } from '../../../bench/gossip/scenarios.js';
import { ready } from '../../../src/wallet/index.js';

// `npm run simulate:gossip` does the same with a thousand nodes.
beforeAll(() => ready());
// Some ten seconds of processor time in all; a busy machine takes its time.
vi.setConfig({ testTimeout: 300_000 });

const MINUTE_MS = 60_000;

describe('gossip among many nodes', () => {
  it('tells all of all within half a minute', async () => {
    const { seconds, kilobytes } = await convergence(40);
    expect(seconds).toBeLessThan(30);
    expect(kilobytes).toBeLessThan(20);
  });

  it('follows nodes that come and go', async () => {
    const { recall, precision, wrong, knownAfter, forgottenAfter } = await churn(24, 3, 2);
    expect(recall).toBeGreaterThan(0.95);
    expect(precision).toBeGreaterThan(0.8);
    expect(wrong).toBe(0);
    expect(knownAfter).toBeLessThan(30);
    expect(forgottenAfter).toBeLessThan(60);
  });

  it('forgets the other half of a parted network, and finds it back', async () => {
    const { leftOver, seconds } = await partition(16, 6 * MINUTE_MS);
    expect(leftOver).toBe(0);
    expect(seconds).toBeLessThan(120);
  });

  it('becomes one from two islands when one node knows an address of each', async () => {
    const { leftOver, seconds } = await islands(20);
    expect(leftOver).toBe(0);
    expect(seconds).toBeLessThan(60);
  });

  it('believes nothing that nine lying neighbours of ten say', async () => {
    const { seconds, wrong, leastRecall, told, madeUp } = await attack({
      honest: 6,
      liars: 54,
      madeUpByEach: 2,
      minutes: 6,
    });
    expect(wrong).toBe(0);
    expect(leastRecall).toBe(1);
    expect(seconds).toBeLessThan(300);
    // The liars did speak, and those that they made up with work exist for the honest ones too.
    for (const times of Object.values(told)) expect(times).toBeGreaterThan(50);
    expect(madeUp).toBeGreaterThan(50);
  });

  it('keeps the honest nodes where made-up ones would fill the table many times over', async () => {
    const options = { honest: 6, liars: 24, madeUpByEach: 5, minutes: 3, size: 15 };
    const { wrong, recall, size } = await attack(options);
    expect(size).toBeLessThanOrEqual(15);
    expect(wrong).toBe(0);
    expect(recall).toBeGreaterThan(0.5);
  });
});
