import { RequestError } from '../errors.js';
import { Compression, Encoding, type Tensor } from '../gen/bittensor.js';
import { blankTensor } from './blank.js';
import { areScales, fromBf16, fromScaledInt8, toBf16, toScaledInt8 } from './encoding.js';
import {
  defaultTensorLimits,
  dtypeNames,
  dtypeNumbers,
  elementBytes,
  elementsOf,
  type LinkFormat,
  modalityNames,
  modalityNumbers,
  plainLink,
  problemOf,
  textShapeProblem,
  type WireTensor,
} from './tensor.js';
import { PROTOCOL_VERSION } from './version.js';
import { compress, decompress, frameSize } from './zstd.js';

/** Tensors as they travel: encoded and compressed as the link has it. */

/** Smaller buffers are not worth a compression. */
const COMPRESSED_FROM_BYTES = 512;

export type DeserializationCode = 'RequestDeserializationException' | 'ResponseDeserializationException';

/** A tensor for the wire. Error `RequestSerializationException` when it contradicts itself. */
export function toProto(tensor: WireTensor, limits = defaultTensorLimits, link: LinkFormat = plainLink): Tensor {
  const problem = problemOf(tensor, limits);
  if (problem) throw new RequestError('RequestSerializationException', problem);
  const plain: Tensor = {
    ...blankTensor(),
    version: PROTOCOL_VERSION,
    buffer: tensor.buffer,
    shape: [...tensor.shape],
    dtype: dtypeNumbers[tensor.dtype],
    modality: modalityNumbers[tensor.modality],
    requiresGrad: tensor.requiresGrad,
  };
  const encoded = tensor.dtype === 'float32' ? encode(plain, link.encoding) : plain;
  return link.compression === 'zstd' ? pack(encoded) : encoded;
}

/** Plain where the encoding has no form for the numbers, or would not be shorter. */
function encode(plain: Tensor, encoding: LinkFormat['encoding']): Tensor {
  if (encoding === 'bf16') return { ...plain, encoding: Encoding.BF16, buffer: toBf16(plain.buffer) };
  if (encoding === 'int8') {
    const scaled = toScaledInt8(plain.buffer, rowLength(plain.shape));
    const isShorter = scaled && scaled.buffer.length + scaled.scales.length < plain.buffer.length;
    if (isShorter) return { ...plain, encoding: Encoding.SCALED_INT8, ...scaled };
  }
  return plain;
}

function pack(tensor: Tensor): Tensor {
  if (tensor.buffer.length < COMPRESSED_FROM_BYTES) return tensor;
  const buffer = compress(tensor.buffer);
  return buffer.length < tensor.buffer.length ? { ...tensor, buffer, compression: Compression.ZSTD } : tensor;
}

/** What is wrong with a tensor from the wire, as far as can be said without decoding it. */
export function checkProto(proto: Tensor, limits = defaultTensorLimits): string | undefined {
  const { encoding, compression, shape } = proto;
  const dtype = dtypeNames.get(proto.dtype);
  if (!dtype) return `unknown dtype ${proto.dtype}`;
  if (!modalityNames.has(proto.modality)) return `unknown modality ${proto.modality}`;
  const elements = elementsOf(shape, limits);
  if (typeof elements === 'string') return elements;
  const size = encodedSize(proto);
  if (size === undefined) return 'a buffer is no zstd frame that states its size';
  if (size > limits.bytes) return `a buffer of ${size} bytes is more than ${limits.bytes}`;
  if (compression !== Compression.NONE && compression !== Compression.ZSTD) return `unknown compression ${compression}`;
  if (encoding !== Encoding.PLAIN && dtype !== 'float32') return `${dtype} has no encoding ${encoding}`;
  const scales = encoding === Encoding.SCALED_INT8 ? 4 * rowsOf(shape, elements) : 0;
  if (proto.scales.length !== scales)
    return `shape [${shape}] takes ${scales} bytes of scales, not ${proto.scales.length}`;
  if (dtype === 'utf8') return textShapeProblem(shape);
  const bytes = elements * (encodedBytes[encoding] ?? elementBytes[dtype]);
  if (encoding !== Encoding.PLAIN && encodedBytes[encoding] === undefined) return `unknown encoding ${encoding}`;
  if (size === bytes) return undefined;
  return `shape [${shape}] of ${dtype} takes ${bytes} bytes, the buffer has ${size}`;
}

/** Bytes of an element of float32 in each encoding but the plain one. */
const encodedBytes: Readonly<Record<number, number>> = { [Encoding.BF16]: 2, [Encoding.SCALED_INT8]: 1 };

/** Bytes of the buffer once it is not compressed; undefined when that cannot be told. */
function encodedSize({ buffer, compression }: Tensor): number | undefined {
  return compression === Compression.ZSTD ? frameSize(buffer) : buffer.length;
}

/** Bytes of a tensor that passed `checkProto`, once it is decoded. */
export function decodedBytes(proto: Tensor): number {
  const dtype = dtypeNames.get(proto.dtype);
  if (!dtype || dtype === 'utf8') return encodedSize(proto) ?? 0;
  return proto.shape.reduce((product, size) => product * size, elementBytes[dtype]);
}

/**
 * Reads a tensor from the wire and believes nothing of it. Throws a `RequestError` with `code`. NaN is not looked for
 * here: see `findNonFinite`.
 */
export function fromProto(
  proto: Tensor,
  limits = defaultTensorLimits,
  code: DeserializationCode = 'RequestDeserializationException',
): WireTensor {
  const problem = checkProto(proto, limits);
  if (problem) throw new RequestError(code, problem);
  const tensor: WireTensor = {
    dtype: dtypeNames.get(proto.dtype)!,
    shape: proto.shape,
    buffer: decode(proto, code),
    modality: modalityNames.get(proto.modality)!,
    requiresGrad: proto.requiresGrad,
  };
  const contentProblem = problemOf(tensor, limits);
  if (contentProblem) throw new RequestError(code, contentProblem);
  return tensor;
}

function decode(proto: Tensor, code: DeserializationCode): Uint8Array {
  const { buffer } = proto.compression === Compression.ZSTD ? { buffer: unpack(proto, code) } : proto;
  if (proto.encoding === Encoding.BF16) return fromBf16(buffer);
  if (proto.encoding === Encoding.SCALED_INT8) {
    if (!areScales(proto.scales)) throw new RequestError(code, 'a scale is negative or no finite number');
    return fromScaledInt8(buffer, proto.scales, rowLength(proto.shape));
  }
  // A plain view: a Buffer's `slice` would not copy, and surprise whoever gets this tensor.
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
}

function unpack(proto: Tensor, code: DeserializationCode): Uint8Array {
  try {
    return decompress(proto.buffer, encodedSize(proto) ?? 0);
  } catch (error) {
    if (error instanceof RangeError) throw new RequestError(code, error.message, error);
    throw error;
  }
}

/** A row is the last dimension; a single number is a row of one. */
function rowLength(shape: readonly number[]): number {
  return shape.at(-1) ?? 1;
}

function rowsOf(shape: readonly number[], elements: number): number {
  return elements === 0 ? 0 : elements / rowLength(shape);
}
