import type { WireDtype } from './tensor.js';

/** Where float formats keep their exponent: all of its bits set means NaN or infinity. */
interface Layout {
  readonly bytes: 2 | 4;
  /** Of the words of that size that make an element, the one with the exponent is the last. */
  readonly words: 1 | 2;
  readonly mask: number;
  /** Carries into the sign's place exactly where all bits of the mask are set. */
  readonly one: number;
}

const layouts: Partial<Record<WireDtype, Layout>> = {
  float32: { bytes: 4, words: 1, mask: 0x7f80_0000, one: 0x0080_0000 },
  float64: { bytes: 4, words: 2, mask: 0x7ff0_0000, one: 0x0010_0000 },
  bfloat16: { bytes: 2, words: 1, mask: 0x7f80, one: 0x0080 },
  float16: { bytes: 2, words: 1, mask: 0x7c00, one: 0x0400 },
};

/** What lies at an odd place is looked at here, piece by piece: a copy of the whole would be garbage of its size. */
const scratch = new Uint8Array(16 * 1024);
/** Elements looked at between two decisions. */
const BLOCK = 64;

/**
 * The index of the first NaN or infinity of a float tensor, or undefined. Whether such a tensor is taken is the
 * receiver's decision: the axon and the dendrite refuse it unless told otherwise.
 */
export function findNonFinite({ dtype, buffer }: { dtype: WireDtype; buffer: Uint8Array }): number | undefined {
  const layout = layouts[dtype];
  if (!layout) return undefined;
  if (buffer.byteOffset % layout.bytes === 0) return find(buffer, buffer.length, layout);
  for (let from = 0; from < buffer.length; from += scratch.length) {
    const piece = buffer.subarray(from, from + scratch.length);
    scratch.set(piece);
    const found = find(scratch, piece.length, layout);
    if (found !== undefined) return from / (layout.bytes * layout.words) + found;
  }
  return undefined;
}

function find({ buffer, byteOffset }: Uint8Array, length: number, layout: Layout): number | undefined {
  const { bytes, words, mask, one } = layout;
  const count = Math.floor(length / bytes);
  const at =
    bytes === 4
      ? findWord(new Int32Array(buffer, byteOffset, count), words, mask, one)
      : findHalf(new Uint16Array(buffer, byteOffset, count), mask, one);
  return at === undefined ? undefined : Math.floor(at / words);
}

function findWord(words: Int32Array, step: number, mask: number, one: number): number | undefined {
  const { length } = words;
  let i = 0;
  if (step === 1) {
    // No decision within a block, so that the processor never waits for one; a carry shows in the sign.
    for (; i + BLOCK <= length; i += BLOCK) {
      let carried = 0;
      for (let j = i; j < i + BLOCK; j += 4) {
        carried |=
          ((words[j]! & mask) + one) |
          ((words[j + 1]! & mask) + one) |
          ((words[j + 2]! & mask) + one) |
          ((words[j + 3]! & mask) + one);
      }
      if (carried < 0) break;
    }
  }
  for (i += step - 1; i < length; i += step) if ((words[i]! & mask) === mask) return i;
  return undefined;
}

function findHalf(halves: Uint16Array, mask: number, one: number): number | undefined {
  const { length } = halves;
  let i = 0;
  for (; i + BLOCK <= length; i += BLOCK) {
    let carried = 0;
    for (let j = i; j < i + BLOCK; j++) carried |= (halves[j]! & mask) + one;
    if (carried & 0x8000) break;
  }
  for (; i < length; i++) if ((halves[i]! & mask) === mask) return i;
  return undefined;
}
