import { type ByteStore, partOf } from './byte-store.js';

const BLANK_LINE = Buffer.from('\n\n');
/** How far a text is searched for a place to cut it. */
const CUT_WITHIN = 1 << 20;

/** The last tenth of a text tests what the rest taught: cut between documents, where there are some, and else between words. */
export function splitText(store: ByteStore): { training: ByteStore; test: ByteStore } {
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
