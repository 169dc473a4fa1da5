import { renameSync, rmSync } from 'node:fs';
import { syncFolder } from '../../../src/base/files.js';
import type { Log } from '../../../src/base/silent-log.js';
import type { Key } from '../codec.js';
import type { StateVersion } from '../state/trie.js';
import { FRAME_HEADER, LogFile } from './log-file.js';
import {
  chunks,
  encodeChanges,
  encodeEnd,
  type Place,
  readSegment,
  type SegmentFrame,
  SNAPSHOT,
  segmentPath,
} from './segment.js';

const VERSIONS = [0, 1] as const;

/** What a segment holds up to some block: where each value lies, and where the records of its blocks begin. */
export interface SegmentScan {
  places: Map<Key, Place>;
  starts: number[];
  snapshotBytes: number;
  /** Where the block's own record ends. */
  end: number;
}

/** The files of the state: `state-<block>.log`, each a snapshot and then changes. The last one is written to. */
export class Segments {
  private readonly files = new Map<number, LogFile>();
  private last = 0;
  /** How much of the last one is its snapshot. */
  private snapshotBytes = 0;
  /** Where the changes of each block begin in the last one. */
  private starts: number[] = [];

  constructor(
    private readonly folder: string,
    private readonly log: Log,
  ) {}

  /** The blocks that they begin with, ascending. */
  get all(): number[] {
    return [...this.files.keys()];
  }

  /** The block that the last one begins with. */
  get current(): number {
    return this.last;
  }

  get currentBytes(): number {
    return this.file.bytes;
  }

  get currentSnapshotBytes(): number {
    return this.snapshotBytes;
  }

  /** The one that holds the state after a block. */
  of(block: number): number {
    return this.all.findLast(start => start <= block)!;
  }

  pathOf(start: number): string {
    return segmentPath(this.folder, start);
  }

  /** Reads the next one from its beginning, which becomes the last. */
  *load(start: number): Generator<SegmentFrame> {
    const file = LogFile.open(this.pathOf(start));
    this.files.set(start, file);
    this.last = start;
    this.starts = [];
    for (const frame of readSegment(file, start, this.log)) {
      yield frame;
      if (frame.kind === 'end') this.snapshotBytes = frame.to;
      if (frame.kind === 'changes') this.starts.push(frame.from);
    }
  }

  /** Where everything lay after a block of a segment. */
  scan(segment: number, block: number): SegmentScan {
    const scan: SegmentScan = { places: new Map(), starts: [], snapshotBytes: 0, end: 0 };
    const { places } = scan;
    for (const frame of readSegment(this.files.get(segment)!, segment, this.log)) {
      if (frame.kind === 'changes' && frame.block > block) break;
      if (frame.kind === 'changes') scan.starts.push(frame.from);
      if (frame.kind === 'end') scan.snapshotBytes = frame.to;
      else frame.each((key, value, place) => (value === null ? places.delete(key) : places.set(key, place)));
      scan.end = frame.to;
    }
    return scan;
  }

  read(place: Place): Uint8Array | null {
    if (place.length < 0) return null;
    return this.files.get(place.segment)!.read(place.offset, place.length);
  }

  /** Writes the changes of the next block and returns where they lie. A failure leaves everything as it was. */
  append(payload: Uint8Array): number {
    const start = this.file.append(payload);
    this.starts.push(start - FRAME_HEADER);
    return start;
  }

  /**
   * Begins the next one with all values after a block, and returns where they lie in it. It has its name only when it is whole
   * and on the disk.
   */
  begin(
    block: number,
    values: ReadonlyMap<Key, Uint8Array>,
    versionOf: (key: Key) => StateVersion,
  ): ReadonlyMap<Key, Place> {
    const path = this.pathOf(block);
    const temporary = `${path}.tmp`;
    rmSync(temporary, { force: true });
    const file = LogFile.open(temporary);
    const places = new Map<Key, Place>();
    try {
      for (const version of VERSIONS) {
        for (const entries of chunks(values, key => versionOf(key) === version)) {
          const { payload, offsets } = encodeChanges(block, new Map(entries), SNAPSHOT[version]);
          const start = file.append(payload);
          for (const [key, at] of offsets)
            places.set(key, { segment: block, offset: start + at.offset, length: at.length, version });
        }
      }
      file.append(encodeEnd(block, values.size));
      file.sync();
    } catch (error) {
      file.close();
      rmSync(temporary, { force: true });
      throw error;
    }
    const bytes = file.bytes;
    file.close();
    this.files.get(this.last)?.sync();
    renameSync(temporary, path);
    syncFolder(this.folder);
    this.files.set(block, LogFile.open(path));
    this.last = block;
    this.snapshotBytes = bytes;
    this.starts = [];
    return places;
  }

  /** Cuts off what is behind a block. `scan`: of the segment that holds it, when that is not the last one. */
  rewind(block: number, scan: SegmentScan | undefined): void {
    const segment = this.of(block);
    const end = scan?.end ?? this.starts[block - segment] ?? this.file.bytes;
    if (scan) {
      for (const start of this.all.filter(key => key > segment).reverse()) this.remove(start);
      this.last = segment;
      this.starts = scan.starts;
      this.snapshotBytes = scan.snapshotBytes;
    }
    this.starts.length = block - segment;
    this.file.cut(end);
  }

  /** Cuts the last one off at once. */
  truncate(end: number): void {
    this.file.truncate(end);
  }

  remove(start: number): void {
    const file = this.files.get(start)!;
    this.files.delete(start);
    file.close();
    rmSync(file.path, { force: true });
  }

  sync(): void {
    this.file.sync();
  }

  syncSoon(): void {
    this.file.syncSoon();
  }

  close(): void {
    for (const file of this.files.values()) file.close();
  }

  private get file(): LogFile {
    return this.files.get(this.last)!;
  }
}
