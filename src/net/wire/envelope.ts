/**
 * A look over a protobuf message before it is decoded: a few bytes of hostile protobuf can stand for millions of empty
 * messages, and decoding them would cost a hundred times their size in memory.
 */

/** What one field may hold. */
export interface FieldRule {
  /** How often the field may occur. */
  readonly count: number;
  /** Largest length of a length-delimited value, bytes. Default: no bound but the message. */
  readonly bytes?: number;
  /** The fields of a submessage. */
  readonly message?: MessageRule;
}

/** Rules by field number. Fields not named here are of a newer version: they may occur 64 times together. */
export type MessageRule = Readonly<Record<number, FieldRule>>;

const UNKNOWN_FIELDS = 64;

/** Throws a `RangeError` that says where the message breaks the rules. Costs time by the number of fields, not bytes. */
export function checkEnvelope(bytes: Uint8Array, rule: MessageRule): void {
  walk(bytes, 0, bytes.length, rule);
}

function walk(bytes: Uint8Array, start: number, end: number, rule: MessageRule): void {
  const counts = new Map<number, number>();
  let position = start;

  function varint(): number {
    let value = 0;
    let scale = 1;
    for (let i = 0; i < 10; i++) {
      if (position >= end) throw new RangeError('the message ends within a number');
      const byte = bytes[position++]!;
      // Beyond 2^53 the value loses its low bits; nothing here depends on numbers that large.
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
      scale *= 128;
    }
    throw new RangeError('a number has more than 10 bytes');
  }

  function skip(length: number): void {
    if (length > end - position) throw new RangeError(`a field of ${length} bytes runs over the end of its message`);
    position += length;
  }

  while (position < end) {
    const tag = varint();
    const field = Math.floor(tag / 8);
    const known = rule[field];
    // Every field with no rule counts under 0, which is no field number.
    const counted = known ? field : 0;
    const count = (counts.get(counted) ?? 0) + 1;
    counts.set(counted, count);
    const allowed = known?.count ?? UNKNOWN_FIELDS;
    if (field === 0) throw new RangeError('field number 0');
    if (count > allowed) throw new RangeError(`field ${field} occurs more than ${allowed} times`);
    switch (tag % 8) {
      case 0:
        varint();
        break;
      case 1:
        skip(8);
        break;
      case 5:
        skip(4);
        break;
      case 2: {
        const length = varint();
        const from = position;
        if (known?.bytes !== undefined && length > known.bytes) {
          throw new RangeError(`field ${field} has ${length} bytes, more than ${known.bytes}`);
        }
        skip(length);
        if (known?.message) walk(bytes, from, position, known.message);
        break;
      }
      default:
        throw new RangeError(`wire type ${tag % 8} is not used`);
    }
  }
}

const text: FieldRule = { count: 1, bytes: 256 };
const number: FieldRule = { count: 1 };
const signature: FieldRule = { count: 1, bytes: 64 };
const key: FieldRule = { count: 1, bytes: 32 };

const definition: FieldRule = {
  count: 16,
  bytes: 128,
  message: {
    1: number,
    2: number,
    // Packed, or one by one; each number takes at most ten bytes.
    3: { count: 8, bytes: 80 },
  },
};

const synapse: MessageRule = {
  1: text,
  2: text,
  3: text,
  4: text,
  5: text,
  8: text,
  9: number,
  10: { count: 1, bytes: 256 },
  11: signature,
  16: number,
  17: text,
  18: text,
  19: signature,
  20: definition,
  21: definition,
  22: number,
  23: number,
  24: number,
  25: key,
};

/** An entry of gossip has at most so many bytes: a thousand of them fit into one message with the rest of it. */
export const ENTRY_BYTES = 896;

/** What a `GossipBatch` may hold. */
export function gossipBatchRule(limits: { peers: number; synapses: number }): MessageRule {
  return {
    1: text,
    2: { count: limits.peers, bytes: 256 },
    3: { count: limits.synapses, bytes: ENTRY_BYTES, message: synapse },
    16: text,
    17: text,
    18: { count: 1, bytes: 65_536 },
    19: number,
    20: number,
    21: number,
    22: key,
  };
}

/** What a `DescribeRequest` may hold. */
export const describeRequestRule: MessageRule = { 1: text, 2: key };

/** What a `Description` may hold. */
export function descriptionRule(limits: { synapses: number }): MessageRule {
  return {
    1: text,
    2: text,
    3: { count: limits.synapses, bytes: 4096, message: synapse },
    4: text,
    5: signature,
    6: key,
    7: number,
    8: key,
    9: signature,
    10: number,
  };
}

/** What a `ProbeRequest` may hold. */
export const probeRequestRule: MessageRule = { 1: text, 2: number, 3: key };

/** What a `ProbeReply` may hold. */
export const probeReplyRule: MessageRule = { 1: text, 2: number, 3: { count: 1, bytes: 1024 } };
