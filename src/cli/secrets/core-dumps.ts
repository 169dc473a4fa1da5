import { writeFileSync } from 'node:fs';

/** Says that no memory of this process goes into a core dump: keys and passwords are in it. Linux only. */
export function keepMemoryOutOfDumps(): void {
  try {
    writeFileSync('/proc/self/coredump_filter', '0');
  } catch {
    // Another system, or one that does not let us: then its own settings hold.
  }
}
