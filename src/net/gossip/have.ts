/**
 * What one node has, told to another in few bytes, so that only news travels: 14 bytes for a synapse, 8 of the digest of
 * its name and 6 of its heartbeat. docs/protocol.md has the same.
 */
export const HAVE_BYTES = 14;
const ID_BYTES = 8;
const HEARTBEAT_BYTES = 6;
const MOST_PARTS = 65_536;

export interface Have {
  /** Heartbeats by id, the 8 bytes as Latin-1 text. */
  readonly known: ReadonlyMap<string, number>;
  readonly parts: number;
  readonly part: number;
}

/** Writes the record `index`. */
export function writeHave(into: Buffer, index: number, id: Uint8Array, heartbeatMs: number): void {
  into.set(id, HAVE_BYTES * index);
  into.writeUIntLE(heartbeatMs, HAVE_BYTES * index + ID_BYTES, HEARTBEAT_BYTES);
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
    known.set(bytes.toString('latin1', at, at + ID_BYTES), bytes.readUIntLE(at + ID_BYTES, HEARTBEAT_BYTES));
  }
  return { known, parts, part };
}
