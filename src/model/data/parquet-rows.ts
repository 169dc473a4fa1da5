import { type ChildProcess, spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { StringDecoder } from 'node:string_decoder';
import { fileURLToPath } from 'node:url';
import { builtModule } from '../../base/index.js';

/** Memory that reading a file may take, MiB. */
const HEAP_MIB = 1_024;
/** How long it may go on without a row. */
const PATIENCE_MS = 60_000;
/** Characters of one row. */
const MAX_ROW = 1 << 27;

/**
 * The text columns of each row of a Parquet file, read in a process of its own. A few bytes of such a file can ask for any number of
 * values, and what V8 does then ends a whole process, threads and all: it is to be that one. Throws an error that says what is wrong.
 */
export async function* parquetRows(
  path: string,
  {
    signal,
    patienceMs = PATIENCE_MS,
    heapMib = HEAP_MIB,
  }: { signal?: AbortSignal | undefined; patienceMs?: number; heapMib?: number } = {},
): AsyncGenerator<string[]> {
  signal?.throwIfAborted();
  const entry = fileURLToPath(builtModule(import.meta.url, './parquet-process.js'));
  const reader = spawn(process.execPath, [`--max-old-space-size=${heapMib}`, entry, resolve(path)], {
    stdio: ['ignore', 'pipe', 'ignore'],
    env: {},
  });
  const stop = () => reader.kill('SIGKILL');
  signal?.addEventListener('abort', stop, { once: true });
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    stop();
  }, patienceMs);
  try {
    for await (const line of linesOf(reader)) {
      const said: unknown = JSON.parse(line);
      if (Array.isArray(said)) {
        yield said as string[];
        // The time that whoever takes the rows needs is no fault of the file.
        timer.refresh();
        continue;
      }
      const { done, error } = said as { done?: true; error?: string };
      if (done) return;
      throw new Error(error);
    }
    signal?.throwIfAborted();
    if (isLate) throw new Error(`no row of it could be read in ${patienceMs / 1000} s`);
    throw new Error(`reading it takes more than ${heapMib} MiB of memory`);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', stop);
    stop();
  }
}

async function* linesOf({ stdout }: ChildProcess): AsyncGenerator<string> {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  for await (const part of stdout as AsyncIterable<Buffer>) {
    const lines = (rest + decoder.write(part)).split('\n');
    rest = lines.pop()!;
    if (rest.length > MAX_ROW) throw new Error(`one of its rows has more than ${MAX_ROW} characters`);
    yield* lines;
  }
}
