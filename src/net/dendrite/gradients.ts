import { floatsOf, type WireTensor } from '../wire/tensor.js';

/** Gradients as they go out and come back: their norm, and bringing them down to one. */

export interface Clipped {
  readonly tensors: readonly WireTensor[];
  /** L2 norm of all of them together before; NaN or infinity where one number was not finite. */
  readonly norm: number;
  readonly clipped: boolean;
}

/**
 * These gradients, scaled together so that their L2 norm is at most `limit`. Tensors that need no change, and those
 * that are not float32 or float64, are passed on as they are. Numbers that are not finite are left for the checks.
 */
export function clipGradients(tensors: readonly WireTensor[], limit: number): Clipped {
  const arrays = tensors.map(numbersOf);
  let largest = 0;
  for (const array of arrays) if (array) largest = Math.max(largest, largestOf(array));
  if (!Number.isFinite(largest) || largest === 0) return { tensors, norm: largest, clipped: false };
  // Relative to the largest, so that the squares neither overflow nor vanish.
  let sum = 0;
  for (const array of arrays) if (array) for (const value of array) sum += (value / largest) ** 2;
  const relative = Math.sqrt(sum);
  const norm = largest * relative;
  if (norm <= limit) return { tensors, norm, clipped: false };
  const scale = limit / relative;
  const scaled = tensors.map((tensor, i) => {
    const array = arrays[i];
    return array ? { ...tensor, buffer: bytesOf(array.map(value => (value / largest) * scale)) } : tensor;
  });
  return { tensors: scaled, norm, clipped: true };
}

type Numbers = Float32Array | Float64Array;

function numbersOf(tensor: WireTensor): Numbers | undefined {
  if (tensor.dtype === 'float32') return floatsOf(tensor);
  if (tensor.dtype !== 'float64') return undefined;
  // A copy where the bytes begin at an odd place.
  const buffer = tensor.buffer.byteOffset % 8 === 0 ? tensor.buffer : new Uint8Array(tensor.buffer);
  return new Float64Array(buffer.buffer, buffer.byteOffset, buffer.length / 8);
}

function largestOf(array: Numbers): number {
  let largest = 0;
  // Math.max keeps a NaN that it has met.
  for (const value of array) largest = Math.max(largest, Math.abs(value));
  return largest;
}

function bytesOf(array: Numbers): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}
