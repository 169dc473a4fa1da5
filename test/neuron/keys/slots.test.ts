import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { freeSlots, type Slot, takeNamedSlot } from '../../../src/neuron/keys/slots.js';

function takeFreeSlot(folder: string): Slot {
  return freeSlots(folder).next().value;
}

let data: string;
beforeEach(() => {
  data = mkdtempSync(join(tmpdir(), 'slots-'));
});
afterEach(() => rmSync(data, { recursive: true, force: true }));

describe('slots', () => {
  it('are given out lowest first and again after release', () => {
    const first = takeFreeSlot(data);
    const second = takeFreeSlot(data);
    expect([first.name, second.name]).toEqual(['default', 'default-2']);
    first.release();
    expect(takeFreeSlot(data).name).toBe('default');
  });

  it('refuse a key that is in use, by its name', () => {
    takeNamedSlot(data, 'miner');
    expect(() => takeNamedSlot(data, 'miner')).toThrow(/hotkey "miner" is in use by another neuron/);
  });

  it('of two wallets lie beside each other, also where their hotkeys have one name', () => {
    const names = [takeNamedSlot(data, 'default'), takeNamedSlot(data, 'default', 'judge')].map(slot => slot.name);
    expect(names).toEqual(['default', 'judge.default']);
    expect(freeSlots(data, 'judge').next().value).toMatchObject({ name: 'judge.default-2', hotkey: 'default-2' });
  });

  it('take over the lock of a process that is gone', async () => {
    const child = spawn(process.execPath, ['-e', '']);
    await new Promise(resolve => child.once('exit', resolve));
    takeNamedSlot(data, 'default').release();
    writeFileSync(join(data, 'slots', 'default', 'lock'), JSON.stringify({ pid: child.pid, start: '1' }));
    expect(takeFreeSlot(data).name).toBe('default');
    expect(readdirSync(join(data, 'slots', 'default'))).toEqual(['lock']);
  });

  it('take over a lock whose process id now belongs to another process', () => {
    takeNamedSlot(data, 'default').release();
    writeFileSync(join(data, 'slots', 'default', 'lock'), JSON.stringify({ pid: process.pid, start: 'long ago' }));
    expect(takeFreeSlot(data).name).toBe('default');
  });

  it('take over a lock that is not readable', () => {
    takeNamedSlot(data, 'default').release();
    writeFileSync(join(data, 'slots', 'default', 'lock'), 'not json');
    expect(takeFreeSlot(data).name).toBe('default');
  });

  it('release only their own lock', () => {
    const slot = takeFreeSlot(data);
    const lock = join(slot.folder, 'lock');
    rmSync(lock);
    writeFileSync(lock, 'of another');
    slot.release();
    expect(readdirSync(slot.folder)).toEqual(['lock']);
  });
});
