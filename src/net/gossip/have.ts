/**
 * What one node has, told to another in few bytes, so that only news travels: 14 bytes for a synapse, 8 of the digest of
 * its name and 6 of its heartbeat. docs/protocol.md has the same. Written and looked up by hand, because every exchange
 * does it for every synapse.
 */
const HAVE_BYTES = 14;
const MOST_PARTS = 65_536;

/** The first 8 bytes of a name's digest, as two numbers of 32 bits, little endian. */
export interface HaveId {
  readonly low: number;
  readonly high: number;
}

/** The part of all synapses that a message is about: those whose `low` modulo `parts` is `part`. */
export interface Part {
  readonly parts: number;
  readonly part: number;
}

export interface Have extends Part {
  /** The heartbeat that the other one knows; undefined where it does not know the synapse. */
  heartbeatOf(id: HaveId): number | undefined;
}

/** Writes records one after the other. */
export class HaveWriter {
  readonly bytes: Uint8Array;
  private at = 0;

  constructor(count: number) {
    this.bytes = new Uint8Array(HAVE_BYTES * count);
  }

  add({ low, high }: HaveId, heartbeatMs: number): void {
    this.number(low, 4);
    this.number(high, 4);
    this.number(heartbeatMs >>> 0, 4);
    this.number(Math.floor(heartbeatMs / 2 ** 32), 2);
  }

  private number(value: number, bytes: number): void {
    for (let i = 0; i < bytes; i++) this.bytes[this.at++] = value >>> (8 * i);
  }
}

/** Reads what a stranger says it has; undefined where it says nothing. Throws a `RangeError` where it makes no sense. */
export function readHave(message: Part & { readonly have: Uint8Array }): Have | undefined {
  const { have, parts, part } = message;
  if (parts === 0) return undefined;
  if (parts > MOST_PARTS || part >= parts || have.length % HAVE_BYTES !== 0) {
    throw new RangeError(`have: ${have.length} bytes for part ${part} of ${parts}`);
  }
  const index = new HaveIndex(new DataView(have.buffer, have.byteOffset, have.length), have.length / HAVE_BYTES);
  return { parts, part, heartbeatOf: id => index.heartbeatOf(id) };
}

/** Records by id: an open hash table, whose order nobody outside can foresee. */
class HaveIndex {
  /** Record numbers from 1; 0: free. */
  private readonly slots: Uint16Array;
  private readonly mask: number;
  private readonly seeds = crypto.getRandomValues(new Int32Array(4));

  constructor(
    private readonly records: DataView,
    count: number,
  ) {
    this.mask = 2 ** Math.ceil(Math.log2(2 * count + 2)) - 1;
    this.slots = new Uint16Array(this.mask + 1);
    for (let record = 0; record < count; record++) {
      const at = HAVE_BYTES * record;
      const slot = this.slotOf(records.getUint32(at, true), records.getUint32(at + 4, true));
      this.slots[slot] = record + 1;
    }
  }

  heartbeatOf({ low, high }: HaveId): number | undefined {
    const record = this.slots[this.slotOf(low, high)]!;
    if (record === 0) return undefined;
    const at = HAVE_BYTES * (record - 1);
    return this.records.getUint32(at + 8, true) + 2 ** 32 * this.records.getUint16(at + 12, true);
  }

  /** Where this id is, or the free slot where it would be. */
  private slotOf(low: number, high: number): number {
    const mixed =
      Math.imul(low ^ this.seeds[0]!, this.seeds[1]! | 1) + Math.imul(high ^ this.seeds[2]!, this.seeds[3]! | 1);
    for (let slot = (mixed ^ (mixed >>> 15)) & this.mask; ; slot = (slot + 1) & this.mask) {
      const record = this.slots[slot]!;
      if (record === 0) return slot;
      const at = HAVE_BYTES * (record - 1);
      if (this.records.getUint32(at, true) === low && this.records.getUint32(at + 4, true) === high) return slot;
    }
  }
}
