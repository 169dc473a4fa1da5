import { readdirSync } from 'node:fs';
import { join as joinPath } from 'node:path';
import type { Log } from '../../../src/base/silent-log.js';
import { compact, type Key, Reader } from '../codec.js';
import { engineError } from '../errors.js';
import { keyFromDisk, keyToDisk } from '../state/child.js';
import type { Changes } from '../state/overlay.js';
import type { StateVersion } from '../state/trie.js';
import { FRAME_HEADER, type LogFile } from './log-file.js';

/** The first byte of each frame's payload: a snapshot or changes, with values in the form of state version 1 or 0. */
const SNAPSHOT_END = 2;
export const SNAPSHOT: Record<StateVersion, number> = { 1: 1, 0: 4 };
export const CHANGES: Record<StateVersion, number> = { 1: 3, 0: 5 };
const CHUNK_BYTES = 2 ** 20;

/** Where a value lies on disk. A length of -1: no value. */
export interface Place {
  segment: number;
  offset: number;
  length: number;
  /** Under which it was written: a runtime upgrade to another one leaves what it does not touch as it is in the trie. */
  version: StateVersion;
}

export const NOWHERE: Place = { segment: 0, offset: 0, length: -1, version: 1 };

/** One record of a segment: a part of its snapshot, the end of that, or the changes of one block. */
export interface SegmentFrame {
  kind: 'snapshot' | 'end' | 'changes';
  block: number;
  version: StateVersion;
  /** Where the record begins in the file, and where it ends. */
  from: number;
  to: number;
  /** Calls back for each change; values are views of a buffer that is used again. */
  each(visit: (key: Key, value: Uint8Array | null, place: Place) => void): void;
}

export function segmentPath(folder: string, block: number): string {
  return joinPath(folder, `state-${String(block).padStart(10, '0')}.log`);
}

/** The blocks at which the segments of a folder begin, ascending. */
export function segmentsIn(folder: string): number[] {
  return readdirSync(folder)
    .filter(name => /^state-\d{10}\.log$/.test(name))
    .map(name => Number(name.slice(6, -4)))
    .sort((a, b) => a - b);
}

export function* readSegment(file: LogFile, segment: number, log: Log): Generator<SegmentFrame> {
  for (const { offset, payload } of file.frames(log)) {
    const kind = payload[0];
    const version = kind === SNAPSHOT[0] || kind === CHANGES[0] ? 0 : 1;
    const isChanges = kind === CHANGES[version];
    if (!isChanges && kind !== SNAPSHOT[version] && kind !== SNAPSHOT_END) {
      throw engineError('bad_data', `${file.path} has a record of unknown kind ${kind} at byte ${offset}`);
    }
    const block = new Reader(payload, 1).compact();
    yield {
      kind: isChanges ? 'changes' : kind === SNAPSHOT_END ? 'end' : 'snapshot',
      block,
      version,
      from: offset - FRAME_HEADER,
      to: offset + payload.length,
      each: visit =>
        eachChange(payload, (key, value, at) =>
          visit(key, value, { segment, offset: offset + at, length: value?.length ?? -1, version }),
        ),
    };
  }
}

/** Parts of about a mebibyte. */
export function* chunks(
  values: ReadonlyMap<Key, Uint8Array>,
  wanted: (key: Key) => boolean,
): Generator<[Key, Uint8Array][]> {
  let chunk: [Key, Uint8Array][] = [];
  let bytes = 0;
  for (const entry of values) {
    if (!wanted(entry[0])) continue;
    chunk.push(entry);
    bytes += entry[0].length + entry[1].length;
    if (bytes < CHUNK_BYTES) continue;
    yield chunk;
    chunk = [];
    bytes = 0;
  }
  if (chunk.length > 0) yield chunk;
}

interface Span {
  offset: number;
  length: number;
}

/** Kind, block, count, then key, flag, value for each; with where each value lies in the payload. */
export function encodeChanges(
  block: number,
  changes: Changes,
  kind: number,
): { payload: Uint8Array; offsets: Map<Key, Span> } {
  const parts: Uint8Array[] = [Uint8Array.of(kind), compact(block), compact(changes.size)];
  let at = parts.reduce((sum, part) => sum + part.length, 0);
  const put = (part: Uint8Array) => {
    parts.push(part);
    at += part.length;
  };
  const offsets = new Map<Key, Span>();
  for (const [key, value] of changes) {
    const bytes = keyToDisk(key);
    put(compact(bytes.length));
    put(bytes);
    // 0: removed; otherwise the length plus one.
    put(compact(value === null ? 0 : value.length + 1));
    offsets.set(key, { offset: at, length: value === null ? -1 : value.length });
    if (value) put(value);
  }
  return { payload: Buffer.concat(parts), offsets };
}

export function encodeEnd(block: number, count: number): Uint8Array {
  return Buffer.concat([Uint8Array.of(SNAPSHOT_END), compact(block), compact(count), new Uint8Array(32)]);
}

/** Calls back for each change of a payload, with where the value lies in it; values are views. */
export function eachChange(payload: Uint8Array, visit: (key: Key, value: Uint8Array | null, at: number) => void): void {
  const reader = new Reader(payload, 1);
  reader.compact();
  for (let count = reader.compact(); count > 0; count--) {
    const key = keyFromDisk(reader.vec());
    const length = reader.compact() - 1;
    const at = reader.offset;
    visit(key, length < 0 ? null : reader.take(length), at);
  }
}
