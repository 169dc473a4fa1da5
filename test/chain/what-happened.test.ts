import { describe, expect, it } from 'vitest';
import { type ChainEvent, whatHappened } from '../../src/chain/index.js';

const [COLD, HOT, OTHER] = ['5Cold', '5Hot', '5Other'];

function said(path: string, data: readonly unknown[], fields: readonly string[] = []): string {
  const [pallet = '', name = ''] = path.split('.');
  const event: ChainEvent = { pallet, name, data, fields };
  const lines = whatHappened({ events: [event], feeRao: 0n });
  expect(lines).toHaveLength(2);
  return lines[0]!;
}

describe('what happened', () => {
  it.each([
    ['Balances.Transfer', [COLD, OTHER, 1_500_000_000], 'Transferred 1.5 TAO from 5Cold to 5Other'],
    ['SubtensorModule.NeuronRegistered', [1, 3, HOT], 'Registered 5Hot as uid 3 on subnet 1'],
    [
      'SubtensorModule.StakeAdded',
      [COLD, HOT, '20000000000000000', 5, 7, 1],
      'Added stake: 20,000,000 TAO on 5Hot in subnet 7; received 0.000000005 alpha',
    ],
    // Spec 218 told five fields, the chain before subnets two.
    [
      'SubtensorModule.StakeRemoved',
      [COLD, HOT, 2_000_000_000, 4_000_000_000, 7],
      'Removed stake: 4 alpha from 5Hot in subnet 7; received 2 TAO',
    ],
    ['SubtensorModule.StakeAdded', [HOT, 1_000_000_000], 'Added stake: 1 TAO on 5Hot'],
    ['SubtensorModule.WeightsSet', [1, 3], 'Weights set by uid 3 on subnet 1'],
    ['SubtensorModule.WeightsSet', [8193, 3], 'Weights set by uid 3 on subnet 1, mechanism 2'],
    ['SubtensorModule.NetworkAdded', [5, 0], 'Created subnet 5'],
    ['Proxy.ProxyExecuted', [{ ok: null }], 'The call for the other account succeeded'],
    ['Sudo.Sudid', [{ err: 'SubtensorModule.AmountTooLow' }], 'The call as root failed: SubtensorModule.AmountTooLow'],
  ])('is said of %s %j', (path, data, line) => {
    expect(said(path, data)).toBe(line);
  });

  it('is shown as the chain tells it where there are no words for it, or where they do not fit', () => {
    expect(said('SubtensorModule.TempoSet', [1, 40])).toBe('SubtensorModule.TempoSet(1, 40)');
    expect(said('Crowdloan.Created', [9, { cap: 5 }], ['id', 'terms'])).toBe(
      'Crowdloan.Created(id: 9, terms: {"cap":5})',
    );
    expect(said('Balances.Transfer', [COLD, OTHER, 'much'])).toBe('Balances.Transfer(5Cold, 5Other, much)');
    expect(said('Balances.Transfer', [COLD])).toBe('Balances.Transfer(5Cold)');
    expect(said('Utility.BatchCompleted', [])).toBe('All calls of the batch succeeded');
    expect(said('Odd.Text', ['a\u001b[2Jb\u202ec'])).toBe('Odd.Text(a\ufffd[2Jb\ufffdc)');
    expect(said('constructor.constructor', [])).toBe('constructor.constructor');
  });

  it('ends with the fee, and is never nothing', () => {
    expect(whatHappened({ events: [], feeRao: 1_250_000n })).toEqual([
      'The call succeeded; the chain tells nothing else of it',
      'Fee: 0.00125 TAO',
    ]);
    expect(whatHappened({ events: [], feeRao: undefined }).at(-1)).toBe('No fee was taken');
  });
});
