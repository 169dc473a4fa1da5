import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readRow, rowLine, sharesOf } from '../../src/cli/commands/weights/lists.js';
import { setRows } from '../../src/cli/commands/weights/rows.js';
import { normalizeArgv } from '../../src/cli/frame/flags.js';

describe('lists on the command line', () => {
  it('go on until the next flag, and are the same with commas', () => {
    for (const words of [
      '--uids 0 1 2 --weights .2 .3 .5',
      '--uids 0,1 2 --weights .2,.3,.5',
      '--uids=0 1 2 --weights=.2 .3 .5',
    ]) {
      const argv = normalizeArgv(['weights', 'set', ...words.split(' '), '--netuid', '1'], setRows);
      const joined = argv.join(' ').replaceAll('=', ' ');
      expect(joined).toBe('weights set --uids 0,1,2 --weights .2,.3,.5 --netuid 1');
    }
    expect(normalizeArgv(['--uids', '0', '--', '1'], setRows)).toEqual(['--uids', '0', '--', '1']);
  });
});

describe('weights', () => {
  it('are scaled unless they are whole numbers above 1', () => {
    expect(readRow('0,1', '0.25,0.75').weightsU16).toEqual([21_845, 65_535]);
    expect(readRow('0 1', '1 1').weightsU16).toEqual([65_535, 65_535]);
    expect(readRow('[0, 1]', '[100, 300]').weightsU16).toEqual([100, 300]);
    expect(readRow('0,1', '100000.5,1e6').weightsU16).toEqual([6554, 65_535]);
    expect(readRow('7', '65535')).toEqual({ uids: [7], weightsU16: [65_535] });
    expect(rowLine(3, { uids: [0, 1], weightsU16: [1, 3] })).toBe('uid 3 ranks uid 0: 25.00 %, uid 1: 75.00 %');
  });

  it('keep their proportions, whatever their size', () => {
    const weights = fc.array(fc.double({ min: 1e-3, max: 0.999, noNaN: true }), { minLength: 1, maxLength: 64 });
    fc.assert(
      fc.property(weights, fc.constantFrom(1, 1e-6, 0.5), (list, scale) => {
        const uids = list.map((_, i) => i).join(',');
        const { weightsU16 } = readRow(uids, list.map(value => String(value * scale)).join(' '));
        const largest = Math.max(...list);
        expect(Math.max(...weightsU16)).toBe(65_535);
        for (const [i, value] of list.entries()) expect(weightsU16[i]! / 65_535).toBeCloseTo(value / largest, 4);
        expect(sharesOf(weightsU16).reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 9);
      }),
      { seed: 7 },
    );
  });

  it('are refused when they make no row, with the word that is wrong', () => {
    for (const [uids, weights, why] of [
      [undefined, '1', 'Give --uids and --weights'],
      ['0', undefined, 'Give --uids and --weights'],
      ['', '1', '--uids is empty'],
      ['0,1', '1', '2 uids and 1 weights'],
      ['0,0', '1,1', '0 is there twice'],
      ['-1', '1', '"-1" is no uid'],
      ['65536', '1', '"65536" is no uid'],
      ['x', '1', '"x" is no uid'],
      ['0', '-1', '"-1" is no weight'],
      ['0', 'NaN', '"NaN" is no weight'],
      ['0', 'Infinity', '"Infinity" is no weight'],
      ['0', '0x10', '"0x10" is no weight'],
      ['0', '1e999', '"1e999" is no weight'],
      ['0', '0', 'must be more than 0'],
      ['0', '65536', '65536 is more'],
    ] as const) {
      expect(() => readRow(uids, weights), `${uids} ${weights}`).toThrow(why);
    }
  });

  it('never throw anything but an error of their own, whatever is typed', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (uids, weights) => {
        try {
          const row = readRow(uids, weights);
          expect(row.uids).toHaveLength(row.weightsU16.length);
        } catch (error) {
          expect(error).toMatchObject({ code: 'usage' });
        }
      }),
      { seed: 8, numRuns: 1000 },
    );
  });
});
