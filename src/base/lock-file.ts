import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { systemCodeOf } from './errors.js';
import { makeFolder } from './files.js';

interface Holder {
  pid: number;
  /** When the process began, in the kernel's ticks: tells it from a later process with the same number. */
  startedAt: string | undefined;
}

/** Either what gives the lock back, or who has it (undefined: processes that are just taking it). */
export type LockOutcome = { release: () => void } | { holder: Readonly<Holder> | undefined };

/**
 * Takes a lock file for this process; its folder is made when missing. A lock whose process has gone is taken over.
 * Throws the file system's own error when the lock cannot be written.
 */
export function takeLock(path: string): LockOutcome {
  const mine = JSON.stringify({ pid: process.pid, startedAt: startOf(process.pid) } satisfies Holder);
  makeFolder(dirname(path));
  for (let attempt = 0; attempt < 10; attempt++) {
    if (createExclusive(path, mine)) return { release: () => release(path, mine) };
    const found = readLock(path);
    if (found === undefined) continue;
    const holder = parse(found);
    if (holder && lives(holder)) return { holder };
    takeAway(path, found);
  }
  return { holder: undefined };
}

/** Who has a lock now, without taking it; undefined when nobody that lives has it. */
export function readHolder(path: string): Readonly<Holder> | undefined {
  const found = readLock(path);
  const holder = found === undefined ? undefined : parse(found);
  return holder && lives(holder) ? holder : undefined;
}

/** A link, so that nobody ever sees a lock without its text. */
function createExclusive(path: string, text: string): boolean {
  const draft = `${path}.${process.pid}.draft`;
  writeFileSync(draft, text, { mode: 0o600 });
  try {
    linkSync(draft, path);
    return true;
  } catch (error) {
    if (systemCodeOf(error) === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

function readLock(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** Removes a dead lock; one that somebody else has made in the meantime is put back. */
function takeAway(path: string, dead: string): void {
  const aside = `${path}.${process.pid}`;
  try {
    renameSync(path, aside);
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return;
    throw error;
  }
  if (readFileSync(aside, 'utf8') !== dead) {
    try {
      linkSync(aside, path);
    } catch {
      // A third process was faster, and will find itself alone.
    }
  }
  rmSync(aside, { force: true });
}

function release(path: string, mine: string): void {
  if (readLock(path) === mine) rmSync(path, { force: true });
}

function parse(text: string): Holder | undefined {
  try {
    const holder = JSON.parse(text) as Partial<Holder> | null;
    return typeof holder?.pid === 'number' ? { pid: holder.pid, startedAt: holder.startedAt } : undefined;
  } catch {
    return undefined;
  }
}

function lives(holder: Holder): boolean {
  if (holder.pid === process.pid) return holder.startedAt === startOf(process.pid);
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    if (systemCodeOf(error) === 'ESRCH') return false;
  }
  const started = startOf(holder.pid);
  return started === undefined || holder.startedAt === undefined || started === holder.startedAt;
}

/** Field 22 of /proc/PID/stat; undefined on systems without it. */
function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name, in parentheses, may hold spaces.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return undefined;
  }
}
