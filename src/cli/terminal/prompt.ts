import { createInterface } from 'node:readline/promises';
import { abortingWith } from '../../base/index.js';
import { cliError } from '../errors.js';
import type { Io } from '../frame/io.js';
import { printable } from './text.js';

const LONGEST_SECRET = 4096;

/** Asks for a line. Ctrl-C and the end of the input are error `interrupted`. */
export async function askLine(io: Io, question: string, signal: AbortSignal): Promise<string> {
  const lines = createInterface({ input: io.stdin, output: io.stderr, terminal: io.stdin.isTTY === true });
  const ended = abortingWith(signal);
  lines.once('close', () => ended.abort());
  lines.once('SIGINT', () => ended.abort());
  try {
    return await lines.question(`${printable(question)} `, { signal: ended.signal });
  } catch (error) {
    throw interrupted(error);
  } finally {
    lines.close();
    ended.abort();
    io.stdin.pause();
  }
}

/**
 * Reads a secret from a terminal, where it is not shown. The bytes are the caller's to overwrite; no text is made of them.
 * Ctrl-C and the end of the input are error `interrupted`.
 */
export async function askSecret(io: Io, question: string, signal: AbortSignal): Promise<Uint8Array> {
  const { stdin, stderr } = io;
  stderr.write(`${printable(question)} `);
  const wasRaw = (stdin as { isRaw?: boolean }).isRaw === true;
  stdin.setRawMode?.(true);
  const typed = new TypedSecret();
  try {
    return await new Promise<Uint8Array>((resolve, reject) => {
      const stop = () => reject(interrupted());
      const onData = (chunk: Buffer | string) => {
        const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
        const end = typed.take(bytes);
        bytes.fill(0);
        if (end === 'enter') resolve(typed.copy());
        else if (end === 'stop') stop();
      };
      stdin.on('data', onData);
      stdin.once('end', stop);
      signal.addEventListener('abort', stop, { once: true });
      typed.onDone = () => {
        stdin.off('data', onData);
        stdin.off('end', stop);
        signal.removeEventListener('abort', stop);
      };
      if (signal.aborted || stdin.readableEnded) stop();
      else stdin.resume();
    });
  } finally {
    typed.wipe();
    stdin.setRawMode?.(wasRaw);
    stdin.pause();
    stderr.write('\n');
  }
}

function interrupted(cause?: unknown) {
  return cliError('interrupted', 'stopped by the user', {}, cause);
}

/** What was typed so far, as bytes in one place that can be overwritten. */
class TypedSecret {
  onDone: () => void = () => {};
  private readonly bytes = Buffer.alloc(LONGEST_SECRET);
  private length = 0;
  private isEscape = false;

  take(chunk: Uint8Array): 'enter' | 'stop' | undefined {
    for (const byte of chunk) {
      // An arrow key and its like: everything up to its letter.
      if (this.isEscape) this.isEscape = !((byte >= 0x40 && byte <= 0x5a) || (byte >= 0x61 && byte <= 0x7e));
      else if (byte === 0x1b) this.isEscape = true;
      else if (byte === 0x0d || byte === 0x0a) return 'enter';
      else if (byte === 0x03 || (byte === 0x04 && this.length === 0)) return 'stop';
      else if (byte === 0x7f || byte === 0x08) this.removeCharacter();
      else if (byte === 0x15) this.clear();
      else if (byte >= 0x20 && this.length < LONGEST_SECRET) this.bytes[this.length++] = byte;
    }
    return undefined;
  }

  copy(): Uint8Array {
    return Uint8Array.from(this.bytes.subarray(0, this.length));
  }

  wipe(): void {
    this.clear();
    this.onDone();
  }

  private clear(): void {
    this.bytes.fill(0);
    this.length = 0;
  }

  /** The last character with all its UTF-8 bytes. */
  private removeCharacter(): void {
    while (this.length > 0) {
      const byte = this.bytes[--this.length]!;
      this.bytes[this.length] = 0;
      if ((byte & 0xc0) !== 0x80) return;
    }
  }
}
