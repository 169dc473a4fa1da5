import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { NeuronError } from './errors.js';

/**
 * A neuron's place in the data folder: its key's name, checkpoint and log. A lock file says which process has it,
 * so two neurons never train or sign with the same hotkey.
 */
export interface Slot {
  /** Name of the hotkey: `default`, `default-2`, ... */
  readonly name: string;
  readonly folder: string;
  release(): void;
}

/** More neurons than this on one machine are a mistake. */
const MAX_SLOTS = 256;

/** Takes the lowest free slot: `default`, then `default-2`, ... */
export function takeFreeSlot(dataFolder: string): Slot {
  for (let i = 1; i <= MAX_SLOTS; i++) {
    const slot = tryTake(dataFolder, i === 1 ? 'default' : `default-${i}`);
    if (slot) return slot;
  }
  throw new NeuronError('no_slot', `all ${MAX_SLOTS} slots in ${dataFolder} are in use`);
}

/** Takes the slot of one named key; code `slot_taken` when a running neuron has it. */
export function takeNamedSlot(dataFolder: string, name: string): Slot {
  const slot = tryTake(dataFolder, name);
  if (slot) return slot;
  throw new NeuronError(
    'slot_taken',
    `hotkey "${name}" is in use by another neuron on this machine; stop that one or give another --neuron_key`,
    {
      data: { name },
    },
  );
}

function tryTake(dataFolder: string, name: string): Slot | undefined {
  const folder = join(dataFolder, 'slots', name);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const lock = join(folder, 'lock');
  const mine = JSON.stringify({ pid: process.pid, start: startTime(process.pid) });
  const draft = `${lock}.${process.pid}`;
  writeFileSync(draft, mine, { mode: 0o600 });
  try {
    // Twice: once for a lock that a crashed process left behind.
    for (let attempt = 0; attempt < 2; attempt++) {
      try {
        linkSync(draft, lock);
        return { name, folder, release: () => releaseLock(lock, mine) };
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
        if (isHeld(lock)) return undefined;
        discardStale(lock);
      }
    }
    return undefined;
  } finally {
    rmSync(draft, { force: true });
  }
}

/** Moves a stale lock aside; puts it back when another process renewed it in between. */
function discardStale(lock: string): void {
  const aside = `${lock}.stale.${process.pid}`;
  try {
    renameSync(lock, aside);
    if (isHeld(aside)) linkSync(aside, lock);
  } catch {
    // Another process was quicker; the next attempt sees what it left.
  } finally {
    rmSync(aside, { force: true });
  }
}

function releaseLock(lock: string, mine: string): void {
  try {
    if (readFileSync(lock, 'utf8') === mine) rmSync(lock, { force: true });
  } catch {
    // Already gone: nothing to release.
  }
}

function isHeld(lock: string): boolean {
  try {
    const { pid, start } = JSON.parse(readFileSync(lock, 'utf8')) as { pid: number; start: string | null };
    process.kill(pid, 0);
    // A process id is used again after a while; the start time tells the two apart.
    return start === null || startTime(pid) === start;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** When a process began, in clock ticks since boot (Linux, proc(5)); null where that is not known. */
function startTime(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null;
  } catch {
    return null;
  }
}
