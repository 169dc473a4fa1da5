import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { digestOf, type JournalEntry, mayHaveOpenRow, WeightJournal } from '../../../src/neuron/weights/journal.js';
import { temporaryFolder } from '../../chain/helpers.js';

const GENESIS = `0x${'ab'.repeat(32)}`;

function entry(epoch: number, change: Partial<JournalEntry> = {}): JournalEntry {
  const vector = { uids: [1, 2], weights: [65_535, epoch] };
  const hotkeys = ['0x01', '0x02'];
  return { epoch, digest: digestOf(vector), ...vector, hotkeys, state: 'included', block: epoch + 5, ...change };
}

describe('the journal of weights', () => {
  it('is on the disk before it says so, and is read again as it was', () => {
    using folder = temporaryFolder();
    const place = { folder: folder.path, genesisHash: GENESIS, netuid: 3 };
    const journal = new WeightJournal(place);
    const first = entry(40, { state: 'submitted', salt: [1, 65_535], versionKey: '0' });
    journal.write(first);
    expect(new WeightJournal(place).entries()).toEqual([first]);
    journal.write({ ...first, state: 'included', includedBlock: 46 });
    expect(new WeightJournal(place).entries()).toEqual([{ ...first, state: 'included', includedBlock: 46 }]);
  });

  it('knows nothing of another chain or subnet', () => {
    using folder = temporaryFolder();
    new WeightJournal({ folder: folder.path, genesisHash: GENESIS, netuid: 3 }).write(entry(40));
    expect(new WeightJournal({ folder: folder.path, genesisHash: GENESIS, netuid: 4 }).entries()).toEqual([]);
    const other = `0x${'cd'.repeat(32)}`;
    expect(new WeightJournal({ folder: folder.path, genesisHash: other, netuid: 3 }).entries()).toEqual([]);
  });

  it('stays small, and never drops what is open or waits to be revealed', () => {
    using folder = temporaryFolder();
    const journal = new WeightJournal({ folder: folder.path, genesisHash: GENESIS, netuid: 1 });
    journal.write(entry(1, { state: 'submitted' }));
    journal.write(entry(2, { salt: [7], versionKey: '0' }));
    for (let epoch = 3; epoch < 40; epoch++) journal.write(entry(epoch));
    expect(journal.entries().map(one => one.epoch)).toEqual([1, 2, ...Array.from({ length: 16 }, (_, i) => 24 + i)]);
  });

  it('loses no salt when the same row is hidden once more in its epoch', () => {
    using folder = temporaryFolder();
    const journal = new WeightJournal({ folder: folder.path, genesisHash: GENESIS, netuid: 1 });
    journal.write(entry(40, { salt: [7], versionKey: '0' }));
    journal.write(entry(40, { salt: [8], versionKey: '0', state: 'submitted' }));
    journal.write(entry(40, { salt: [8], versionKey: '0', state: 'failed' }));
    expect(journal.entries().map(({ salt, state }) => [salt, state])).toEqual([
      [[7], 'included'],
      [[8], 'failed'],
    ]);
  });

  it('that cannot be read stays for the next start to see, and is kept aside when a row is written', () => {
    const whole = (() => {
      using folder = temporaryFolder();
      const journal = new WeightJournal({ folder: folder.path, genesisHash: GENESIS, netuid: 1 });
      journal.write(entry(40));
      return readFileSync(journal.path, 'utf8');
    })();
    const wrong = [
      '',
      whole.slice(0, -9),
      '[]',
      'null',
      whole.replace('/1', '/9'),
      whole.replace('"weights":[65535', '"weights":[65534'),
      whole.replace('included', 'forgotten'),
    ];
    for (const text of wrong) {
      using folder = temporaryFolder();
      const place = { folder: folder.path, genesisHash: GENESIS, netuid: 1 };
      const { path } = new WeightJournal(place);
      writeFileSync(path, text);
      const journal = new WeightJournal(place);
      expect(journal.damaged, text).toBe(`${path}.damaged`);
      expect(new WeightJournal(place).damaged, text).toBe(journal.damaged);
      expect(mayHaveOpenRow(place)).toBe(true);
      journal.write(entry(41));
      journal.write(entry(42));
      expect(readFileSync(journal.damaged!, 'utf8')).toBe(text);
      const next = new WeightJournal(place);
      expect([next.damaged, next.entries().map(one => one.epoch)]).toEqual([undefined, [41, 42]]);
    }
  });
});
