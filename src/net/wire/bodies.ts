import { messageOf } from '../../base/index.js';
import { RequestError } from '../errors.js';
import type { Tensor, TensorMessage } from '../gen/bittensor.js';
import type { ReturnCode } from './codes.js';
import { tensorsDigest } from './digest.js';
import { checkProto, type DeserializationCode, decodedBytes, fromProto, toProto } from './proto-tensor.js';
import { clean } from './status.js';
import { type LinkFormat, plainLink, type TensorLimits, type WireTensor } from './tensor.js';
import { decodeTensorMessage, encodeBody } from './tensor-message.js';
import { PROTOCOL_VERSION } from './version.js';

/** Tensors as bytes, and back: the body of a request or reply. */

export interface EncodedTensors {
  /** A `TensorMessage` with version and tensors alone. */
  readonly body: Uint8Array;
  /** SHA-256 of the tensors as they travel; computed when first asked for. */
  digest(): Uint8Array;
}

/** Error `RequestSerializationException`: the tensors contradict themselves or are too many. */
export function encodeTensors(
  tensors: readonly WireTensor[],
  limits: TensorLimits,
  link: LinkFormat = plainLink,
): EncodedTensors {
  if (tensors.length > limits.tensors) {
    throw new RequestError(
      'RequestSerializationException',
      `${tensors.length} tensors are more than ${limits.tensors}`,
    );
  }
  let bytes = 0;
  let compressible = limits.compressedBytes;
  const protos = tensors.map(tensor => {
    bytes += tensor.buffer.length;
    // The receiver takes so much compressed, and no more.
    if (link.compression === 'none' || tensor.buffer.length > compressible) {
      return toProto(tensor, limits, { ...link, compression: 'none' });
    }
    compressible -= tensor.buffer.length;
    return toProto(tensor, limits, link);
  });
  if (bytes > limits.bytes) {
    throw new RequestError('RequestSerializationException', `tensors of ${bytes} bytes are more than ${limits.bytes}`);
  }
  return { body: encodeBody(PROTOCOL_VERSION, protos), digest: once(() => tensorsDigest(protos)) };
}

/** Tensors that came: what they say of themselves was checked, their content is not decoded yet. */
export interface ReceivedTensors {
  /** SHA-256 of the tensors as they came. */
  digest(): Uint8Array;
  /** Bytes of them all once they are decoded. */
  readonly decodedBytes: number;
  /** Decodes them. Throws a `RequestError` with the code given to `readTensors`. */
  tensors(): WireTensor[];
}

/** Throws a `RequestError`: `InvalidRequest` or `InvalidResponse` when it is no such message, else `code`. */
export function readTensors(body: Uint8Array, limits: TensorLimits, code: DeserializationCode): ReceivedTensors {
  const malformed = code === 'RequestDeserializationException' ? 'InvalidRequest' : 'InvalidResponse';
  return receive(decodeMessage(body, limits, malformed).tensors, limits, code);
}

/** The same for tensors whose message was decoded already. */
export function receive(protos: readonly Tensor[], limits: TensorLimits, code: DeserializationCode): ReceivedTensors {
  let bytes = 0;
  let compressed = 0;
  for (const proto of protos) {
    const problem = checkProto(proto, limits);
    if (problem) throw new RequestError(code, problem);
    const size = decodedBytes(proto);
    bytes += size;
    if (proto.compression !== 0) compressed += size;
    if (bytes > limits.bytes) throw new RequestError('TooLarge', `the tensors have more than ${limits.bytes} bytes`);
    if (compressed > limits.compressedBytes) {
      throw new RequestError('TooLarge', `the compressed tensors stand for more than ${limits.compressedBytes} bytes`);
    }
  }
  return {
    decodedBytes: bytes,
    digest: once(() => tensorsDigest(protos)),
    tensors: () => protos.map(proto => fromProto(proto, limits, code)),
  };
}

/** Decodes a `TensorMessage` within its bounds. Throws a `RequestError` with `code`. */
export function decodeMessage(bytes: Uint8Array, limits: TensorLimits, code: ReturnCode): TensorMessage {
  try {
    return decodeTensorMessage(bytes, limits);
  } catch (error) {
    throw new RequestError(code, `not a TensorMessage: ${clean(messageOf(error))}`, error);
  }
}

function once<T>(compute: () => T): () => T {
  let value: T | undefined;
  return () => {
    value ??= compute();
    return value;
  };
}
