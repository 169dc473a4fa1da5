import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { positions } from '../../src/explorer/parts/table/columns.js';
import { parseFilter, parseNumber } from '../../src/explorer/parts/table/filter.js';
import { anyRows, neuronRow } from './rows.js';

const ROWS = [
  neuronRow({ uid: 0, stake: 5000, active: true, validatorPermit: true, hotkey: '5AliceKey' }),
  neuronRow({ uid: 1, stake: 100, active: true, axon: { ip: '10.0.0.7', port: 8091 }, immune: true }),
  neuronRow({ uid: 2, stake: 1, incentive: 0.4, coldkey: '5BobCold', updated: 500 }),
];
const context = { position: positions(ROWS), epochsPerDay: undefined };
const found = (query: string) => ROWS.filter(row => parseFilter(query).matches(row, context)).map(row => row.uid);

describe('the filter', () => {
  it.each([
    ['', [0, 1, 2]],
    ['stake>100', [0]],
    ['stake>=100 active', [0, 1]],
    ['stake>100 active permit', [0]],
    ['stake<1k', [1, 2]],
    ['stake!=100', [0, 2]],
    ['stake=5k', [0]],
    ['incentive>=40%', [2]],
    ['updated>100', [2]],
    ['-active', [2]],
    ['!permit immune', [1]],
    ['axon', [1]],
    ['-axon', [0, 2]],
    ['active=no', [2]],
    ['permit!=yes', [1, 2]],
    ['axon=10.0.0', [1]],
    ['10.0.0.7:8091', [1]],
    ['alicekey', [0]],
    ['coldkey=bob', [2]],
    ['hotkey!=alice', [1, 2]],
    ['2', [2]],
    ['"active"', []],
    ['-"alice"', [1, 2]],
    ['pos=1', [0]],
    ['daily>0', []],
  ])('%s finds %j', (query, uids) => {
    expect(parseFilter(query).problems).toEqual([]);
    expect(found(query)).toEqual(uids);
  });

  it.each([
    ['stak>100', /no column "stak"; there are pos, /],
    ['stake>much', /"much" is no number/],
    ['hotkey>5', /"hotkey" can only be compared by = or !=/],
    ['active=maybe', /"active" is yes or no, not "maybe"/],
  ])('says what is wrong with %s, and filters nothing by it', (query, problem) => {
    expect(parseFilter(query).problems.join()).toMatch(problem);
    expect(found(query)).toEqual([0, 1, 2]);
  });

  it('uses the other terms when one is wrong', () => {
    expect(found('stak>1 active')).toEqual([0, 1]);
  });

  it('takes any text without a throw, and at most 32 terms', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 300 }), anyRows, (query, rows) => {
        const filter = parseFilter(query);
        for (const row of rows) expect(typeof filter.matches(row, context)).toBe('boolean');
      }),
      { seed: 2 },
    );
    expect(parseFilter('a '.repeat(40)).problems).toEqual(['Only the first 32 of 40 terms are used.']);
  });

  it('splits the rows in two: what a term finds and what its opposite finds', () => {
    const terms = fc.constantFrom('active', 'permit', 'stake>10', 'axon', '"a"', 'incentive<=0.5', 'hotkey=5');
    fc.assert(
      fc.property(anyRows, terms, (rows, term) => {
        const [filter, opposite] = [parseFilter(term).matches, parseFilter(`-${term}`).matches];
        for (const row of rows) expect(filter(row, context)).toBe(!opposite(row, context));
      }),
      { seed: 3 },
    );
  });

  it.each([
    ['100', 100],
    ['.5', 0.5],
    ['-1', -1],
    ['2k', 2000],
    ['1.5M', 1_500_000],
    ['40%', 0.4],
    ['1e3', 1000],
    ['1e999', undefined],
    ['', undefined],
    ['0x10', undefined],
    ['1,000', undefined],
  ])('reads the number %s as %s', (text, value) => {
    expect(parseNumber(text)).toBe(value);
  });
});
