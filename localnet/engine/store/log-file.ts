import {
  closeSync,
  fdatasync,
  fdatasyncSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readSync,
  writeSync,
} from 'node:fs';
import { crc32 } from 'node:zlib';
import { messageOf, systemCodeOf } from '../../../src/base/errors.js';
import type { Log } from '../../../src/base/silent-log.js';
import { engineError } from '../errors.js';

/** Length and CRC-32 of the payload, little endian, in front of each frame. */
export const FRAME_HEADER = 8;
const LONGEST_FRAME = 2 ** 30;
const READ_BYTES = 2 ** 20;
/** How far behind a bad frame a good one is looked for. */
const SEARCH_BYTES = 8 * 2 ** 20;

/** Longer records are only looked at when something like another record, or the end, follows: sums of all would take minutes. */
const SHORT_BYTES = 16 * 2 ** 10;

export interface Frame {
  /** Where the payload begins in the file. */
  offset: number;
  payload: Uint8Array;
}

/**
 * An append-only file of frames with length and checksum. Writes go straight to the operating system, so that a process that
 * is killed loses nothing; what a failed write left behind is cut off again.
 */
export class LogFile {
  private constructor(
    readonly path: string,
    private readonly file: number,
    private end: number,
  ) {}

  private dirty = false;
  /** Part of a record was written behind `end`. */
  private torn = false;
  /** Why the disk did not take what was written earlier. */
  private unsynced: Error | undefined;
  private closed = false;

  static open(path: string): LogFile {
    const file = openSync(path, 'a+', 0o600);
    return new LogFile(path, file, fstatSync(file).size);
  }

  get bytes(): number {
    return this.end;
  }

  /** Writes one frame and returns where its payload begins. A failure leaves the file as it was, and is a `disk` error. */
  append(payload: Uint8Array): number {
    if (this.unsynced) throw this.cannotWrite(this.unsynced);
    const frame = Buffer.allocUnsafe(FRAME_HEADER + payload.length);
    frame.writeUInt32LE(payload.length, 0);
    frame.writeUInt32LE(crc32(payload), 4);
    frame.set(payload, FRAME_HEADER);
    // Cut only now when it failed then: a record behind a torn one could not be read.
    if (this.torn) this.truncate(this.end);
    try {
      for (let done = 0; done < frame.length; ) done += writeSync(this.file, frame, done);
    } catch (error) {
      this.torn = true;
      this.cutQuietly();
      throw this.cannotWrite(error);
    }
    const offset = this.end + FRAME_HEADER;
    this.end += frame.length;
    this.dirty = true;
    return offset;
  }

  read(offset: number, length: number): Uint8Array<ArrayBuffer> {
    const bytes = new Uint8Array(length);
    for (let done = 0; done < length; ) {
      const got = readSync(this.file, bytes, done, length - done, offset + done);
      if (got === 0)
        throw engineError('bad_data', `${this.path} ends at ${offset + done}, ${length - done} bytes early`);
      done += got;
    }
    return bytes;
  }

  /** The payload that begins at `offset`. */
  readFrame(offset: number): Uint8Array {
    const header = Buffer.from(this.read(offset - FRAME_HEADER, FRAME_HEADER));
    return this.read(offset, header.readUInt32LE(0));
  }

  /** Cuts the file to `end`, the end of a whole frame. */
  truncate(end: number): void {
    try {
      ftruncateSync(this.file, end);
    } catch (error) {
      throw this.cannotWrite(error);
    }
    this.end = end;
    this.torn = false;
  }

  /**
   * Cuts off records that are worth nothing any more, durably. It does not fail: what the disk refuses now is done before the
   * next append, or is that one's error.
   */
  cut(end: number): void {
    this.end = end;
    this.torn = true;
    this.cutQuietly();
    this.syncNow();
  }

  /** Durable before it returns; a failure is the next append's error. */
  syncNow(): void {
    try {
      fdatasyncSync(this.file);
    } catch (error) {
      this.unsynced ??= error as Error;
    }
  }

  private cutQuietly(): void {
    try {
      this.truncate(this.end);
    } catch {
      // The next append tries again.
    }
  }

