import { elementCount } from '../compute/tensor.js';
import { shown, type TensorEntry } from './safetensors-header.js';

/** Bytes of a safetensors tensor as numbers. */
export type StoredData =
  | Float32Array
  | Float64Array
  | BigInt64Array
  | BigUint64Array
  | Int32Array
  | Uint32Array
  | Int16Array
  | Uint16Array
  | Int8Array
  | Uint8Array;

export interface StoredNumbers {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: StoredData;
}

/** Numbers of their own, aligned. Throws an `Error` for types that nothing here computes with, and for a BOOL that is neither 0 nor 1. */
export function storedNumbers({ name, dtype, shape }: TensorEntry, bytes: Uint8Array): StoredNumbers {
  // A copy unless the memory is the tensor's alone.
  const own = bytes.byteOffset === 0 && bytes.byteLength === bytes.buffer.byteLength ? bytes : new Uint8Array(bytes);
  const { buffer } = own;
  const data = (): StoredData => {
    switch (dtype) {
      case 'F32':
        return new Float32Array(buffer);
      case 'F64':
        return new Float64Array(buffer);
      case 'F16':
        return Float32Array.from(new Uint16Array(buffer), halfToFloat);
      case 'BF16':
        return bfloatsToFloats(new Uint16Array(buffer));
      case 'I64':
        return new BigInt64Array(buffer);
      case 'U64':
        return new BigUint64Array(buffer);
      case 'I32':
        return new Int32Array(buffer);
      case 'U32':
        return new Uint32Array(buffer);
      case 'I16':
        return new Int16Array(buffer);
      case 'U16':
        return new Uint16Array(buffer);
      case 'I8':
        return new Int8Array(buffer);
      case 'U8':
        return own;
      case 'BOOL':
        if (own.some(byte => byte > 1)) throw new Error(`its tensor ${shown(name)} holds a byte that is no boolean`);
        return own;
      default:
        throw new Error(`its tensor ${shown(name)} has the type ${dtype}, which is not read here`);
    }
  };
  const numbers = data();
  if (numbers.length !== elementCount(shape)) throw new Error(`its tensor ${shown(name)} is cut off`);
  return { name, shape, data: numbers };
}

export function floatsOf(data: StoredData): Float32Array {
  if (data instanceof Float32Array) return data;
  const floats = new Float32Array(data.length);
  for (let i = 0; i < data.length; i++) floats[i] = Number(data[i]);
  return floats;
}

/** IEEE 754 binary16. */
function halfToFloat(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >> 10) & 31;
  const fraction = half & 1023;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1024 + fraction) * 2 ** (exponent - 25);
}

/** bfloat16: the upper half of a float32. */
function bfloatsToFloats(halves: Uint16Array): Float32Array {
  return new Float32Array(Uint32Array.from(halves, half => half << 16).buffer);
}
