/** Bytes kept free in front of a body, in which the head of its frame is written. */
const HEADROOM = 1024;

// Bodies whose headroom is still free.
const free = new WeakSet<Uint8Array>();

/** Memory for a body of up to `bytes` with room for a head in front. Not cleared: every byte is to be written. */
export function allocateBody(bytes: number): Uint8Array {
  return uncleared(HEADROOM + bytes);
}

/** Memory of which every byte is to be written. A plain array: a Buffer's `slice` would not copy. */
export function uncleared(bytes: number): Uint8Array {
  const { buffer, byteOffset } = Buffer.allocUnsafe(bytes);
  return new Uint8Array(buffer, byteOffset, bytes);
}

/** Says that `body`, a view of `allocateBody`'s memory, is complete. */
export function offerHeadroom(body: Uint8Array): void {
  free.add(body);
}

/** The memory of a body together with `bytes` in front of it; once for each body, else undefined. */
export function takeHeadroom(body: Uint8Array, bytes: number): Uint8Array | undefined {
  if (bytes > HEADROOM || !free.delete(body)) return undefined;
  return new Uint8Array(body.buffer, body.byteOffset - bytes, bytes + body.length);
}
