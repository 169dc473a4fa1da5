import { isBittensorError, messageOf } from '../../../src/base/errors.js';
import { hex } from '../codec.js';
import { engineError } from '../errors.js';
import { Overlay, type RuntimeStorage, type StateReader } from '../state/overlay.js';
import { Trie } from '../state/trie.js';
import { Allocator } from './host/allocator.js';
import { cryptoFunctions } from './host/crypto.js';
import { blake2b256, resetCrypto } from './host/crypto-library.js';
import { type Guest, GuestMemory, type HostFunctions } from './host/guest.js';
import { hashingFunctions } from './host/hashing.js';
import { Keystore } from './host/keystore.js';
import { miscFunctions } from './host/misc.js';
import { offchainFunctions } from './host/offchain.js';
import type { SignatureCache } from './host/signatures.js';
import { storageFunctions } from './host/storage.js';
import { trieFunctions } from './host/trie.js';
import { TimeLimitError, withinTime } from './time-limit.js';
import { unpack } from './unpack.js';
import { importedMemory, importsOf, type MemoryLimits } from './wasm-imports.js';

/** Substrate gives a runtime 2048 pages (128 MiB) of heap; twice that, since epochs of large subnets may need it. */
const MAXIMUM_PAGES = 4096;
/** Room for the heap of most calls (1 MiB) beyond the module's own memory. */
const HEAP_PAGES = 16;
/** Instances that grew above this are not kept. */
const KEEP_BELOW_BYTES = 64 * 2 ** 20;
const INSTANCES_KEPT = 2;
/** Beyond that a call counts as endless. Blocks and what clients ask for take milliseconds. */
const CALL_LIMIT_MS = 30_000;
/** A panic may quote megabytes. */
const MESSAGE_AT_MOST = 2000;
/** `RuntimeInterfaceLogLevel::Error`; 1 is warn, 2 info, 3 debug, 4 trace. */
const ERROR_LEVEL = 0;

export type RuntimeLog = (level: number, target: string, message: string) => void;

export interface ExecutorOptions {
  signatures: SignatureCache;
  /** Keys that runtime calls make; by default each runtime has its own. */
  keystore?: Keystore;
  /** How long a call may take, milliseconds; default 30,000. */
  callLimitMs?: number;
  onLog?: RuntimeLog;
  /** Host functions beside the usual ones: what measures a runtime has some. */
  more?: (guest: Guest) => HostFunctions;
}

/** Storage whose open transactions can be counted and undone: an `Overlay`. */
export interface CallState extends RuntimeStorage {
  readonly depth: number;
  unwind(depth: number): void;
}

/**
 * One runtime: a compiled module and a few instances that are used again. After a call that returned, an instance is reset
 * (image below the heap restored, used heap zeroed, allocator emptied), so that calls cannot see each other. After a trap it
 * is thrown away.
 */
export class Executor {
  /** Host functions that the runtime imports and this engine lacks; a call of one is a `runtime_trap`. */
  readonly missing: readonly string[];
  private readonly module: WebAssembly.Module;
  private readonly memory: MemoryLimits | undefined;
  private readonly exported: ReadonlySet<string>;
  private readonly idle: Instance[] = [];
  private readonly options: InstanceOptions;
  private image: Uint8Array | undefined;
  private running = '';

  constructor(code: Uint8Array, options: ExecutorOptions) {
    this.options = { ...options, keystore: options.keystore ?? new Keystore() };
    const wasm = unpack(code);
    try {
      this.module = new WebAssembly.Module(Uint8Array.from(wasm));
    } catch (error) {
      throw engineError('bad_runtime', `the runtime is not a usable wasm module: ${messageOf(error)}`, {
        cause: error,
      });
    }
    this.memory = importedMemory(wasm);
    const exported = WebAssembly.Module.exports(this.module).filter(({ kind }) => kind === 'function');
    this.exported = new Set(exported.map(({ name }) => name));
    const first = this.limited('the start of the module', () => this.instantiate());
    this.missing = first.missing;
    this.idle.push(first);
  }

  has(method: string): boolean {
    return this.exported.has(method);
  }

