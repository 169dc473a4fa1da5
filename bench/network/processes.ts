import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** What the kernel says of a process. */
export interface ProcessSample {
  readonly rssBytes: number;
  readonly sockets: number;
  readonly files: number;
  readonly threads: number;
}

/** Undefined for a process that is not there (any more). Linux only. */
export function sampleProcess(pid: number): ProcessSample | undefined {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'latin1');
    const number = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1]);
    const links = readdirSync(`/proc/${pid}/fd`).map(fd => linkOf(`/proc/${pid}/fd/${fd}`));
    return {
      rssBytes: 1024 * number('VmRSS'),
      sockets: links.filter(link => link.startsWith('socket:')).length,
      files: links.length,
      threads: number('Threads'),
    };
  } catch {
    return undefined;
  }
}

/** Empty for what was closed meanwhile. */
function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}

export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
