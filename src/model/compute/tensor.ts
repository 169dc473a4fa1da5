import * as tf from '@tensorflow/tfjs-core';
import { BittensorError } from '../../base/index.js';
import type { ModelErrorCode } from '../errors.js';

/** A tensor as plain numbers: what crosses threads, and what the rest of the program sees. Row-major. */
export type PlainTensor =
  | { readonly dtype: 'float32'; readonly shape: readonly number[]; readonly data: Float32Array }
  | { readonly dtype: 'int32'; readonly shape: readonly number[]; readonly data: Int32Array };

/** A float32 tensor with a name: parameters, gradients, momenta. */
export interface NamedArray {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** The part of the network's tensor that this file needs: little-endian bytes. */
export interface TensorBytes {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly buffer: Uint8Array;
}

export function elementCount(shape: readonly number[]): number {
  return shape.reduce((count, size) => count * size, 1);
}

/** Shape `[2, 784]` as text. */
export function describeShape(shape: readonly number[]): string {
  return `[${shape.join(', ')}]`;
}

export function shapeError(what: string, expected: string, got: readonly number[]): BittensorError<ModelErrorCode> {
  const text = `${what} has shape ${describeShape(got.slice(0, 8))} where ${expected} is needed`;
  return new BittensorError('shape', text, { data: { what, expected, got: got.slice(0, 8) } });
}

/** True when every number is finite. */
export function allFinite(values: Float32Array): boolean {
  // The sum of x - x is 0 for finite numbers and NaN otherwise; no branch in the loop.
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]! - values[i]!;
  return sum === 0;
}

/**
 * Network bytes to numbers. float64 becomes float32, int64 becomes int32.
 * Code `shape` when bytes and shape disagree, the type has no numbers (utf8), or an int64 does not fit.
 */
export function fromBytes(tensor: TensorBytes): PlainTensor {
  const { dtype, shape, buffer } = tensor;
  const width = { float32: 4, float64: 8, int32: 4, int64: 8 }[dtype];
  if (width === undefined) {
    throw new BittensorError('shape', `a tensor of ${dtype} cannot be computed with`, { data: { dtype } });
  }
  if (!shape.every(size => Number.isInteger(size) && size >= 0) || elementCount(shape) * width !== buffer.length) {
    throw shapeError(
      `a tensor of ${buffer.length} bytes of ${dtype}`,
      `one of ${buffer.length / width} numbers`,
      shape,
    );
  }
  // A copy: the bytes may lie at an odd offset of a larger network buffer.
  const bytes = buffer.slice().buffer;
  if (dtype === 'float32') return { dtype, shape, data: new Float32Array(bytes) };
  if (dtype === 'int32') return { dtype, shape, data: new Int32Array(bytes) };
  if (dtype === 'float64') return { dtype: 'float32', shape, data: Float32Array.from(new Float64Array(bytes)) };
  const wide = new BigInt64Array(bytes);
  const data = new Int32Array(wide.length);
  for (let i = 0; i < wide.length; i++) {
    const value = Number(wide[i]);
    if (value !== (value | 0)) {
      throw new BittensorError('shape', `the int64 ${wide[i]} does not fit a model's int32`, { data: { index: i } });
    }
    data[i] = value;
  }
  return { dtype: 'int32', shape, data };
}

/** Numbers to network bytes, without copying unless int32 is to be `wide`, int64. (Every platform that Node runs on is little endian.) */
export function toBytes(tensor: PlainTensor, wide = false): TensorBytes & { dtype: 'float32' | 'int32' | 'int64' } {
  const { dtype, shape, data } = tensor;
  if (wide && dtype === 'int32') {
    return { dtype: 'int64', shape, buffer: new Uint8Array(BigInt64Array.from(data, BigInt).buffer) };
  }
  return { dtype, shape, buffer: new Uint8Array(data.buffer, data.byteOffset, data.byteLength) };
}

/** Makes a TensorFlow tensor; the caller disposes it. Code `shape` when the count of numbers is wrong. */
export function toTensor(tensor: PlainTensor): tf.Tensor {
  if (elementCount(tensor.shape) !== tensor.data.length) {
    throw shapeError(`a tensor of ${tensor.data.length} numbers`, `one of that many elements`, tensor.shape);
  }
  return tf.tensor(tensor.data, [...tensor.shape], tensor.dtype);
}

/** Reads a TensorFlow tensor; it stays the caller's. */
export async function toPlain(tensor: tf.Tensor): Promise<PlainTensor> {
  const data = await tensor.data();
  if (tensor.dtype === 'int32') return { dtype: 'int32', shape: tensor.shape, data: data as Int32Array };
  return { dtype: 'float32', shape: tensor.shape, data: data as Float32Array };
}

/** A copy of a float32 tensor's numbers. */
export function numbersOf(tensor: tf.Tensor): Float32Array {
  const values = tensor.dataSync() as Float32Array;
  // Plain JS hands out the tensor's own memory.
  return tf.getBackend() === 'cpu' ? values.slice() : values;
}

/** A scalar as a number. */
export function numberOf(tensor: tf.Tensor): number {
  return tensor.dataSync()[0]!;
}
