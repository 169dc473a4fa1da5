import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { BittensorError, messageOf } from '../base/index.js';

/** Takes a lock file for this process; undefined when a running process has it. The result gives it back. */
export function takeLock(lock: string): (() => void) | undefined {
  const mine = JSON.stringify({ pid: process.pid, start: startTime(process.pid) });
  const draft = `${lock}.${process.pid}`;
  try {
    mkdirSync(dirname(lock), { recursive: true, mode: 0o700 });
    writeFileSync(draft, mine, { mode: 0o600 });
  } catch (error) {
    throw new BittensorError('disk', `cannot write ${lock}: ${messageOf(error)}`, {
      cause: error,
      data: { path: lock },
    });
  }
  try {
    // Twice: once for a lock that a crashed process left behind.
    for (let attempt = 0; attempt < 2; attempt++) {
      try {
        linkSync(draft, lock);
        return () => release(lock, mine);
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

function release(lock: string, mine: string): void {
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