  /**
   * Calls a runtime function. A trap undoes the call's open transactions and becomes `runtime_trap` with the panic's text;
   * what the engine could not do becomes `host_error`. `fresh` uses an instance that has run nothing before. A call that
   * takes longer than the limit is a `runtime_trap` as well (`isTimeout`), and what it did to the state has to be thrown away.
   */
  call(state: CallState, method: string, argument: Uint8Array, fresh = false): Uint8Array {
    if (!this.exported.has(method)) throw engineError('runtime_trap', `the runtime has no function ${method}`);
    return this.limited(method, () => this.run(state, method, argument, fresh));
  }

  /** Makes several calls under one limit, which is cheaper; within it each call is unlimited. */
  limited<T>(name: string, work: () => T): T {
    this.running = name;
    try {
      return withinTime(this.callLimitMs, work);
    } catch (error) {
      if (!(error instanceof TimeLimitError)) throw error;
      // It may have been stopped in the middle of that.
      resetCrypto();
      const message = `${this.running}: ${error.message}`;
      this.options.onLog?.(ERROR_LEVEL, 'calls', message);
      throw engineError('runtime_trap', message, { cause: error, data: { method: this.running, timedOut: true } });
    }
  }

  get callLimitMs(): number {
    return this.options.callLimitMs ?? CALL_LIMIT_MS;
  }

  private run(state: CallState, method: string, argument: Uint8Array, fresh: boolean): Uint8Array {
    this.running = method;
    const instance = (fresh ? undefined : this.idle.pop()) ?? this.instantiate();
    const depth = state.depth;
    try {
      const result = instance.call(state, method, argument);
      state.unwind(depth);
      if (!fresh) this.keep(instance);
      return result;
    } catch (error) {
      state.unwind(depth);
      throw callError(method, error, instance.panics);
    }
  }

  private instantiate(): Instance {
    const instance = new Instance({ module: this.module, memory: this.memory, image: this.image }, this.options);
    this.image = instance.image;
    return instance;
  }

  /** Keeps an instance for later calls. Fresh ones are not worth it: resetting memory that is new costs page faults. */
  private keep(instance: Instance): void {
    if (instance.bytes > KEEP_BELOW_BYTES || this.idle.length >= INSTANCES_KEPT) return;
    instance.reset();
    this.idle.push(instance);
  }
}

/** The error of a call that was stopped because it took too long. */
export function isTimeout(error: unknown): boolean {
  return isBittensorError(error) && error.data?.['timedOut'] === true;
}

type InstanceOptions = ExecutorOptions & { keystore: Keystore };

function callError(method: string, error: unknown, panics: readonly string[]): Error {
  // A damaged folder, found when its state was first read as a whole; what only the source of a fork has.
  if (isBittensorError(error) && (error.code === 'bad_data' || error.code === 'not_here')) return error;
  const isTrap = isBittensorError(error) && error.code === 'runtime_trap';
  if (error instanceof WebAssembly.RuntimeError || isTrap) {
    // `panicked at FILE:LINE:COLUMN:` and the message on the next line.
    const text = (isTrap ? messageOf(error) : (panics.at(-1) ?? messageOf(error))).replace(/^panicked at [^\n]*\n/, '');
    return engineError('runtime_trap', `${method}: ${text}`, { cause: error, data: { method } });
  }
  // A RangeError is the engine's stack or memory, and says nothing about the transaction.
  return engineError('host_error', `${method}: ${messageOf(error)}`, { cause: error, data: { method } });
}

/** One instance with its memory. */
class Instance implements Guest {
  readonly allocator: Allocator;
  readonly panics: string[] = [];
  private readonly guest: GuestMemory;
  private readonly memory: WebAssembly.Memory;
  private readonly exports: Record<string, unknown>;
  /** The memory below the heap as it was at first; the same in all instances of a module. */
  readonly image: Uint8Array;
  readonly missing: readonly string[];
  private current: CallState | undefined;

