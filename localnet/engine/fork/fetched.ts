import { renameSync, rmSync } from 'node:fs';
import { join as joinPath } from 'node:path';
import { messageOf } from '../../../src/base/errors.js';
import type { Log } from '../../../src/base/silent-log.js';
import { compact, join, type Key, keyBytes, lengthPrefixed, Reader, toKey } from '../codec.js';
import { LogFile } from '../store/log-file.js';
import type { KeyRange } from './key-ranges.js';

export const FETCHED = 'fork.log';
const VALUES = 1;
const RANGE = 2;

/** What was fetched from a source: values (null: there is none) and stretches of keys, of the top trie or of a child. */
export type Fetched =
  | { child: Key | undefined; values: ReadonlyMap<Key, Uint8Array | null> }
  | { child: Key | undefined; range: KeyRange; keys: readonly Key[] };

/** The file that keeps what was fetched, so that nothing has to be asked twice. */
export class FetchedLog {
  private failed = false;

  private constructor(
    private readonly file: LogFile,
    private readonly log: Log,
  ) {}

  /** Calls back for all that is there. What is damaged is fetched again when it is needed, and the damaged file is put aside. */
  static open(folder: string, log: Log, each: (fetched: Fetched) => void): FetchedLog {
    const path = joinPath(folder, FETCHED);
    const file = LogFile.open(path);
    let lost = 0;
    const onDamage = (bytes: number) => {
      lost += bytes;
    };
    for (const { payload } of file.frames(log, onDamage)) each(decode(payload));
    if (lost === 0) return new FetchedLog(file, log);
    const aside = `${path}.damaged`;
    log.warn(`${path} is damaged: ${lost} bytes are fetched again when they are needed; the old file is now ${aside}`);
    return new FetchedLog(withoutDamage(file, aside, log), log);
  }

  /** A disk that refuses costs only that it is asked for again. */
  add(fetched: Fetched): void {
    if (this.failed) return;
    try {
      this.file.append(encode(fetched));
    } catch (error) {
      this.failed = true;
      this.log.warn(`what is fetched from now on is not kept: ${messageOf(error)}`);
    }
  }

  syncSoon(): void {
    this.file.syncSoon();
  }

  close(): void {
    this.file.close();
  }
}

/** A new file of the whole records of a damaged one, which gets another name. */
function withoutDamage(damaged: LogFile, aside: string, log: Log): LogFile {
  const { path } = damaged;
  const temporary = `${path}.tmp`;
  rmSync(temporary, { force: true });
  const file = LogFile.open(temporary);
  for (const { payload } of damaged.frames(log, () => {})) file.append(payload);
  file.close();
  damaged.close();
  renameSync(path, aside);
  renameSync(temporary, path);
  return LogFile.open(path);
}

function encode(fetched: Fetched): Uint8Array {
  const text = (key: Key) => lengthPrefixed(keyBytes(key));
  const option = (key: Key | undefined | null) =>
    key === undefined || key === null ? Uint8Array.of(0) : join(Uint8Array.of(1), text(key));
  const head = join(Uint8Array.of('values' in fetched ? VALUES : RANGE), option(fetched.child));
  if ('values' in fetched) {
    const entries = [...fetched.values].flatMap(([key, value]) => [
      text(key),
      value === null ? Uint8Array.of(0) : join(Uint8Array.of(1), lengthPrefixed(value)),
    ]);
    return join(head, compact(fetched.values.size), ...entries);
  }
  const { range, keys } = fetched;
  return join(head, text(range.from), option(range.to), compact(keys.length), ...keys.map(text));
}

function decode(payload: Uint8Array): Fetched {
  const reader = new Reader(payload);
  const text = () => toKey(reader.vec());
  const kind = reader.u8();
  const child = reader.u8() === 0 ? undefined : text();
  if (kind === VALUES) {
    const values = new Map<Key, Uint8Array | null>();
    for (let count = reader.compact(); count > 0; count--) {
      const key = text();
      // A copy: the buffer is used again.
      values.set(key, reader.u8() === 0 ? null : new Uint8Array(reader.vec()));
    }
    return { child, values };
  }
  const from = text();
  const to = reader.u8() === 0 ? null : text();
  return { child, range: { from, to }, keys: Array.from({ length: reader.compact() }, text) };
}