  /**
   * All frames from the front. A torn tail, left by a crash, is cut off with one line in the log; damage with whole frames
   * behind it is a `bad_data` error, because cutting there would lose blocks. With `onDamage` it is left out instead.
   */
  *frames(log: Log, onDamage?: (bytes: number) => void): Generator<Frame> {
    let buffer = new Uint8Array();
    let view = new DataView(buffer.buffer);
    let start = 0;
    let at = 0;
    // Makes [at, at + length) available in the buffer.
    const have = (length: number) => {
      if (at + length > this.end) return false;
      if (at + length > start + buffer.length) {
        buffer = this.read(at, Math.min(Math.max(length, READ_BYTES), this.end - at));
        view = new DataView(buffer.buffer);
        start = at;
      }
      return true;
    };
    while (at < this.end) {
      let payload: Uint8Array | undefined;
      if (have(FRAME_HEADER)) {
        const length = view.getUint32(at - start, true);
        const sum = view.getUint32(at - start + 4, true);
        if (length > 0 && length < LONGEST_FRAME && have(FRAME_HEADER + length)) {
          const from = at - start + FRAME_HEADER;
          const candidate = buffer.subarray(from, from + length);
          if (crc32(candidate) === sum) payload = candidate;
        }
      }
      if (!payload) {
        const next = this.wholeBehind(at);
        if (next === undefined) return this.cutTail(at, log);
        if (!onDamage) throw this.damagedAt(at);
        onDamage(next - at);
        at = next;
        continue;
      }
      yield { offset: at + FRAME_HEADER, payload };
      at += FRAME_HEADER + payload.length;
    }
  }

  /** Where the next whole record begins, not too far behind what is none. */
  private wholeBehind(at: number): number | undefined {
    const rest = Buffer.from(this.read(at, Math.min(this.end - at, SEARCH_BYTES)).buffer);
    for (let i = 1; i + FRAME_HEADER < rest.length; i++) {
      const length = rest.readUInt32LE(i);
      const next = i + FRAME_HEADER + length;
      if (length < 32 || next > rest.length || (length > SHORT_BYTES && !mayBegin(rest, next))) continue;
      const payload = rest.subarray(i + FRAME_HEADER, i + FRAME_HEADER + length);
      if (crc32(payload) === rest.readUInt32LE(i + 4)) return at + i;
    }
    return undefined;
  }

  private damagedAt(at: number): Error {
    return engineError('bad_data', `${this.path} is damaged at byte ${at}, and whole records follow: restore a copy`, {
      data: { path: this.path, offset: at },
    });
  }

  private cutTail(at: number, log: Log): void {
    log.warn(`${this.path}: cut off ${this.end - at} bytes of a record that a crash left unfinished`);
    this.truncate(at);
  }

  /** Makes what was written survive a power failure; does nothing when nothing was written since. */
  sync(): void {
    if (this.dirty && !this.closed) fsyncSync(this.file);
    this.dirty = false;
  }

  /**
   * The same without waiting. After a failure every later append is a `disk` error, until the file is opened again: the
   * system forgets what it could not write, so that a second try would succeed without it.
   */
  syncSoon(): void {
    if (!this.dirty || this.closed) return;
    this.dirty = false;
    fdatasync(this.file, error => {
      if (error && !this.closed) this.unsynced ??= error;
    });
  }

  close(): void {
    if (this.closed) return;
    try {
      this.sync();
    } finally {
      this.closed = true;
      closeSync(this.file);
    }
  }

  private cannotWrite(error: unknown): Error {
    const reason = systemCodeOf(error) === 'ENOSPC' ? 'the disk is full' : messageOf(error);
    return engineError('disk', `cannot write ${this.path}: ${reason}`, { cause: error, data: { path: this.path } });
  }
}

/** True at the end, and where a length stands that fits. */
function mayBegin(bytes: Buffer, at: number): boolean {
  if (at + FRAME_HEADER >= bytes.length) return true;
  const length = bytes.readUInt32LE(at);
  return length > 0 && at + FRAME_HEADER + length <= bytes.length;
}
