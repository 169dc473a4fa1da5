import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { historyBlocks, historyCharts, MOST_BLOCKS } from '../../src/explorer/parts/neuron/history.js';
import { neuronRow } from './rows.js';

describe('the history of a neuron', () => {
  it('asks for few blocks, rising, from the first block to the newest', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5_000_000 }), fc.integer({ min: 1, max: 7200 }), (newest, every) => {
        const blocks = historyBlocks(newest, every);
        expect(blocks.length).toBeLessThanOrEqual(MOST_BLOCKS);
        expect(blocks[blocks.length - 1]).toBe(newest);
        expect(blocks[0]).toBeGreaterThan(0);
        expect(blocks.every((block, i) => i === 0 || block > blocks[i - 1]!)).toBe(true);
      }),
      { seed: 13 },
    );
  });

  it('asks for the same blocks again when one more has come', () => {
    const [before, after] = [historyBlocks(1003, 10), historyBlocks(1004, 10)];
    expect(after.slice(0, -1)).toEqual(before.slice(0, -1));
    expect(historyBlocks(5, 1)).toEqual([1, 2, 3, 4, 5]);
    expect(historyBlocks(0, 10)).toEqual([]);
  });

  it('has a gap where the chain forgot, or another neuron had the place', () => {
    const row = neuronRow({ hotkey: 'mine', stake: 5 });
    const [stake] = historyCharts(
      [
        { block: 3, row },
        { block: 1, row: undefined },
        { block: 2, row: { ...row, hotkey: 'theirs' } },
      ],
      'mine',
    );
    expect(stake!.series[0]!.points).toEqual([
      { x: 1, y: Number.NaN },
      { x: 2, y: Number.NaN },
      { x: 3, y: 5 },
    ]);
  });
});
