import { randomBytes } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { BittensorError } from './errors.js';
import { plainReason } from './plain-reason.js';

/**
 * Writes a file so that a crash or a full disk leaves either the old or the new content: temporary file beside it,
 * fsync, rename, fsync of the folder. Missing folders are made with mode 0700.
 * Error code `disk` says what could not be written and why; the old file is then untouched.
 */
export function writeFileAtomic(path: string, content: Uint8Array | string, mode = 0o600): void {
  const bytes = typeof content === 'string' ? Buffer.from(content) : content;
  writeAtomic(path, file => writeWhole(file, bytes), mode);
}

/** As `writeFileAtomic`, for what is written piece by piece: `write` gets the open file. */
export function writeAtomic(path: string, write: (file: number) => void, mode = 0o600): void {
  const temporary = `${path}.${randomBytes(4).toString('hex')}.tmp`;
  try {
    makeFolder(dirname(path));
    const file = openSync(temporary, 'wx', mode);
    try {
      write(file);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(temporary, path);
    syncFolder(dirname(path));
  } catch (error) {
    try {
      rmSync(temporary, { force: true });
    } catch {
      // The folder is not usable at all; the first error says why.
    }
    throw new BittensorError('disk', `cannot write ${path}: ${plainReason(error)}`, { cause: error, data: { path } });
  }
}

/** Writes all of it, at `position` or where the file stands. */
export function writeWhole(file: number, bytes: Uint8Array, position: number | null = null): void {
  for (let done = 0; done < bytes.length; ) {
    done += writeSync(file, bytes, done, bytes.length - done, position === null ? null : position + done);
  }
}

/**
 * Makes a folder, and those above it that are missing, with mode 0700. Throws the file system's own error. (Node's recursive
 * mkdir never returns where a folder that is there answers ENOENT to new ones, as /proc does.)
 */
export function makeFolder(path: string): void {
  const above = dirname(path);
  if (above !== path && !existsSync(above)) makeFolder(above);
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    // There already, whatever the file system says of making it again.
    if (!isFolder(path)) throw error;
  }
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}

/** Makes a rename in this folder durable. */
export function syncFolder(path: string): void {
  const folder = openSync(path, 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}
