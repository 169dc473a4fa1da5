import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { compare, type JournalLine, readJournal, type WeightsSet } from '../../bench/network/audit.js';

const epochs = [40, 80, 120];
const row = (block: number, ...weights: number[]): WeightsSet => ({ block, hotkey: 'A', uids: [1, 2], weights });
const line = (includedBlock: number, ...weights: number[]): JournalLine => ({
  epoch: 40,
  state: 'included',
  includedBlock,
  uids: [1, 2],
  weights,
});
const upTo = 130;

describe('the comparison of a journal with the chain', () => {
  it('finds nothing where they agree, also when the same row is there twice', () => {
    const sets = [row(41, 1, 2), row(45, 1, 2), row(80, 2, 3), row(90, 2, 3)];
    const journal = [line(45, 1, 2), line(80, 2, 3)];
    const audit = compare({ hotkey: 'A', sets, upTo, journal, epochs });
    expect(audit).toEqual({ sets: 4, doubles: [], lost: [], unknown: [], silent: 0 });
  });

  it('finds two different rows before one epoch, and takes no others for such', () => {
    const journal = [line(41, 1, 2), line(79, 2, 3), line(80, 4, 5)];
    const sets = [row(41, 1, 2), row(79, 2, 3), row(80, 4, 5)];
    const audit = compare({ hotkey: 'A', sets, upTo, journal, epochs });
    expect(audit.doubles).toEqual(['before the epoch of block 80: 1:1 2:2 | 1:2 2:3']);
    expect(audit).toMatchObject({ lost: [], unknown: [], silent: 0 });
  });

  it('finds what the journal says is there and is not, and the reverse', () => {
    const journal = [line(41, 1, 2), line(90, 2, 3), line(131, 9, 9)];
    const sets = [row(42, 1, 2), row(90, 3, 3)];
    const audit = compare({ hotkey: 'A', sets, upTo, journal, epochs });
    expect(audit.lost).toEqual(['block 41: 1:1 2:2', 'block 90: 1:2 2:3']);
    expect(audit.unknown).toEqual(['block 90: 1:3 2:3']);
  });

  it('counts epochs without a row after the first, and leaves out other validators', () => {
    const sets = [row(39, 1, 2), { ...row(41, 1, 2), hotkey: 'B' }, row(85, 1, 2)];
    const journal = [line(39, 1, 2), line(85, 1, 2)];
    const audit = compare({ hotkey: 'A', sets, upTo, journal, epochs });
    expect(audit).toEqual({ sets: 2, doubles: [], lost: [], unknown: [], silent: 1 });
    // Before the first row, and where the blocks were not looked at, nothing is missing.
    expect(compare({ hotkey: 'A', sets: sets.slice(1), upTo, journal, epochs }).silent).toBe(0);
    expect(compare({ hotkey: 'A', sets: sets.slice(0, 1), upTo: 78, journal, epochs }).silent).toBe(0);
    expect(compare({ hotkey: 'A', sets: sets.slice(0, 1), upTo: 79, journal, epochs }).silent).toBe(1);
  });
});

describe('the journal of a slot', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'bittensor-audit-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('is read where it is, and empty where there is none', () => {
    expect(readJournal(join(folder, 'none'))).toEqual([]);
    expect(readJournal(folder)).toEqual([]);
    const entries = [line(41, 1, 2)];
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'weights-0123abcd-2.json'), 'of another subnet');
    writeFileSync(join(folder, 'weights-0123abcd-1.json'), JSON.stringify({ format: 'bittensor-weights/1', entries }));
    expect(readJournal(folder)).toEqual(entries);
  });
});
