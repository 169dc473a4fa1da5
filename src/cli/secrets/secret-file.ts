import {
  closeSync,
  constants,
  fstatSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  readSync,
  type Stats,
} from 'node:fs';
import { Socket } from 'node:net';
import { isatty } from 'node:tty';
import { plainReason } from '../../base/index.js';
import { cliError } from '../errors.js';

/** More than this is no password. */
const MOST_BYTES = 4096;
/** The bits of a descriptor's flags that say whether it reads, writes, or both. */
const O_ACCMODE = 3;

/**
 * The secret in a file, without one line end behind it. The bytes are the caller's to overwrite.
 * Error `needs_password` says why there is none.
 */
export async function readSecretFile(path: string, signal: AbortSignal): Promise<{ secret: Uint8Array; mode: number }> {
  let fd: number;
  try {
    // Without O_NONBLOCK a named pipe that nobody writes to would hold everything up, Ctrl-C too.
    fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    throw noSecret(`${path} cannot be read: ${plainReason(error)}`, error);
  }
  let keepsFd = true;
  try {
    const stat = fstatSync(fd);
    keepsFd = !isStream(stat);
    return { secret: await readSecret(fd, stat, path, signal), mode: stat.isFile() ? stat.mode : 0 };
  } finally {
    if (keepsFd) closeSync(fd);
  }
}

/** The secret from an open file descriptor, read to its end. Errors as `readSecretFile`. */
export async function readSecretFd(fd: number, signal: AbortSignal): Promise<Uint8Array> {
  const name = `file descriptor ${fd}`;
  let stat: Stats;
  try {
    stat = fstatSync(fd);
  } catch (error) {
    throw noSecret(`${name} is not open`, error);
  }
  if (isOwnPipe(fd)) throw noSecret(`${name} is a pipe that this program holds both ends of`);
  return await readSecret(fd, stat, name, signal);
}

function isStream(stat: Stats): boolean {
  return stat.isFIFO() || stat.isSocket();
}

/**
 * A pipe whose other end is in this process, too: one of its own, for its insides, and in any case one that never ends.
 * Linux only.
 */
function isOwnPipe(fd: number): boolean {
  const pipe = linkOf(fd);
  if (!pipe?.startsWith('pipe:')) return false;
  const open = readdirSync('/proc/self/fd').map(Number);
  return open.some(other => linkOf(other) === pipe && isWritable(other));
}

function linkOf(fd: number): string | undefined {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`);
  } catch {
    // Closed, or another system.
    return undefined;
  }
}

function isWritable(fd: number): boolean {
  const [, flags = '0'] = /^flags:\s*([0-7]+)$/m.exec(readFileSync(`/proc/self/fdinfo/${fd}`, 'latin1')) ?? [];
  return (Number.parseInt(flags, 8) & O_ACCMODE) !== constants.O_RDONLY;
}

async function readSecret(fd: number, stat: Stats, name: string, signal: AbortSignal): Promise<Uint8Array> {
  if (isatty(fd))
    throw noSecret(`${name} is a terminal, which would show the password; leave the flag away to be asked`);
  const buffer = Buffer.alloc(MOST_BYTES + 1);
  try {
    const length = isStream(stat) ? await drain(fd, buffer, signal) : readAll(fd, buffer, name);
    if (length > MOST_BYTES) throw noSecret(`${name} has more than ${MOST_BYTES} bytes: that is no password`);
    const end = length - lineEndLength(buffer, length);
    if (end === 0) throw noSecret(`the password in ${name} is empty`);
    return Uint8Array.from(buffer.subarray(0, end));
  } finally {
    buffer.fill(0);
  }
}

function lineEndLength(bytes: Uint8Array, length: number): number {
  if (bytes[length - 1] !== 0x0a) return 0;
  return bytes[length - 2] === 0x0d ? 2 : 1;
}

function readAll(fd: number, buffer: Buffer, name: string): number {
  try {
    for (let length = 0; ; ) {
      const count = readSync(fd, buffer, length, buffer.length - length, null);
      length += count;
      if (count === 0 || length === buffer.length) return length;
    }
  } catch (error) {
    throw noSecret(`${name} cannot be read: ${plainReason(error)}`, error);
  }
}

/** A pipe is waited for without a thread, so that Ctrl-C ends the waiting. It is closed afterwards. */
function drain(fd: number, buffer: Buffer, signal: AbortSignal): Promise<number> {
  const stream = new Socket({ fd, readable: true, writable: false });
  return new Promise<number>((resolve, reject) => {
    let length = 0;
    const done = () => {
      signal.removeEventListener('abort', stop);
      stream.destroy();
    };
    const stop = () => {
      done();
      reject(cliError('interrupted', 'stopped by the user'));
    };
    stream.on('data', (chunk: Buffer) => {
      length += chunk.copy(buffer, length);
      chunk.fill(0);
      if (length < buffer.length) return;
      done();
      resolve(length);
    });
    stream.once('end', () => {
      done();
      resolve(length);
    });
    stream.once('error', error => {
      done();
      reject(noSecret(`the password cannot be read: ${plainReason(error)}`, error));
    });
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
  });
}

function noSecret(message: string, cause?: unknown) {
  return cliError('needs_password', message, {}, cause);
}
