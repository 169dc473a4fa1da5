import type { Tensor, TensorMessage } from '../gen/bittensor.js';
import { blankTensor, blankTensorMessage } from './blank.js';
import { allocateBody, offerHeadroom, uncleared } from './body-memory.js';
import { BackWriter, BYTES, Reader, textBound, VARINT } from './protobuf.js';
import type { TensorLimits } from './tensor.js';

/** `TensorMessage` as bytes: each buffer is copied once when it is written, and viewed when it is read. */

const SMALL = 64;
const TEXT = 256;
const MESSAGE = 4096;
/** Bounded by the message that it stands in. */
const ANY = Number.MAX_SAFE_INTEGER;
/** More than the numbers, tags and lengths of a message or a tensor take. */
const NUMBERS = 192;

/** The bytes of a message with `version` and `tensors` alone, with room for a frame's head in front. */
export function encodeBody(version: string, tensors: readonly Tensor[]): Uint8Array {
  const bound = tensors.reduce((sum, tensor) => sum + tensorBound(tensor), NUMBERS + textBound(version));
  const writer = new BackWriter(allocateBody(bound));
  for (let i = tensors.length - 1; i >= 0; i--) writeTensor(writer, tensors[i]!);
  writer.text(1, version);
  const body = writer.written();
  offerHeadroom(body);
  return body;
}

/** A message with these fields, and the tensors of `body`, which `encodeBody` made. */
export function encodeAround(body: Uint8Array, message: Omit<TensorMessage, 'tensors'>): Uint8Array {
  const texts = [message.version, message.neuronKey, message.synapseKey, message.receiverKey, message.message];
  const bound = texts.reduce((sum, text) => sum + textBound(text), NUMBERS + body.length);
  const bytes = uncleared(bound + message.signature.length + message.network.length);
  const writer = new BackWriter(bytes);
  writer.view(21, message.network);
  writer.number(20, message.time);
  writer.number(19, message.parameterVersion);
  writer.text(18, message.receiverKey);
  writer.text(17, message.message);
  writer.number(16, message.returnCode);
  writer.raw(withoutVersion(body));
  writer.view(5, message.signature);
  writer.number(4, message.nonce);
  writer.text(3, message.synapseKey);
  writer.text(2, message.neuronKey);
  writer.text(1, message.version);
  return writer.written();
}

function withoutVersion(body: Uint8Array): Uint8Array {
  return body[0] === 8 * 1 + BYTES ? body.subarray(2 + body[1]!) : body;
}

function writeTensor(writer: BackWriter, tensor: Tensor): void {
  const end = writer.at;
  writer.number(18, tensor.compression);
  writer.view(17, tensor.scales);
  writer.number(16, tensor.encoding);
  writer.bool(6, tensor.requiresGrad);
  writer.number(5, tensor.modality);
  writer.number(4, tensor.dtype);
  if (tensor.shape.length > 0) {
    const shapeEnd = writer.at;
    for (let i = tensor.shape.length - 1; i >= 0; i--) writer.varint(tensor.shape[i]!);
    writer.length(3, shapeEnd - writer.at);
  }
  writer.view(2, tensor.buffer);
  writer.text(1, tensor.version);
  writer.length(6, end - writer.at);
}

function tensorBound({ version, buffer, scales, shape }: Tensor): number {
  return NUMBERS + textBound(version) + buffer.length + scales.length + 10 * shape.length;
}

/**
 * Reads a message and holds it to its bounds on the way: a few bytes of hostile protobuf can stand for millions of empty
 * tensors, and building them would cost a hundred times their size. Throws a `RangeError`.
 */
export function decodeTensorMessage(bytes: Uint8Array, limits: Pick<TensorLimits, 'tensors' | 'rank'>): TensorMessage {
  const message = blankTensorMessage();
  const reader = new Reader(bytes);
  for (let tag = reader.next(); tag !== 0; tag = reader.next()) {
    const field = tag >>> 3;
    if (field <= 21 && field !== 6) reader.once(field);
    switch (tag) {
      case 10:
        message.version = reader.text(field, SMALL);
        break;
      case 18:
        message.neuronKey = reader.text(field, TEXT);
        break;
      case 26:
        message.synapseKey = reader.text(field, TEXT);
        break;
      case 32:
        message.nonce = reader.signed();
        break;
      case 42:
        message.signature = reader.view(field, SMALL);
        break;
      case 50:
        if (message.tensors.length === limits.tensors) {
          throw new RangeError(`field 6 occurs more than ${limits.tensors} times`);
        }
        message.tensors.push(readTensor(reader.message(field, ANY), limits.rank));
        break;
      case 128:
        message.returnCode = reader.small();
        break;
      case 138:
        message.message = reader.text(field, MESSAGE);
        break;
      case 146:
        message.receiverKey = reader.text(field, TEXT);
        break;
      case 152:
        message.parameterVersion = reader.signed();
        break;
      case 160:
        message.time = reader.signed();
        break;
      case 170:
        message.network = reader.view(field, SMALL);
        break;
      default:
        if (field <= 6 || (field >= 16 && field <= 21)) throw new RangeError(`field ${field} has wire type ${tag & 7}`);
        reader.skip(tag);
    }
  }
  return message;
}

function readTensor(reader: Reader, rank: number): Tensor {
  const tensor = blankTensor();
  for (let tag = reader.next(); tag !== 0; tag = reader.next()) {
    const field = tag >>> 3;
    if (field <= 18 && field !== 3) reader.once(field);
    switch (tag) {
      case 10:
        tensor.version = reader.text(field, SMALL);
        break;
      case 18:
        tensor.buffer = reader.view(field, ANY);
        break;
      case 24 + VARINT:
        push(tensor.shape, reader.signed(), rank);
        break;
      case 24 + BYTES:
        for (const sizes = reader.message(field, 10 * rank); !sizes.isAtEnd; ) push(tensor.shape, sizes.signed(), rank);
        break;
      case 32:
        tensor.dtype = reader.small() as Tensor['dtype'];
        break;
      case 40:
        tensor.modality = reader.small() as Tensor['modality'];
        break;
      case 48:
        tensor.requiresGrad = reader.bool();
        break;
      case 128:
        tensor.encoding = reader.small() as Tensor['encoding'];
        break;
      case 138:
        tensor.scales = reader.view(field, ANY);
        break;
      case 144:
        tensor.compression = reader.small() as Tensor['compression'];
        break;
      default:
        if (field <= 6 || (field >= 16 && field <= 18)) throw new RangeError(`field ${field} has wire type ${tag & 7}`);
        reader.skip(tag);
    }
  }
  return tensor;
}

/** A shape of too high a rank is refused with its own words later; here only its memory is bounded. */
function push(shape: number[], size: number, rank: number): void {
  if (shape.length === 10 * rank) throw new RangeError(`field 3 has more than ${10 * rank} numbers`);
  shape.push(size);
}
