const MAGIC = Uint8Array.of(82, 188, 83, 118, 70, 219, 142, 5);
/** Frame magic, no checksum and no content size, a window of 128 KiB. Source: RFC 8878, 3.1.1. */
const FRAME = Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0, 0x38);
const BLOCK = 2 ** 17;

function blocks(length: number, type: 0 | 1, content: (at: number, size: number) => Uint8Array): Uint8Array {
  const parts: Uint8Array[] = [MAGIC, FRAME];
  for (let at = 0; at < length || at === 0; at += BLOCK) {
    const size = Math.min(BLOCK, length - at);
    const header = (size << 3) | (type << 1) | (at + size === length ? 1 : 0);
    parts.push(Uint8Array.of(header & 255, (header >> 8) & 255, header >> 16), content(at, size));
  }
  return Buffer.concat(parts);
}

/** A packed runtime whose zstd blocks hold the bytes as they are. */
export function packedAsIs(bytes: Uint8Array): Uint8Array {
  return blocks(bytes.length, 0, (at, size) => bytes.subarray(at, at + size));
}

/** A packed runtime of so many zeros, four bytes for each 128 KiB. */
export function packedZeros(length: number): Uint8Array {
  return blocks(length, 1, () => Uint8Array.of(0));
}
