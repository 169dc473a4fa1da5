import { randomBytes } from 'node:crypto';
import {
  existsSync,
  linkSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { BittensorError, plainReason, syncFolder, systemCodeOf, writeFileAtomic } from '../../base/index.js';
import { walletError } from '../errors.js';

/** Far more than any key file has; a larger file is something else. */
const LARGEST_FILE = 64 * 1024;

/** The bytes of a key file. Errors: `wallet_not_found`, `bad_key_file`. */
export function readKeyFile(path: string): Buffer {
  try {
    // Asked before opening: opening a pipe would wait for its writer.
    const stat = statSync(path);
    if (!stat.isFile()) throw notKeyFile(path, 'it is no regular file');
    if (stat.size === 0) throw notKeyFile(path, 'it is empty');
    if (stat.size > LARGEST_FILE) throw notKeyFile(path, `it has ${stat.size} bytes`);
    return readFileSync(path);
  } catch (error) {
    const code = systemCodeOf(error);
    if (code === 'ENOENT') throw walletError('wallet_not_found', `there is no key file ${path}`, { path });
    if (code) throw notKeyFile(path, plainReason(error));
    throw error;
  }
}

/** Writes a file that is not there yet: complete or not at all, mode 0600. Errors: `wallet_exists`, `disk`. */
export function writeNewFile(path: string, content: Uint8Array | string): void {
  if (existsSync(path)) throw alreadyThere(path);
  // A rename would replace what another process wrote in between; making a link refuses that.
  const draft = writeDraft(path, content);
  try {
    linkSync(draft, path);
    syncFolder(dirname(path));
  } catch (error) {
    const code = systemCodeOf(error) ?? '';
    if (code === 'EEXIST') throw alreadyThere(path);
    if (!WITHOUT_LINKS.includes(code)) throw diskError(path, error);
    writeWithoutLink(path, content);
  } finally {
    rmSync(draft, { force: true });
  }
}

/**
 * Puts new content in the place of a file at one stroke; until then the old one stays. `justBefore` runs when the new
 * content is safely on the disk; what it throws leaves the old file. Error `disk`.
 */
export function replaceFile(path: string, content: Uint8Array | string, justBefore: () => void = () => {}): void {
  // Through a link, so that no file with the old content is left where it leads.
  const target = existsSync(path) ? realpathSync(path) : path;
  const draft = writeDraft(target, content);
  try {
    justBefore();
    renameSync(draft, target);
    syncFolder(dirname(target));
  } catch (error) {
    rmSync(draft, { force: true });
    throw systemCodeOf(error) ? diskError(path, error) : error;
  }
}

/**
 * Puts a copy of a key file that is about to be replaced into the folder `replaced` of its wallet, 0600, by its name and
 * the time: one flag in a script must not cost a key. Out of `hotkeys`, where all files are taken for keys. Error `disk`.
 */
export function keepReplaced(path: string): void {
  if (!statSync(path, { throwIfNoEntry: false })?.isFile()) return;
  const folder = dirname(path);
  const isHotkey = basename(folder) === 'hotkeys' && existsSync(dirname(folder));
  const time = new Date().toISOString().replace(/[-:]/g, '');
  const name = `${isHotkey ? 'hotkey-' : ''}${basename(path)}.${time}-${randomBytes(2).toString('hex')}`;
  const content = readFileSync(path);
  writeNewFile(join(isHotkey ? dirname(folder) : folder, REPLACED, name), content);
  content.fill(0);
}

/** Beside the folder of the hotkeys. */
export const REPLACED = 'replaced';

export function removeFile(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch (error) {
    throw diskError(path, error);
  }
}

function writeDraft(path: string, content: Uint8Array | string): string {
  removeOldDrafts(path);
  const draft = `${path}.${randomBytes(4).toString('hex')}.new`;
  writeFileAtomic(draft, content);
  return draft;
}

/** What file systems that know no links answer (FAT, some network folders). */
const WITHOUT_LINKS = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'];

function writeWithoutLink(path: string, content: Uint8Array | string): void {
  try {
    writeFileSync(path, content, { flag: 'wx', mode: 0o600, flush: true });
  } catch (error) {
    throw systemCodeOf(error) === 'EEXIST' ? alreadyThere(path) : diskError(path, error);
  }
}

const DRAFT = /\.[0-9a-f]{8}\.(new|tmp)$/;
const DRAFT_AGE_MS = 10 * 60_000;

/** True for the name of a file that an unfinished write leaves behind. */
export function isDraft(name: string): boolean {
  return DRAFT.test(name);
}

/** What a process that was killed in the middle of writing this file left; a young draft may be another's, at work. */
function removeOldDrafts(path: string): void {
  const folder = dirname(path);
  // A folder that is none is told by the write itself.
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return;
  for (const name of readdirSync(folder)) {
    if (!name.startsWith(`${basename(path)}.`) || !isDraft(name)) continue;
    const draft = join(folder, name);
    const stat = statSync(draft, { throwIfNoEntry: false });
    if (stat?.isFile() && Date.now() - stat.mtimeMs > DRAFT_AGE_MS) rmSync(draft, { force: true });
  }
}

/** Who else may read or change a file or folder of keys; undefined when nobody, and where the system does not say. */
export function permissionWarning(path: string): string | undefined {
  const stat = statSync(path, { throwIfNoEntry: false });
  const others = (stat?.mode ?? 0) & 0o077;
  if (!stat || others === 0 || process.platform === 'win32') return undefined;
  const mode = (stat.mode & 0o777).toString(8).padStart(4, '0');
  const right = stat.isDirectory() ? '700' : '600';
  return `${path} has mode ${mode}, so other users may get at it; chmod ${right} keeps them out`;
}

export function notKeyFile(path: string, why: string) {
  return walletError('bad_key_file', `${path} is not a usable key file: ${why}`, { path });
}

function alreadyThere(path: string) {
  return walletError('wallet_exists', `${path} already holds a key and is not overwritten`, { path });
}

function diskError(path: string, error: unknown) {
  if (error instanceof BittensorError) return error;
  return new BittensorError('disk', `cannot write ${path}: ${plainReason(error)}`, { cause: error, data: { path } });
}

/** The password was right, and something else than a key was encrypted with it. */
export function notKeyInside(path: string, why: string) {
  const what = `${path} was decrypted, but what is inside is not a usable key: ${why}`;
  return walletError('bad_key_file', what, { path, decrypted: true });
}
