import { DataType, Modality } from '../gen/bittensor.js';

/** A tensor as it travels. `net` never computes with it; `model` turns it into its own kind. */
export interface WireTensor {
  readonly dtype: WireDtype;
  readonly shape: readonly number[];
  /**
   * Row-major, little endian. From the wire: a view of the received message, at any alignment; copy it before it is
   * posted to another thread, or the whole message goes along.
   */
  readonly buffer: Uint8Array;
  readonly modality: WireModality;
  readonly requiresGrad: boolean;
}

export type WireDtype =
  | 'float32'
  | 'float64'
  | 'int32'
  | 'int64'
  | 'utf8'
  | 'bfloat16'
  | 'float16'
  | 'int8'
  | 'uint8'
  | 'bool';
export type WireModality = 'text' | 'image' | 'tensor';

/** How a link carries tensors: the encoding is that of float32, the compression that of every buffer worth it. */
export interface LinkFormat {
  readonly encoding: 'plain' | 'bf16' | 'int8';
  readonly compression: 'none' | 'zstd';
}

export const plainLink: LinkFormat = { encoding: 'plain', compression: 'none' };

export interface TensorLimits {
  /** Tensors in one message. */
  readonly tensors: number;
  readonly rank: number;
  /** Largest size of one dimension. */
  readonly dimension: number;
  /** Elements (or strings) of one tensor. */
  readonly elements: number;
  /** Decoded bytes of all tensors of a message together. */
  readonly bytes: number;
  /** Decoded bytes of those that come compressed: a few bytes may stand for so many. */
  readonly compressedBytes: number;
}

export const defaultTensorLimits: TensorLimits = {
  tensors: 64,
  rank: 8,
  dimension: 2 ** 26,
  elements: 2 ** 26,
  bytes: 256 * 2 ** 20,
  compressedBytes: 16 * 2 ** 20,
};

export const dtypeNumbers: Record<WireDtype, DataType> = {
  float32: DataType.FLOAT32,
  float64: DataType.FLOAT64,
  int32: DataType.INT32,
  int64: DataType.INT64,
  utf8: DataType.UTF8,
  bfloat16: DataType.BFLOAT16,
  float16: DataType.FLOAT16,
  int8: DataType.INT8,
  uint8: DataType.UINT8,
  bool: DataType.BOOL,
};
export const dtypeNames = new Map<number, WireDtype>(entriesOf(dtypeNumbers).map(([name, number]) => [number, name]));

export const modalityNumbers: Record<WireModality, Modality> = {
  tensor: Modality.TENSOR,
  image: Modality.IMAGE,
  text: Modality.TEXT,
};
export const modalityNames = new Map<number, WireModality>(
  entriesOf(modalityNumbers).map(([name, number]) => [number, name]),
);

export const elementBytes: Record<Exclude<WireDtype, 'utf8'>, number> = {
  float32: 4,
  float64: 8,
  int32: 4,
  int64: 8,
  bfloat16: 2,
  float16: 2,
  int8: 1,
  uint8: 1,
  bool: 1,
};

/** What is wrong with a tensor: its rank, its dimensions, or a buffer that does not hold what the shape says. */
export function problemOf(tensor: WireTensor, limits = defaultTensorLimits): string | undefined {
  const { dtype, shape, buffer } = tensor;
  if (!Object.hasOwn(dtypeNumbers, dtype)) return `unknown dtype ${String(dtype)}`;
  if (!Object.hasOwn(modalityNumbers, tensor.modality)) return `unknown modality ${String(tensor.modality)}`;
  const elements = elementsOf(shape, limits);
  if (typeof elements === 'string') return elements;
  if (dtype === 'utf8') return problemOfText(shape, buffer);
  const problem = sizeProblem(dtype, shape, elements, buffer.length);
  if (problem) return problem;
  if (dtype === 'bool' && buffer.some(byte => byte > 1)) return 'a bool is 0 or 1';
  return undefined;
}

/** The product of the shape, or what is wrong with the shape. */
export function elementsOf(shape: readonly number[], limits: TensorLimits): number | string {
  if (shape.length > limits.rank) return `rank ${shape.length} is more than ${limits.rank}`;
  let elements = 1;
  for (const size of shape) {
    if (!Number.isSafeInteger(size) || size < 0 || size > limits.dimension) {
      return `dimension ${size} is outside 0 to ${limits.dimension}`;
    }
    elements *= size;
    // Checked at each step, so that no product can leave the safe integers.
    if (elements > limits.elements) return `shape [${shape}] has more than ${limits.elements} elements`;
  }
  return elements;
}

