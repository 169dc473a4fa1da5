import { Tensor, TensorMessage } from '../gen/bittensor.js';

const NO_BYTES = new Uint8Array(0);
/** Tags of length-delimited fields: `TensorMessage.tensors`, `Tensor.buffer`. */
const TENSORS_TAG = (6 << 3) | 2;
const BUFFER_TAG = (2 << 3) | 2;

/**
 * The bytes of `TensorMessage.encode(message).finish()`, with each tensor's buffer copied once instead of once per level
 * of nesting: half the time of encoding a large message. Only the framing around the buffers is written here.
 */
export function encodeMessage(message: TensorMessage): Uint8Array {
  const parts: Uint8Array[] = [TensorMessage.encode({ ...message, ...noTail, tensors: [] }).finish()];
  for (const tensor of message.tensors) {
    const { buffer } = tensor;
    // Field 1 stands before the buffer, fields 3 to 6 behind it.
    const before = Tensor.encode({ ...noTensor, version: tensor.version }).finish();
    const after = Tensor.encode({ ...tensor, version: '', buffer: NO_BYTES }).finish();
    const framed = buffer.length === 0 ? [] : [tagged(BUFFER_TAG, buffer.length), buffer];
    const body = [before, ...framed, after];
    parts.push(tagged(TENSORS_TAG, lengthOf(body)), ...body);
  }
  parts.push(TensorMessage.encode({ ...message, ...noHead, tensors: [] }).finish());
  return join(parts);
}

const { returnCode, message, receiverKey, parameterVersion, time, network, ...head } = TensorMessage.create();
const noTail = { returnCode, message, receiverKey, parameterVersion, time, network };
const { tensors: _tensors, ...noHead } = head;
const noTensor = Tensor.create();

function tagged(tag: number, length: number): Uint8Array {
  const bytes = [tag];
  let rest = length;
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128);
  bytes.push(rest);
  return Uint8Array.from(bytes);
}

function lengthOf(parts: readonly Uint8Array[]): number {
  return parts.reduce((sum, part) => sum + part.length, 0);
}

function join(parts: readonly Uint8Array[]): Uint8Array {
  // Every byte is written below, so the memory need not be cleared first.
  const bytes = Buffer.allocUnsafe(lengthOf(parts));
  let offset = 0;
  for (const part of parts) {
    bytes.set(part, offset);
    offset += part.length;
  }
  return bytes;
}
