import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/**
 * zstd, by the WebAssembly of @bokuweb/zstd-wasm. Its own loader is asynchronous and keeps what memory it ever took; here
 * an instance that grew large is dropped after its use.
 */

/** The exports of zstd.wasm 0.0.27, whose names are minified (see its dist/common/zstd.js). */
interface Exports {
  readonly f: WebAssembly.Memory;
  /** The constructors of its runtime. */
  g(): void;
  readonly h: (code: number) => number;
  readonly i: (bytes: number) => number;
  readonly m: (to: number, capacity: number, from: number, bytes: number, level: number) => number;
  readonly r: (to: number, capacity: number, from: number, bytes: number) => number;
  readonly s: (bytes: number) => number;
  readonly t: (at: number) => void;
}

const LEVEL = 1;
/** Memory that an unused instance may hold. */
const KEPT_BYTES = 16 * 2 ** 20;
const PAGE = 65_536;
const MAGIC = 0xfd2f_b528;
const LARGEST_BLOCK = 128 * 1024;

let compiled: WebAssembly.Module | undefined;
let instance: Exports | undefined;

/** One zstd frame that states its size. */
export function compress(bytes: Uint8Array): Uint8Array {
  return run(zstd => {
    const capacity = zstd.i(bytes.length);
    return transform(zstd, bytes, capacity, (to, from) => zstd.m(to, capacity, from, bytes.length, LEVEL));
  });
}

/** The content of a frame, of which `frameSize` is known to be `size`. Error `RangeError`: the frame is damaged. */
export function decompress(frame: Uint8Array, size: number): Uint8Array {
  const content = run(zstd => transform(zstd, frame, size, (to, from) => zstd.r(to, size, from, frame.length)));
  if (content.length !== size) throw new RangeError(`a zstd frame of ${content.length} bytes says that it has ${size}`);
  return content;
}

/**
 * How many bytes the one zstd frame in `bytes` says that it stands for (RFC 8878, section 3.1.1). Undefined when that is
 * not stated, when these are not exactly one frame, or when its blocks could not hold so much.
 */
export function frameSize(bytes: Uint8Array): number | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (bytes.length < 6 || view.getUint32(0, true) !== MAGIC) return undefined;
  const descriptor = bytes[4]!;
  const isSingle = (descriptor & 0x20) !== 0;
  const hasChecksum = (descriptor & 0x04) !== 0;
  // A dictionary, or the bit that must be zero.
  if ((descriptor & 0x0b) !== 0) return undefined;
  const sizeFlag = descriptor >> 6;
  const sizeBytes = sizeFlag === 0 ? (isSingle ? 1 : 0) : 1 << sizeFlag;
  let at = 5 + (isSingle ? 0 : 1);
  if (sizeBytes === 0 || at + sizeBytes > bytes.length) return undefined;
  const size = readSize(view, at, sizeBytes);
  at += sizeBytes;
  let blocks = 0;
  for (let isLast = false; !isLast; blocks++) {
    if (at + 3 > bytes.length) return undefined;
    const header = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16);
    isLast = (header & 1) === 1;
    const type = (header >> 1) & 3;
    if (type === 3) return undefined;
    // A block of type 1 is one byte, repeated.
    at += 3 + (type === 1 ? 1 : header >> 3);
  }
  const end = at + (hasChecksum ? 4 : 0);
  return end === bytes.length && size <= blocks * LARGEST_BLOCK ? size : undefined;
}

function readSize(view: DataView, at: number, bytes: number): number {
  if (bytes === 1) return view.getUint8(at);
  if (bytes === 2) return view.getUint16(at, true) + 256;
  if (bytes === 4) return view.getUint32(at, true);
  return Number(view.getBigUint64(at, true));
}

/** Undefined: what it was given is no frame. */
function transform(
  zstd: Exports,
  input: Uint8Array,
  capacity: number,
  work: (to: number, from: number) => number,
): Uint8Array | undefined {
  const from = zstd.s(input.length);
  const to = zstd.s(capacity);
  if (from === 0 || to === 0) throw new RangeError(`no memory for ${input.length + capacity} bytes of zstd`);
  new Uint8Array(zstd.f.buffer).set(input, from);
  const length = work(to, from);
  const output = zstd.h(length) === 0 ? new Uint8Array(zstd.f.buffer, to, length).slice() : undefined;
  zstd.t(from);
  zstd.t(to);
  return output;
}

/** An instance that trapped is not used again: what it left allocated goes with it. */
function run(work: (zstd: Exports) => Uint8Array | undefined): Uint8Array {
  const zstd = instance ?? instantiate();
  instance = undefined;
  let output: Uint8Array | undefined;
  try {
    output = work(zstd);
  } catch (error) {
    throw error instanceof WebAssembly.RuntimeError ? new RangeError(`zstd: ${error.message}`) : error;
  }
  if (zstd.f.buffer.byteLength <= KEPT_BYTES) instance = zstd;
  if (!output) throw new RangeError('a zstd frame is damaged');
  return output;
}

function instantiate(): Exports {
  compiled ??= new WebAssembly.Module(readFileSync(wasmPath()));
  const stop = () => {
    throw new RangeError('zstd gave up');
  };
  const resize = (bytes: number) => {
    const { f: memory } = exports;
    try {
      memory.grow(Math.ceil(((bytes >>> 0) - memory.buffer.byteLength) / PAGE));
      return 1;
    } catch {
      return 0;
    }
  };
  const none = () => 0;
  const imports = { a: { a: stop, b: none, c: stop, d: none, e: resize } };
  const exports = new WebAssembly.Instance(compiled, imports).exports as unknown as Exports;
  exports.g();
  return exports;
}

function wasmPath(): string {
  const entrance = createRequire(import.meta.url).resolve('@bokuweb/zstd-wasm');
  return join(dirname(entrance), 'zstd.wasm');
}
