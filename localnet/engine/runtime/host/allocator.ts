import { engineError } from '../../errors.js';

const PAGE = 65536;
const SMALLEST_ORDER = 3;
const LARGEST_ORDER = 25;
const HEADER = 8;
/** The upper word of the header of a block that is in use; a free one has 0. As in Substrate, whose header is one u64. */
const OCCUPIED = 1;

/**
 * Substrate's freeing-bump allocator: powers of two from 8 bytes to 32 MiB, a free list for each, an 8-byte header before
 * each block (size class, state). The free lists live here and not in the guest's memory, so that a guest cannot forge them.
 * Source: polkadot-sdk, sc-allocator/src/freeing_bump.rs.
 */
export class Allocator {
  private readonly free: number[][] = Array.from({ length: LARGEST_ORDER + 1 }, () => []);
  private bump: number;
  private readonly heapBase: number;
  private words: Uint32Array;

  constructor(
    private readonly memory: WebAssembly.Memory,
    heapBase: number,
    private readonly maximumPages: number,
  ) {
    this.heapBase = (heapBase + 7) & ~7;
    this.bump = this.heapBase;
    this.words = new Uint32Array(memory.buffer);
  }

  /** The used part of the heap, which a reset has to clear. */
  get used(): { from: number; to: number } {
    return { from: this.heapBase, to: this.bump };
  }

  reset(): void {
    this.bump = this.heapBase;
    for (const list of this.free) list.length = 0;
  }

  allocate(size: number): number {
    const order = size <= 8 ? SMALLEST_ORDER : 32 - Math.clz32(size - 1);
    if (order > LARGEST_ORDER) throw engineError('host_error', `the runtime asked for ${size} bytes at once`);
    const pointer = this.free[order]!.pop() ?? this.take(1 << order);
    this.header(pointer, order, OCCUPIED);
    return pointer;
  }

  release(pointer: number): void {
    if (pointer < this.heapBase + HEADER || pointer > this.bump) {
      throw engineError('host_error', `the runtime freed ${pointer}, which was never allocated`);
    }
    const at = this.headerAt(pointer);
    const order = this.words[at]!;
    if (pointer % 8 !== 0 || order > LARGEST_ORDER || this.words[at + 1] !== OCCUPIED) {
      throw engineError('host_error', `the runtime freed ${pointer}, which is not in use`);
    }
    this.header(pointer, order, 0);
    this.free[order]!.push(pointer);
  }

  private take(size: number): number {
    const pointer = this.bump + HEADER;
    const end = pointer + size;
    const have = this.memory.buffer.byteLength;
    if (end > have) {
      // Doubling keeps the number of (slow) growths small.
      const wanted = Math.max(Math.ceil((end - have) / PAGE), have / PAGE);
      const room = this.maximumPages - have / PAGE;
      const pages = Math.min(wanted, room);
      if (have + pages * PAGE < end) throw engineError('host_error', 'the runtime is out of memory');
      this.memory.grow(pages);
    }
    this.bump = end;
    return pointer;
  }

  private header(pointer: number, order: number, state: number): void {
    const at = this.headerAt(pointer);
    this.words[at] = order;
    this.words[at + 1] = state;
  }

  private headerAt(pointer: number): number {
    // Growing detaches the old buffer.
    if (this.words.length === 0) this.words = new Uint32Array(this.memory.buffer);
    return (pointer - HEADER) >>> 2;
  }
}
