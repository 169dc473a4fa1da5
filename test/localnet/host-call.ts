import { toKey } from '../../localnet/engine/codec.js';
import { NOTHING } from '../../localnet/engine/runtime/executor.js';
import { Allocator } from '../../localnet/engine/runtime/host/allocator.js';
import { cryptoFunctions } from '../../localnet/engine/runtime/host/crypto.js';
import { type Guest, GuestMemory, type HostFunctions } from '../../localnet/engine/runtime/host/guest.js';
import { hashingFunctions } from '../../localnet/engine/runtime/host/hashing.js';
import { Keystore } from '../../localnet/engine/runtime/host/keystore.js';
import { miscFunctions } from '../../localnet/engine/runtime/host/misc.js';
import { offchainFunctions } from '../../localnet/engine/runtime/host/offchain.js';
import { SignatureCache } from '../../localnet/engine/runtime/host/signatures.js';
import { storageFunctions } from '../../localnet/engine/runtime/host/storage.js';
import { trieFunctions } from '../../localnet/engine/runtime/host/trie.js';
import { Overlay, type RuntimeStorage } from '../../localnet/engine/state/overlay.js';

/** Calls host functions as a runtime does: bytes are put into a memory, and results are read from it. */
export class HostCaller {
  storage: RuntimeStorage = new Overlay(NOTHING);
  readonly lines: string[] = [];
  readonly functions: HostFunctions;
  private readonly guest: GuestMemory;

  constructor() {
    const memory = new WebAssembly.Memory({ initial: 4, maximum: 2000 });
    this.guest = new GuestMemory(memory, new Allocator(memory, 1024, 2000));
    const caller = this;
    const guest: Guest = {
      read: span => this.guest.read(span),
      at: (pointer, length) => this.guest.at(pointer, length),
      write: bytes => this.guest.write(bytes),
      place: bytes => this.guest.place(bytes),
      allocator: this.guest.allocator,
      get storage() {
        return caller.storage;
      },
      log: (level, target, message) => void this.lines.push(`${level} ${target}: ${message}`),
      versionOf: wasm => (wasm.length > 3 ? wasm.slice(0, 3) : null),
    };
    this.functions = {
      ...storageFunctions(guest),
      ...trieFunctions(guest),
      ...hashingFunctions(guest),
      ...cryptoFunctions(guest, new SignatureCache(), new Keystore()),
      ...miscFunctions(guest),
      ...offchainFunctions(),
    };
  }

  /** Numbers are given as they are; bytes as a span, or with `at` as a pointer. */
  call(name: string, ...values: (number | bigint | Uint8Array | { at: Uint8Array })[]): unknown {
    const handed = values.map(value => {
      if (value instanceof Uint8Array) return this.guest.write(value);
      return typeof value === 'object' ? this.guest.place(value.at) : value;
    });
    const found = this.functions[name] as ((...values: unknown[]) => unknown) | undefined;
    if (!found) throw new Error(`no host function ${name}`);
    return found(...handed);
  }

  /** The bytes of a span that a host function answered with. */
  bytes(name: string, ...values: (number | bigint | Uint8Array | { at: Uint8Array })[]): Uint8Array {
    return this.guest.read(this.call(name, ...values) as bigint).slice();
  }

  /** The bytes at a pointer that a host function answered with. */
  fixed(length: number, name: string, ...values: (number | bigint | Uint8Array | { at: Uint8Array })[]): Uint8Array {
    return this.guest.at(this.call(name, ...values) as number, length).slice();
  }

  /** A buffer in the memory, and what is in it later. */
  buffer(length: number): { span: bigint; read(): string } {
    const span = this.guest.write(new Uint8Array(length));
    return { span, read: () => toKey(this.guest.read(span)) };
  }
}
