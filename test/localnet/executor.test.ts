import { describe, expect, it } from 'vitest';
import { Executor, NOTHING } from '../../localnet/engine/runtime/executor.js';
import { SignatureCache } from '../../localnet/engine/runtime/host/signatures.js';
import { Runtimes } from '../../localnet/engine/runtime/runtime.js';
import { Overlay } from '../../localnet/engine/state/overlay.js';
import { runtimeCode } from './fixture.js';

const I32 = 0x7f;
const I64 = 0x7e;
const DATA_AT = 1024;
const HEAP = 2048;

const name = (text: string) => [text.length, ...Buffer.from(text)];
const section = (id: number, ...items: number[][]) => {
  const body = [items.length, ...items.flat()];
  return [id, ...leb(body.length), ...body];
};
function leb(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  do {
    const more = rest >>> 7 !== 0;
    bytes.push((rest & 127) | (more ? 128 : 0));
    rest >>>= 7;
  } while (rest !== 0);
  return bytes;
}
/** i32.const and i64.const take signed LEB128. */
const signed = (value: number): number[] => (value < 64 ? [value] : [(value & 127) | 128, ...signed(value >> 7)]);
const i32 = (value: number) => [0x41, ...signed(value)];
const i64 = (value: number) => [0x42, ...signed(value)];

/**
 * A module by hand: imports memory and the named functions of type (i64 i64) -> nothing, exports functions with the given
 * bodies of type (i32 i32) -> i64, has one byte 7 at DATA_AT and a heap from HEAP on.
 */
function moduleOf(options: {
  imports?: string[];
  bodies: Record<string, number[]>;
  /** Flags, pages and maximum. */
  memory?: number[];
  dataAt?: number;
}): Uint8Array {
  const { imports = [], memory = [0, 1], dataAt = DATA_AT } = options;
  const bodies = Object.entries(options.bodies);
  return Uint8Array.from([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, [0x60, 2, I64, I64, 0], [0x60, 2, I32, I32, 1, I64]),
    ...section(
      2,
      [...name('env'), ...name('memory'), 2, ...memory],
      ...imports.map(entry => [...name('env'), ...name(entry), 0, 0]),
    ),
    ...section(3, ...bodies.map(() => [1])),
    ...section(6, [I32, 0, ...i32(HEAP), 0x0b]),
    ...section(7, [...name('__heap_base'), 3, 0], ...bodies.map(([key], i) => [...name(key), 0, imports.length + i])),
    ...section(10, ...bodies.map(([, code]) => [...leb(code.length + 2), 0, ...code, 0x0b])),
    ...section(11, [0, ...i32(dataAt), 0x0b, 1, 7]),
  ]);
}

const options = () => ({ signatures: new SignatureCache() });
const empty = new Uint8Array();
/** Returns the one byte at `at`: pointer, and length 1 in the upper half. */
const result = (at: number) => [...i64(at), ...i64(1), ...i64(32), 0x86, 0x84];
/** Adds one to the byte at `at`. */
const increment = (at: number) => [...i32(at), ...i32(at), 0x2d, 0, 0, ...i32(1), 0x6a, 0x3a, 0, 0];

