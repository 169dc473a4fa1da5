import { permutation, random } from '../compute/random.js';
import type { ByteStore } from './byte-store.js';
import { isSpace } from './split-text.js';
import type { Tokenizer } from './tokenizer.js';

/** The order of windows is the same for everybody, always. */
const ORDER_SEED = 1001;
/** More windows than this are spread over the text with gaps between them. */
const MAX_WINDOWS = 1 << 22;
/** A window is this much longer than its tokens are on average, so that most are full. */
const MARGIN = 1.25;
/** Bytes of text that tell how long a token is. */
const SAMPLE = 1 << 15;

/** A text cut into pieces that share nothing, each enough for so many tokens, in a fixed random order. */
export class TextWindows {
  readonly count: number;
  private readonly width: number;
  private order: Uint32Array | undefined;

  constructor(
    private readonly store: ByteStore,
    tokenizer: Tokenizer,
    tokens: number,
  ) {
    this.width = Math.ceil(MARGIN * tokens * bytesPerToken(store, tokenizer));
    this.count = Math.max(1, Math.min(MAX_WINDOWS, Math.floor(store.bytes / this.width)));
  }

  /** The text of a window, whole words. */
  read(window: number): string {
    this.order ??= permutation(this.count, random(ORDER_SEED, 'windows'));
    const { bytes } = this.store;
    const start = Math.floor(this.order[window]! * Math.max(this.width, bytes / this.count));
    const text = this.store.read(start, Math.min(this.width, bytes - start));
    return wholeWords(text, start === 0, start + text.length === bytes);
  }
}

function bytesPerToken(store: ByteStore, tokenizer: Tokenizer): number {
  const sample = wholeWords(store.read(Math.floor(store.bytes / 2), SAMPLE), false, false);
  const tokens = tokenizer.encode(sample).length;
  return tokens === 0 ? 1 : Math.max(1, Buffer.byteLength(sample) / tokens);
}

/** Leaves out what is cut at either end: from the first space to the last one, or whole characters where there is no space near. */
function wholeWords(bytes: Buffer, begins: boolean, ends: boolean): string {
  const near = Math.min(64, bytes.length >> 1);
  let start = 0;
  if (!begins) {
    while (start < near && !isSpace(bytes[start]!)) start++;
    if (start === near) start = 0;
    while (start < bytes.length && (bytes[start]! & 0xc0) === 0x80) start++;
  }
  let end = bytes.length;
  if (!ends) {
    while (end > bytes.length - near && !isSpace(bytes[end]!)) end--;
    if (end === bytes.length - near) {
      end = bytes.length - 1;
      while (end > start && (bytes[end]! & 0xc0) === 0x80) end--;
    }
  }
  return bytes.toString('utf8', start, Math.max(start, end));
}