  constructor(
    parts: { module: WebAssembly.Module; memory: MemoryLimits | undefined; image: Uint8Array | undefined },
    private readonly options: InstanceOptions,
  ) {
    const { module } = parts;
    const imported = parts.memory && makeMemory(parts.memory);
    const env: HostFunctions = {
      ...storageFunctions(this),
      ...trieFunctions(this),
      ...hashingFunctions(this),
      ...cryptoFunctions(this, options.signatures, options.keystore),
      ...miscFunctions(this),
      ...offchainFunctions(),
      ...options.more?.(this),
    };
    const { imports, missing } = importsOf(module, env, imported);
    this.missing = missing;
    this.exports = instantiate(module, imports);
    const memory = imported ?? this.exports['memory'];
    const heapBase = this.exports['__heap_base'];
    const base = heapBase instanceof WebAssembly.Global ? heapBase.value : undefined;
    if (!(memory instanceof WebAssembly.Memory) || typeof base !== 'number') {
      throw engineError('bad_runtime', 'the runtime has no memory or does not export __heap_base');
    }
    this.memory = memory;
    this.image = parts.image ?? new Uint8Array(memory.buffer).slice(0, base);
    this.allocator = new Allocator(memory, base, MAXIMUM_PAGES);
    this.guest = new GuestMemory(memory, this.allocator);
  }

  get bytes(): number {
    return this.memory.buffer.byteLength;
  }

  get storage(): RuntimeStorage {
    if (!this.current) throw engineError('host_error', 'storage was used outside of a call');
    return this.current;
  }

  call(state: CallState, method: string, argument: Uint8Array): Uint8Array {
    this.current = state;
    const pointer = argument.length === 0 ? 0 : this.guest.place(argument);
    const entry = this.exports[method] as (pointer: number, length: number) => bigint;
    const result = this.guest.read(entry(pointer, argument.length)).slice();
    this.current = undefined;
    return result;
  }

  reset(): void {
    const { from, to } = this.allocator.used;
    const bytes = this.guest.all();
    bytes.set(this.image);
    bytes.fill(0, from, to);
    this.allocator.reset();
    this.panics.length = 0;
  }

  read(span: bigint): Uint8Array {
    return this.guest.read(span);
  }

  at(pointer: number, length: number): Uint8Array {
    return this.guest.at(pointer, length);
  }

  write(bytes: Uint8Array): bigint {
    return this.guest.write(bytes);
  }

  place(bytes: Uint8Array): number {
    return this.guest.place(bytes);
  }

  log(level: number, target: string, message: string): void {
    if (level === ERROR_LEVEL && this.panics.length < 16) this.panics.push(message.slice(0, MESSAGE_AT_MOST));
    this.options.onLog?.(level, target, message);
  }

  versionOf(wasm: Uint8Array): Uint8Array | null {
    try {
      return new Executor(wasm, this.options).call(new Overlay(NOTHING), 'Core_version', new Uint8Array());
    } catch (error) {
      this.options.onLog?.(
        ERROR_LEVEL,
        'engine',
        `no version of runtime ${hex(blake2b256(wasm))}: ${messageOf(error)}`,
      );
      return null;
    }
  }
}

/** A start function runs here, and may fail in any way. */
function instantiate(module: WebAssembly.Module, imports: Record<string, Record<string, unknown>>) {
  try {
    return new WebAssembly.Instance(module, imports).exports;
  } catch (error) {
    throw engineError('bad_runtime', `the runtime cannot be instantiated: ${messageOf(error)}`, { cause: error });
  }
}

function makeMemory({ pages, maximum = MAXIMUM_PAGES }: MemoryLimits): WebAssembly.Memory {
  const most = Math.min(maximum, MAXIMUM_PAGES);
  if (pages > most) throw engineError('bad_runtime', `the runtime asks for ${pages} pages of memory, at most ${most}`);
  // An import with a maximum takes no memory with a larger one.
  return new WebAssembly.Memory({ initial: Math.min(pages + HEAP_PAGES, most), maximum: most });
}

/** An empty state, for calls that need none. */
export const NOTHING: StateReader = {
  get: () => null,
  has: () => false,
  next: () => null,
  trie: () => Trie.empty,
  child: () => Trie.empty,
};
