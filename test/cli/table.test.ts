import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { tableLines } from '../../src/cli/terminal/table.js';
import { widthOf } from '../../src/cli/terminal/text.js';

const HEADS = [
  { title: 'UID', align: 'right', whole: true },
  { title: 'STAKE', align: 'right', whole: true },
  { title: 'RANK', align: 'right', whole: true, spare: 2 },
  { title: 'AXON', spare: 1 },
  { title: 'HOTKEY' },
] as const;
const ROWS = [
  [0, '1,000.000', '0.50000', '127.0.0.1:8091', '5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY'],
  [17, '2.500', '0.25000', 'none', '5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty'],
];

describe('a table', () => {
  it('has its numbers to the right, and is whole where there is room', () => {
    expect(tableLines(HEADS, ROWS)).toEqual([
      'UID      STAKE     RANK  AXON            HOTKEY',
      '  0  1,000.000  0.50000  127.0.0.1:8091  5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY',
      ' 17      2.500  0.25000  none            5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty',
    ]);
  });

  it('shortens words first, and leaves spare columns out where that is not enough', () => {
    expect(tableLines(HEADS, ROWS, 60)[1]).toMatch(/^ {2}0 {2}1,000.000 {2}0.50000 {2}127.*\u2026? {2}5Grwva.*\u2026$/);
    expect(tableLines(HEADS, ROWS, 36)).toEqual([
      expect.stringMatching(/^UID {6}STAKE {2}AXON +HOTKEY$/),
      expect.stringMatching(/^ {2}0 {2}1,000.000 {2}\S+\u2026 {2}\S+\u2026$/),
      expect.stringMatching(/^ 17 {6}2.500 {2}none +\S+\u2026$/),
      '(no room for RANK)',
    ]);
    expect(tableLines(HEADS, ROWS, 24).at(-1)).toBe('(no room for RANK, AXON)');
    expect(tableLines(HEADS, ROWS, 23).slice(-2)).toEqual(['(no room for RANK,', 'AXON)']);
  });

  it('never cuts a number: where there is no room for a row, it is stacked', () => {
    const heads = ['WALLET', { title: 'COLDKEY', whole: true }, 'FREE', 'STAKED'];
    const [address] = [ROWS[0]![4]];
    const rows = [
      ['a', address, '6,464.123456789', '0.000000001'],
      ['b', address, '1', null],
    ];
    expect(tableLines(heads, rows, 60)).toEqual([
      'WALLET   a',
      `COLDKEY  ${address}`,
      'FREE     6,464.123456789',
      'STAKED   0.000000001',
      '',
      'WALLET   b',
      `COLDKEY  ${address}`,
      'FREE     1',
      'STAKED   -',
    ]);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 140 }), width => {
        const text = tableLines(heads, rows, width).join('\n');
        for (const whole of ['6,464.123456789', '0.000000001', address]) expect(text).toContain(whole);
      }),
      { seed: 6 },
    );
  });

  it('fits any terminal that has room for the columns that must stay', () => {
    fc.assert(
      fc.property(fc.integer({ min: 24, max: 140 }), width => {
        for (const line of tableLines(HEADS, ROWS, width)) {
          if (!line.startsWith('(')) expect(widthOf(line)).toBeLessThanOrEqual(width);
        }
      }),
      { seed: 5 },
    );
  });
});
