import { createWriteStream, fstatSync, openSync, renameSync, rmSync, statSync, type WriteStream } from 'node:fs';
import { dirname } from 'node:path';
import { makeFolder } from './files.js';
import { plainReason } from './plain-reason.js';

export interface LogFileOptions {
  path: string;
  /** A line that would make the file larger begins a new one, bytes. */
  maxBytes: number;
  /** How many full files stay: `bittensor.log.1` is the newest of them. */
  keep: number;
  /** Told once when the file cannot be written, and once when it can be again. */
  onTrouble(message: string): void;
  /** How long it is left alone after that, milliseconds. */
  retryMs?: number;
}

/** What may wait for a slow disk, bytes. More is left out and counted. */
const MOST_WAITING = 4 * 2 ** 20;
const RETRY_MS = 30_000;

/**
 * A file of lines that is set aside when it is full, readable by its owner only. A disk that is full or gone costs lines and
 * never the program: it is tried again after a while.
 */
export class LogFile {
  private stream: WriteStream | undefined;
  private inode: number | undefined;
  private bytes = 0;
  private lost = 0;
  private retryAt = 0;
  private isEnded = false;

  constructor(private readonly options: LogFileOptions) {}

  /** A whole line with its end. */
  write(line: string): void {
    if (this.isEnded) return;
    const size = Buffer.byteLength(line);
    try {
      this.stream ??= this.open();
      if (this.stream && this.bytes > 0 && this.bytes + size > this.options.maxBytes) {
        this.turn();
        this.stream = this.open();
      }
    } catch (error) {
      this.fail(error);
    }
    if (!this.stream || this.stream.writableLength > MOST_WAITING) {
      this.lost += 1;
      return;
    }
    this.bytes += size;
    const { stream } = this;
    stream.write(line, error => {
      if (error || this.lost === 0 || stream !== this.stream) return;
      this.options.onTrouble(`the log file is written again; ${this.lost} lines are missing in it`);
      this.lost = 0;
    });
  }

  /** Resolves when all of it is written, or cannot be. Nothing is written after that. */
  end(): Promise<void> {
    this.isEnded = true;
    const { stream } = this;
    return new Promise(resolve => {
      if (!stream || stream.destroyed) return resolve();
      stream.once('close', () => resolve());
      stream.end();
    });
  }

  private open(): WriteStream | undefined {
    if (performance.now() < this.retryAt) return undefined;
    const { path } = this.options;
    makeFolder(dirname(path));
    // Opened at once, so that what is set aside is the file that is written.
    const fd = openSync(path, 'a', 0o600);
    const { size, ino } = fstatSync(fd);
    this.bytes = size;
    this.inode = ino;
    const stream = createWriteStream(path, { fd });
    stream.on('error', error => this.fail(error));
    return stream;
  }

  /** Sets the full file aside, unless another process that writes the same one has done so. */
  private turn(): void {
    const { path, keep } = this.options;
    this.stream?.end();
    this.stream = undefined;
    this.bytes = 0;
    const isOurs = statSync(path, { throwIfNoEntry: false })?.ino === this.inode;
    if (!isOurs) return;
    rmSync(`${path}.${keep}`, { force: true });
    for (let i = keep - 1; i >= 1; i--) rename(`${path}.${i}`, `${path}.${i + 1}`);
    if (keep > 0) rename(path, `${path}.1`);
    else rmSync(path, { force: true });
  }

  private fail(error: unknown): void {
    const { onTrouble, retryMs = RETRY_MS } = this.options;
    // What fails again before a line was written is no news.
    const isNews = this.lost === 0;
    this.stream?.destroy();
    this.stream = undefined;
    this.retryAt = performance.now() + retryMs;
    if (isNews) onTrouble(`log file not written: ${plainReason(error)}; it goes on here`);
    this.lost += 1;
  }
}

function rename(from: string, to: string): void {
  if (statSync(from, { throwIfNoEntry: false })) renameSync(from, to);
}