describe('the executor', () => {
  it('gives every call a clean instance', () => {
    const executor = new Executor(
      moduleOf({
        bodies: {
          data: [...increment(DATA_AT), ...result(DATA_AT)],
          heap: [...increment(HEAP + 8), ...result(HEAP + 8)],
        },
      }),
      options(),
    );
    for (let i = 0; i < 3; i++) {
      expect([...executor.call(new Overlay(NOTHING), 'data', Uint8Array.of(5))]).toEqual([8]);
      // The argument lies at the beginning of the heap.
      expect([...executor.call(new Overlay(NOTHING), 'heap', Uint8Array.of(5))]).toEqual([6]);
      expect([...executor.call(new Overlay(NOTHING), 'data', empty, true)]).toEqual([8]);
    }
  });

  it('names missing host functions once, starts all the same, and traps when one is called', () => {
    // Two numbers of 64 bits for the missing function, and nothing back.
    const call = [...i64(1), ...i64(2), 0x10, 0];
    const wasm = moduleOf({
      imports: ['ext_future_thing_version_9', 'ext_other_version_1'],
      bodies: { bad: [...call, ...result(DATA_AT)], fine: result(DATA_AT) },
    });
    const lines: string[] = [];
    const runtimes = new Runtimes({ ...options(), onLog: (level, _, text) => lines.push(`${level} ${text}`) });
    for (let i = 0; i < 8; i++) {
      // Other code with the same imports each time; earlier ones are dropped again.
      const custom = Uint8Array.of(0, 3, 1, 0x61, i);
      const { executor } = runtimes.of({ get: () => Uint8Array.from([...wasm, ...custom]) });
      expect(executor.missing).toEqual(['ext_future_thing_version_9', 'ext_other_version_1']);
      expect([...executor.call(new Overlay(NOTHING), 'fine', empty)]).toEqual([7]);
      expect(() => executor.call(new Overlay(NOTHING), 'bad', empty)).toThrow(
        expect.objectContaining({
          code: 'runtime_trap',
          message: 'bad: the runtime called ext_future_thing_version_9, a host function that this engine lacks',
        }),
      );
    }
    expect(lines).toEqual([
      '1 it imports host functions that this engine lacks, and calling one fails: ext_future_thing_version_9, ext_other_version_1',
    ]);
  });

  it('gives a module the memory that it asks for, within its own maximum', () => {
    // Stores the size of the memory in pages.
    const size = [...i32(DATA_AT), 0x3f, 0, 0x3a, 0, 0];
    const pages = (memory: number[]) => {
      const wasm = moduleOf({ memory, bodies: { size: [...size, ...result(DATA_AT)] } });
      return new Executor(wasm, options()).call(new Overlay(NOTHING), 'size', empty)[0];
    };
    expect(pages([0, 1])).toBe(17);
    expect(pages([1, 1, 3])).toBe(3);
    expect(() => pages([0, 0xff, 0xff, 3])).toThrow('the runtime asks for 65535 pages of memory');
  });

  it('says when a module cannot be instantiated', () => {
    // Data far outside of the memory.
    const wasm = moduleOf({ dataAt: 2 ** 28, bodies: { fine: result(DATA_AT) } });
    expect(() => new Executor(wasm, options())).toThrow(
      expect.objectContaining({ code: 'bad_runtime', message: expect.stringContaining('cannot be instantiated') }),
    );
  });

  it('refuses what is no wasm', () => {
    expect(() => new Executor(Uint8Array.of(1, 2, 3), options())).toThrow('not a usable wasm module');
    expect(() => new Executor(runtimeCode.subarray(0, 5000), options())).toThrow('not a usable wasm module');
  });

  it('undoes open transactions after a trap, and goes on', () => {
    const imports = ['ext_storage_set_version_1'];
    const set = [...i64(0), ...i64(0), 0x10, 0];
    const executor = new Executor(
      moduleOf({ imports, bodies: { trap: [...set, 0x00], fine: [...set, ...result(DATA_AT)] } }),
      options(),
    );
    const state = new Overlay(NOTHING);
    state.start();
    const before = state.depth;
    expect(() => executor.call(state, 'trap', empty)).toThrow(/^trap: unreachable/);
    expect(state.depth).toBe(before);
    expect([...executor.call(state, 'fine', empty)]).toEqual([7]);
    expect(state.has('')).toBe(true);
  });

  it('calls endless recursion the fault of the engine, not of the runtime', () => {
    // Calls itself with its own arguments; function 0, as there are no imports.
    const executor = new Executor(moduleOf({ bodies: { deep: [0x20, 0, 0x20, 1, 0x10, 0] } }), options());
    expect(() => executor.call(new Overlay(NOTHING), 'deep', empty)).toThrow(
      expect.objectContaining({ code: 'host_error', message: expect.stringContaining('call stack') }),
    );
  });

  it('refuses memory outside of the instance', () => {
    const imports = ['ext_storage_set_version_1'];
    // Length 1 at 2^31 - 1.
    const far = [...i64(2 ** 30), ...i64(1), ...i64(32), 0x86, 0x84, ...i64(0), 0x10, 0, ...result(DATA_AT)];
    const executor = new Executor(moduleOf({ imports, bodies: { far } }), options());
    expect(() => executor.call(new Overlay(NOTHING), 'far', empty)).toThrow('outside of its memory');
  });

  it('turns a panic of the real runtime into its own words', () => {
    const lines: string[] = [];
    const executor = new Executor(runtimeCode, { ...options(), onLog: (_, __, text) => lines.push(text) });
    expect(() => executor.call(new Overlay(NOTHING), 'BlockBuilder_apply_extrinsic', Uint8Array.of(0))).toThrow(
      /BlockBuilder_apply_extrinsic: Bad input data provided to apply_extrinsic/,
    );
    expect(lines.join()).toContain('panicked at');
    expect(() => executor.call(new Overlay(NOTHING), 'Nothing_here', empty)).toThrow(
      'the runtime has no function Nothing_here',
    );
  });
});
