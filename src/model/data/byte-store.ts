import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

/** Bytes in memory or on the disk. */
export interface ByteStore {
  readonly bytes: number;
  /** Up to so many bytes from a position; fewer at the end. */
  read(start: number, length: number): Buffer;
  close(): void;
}

export function bytesInMemory(all: Buffer): ByteStore {
  return { bytes: all.length, read: (start, length) => all.subarray(start, start + length), close() {} };
}

/** A file that stays on the disk: nothing of it is kept in memory. */
export function bytesInFile(path: string): ByteStore {
  const file = openSync(path, 'r');
  let open = true;
  return {
    bytes: fstatSync(file).size,
    read(start, length) {
      const buffer = Buffer.allocUnsafe(length);
      let count = 0;
      while (count < length) {
        const got = readSync(file, buffer, count, length - count, start + count);
        if (got === 0) break;
        count += got;
      }
      return buffer.subarray(0, count);
    },
    close() {
      if (open) closeSync(file);
      open = false;
    },
  };
}

/** A part of others. Closing it closes the whole. */
export function partOf(store: ByteStore, from: number, to: number): ByteStore {
  return {
    bytes: to - from,
    read: (start, length) => store.read(from + start, Math.max(0, Math.min(length, to - from - start))),
    close: store.close,
  };
}
