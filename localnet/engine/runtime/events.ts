import { type Key, Reader } from '../codec.js';
import type { Metadata } from './metadata.js';

/** An event that an extrinsic of the newest block caused. */
export interface RuntimeEvent {
  pallet: string;
  name: string;
  /** Its fields, encoded one after the other. */
  fields: Uint8Array;
}

/** The events of one extrinsic of the block that a state belongs to. Source: frame-system, EventRecord. */
export function eventsOf(
  metadata: Metadata,
  state: { get(key: Key): Uint8Array | null },
  extrinsic: number,
): RuntimeEvent[] {
  const { types } = metadata;
  const storage = metadata.storage('System', 'Events');
  const bytes = storage && state.get(storage.prefix);
  const record = storage && types.get(storage.value);
  if (!bytes || record?.kind !== 'list') return [];
  const [, eventType, topicsType] = types.parts(record.item);
  const reader = new Reader(bytes);
  const found: RuntimeEvent[] = [];
  for (let count = reader.compact(); count > 0; count--) {
    // Of an extrinsic, or of the block's beginning or end.
    const phase = reader.u8() === 0 ? reader.u32() : undefined;
    const outer = types.variant(eventType!, reader.u8())!;
    const inner = types.variant(outer.fields[0]!, reader.u8())!;
    const start = reader.offset;
    for (const field of inner.fields) types.skip(reader, field);
    const fields = bytes.subarray(start, reader.offset);
    if (phase === extrinsic) found.push({ pallet: outer.name, name: inner.name, fields });
    types.skip(reader, topicsType!);
  }
  return found;
}
