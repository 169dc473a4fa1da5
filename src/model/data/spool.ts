import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ByteStore, bytesInFile } from './byte-store.js';

/** The most text that is unpacked or copied. */
const MAX_BYTES = 4 * 1024 ** 3;
/** Written to the disk in pieces of this size. */
const PIECE = 1 << 20;

/**
 * Text that was unpacked or put together, in a temporary file: memory stays small however long it is. The file has no name any more once
 * it is read from (but on Windows), so that nothing is left of it when the process ends.
 */
export class Spool {
  private readonly folder = mkdtempSync(join(tmpdir(), 'bittensor-text-'));
  private readonly path = join(this.folder, 'text');
  private readonly file = openSync(this.path, 'wx', 0o600);
  private pending: Buffer[] = [];
  private pendingBytes = 0;
  private bytes = 0;

  write(text: Buffer): void {
    this.bytes += text.length;
    if (this.bytes > MAX_BYTES) throw new Error(`more than ${MAX_BYTES} bytes of text`);
    this.pending.push(text);
    this.pendingBytes += text.length;
    if (this.pendingBytes >= PIECE) this.flush();
  }

  /** Starts another document. */
  startDocument(): void {
    if (this.bytes > 0) this.write(BLANK_LINE);
  }

  /** What was written, to read. */
  finish(): ByteStore {
    this.flush();
    const store = bytesInFile(this.path);
    this.discard();
    return store;
  }

  /** Closes and removes the file. */
  discard(): void {
    closeSync(this.file);
    try {
      rmSync(this.folder, { recursive: true });
    } catch {
      // Windows keeps a file that is open; the system empties its folder for temporary files.
    }
  }

  private flush(): void {
    const all = Buffer.concat(this.pending);
    this.pending = [];
    this.pendingBytes = 0;
    for (let done = 0; done < all.length; ) done += writeSync(this.file, all, done);
  }
}

const BLANK_LINE = Buffer.from('\n\n');
