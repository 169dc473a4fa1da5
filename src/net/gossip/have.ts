/**
 * What one node has, told to another in few bytes, so that only news travels: 14 bytes for a synapse, 8 of the digest of
 * its name and 6 of its heartbeat. docs/protocol.md has the same.
 */
export const HAVE_BYTES = 14;
const ID_BYTES = 8;
const MOST_PARTS = 65_536;

export interface Have {
  /** Heartbeats by id, the 8 bytes as Latin-1 text. */
  readonly known: ReadonlyMap<string, number>;
  readonly parts: number;
  readonly part: number;
}

/** Writes the record `index`. By hand: this is done for every synapse in every exchange. */
export function writeHave(into: Uint8Array, index: number, id: Uint8Array, heartbeatMs: number): void {
  let at = HAVE_BYTES * index;
  for (let i = 0; i < ID_BYTES; i++) into[at++] = id[i]!;
  const high = Math.floor(heartbeatMs / 2 ** 32);
  for (let shift = 0; shift < 32; shift += 8) into[at++] = heartbeatMs >>> shift;
  into[at++] = high;
  into[at] = high >>> 8;
}

/** Reads what a stranger says it has; undefined where it says nothing. Throws a `RangeError` where it makes no sense. */
export function readHave(message: { have: Uint8Array; parts: number; part: number }): Have | undefined {
  const { have, parts, part } = message;
  if (parts === 0) return undefined;
  if (parts > MOST_PARTS || part >= parts || have.length % HAVE_BYTES !== 0) {
    throw new RangeError(`have: ${have.length} bytes for part ${part} of ${parts}`);
  }
  const bytes = Buffer.from(have.buffer, have.byteOffset, have.length);
  const known = new Map<string, number>();
  for (let at = 0; at < bytes.length; at += HAVE_BYTES) {
    const id = bytes.toString('latin1', at, at + ID_BYTES);
    known.set(id, bytes.readUInt32LE(at + ID_BYTES) + 2 ** 32 * bytes.readUInt16LE(at + ID_BYTES + 4));
  }
  return { known, parts, part };
}
