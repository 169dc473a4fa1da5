import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { moveCell } from '../../src/explorer/parts/table/grid-keys.js';
import { rowWindow, scrollToRow } from '../../src/explorer/parts/table/window.js';

const SIZE = { rows: 100, columns: 16, pageRows: 20 };
const press = (key: string, from: [number, number], ctrlKey = false) => {
  const cell = moveCell({ row: from[0], column: from[1] }, { key, ctrlKey }, SIZE);
  return cell && [cell.row, cell.column];
};

describe('the keys of the grid', () => {
  it.each([
    ['ArrowDown', [5, 3], false, [6, 3]],
    ['ArrowUp', [0, 3], false, [-1, 3]],
    ['ArrowUp', [-1, 3], false, [-1, 3]],
    ['ArrowRight', [5, 15], false, [5, 15]],
    ['ArrowLeft', [5, 3], false, [5, 2]],
    ['PageDown', [5, 3], false, [25, 3]],
    ['PageDown', [95, 3], false, [99, 3]],
    ['PageUp', [5, 3], false, [0, 3]],
    ['Home', [5, 3], false, [5, 0]],
    ['End', [5, 3], false, [5, 15]],
    ['Home', [5, 3], true, [0, 0]],
    ['End', [5, 3], true, [99, 15]],
    ['ArrowDown', [5, 3], true, [99, 3]],
    ['Enter', [5, 3], false, undefined],
    ['a', [5, 3], false, undefined],
  ] as const)('%s from %j (ctrl %s) leads to %j', (key, from, ctrl, to) => {
    expect(press(key, [...from], ctrl)).toEqual(to);
  });

  it('stays on the titles when the filter leaves no row', () => {
    const empty = { ...SIZE, rows: 0 };
    for (const key of ['ArrowDown', 'PageDown', 'End', 'PageUp'])
      expect(moveCell({ row: -1, column: 0 }, { key, ctrlKey: true }, empty)?.row ?? -1).toBe(-1);
  });
});

describe('the rows in the page', () => {
  const numbers = fc.record({
    top: fc.double({ min: -100, max: 200_000, noNaN: true }),
    height: fc.integer({ min: 0, max: 4000 }),
    count: fc.nat(4096),
  });

  it('are those that are seen and a few more, never all of many', () => {
    fc.assert(
      fc.property(numbers, ({ top, height, count }) => {
        const { first, end } = rowWindow(top, height, 30, count);
        expect(first).toBeGreaterThanOrEqual(0);
        expect(end).toBeLessThanOrEqual(count);
        expect(first).toBeLessThanOrEqual(end);
        expect(end - first).toBeLessThanOrEqual(Math.ceil(height / 30) + 18);
        const seenTop = Math.max(0, Math.min(top, count * 30 - height));
        const seen = Math.min(count - 1, Math.floor((seenTop + height / 2) / 30));
        if (count > 0 && height > 0) expect(seen >= first && seen < end).toBe(true);
      }),
      { seed: 6 },
    );
  });

  it('are scrolled to when they are not seen, by as little as that takes', () => {
    const view = { scrollTopPx: 300, heightPx: 634, rowPx: 30, headerPx: 34 };
    expect(scrollToRow(10, view)).toBeUndefined();
    expect(scrollToRow(9, view)).toBe(270);
    expect(scrollToRow(29, view)).toBeUndefined();
    expect(scrollToRow(30, view)).toBe(330);
  });
});
