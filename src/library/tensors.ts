import type { PlainTensor, TfTensor } from '../model/index.js';
import type { WireModality, WireTensor } from '../net/index.js';
import { libraryError } from './errors.js';

/** Numbers and their shape, row-major. What a dendrite answers is of this kind: nobody has to free it. */
export type Tensor = PlainTensor;

/** What is taken where a tensor is needed: plain numbers, or a tensor of TensorFlow.js, which stays the caller's. */
export type TensorLike = Tensor | TfTensor;

/** True for a tensor of TensorFlow.js. */
export function isTf(tensor: TensorLike): tensor is TfTensor {
  return 'dataSync' in tensor;
}

export function toPlainTensor(tensor: TensorLike): Tensor {
  if (!isTf(tensor)) return tensor;
  const { dtype, shape } = tensor;
  if (dtype === 'int32') return { dtype, shape, data: tensor.dataSync() as Int32Array };
  if (dtype === 'float32') return { dtype, shape, data: tensor.dataSync() as Float32Array };
  throw libraryError('bad_argument', `a tensor of ${dtype} cannot be sent: float32 or int32 can`);
}

/** As it travels; ids of text become int64. Error `bad_argument` where shape and numbers disagree. */
export function toWireTensor(tensor: TensorLike, modality: WireModality): WireTensor {
  const { dtype, shape, data } = toPlainTensor(tensor);
  const size = shape.reduce((product, length) => product * length, 1);
  if (size !== data.length) {
    throw libraryError('bad_argument', `a tensor of shape [${shape}] has ${size} numbers, not ${data.length}`);
  }
  const isWide = modality === 'text' && dtype === 'int32';
  const values = isWide ? BigInt64Array.from(data as Int32Array, BigInt) : data;
  return {
    dtype: isWide ? 'int64' : dtype,
    shape,
    buffer: new Uint8Array(values.buffer, values.byteOffset, values.byteLength),
    modality,
    requiresGrad: modality !== 'text',
  };
}

export function zeros(shape: readonly number[]): Tensor {
  return { dtype: 'float32', shape, data: new Float32Array(shape.reduce((product, length) => product * length, 1)) };
}
