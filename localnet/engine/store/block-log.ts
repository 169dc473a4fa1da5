import { join as joinPath } from 'node:path';
import type { Log } from '../../../src/base/silent-log.js';
import { type Block, makeBlock } from '../chain/header.js';
import { compact, hex, join, lengthPrefixed, Reader, unhex } from '../codec.js';
import { engineError } from '../errors.js';
import { FRAME_HEADER, LogFile } from './log-file.js';

/**
 * All headers and bodies, one frame each: hash, header, extrinsics. In memory only 32 bytes of hash, an offset and a slot of
 * a hash table per block, so that a chain may run for weeks.
 */
export class BlockLog {
  private hashes = new Uint8Array(1024 * 32);
  private offsets = new Float64Array(1024);
  /** Open addressing: place + 1, or 0 for an empty slot; twice as many slots as blocks have room. */
  private table = new Int32Array(2048);
  private count = 0;
  /** The number of the first one: 0, or the block that a chain was forked at. */
  private first = 0;

  private constructor(private readonly file: LogFile) {}

  static open(folder: string, log: Log): BlockLog {
    const file = LogFile.open(joinPath(folder, 'blocks.log'));
    const blocks = new BlockLog(file);
    for (const { offset, payload } of file.frames(log)) {
      const number = numberIn(payload);
      if (blocks.count === 0) blocks.first = number;
      if (number !== blocks.head + 1) {
        throw engineError('bad_data', `${file.path} has block ${number} where block ${blocks.head + 1} belongs`);
      }
      blocks.remember(payload.subarray(0, 32), offset);
    }
    return blocks;
  }

  get isEmpty(): boolean {
    return this.count === 0;
  }

  /** The number of the newest block; -1 without any. */
  get head(): number {
    return this.first + this.count - 1;
  }

  /** The number of the first block. */
  get oldest(): number {
    return this.first;
  }

  append(block: Block): void {
    const { number } = block.header;
    if (this.count === 0) this.first = number;
    if (number !== this.head + 1) throw new RangeError(`block ${number} after ${this.head}`);
    const hash = unhex(block.hash);
    const offset = this.file.append(
      join(hash, lengthPrefixed(block.encodedHeader), compact(block.extrinsics.length), ...block.extrinsics),
    );
    this.remember(hash, offset);
  }

  /** Undoes the newest append. */
  dropLast(): void {
    this.cutTo(this.head - 1);
  }

  /** Makes an older block the newest, durably; a `disk` error changes nothing. */
  rewind(number: number): void {
    if (number >= this.head) return;
    this.cutTo(number);
    this.file.syncNow();
  }

  hashAt(number: number): string | undefined {
    const index = number - this.first;
    if (index < 0 || index >= this.count) return undefined;
    return hex(this.hashes.subarray(index * 32, index * 32 + 32));
  }

  numberOf(hash: string): number | undefined {
    const bytes = unhex(hash);
    if (bytes.length !== 32) return undefined;
    for (let slot = this.slotOf(bytes); ; slot = (slot + 1) & (this.table.length - 1)) {
      const index = this.table[slot]! - 1;
      if (index < 0) return undefined;
      if (this.isHash(index, bytes)) return this.first + index;
    }
  }

  block(number: number): Block | undefined {
    const index = number - this.first;
    if (index < 0 || index >= this.count) return undefined;
    const reader = new Reader(this.file.readFrame(this.offsets[index]!));
    reader.take(32);
    const header = reader.vec();
    const extrinsics = Array.from({ length: reader.compact() }, () => {
      const start = reader.offset;
      reader.vec();
      return reader.bytes.subarray(start, reader.offset);
    });
    return makeBlock(header, extrinsics);
  }

  sync(): void {
    this.file.sync();
  }

  syncSoon(): void {
    this.file.syncSoon();
  }

  close(): void {
    this.file.close();
  }

  private remember(hash: Uint8Array, offset: number): void {
    if (this.count === this.offsets.length) this.grow();
    this.hashes.set(hash, this.count * 32);
    this.offsets[this.count] = offset;
    this.count++;
    this.insert(this.count - 1);
  }

  private grow(): void {
    const room = 2 * this.offsets.length;
    const hashes = new Uint8Array(room * 32);
    hashes.set(this.hashes);
    this.hashes = hashes;
    const offsets = new Float64Array(room);
    offsets.set(this.offsets);
    this.offsets = offsets;
    this.table = new Int32Array(2 * room);
    this.rebuildTable();
  }

  private cutTo(number: number): void {
    const kept = number + 1 - this.first;
    this.file.truncate(this.offsets[kept]! - FRAME_HEADER);
    while (this.count > kept) this.forgetNewest();
  }

  /** What was inserted last can be taken out of an open table without a gap: nothing was put behind it. */
  private forgetNewest(): void {
    let slot = this.slotOf(this.hashes.subarray((this.count - 1) * 32, this.count * 32));
    while (this.table[slot] !== this.count) slot = (slot + 1) & (this.table.length - 1);
    this.table[slot] = 0;
    this.count--;
  }

  private rebuildTable(): void {
    this.table.fill(0);
    for (let index = 0; index < this.count; index++) this.insert(index);
  }

  private insert(index: number): void {
    let slot = this.slotOf(this.hashes.subarray(index * 32, index * 32 + 32));
    while (this.table[slot] !== 0) slot = (slot + 1) & (this.table.length - 1);
    this.table[slot] = index + 1;
  }

  private slotOf(hash: Uint8Array): number {
    return (hash[0]! | (hash[1]! << 8) | (hash[2]! << 16) | (hash[3]! << 24)) & (this.table.length - 1);
  }

  private isHash(index: number, hash: Uint8Array): boolean {
    for (let i = 0; i < 32; i++) if (this.hashes[index * 32 + i] !== hash[i]) return false;
    return true;
  }
}

/** Past the hash, the header's length and the parent: the number. */
function numberIn(payload: Uint8Array): number {
  const reader = new Reader(payload, 32);
  reader.compact();
  reader.take(32);
  return reader.compact();
}
