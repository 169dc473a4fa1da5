import { Decompress } from 'fzstd';
import { messageOf } from '../../../src/base/errors.js';
import { engineError } from '../errors.js';

/** What marks a runtime that is packed with zstd. Source: polkadot-sdk, sp-maybe-compressed-blob. */
const PACKED = Uint8Array.of(82, 188, 83, 118, 70, 219, 142, 5);
/** `CODE_BLOB_BOMB_LIMIT` there: no honest runtime is larger. */
const UNPACKED_AT_MOST = 50 * 2 ** 20;
/** What a zstd decoder gives a window unless told otherwise (ZSTD_WINDOWLOG_LIMIT_DEFAULT). */
const WINDOW_AT_MOST = 2 ** 27;

/** The wasm of a `:code`; one that cannot be unpacked, or grows above 50 MiB, is `bad_runtime`. */
export function unpack(code: Uint8Array): Uint8Array {
  if (!PACKED.every((byte, i) => code[i] === byte)) return code;
  const packed = code.subarray(PACKED.length);
  const parts: Uint8Array[] = [];
  let length = 0;
  try {
    checkWindow(packed);
    new Decompress(part => {
      length += part.length;
      if (length > UNPACKED_AT_MOST) throw new RangeError('it unpacks to more than 50 MiB');
      parts.push(part);
    }).push(packed, true);
    if (length === 0) throw new RangeError('nothing is in it');
  } catch (error) {
    throw engineError('bad_runtime', `the runtime is packed with zstd and cannot be unpacked: ${messageOf(error)}`, {
      cause: error,
    });
  }
  return Buffer.concat(parts, length);
}

/** The decoder would take the window that a frame asks for, whatever it is. Source: RFC 8878, 3.1.1.1. */
function checkWindow(frame: Uint8Array): void {
  const isSingleSegment = (frame[4] ?? 0) & 0x20;
  const descriptor = frame[5] ?? 0;
  const base = 2 ** (10 + (descriptor >> 3));
  const bytes = isSingleSegment ? contentSize(frame) : base + (base / 8) * (descriptor & 7);
  if (bytes > WINDOW_AT_MOST) throw new RangeError(`it asks for a window of ${bytes} bytes`);
}

/** The frame content size of a single-segment frame, which is its window as well. */
function contentSize(frame: Uint8Array): number {
  const flag = (frame[4] ?? 0) >> 6;
  const at = 5 + [0, 1, 2, 4][(frame[4] ?? 0) & 3]!;
  const field = frame.subarray(at, at + 2 ** flag);
  const size = field.reduceRight((sum, byte) => sum * 256 + byte, 0);
  return flag === 1 ? size + 256 : size;
}