function sizeProblem(
  dtype: Exclude<WireDtype, 'utf8'>,
  shape: readonly number[],
  elements: number,
  length: number,
): string | undefined {
  const bytes = elements * elementBytes[dtype];
  return length === bytes ? undefined : `shape [${shape}] of ${dtype} takes ${bytes} bytes, the buffer has ${length}`;
}

function problemOfText(shape: readonly number[], buffer: Uint8Array): string | undefined {
  const problem = textShapeProblem(shape);
  if (problem) return problem;
  try {
    readStrings(shape[0]!, buffer);
    return undefined;
  } catch (error) {
    if (error instanceof RangeError || error instanceof TypeError) return `text tensor: ${error.message}`;
    throw error;
  }
}

export function textShapeProblem(shape: readonly number[]): string | undefined {
  return shape.length === 2 && shape[1] === 1 ? undefined : `text has the shape [n, 1], not [${shape}]`;
}

/** Text as a tensor: shape `[n, 1]`, each string a little-endian u32 length and its UTF-8 bytes. */
export function textTensor(strings: readonly string[]): WireTensor {
  const encoded = strings.map(text => new TextEncoder().encode(text));
  const buffer = new Uint8Array(encoded.reduce((sum, bytes) => sum + 4 + bytes.length, 0));
  const view = new DataView(buffer.buffer);
  let offset = 0;
  for (const bytes of encoded) {
    view.setUint32(offset, bytes.length, true);
    buffer.set(bytes, offset + 4);
    offset += 4 + bytes.length;
  }
  return { dtype: 'utf8', shape: [strings.length, 1], buffer, modality: 'text', requiresGrad: false };
}

/** The strings of a text tensor; throws a `RangeError` on lengths that do not fit and on bytes that are not UTF-8. */
export function stringsOf(tensor: WireTensor): string[] {
  if (tensor.dtype !== 'utf8') throw new RangeError(`a tensor of ${tensor.dtype} is no text`);
  return readStrings(tensor.shape[0] ?? 0, tensor.buffer);
}

function readStrings(count: number, buffer: Uint8Array): string[] {
  // Each string takes 4 bytes at least, so a large count cannot cost more than the buffer did.
  if (4 * count > buffer.length) throw new RangeError(`${count} strings do not fit into ${buffer.length} bytes`);
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  const view = new DataView(buffer.buffer, buffer.byteOffset, buffer.length);
  const strings: string[] = [];
  let offset = 0;
  for (let i = 0; i < count; i++) {
    if (offset + 4 > buffer.length) throw new RangeError(`string ${i} has no length`);
    const length = view.getUint32(offset, true);
    offset += 4;
    if (length > buffer.length - offset) throw new RangeError(`string ${i} of ${length} bytes runs over the end`);
    try {
      strings.push(decoder.decode(buffer.subarray(offset, offset + length)));
    } catch {
      throw new RangeError(`string ${i} is not UTF-8`);
    }
    offset += length;
  }
  if (offset !== buffer.length) throw new RangeError(`${buffer.length - offset} bytes follow the last string`);
  return strings;
}

/** Floats as a tensor. The array is viewed, not copied. */
export function floatTensor(
  data: Float32Array,
  shape: readonly number[],
  options: { modality?: WireModality; requiresGrad?: boolean } = {},
): WireTensor {
  return {
    dtype: 'float32',
    shape,
    buffer: new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
    modality: options.modality ?? 'tensor',
    requiresGrad: options.requiresGrad ?? false,
  };
}

/** The floats of a float32 tensor: a view where the alignment allows it, else a copy. */
export function floatsOf(tensor: WireTensor): Float32Array {
  if (tensor.dtype !== 'float32') throw new RangeError(`a tensor of ${tensor.dtype} is not float32`);
  const { buffer } = tensor;
  if (buffer.byteOffset % 4 === 0) return new Float32Array(buffer.buffer, buffer.byteOffset, buffer.length / 4);
  return new Float32Array(new Uint8Array(buffer).buffer);
}

export { findNonFinite } from './finite.js';

function entriesOf<K extends string, V>(record: Record<K, V>): [K, V][] {
  return Object.entries(record) as [K, V][];
}
