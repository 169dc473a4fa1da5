import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

/** A long text as UTF-8 bytes, in memory or on the disk; documents are parted by a blank line. */
export interface TextStore {
  readonly bytes: number;
  /** Up to so many bytes from a position; fewer at the end. */
  read(start: number, length: number): Buffer;
  close(): void;
}

export function textInMemory(text: Buffer): TextStore {
  return { bytes: text.length, read: (start, length) => text.subarray(start, start + length), close() {} };
}

/** A text that stays on the disk: nothing of it is kept in memory. */
export function textInFile(path: string): TextStore {
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

/** A part of a text. Closing it closes the whole. */
export function partOf(store: TextStore, from: number, to: number): TextStore {
  return {
    bytes: to - from,
    read: (start, length) => store.read(from + start, Math.max(0, Math.min(length, to - from - start))),
    close: store.close,
  };
}

const BLANK_LINE = Buffer.from('\n\n');
/** How far a text is searched for a place to cut it. */
const CUT_WITHIN = 1 << 20;

/** The last tenth of a text tests what the rest taught: cut between documents, where there are some, and else between words. */
export function splitText(store: TextStore): { training: TextStore; test: TextStore } {
  const from = Math.floor(store.bytes * 0.9);
  const near = store.read(from, Math.min(CUT_WITHIN, Math.floor(store.bytes * 0.05)));
  const blank = near.indexOf(BLANK_LINE);
  const space = near.findIndex(isSpace);
  const cut = from + (blank >= 0 ? blank + BLANK_LINE.length : Math.max(0, space));
  return { training: partOf(store, 0, cut), test: partOf(store, cut, store.bytes) };
}

/** Space, tabulator, line feed, carriage return. */
export function isSpace(byte: number): boolean {
  return byte === 0x20 || (byte >= 0x09 && byte <= 0x0d);
}
