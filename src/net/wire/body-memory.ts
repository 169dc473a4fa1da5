/** Bytes kept free in front of a body, in which the head of its frame is written. */
const HEADROOM = 1024;

// Bodies whose headroom is still free.
const free = new WeakSet<Uint8Array>();

/** Sizes of blocks that are used again: multiples of this, up to the largest. Smaller ones come from Node's own pool. */
const STEP_BYTES = 8 * 1024;
const LARGEST_BLOCK = 2 ** 20 + 64 * 1024;
/** What is kept for the next bodies, all sizes together. */
const KEPT_BYTES = 16 * 2 ** 20;

// Blocks that a body is in, and those that wait for the next one, by size.
const lent = new WeakSet<ArrayBufferLike>();
const kept = new Map<number, ArrayBufferLike[]>();
let keptBytes = 0;

/** Memory for a body of up to `bytes` with room for a head in front. Not cleared: every byte is to be written. */
export function allocateBody(bytes: number): Uint8Array {
  const needed = HEADROOM + bytes;
  if (needed <= STEP_BYTES || needed > LARGEST_BLOCK) return uncleared(needed);
  const size = Math.ceil(needed / STEP_BYTES) * STEP_BYTES;
  let block = kept.get(size)?.pop();
  if (block) keptBytes -= size;
  else block = Buffer.allocUnsafeSlow(size).buffer;
  lent.add(block);
  return new Uint8Array(block, 0, needed);
}

/**
 * Takes the memory of a body for the next one. Only for whoever made the body, and when nobody reads it any more: it was
 * written to the wire, and the wire is done with it. Without effect on other memory, and the second time.
 */
export function recycleBody(body: Uint8Array): void {
  const block = body.buffer;
  if (!lent.delete(block)) return;
  const size = block.byteLength;
  const others = kept.get(size) ?? [];
  // The size used last comes last: what goes first is of one not used for longest.
  kept.delete(size);
  kept.set(size, others);
  while (keptBytes + size > KEPT_BYTES) dropOne();
  others.push(block);
  keptBytes += size;
}

function dropOne(): void {
  for (const [size, blocks] of kept) {
    if (blocks.pop()) keptBytes -= size;
    if (blocks.length > 0) return;
    kept.delete(size);
    return;
  }
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
