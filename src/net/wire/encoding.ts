/** The shorter forms in which floats may travel. Numbers are little endian, as every machine that Node runs on has them. */

/** The upper 16 bits of each float32, rounded to nearest, ties to even. NaN stays NaN. */
export function toBf16(buffer: Uint8Array): Uint8Array {
  const words = new Uint32Array(aligned(buffer, 4), 0, buffer.length >> 2);
  const out = new Uint16Array(words.length);
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!;
    // A NaN whose mantissa is in the lower bits alone would round to infinity.
    const isNaNWord = (word & 0x7fff_ffff) > 0x7f80_0000;
    out[i] = isNaNWord ? (word >>> 16) | 0x40 : (word + 0x7fff + ((word >>> 16) & 1)) >>> 16;
  }
  return new Uint8Array(out.buffer);
}

export function fromBf16(buffer: Uint8Array): Uint8Array {
  const halves = new Uint16Array(aligned(buffer, 2), 0, buffer.length >> 1);
  const out = new Uint32Array(halves.length);
  for (let i = 0; i < halves.length; i++) out[i] = halves[i]! << 16;
  return new Uint8Array(out.buffer);
}

export interface ScaledInt8 {
  /** One signed byte for each element. */
  readonly buffer: Uint8Array;
  /** One float32 for each row. */
  readonly scales: Uint8Array;
}

/**
 * Each row as signed bytes times a scale, its largest absolute value over 127. Undefined when the buffer holds NaN,
 * infinity or what would become infinity: this form does not have them.
 */
export function toScaledInt8(buffer: Uint8Array, rowLength: number): ScaledInt8 | undefined {
  const floats = new Float32Array(aligned(buffer, 4), 0, buffer.length >> 2);
  const rows = rowLength === 0 ? 0 : floats.length / rowLength;
  const scales = new Float32Array(rows);
  const out = new Int8Array(floats.length);
  for (let row = 0; row < rows; row++) {
    const start = row * rowLength;
    let largest = 0;
    for (let i = start; i < start + rowLength; i++) {
      const size = Math.abs(floats[i]!);
      if (size > largest) largest = size;
      else if (Number.isNaN(size)) return undefined;
    }
    scales[row] = largest / 127;
    const scale = scales[row]!;
    // Infinite too where the largest float32 itself would come back rounded up.
    if (!Number.isFinite(Math.fround(127 * scale))) return undefined;
    if (scale === 0) continue;
    for (let i = start; i < start + rowLength; i++) {
      out[i] = Math.max(-127, Math.min(127, Math.round(floats[i]! / scale)));
    }
  }
  return { buffer: new Uint8Array(out.buffer), scales: new Uint8Array(scales.buffer) };
}

export function fromScaledInt8(buffer: Uint8Array, scales: Uint8Array, rowLength: number): Uint8Array {
  const factors = new Float32Array(aligned(scales, 4), 0, scales.length >> 2);
  const bytes = new Int8Array(buffer.buffer, buffer.byteOffset, buffer.length);
  const out = new Float32Array(bytes.length);
  for (let row = 0, i = 0; row < factors.length; row++) {
    const factor = factors[row]!;
    for (const end = i + rowLength; i < end; i++) out[i] = bytes[i]! * factor;
  }
  return new Uint8Array(out.buffer);
}

/** Whether all scales are finite and none is negative. */
export function areScales(scales: Uint8Array): boolean {
  const factors = new Float32Array(aligned(scales, 4), 0, scales.length >> 2);
  return factors.every(factor => factor >= 0 && factor < Number.POSITIVE_INFINITY);
}

/** Memory that begins with these bytes at a multiple of `size`: theirs, if it is like that, or a copy. */
function aligned(bytes: Uint8Array, size: number): ArrayBuffer {
  const isAligned = bytes.byteOffset === 0 && bytes.length % size === 0 && bytes.buffer instanceof ArrayBuffer;
  return isAligned ? (bytes.buffer as ArrayBuffer) : (new Uint8Array(bytes).buffer as ArrayBuffer);
}
