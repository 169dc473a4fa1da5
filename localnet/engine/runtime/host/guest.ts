import { engineError } from '../../errors.js';
import type { RuntimeStorage } from '../../state/overlay.js';
import type { Allocator } from './allocator.js';

/** What host functions get to work with: the guest's memory, and the state of the call that is running. */
export interface Guest {
  /** The bytes of a (pointer, length) pair; a view that the next allocation may detach. */
  read(span: bigint): Uint8Array;
  /** A view of `length` bytes at a pointer. */
  at(pointer: number, length: number): Uint8Array;
  /** Allocates, copies, and returns the (pointer, length) pair. */
  write(bytes: Uint8Array): bigint;
  /** Allocates, copies, and returns the pointer: for results of a fixed size. */
  place(bytes: Uint8Array): number;
  readonly allocator: Allocator;
  readonly storage: RuntimeStorage;
  log(level: number, target: string, message: string): void;
  /** Answers `Core_version` of another runtime's wasm, or null. */
  versionOf(wasm: Uint8Array): Uint8Array | null;
}

/** A family of host functions, by import name. */
export type HostFunctions = Record<string, (...values: never[]) => unknown>;

/** The memory half of a `Guest`. */
export class GuestMemory {
  private bytes: Uint8Array;

  constructor(
    private readonly memory: WebAssembly.Memory,
    readonly allocator: Allocator,
  ) {
    this.bytes = new Uint8Array(memory.buffer);
  }

  all(): Uint8Array {
    // Growing detaches the old buffer; its length is asked for much faster than the memory for its buffer.
    if (this.bytes.length === 0) this.bytes = new Uint8Array(this.memory.buffer);
    return this.bytes;
  }

  read(span: bigint): Uint8Array {
    return this.at(Number(BigInt.asUintN(32, span)), Number(BigInt.asUintN(32, span >> 32n)));
  }

  at(pointer: number, length: number): Uint8Array {
    const from = pointer >>> 0;
    const bytes = this.all();
    // subarray would cut silently.
    if (from + length > bytes.length) {
      throw engineError('host_error', `the runtime named ${length} bytes at ${from}, outside of its memory`);
    }
    return bytes.subarray(from, from + length);
  }

  write(bytes: Uint8Array): bigint {
    const pointer = this.place(bytes);
    return BigInt.asIntN(64, BigInt(pointer) | (BigInt(bytes.length) << 32n));
  }

  place(bytes: Uint8Array): number {
    const pointer = this.allocator.allocate(bytes.length);
    this.all().set(bytes, pointer);
    return pointer;
  }
}
