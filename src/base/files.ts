import { randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { BittensorError, messageOf, systemCodeOf } from './errors.js';

/**
 * Writes a file so that a crash or a full disk leaves either the old or the new content: temporary file beside it,
 * fsync, rename, fsync of the folder. Missing folders are made with mode 0700.
 * Error code `disk` says what could not be written and why; the old file is then untouched.
 */
export function writeFileAtomic(path: string, content: Uint8Array | string, mode = 0o600): void {
  const temporary = `${path}.${randomBytes(4).toString('hex')}.tmp`;
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    const file = openSync(temporary, 'wx', mode);
    try {
      const bytes = typeof content === 'string' ? Buffer.from(content) : content;
      for (let offset = 0; offset < bytes.length; ) offset += writeSync(file, bytes, offset);
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
    const reason = systemCodeOf(error) === 'ENOSPC' ? 'the disk is full' : messageOf(error);
    throw new BittensorError('disk', `cannot write ${path}: ${reason}`, { cause: error, data: { path } });
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
