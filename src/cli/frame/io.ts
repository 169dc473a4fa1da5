import type { Readable, Writable } from 'node:stream';

/** What the command line talks through; a test gives its own. */
export interface Io {
  readonly stdin: Readable & { isTTY?: boolean; setRawMode?: (on: boolean) => unknown };
  readonly stdout: TextStream;
  readonly stderr: TextStream;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Instead of the process's signals. */
  readonly signal?: AbortSignal;
}

export type TextStream = Writable & { isTTY?: boolean; columns?: number };

export function processIo(): Io {
  return { stdin: process.stdin, stdout: process.stdout, stderr: process.stderr, env: process.env };
}
