import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { COLUMNS, columnById, positions } from '../../src/explorer/parts/table/columns.js';
import { firstSorting, nextSorting, sortRows } from '../../src/explorer/parts/table/sort-rows.js';
import { anyRows, neuronRow } from './rows.js';

const contextOf = (rows: Parameters<typeof positions>[0]) => ({ position: positions(rows), epochsPerDay: 72 });
const uids = (rows: readonly { uid: number }[]) => rows.map(row => row.uid);

describe('the order of the table', () => {
  it('has the columns that people know from other explorers, and rank and trust to choose', () => {
    const shown = COLUMNS.filter(column => column.shown).map(column => column.id);
    expect(shown).toEqual([
      ...['pos', 'permit', 'immune', 'uid', 'stake', 'vtrust', 'consensus', 'incentive', 'dividends'],
      ...['emission', 'updated', 'active', 'axon', 'hotkey', 'coldkey', 'daily'],
    ]);
    expect(COLUMNS.filter(column => !column.shown).map(column => column.id)).toEqual(['rank', 'trust']);
  });

  it('sorts by each column both ways, keeps every row, and breaks ties by uid', () => {
    fc.assert(
      fc.property(anyRows, fc.constantFrom(...COLUMNS), fc.boolean(), (rows, column, descending) => {
        const context = contextOf(rows);
        const sorted = sortRows(rows, column, descending, context);
        expect([...uids(sorted)].sort((a, b) => a - b)).toEqual(uids(rows));
        for (const [i, row] of sorted.slice(1).entries()) {
          const [before, value] = [column.value(sorted[i]!, context), column.value(row, context)];
          if (before === value) expect(sorted[i]!.uid).toBeLessThan(row.uid);
          else if (before === undefined) expect(value).toBeUndefined();
          else if (value !== undefined) expect(before < value).toBe(!descending);
        }
      }),
      { seed: 1 },
    );
  });

  it('puts neurons without an axon last both ways', () => {
    const rows = [
      neuronRow({ uid: 0 }),
      neuronRow({ uid: 1, axon: { ip: '10.0.0.1', port: 1 } }),
      neuronRow({ uid: 2, axon: { ip: '10.0.0.2', port: 1 } }),
    ];
    const axon = columnById('axon')!;
    expect(uids(sortRows(rows, axon, false, contextOf(rows)))).toEqual([1, 2, 0]);
    expect(uids(sortRows(rows, axon, true, contextOf(rows)))).toEqual([2, 1, 0]);
  });

  it('counts places by stake from 1, equal stakes by uid', () => {
    const rows = [5, 9, 5].map((stake, uid) => neuronRow({ uid, stake }));
    expect([...positions(rows)].sort(([a], [b]) => a - b)).toEqual([
      [0, 2],
      [1, 1],
      [2, 3],
    ]);
  });

  it('begins with the largest numbers and the first letters, and turns around at the second click', () => {
    const [stake, hotkey] = [columnById('stake')!, columnById('hotkey')!];
    expect(firstSorting(stake)).toEqual({ column: 'stake', descending: true });
    expect(firstSorting(hotkey)).toEqual({ column: 'hotkey', descending: false });
    expect(nextSorting(firstSorting(stake), stake)).toEqual({ column: 'stake', descending: false });
    expect(nextSorting(firstSorting(stake), hotkey)).toEqual({ column: 'hotkey', descending: false });
  });

  it('says nothing of a day where the time between blocks is not known', () => {
    const daily = columnById('daily')!;
    const row = neuronRow({ emission: 2 });
    expect(daily.value(row, { position: new Map(), epochsPerDay: 72 })).toBe(144);
    expect(daily.text(daily.value(row, { position: new Map(), epochsPerDay: undefined }))).toBe('–');
  });
});
