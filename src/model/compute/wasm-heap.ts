import * as tf from '@tensorflow/tfjs-core';

/** The part of TensorFlow.js's wasm backend that the added kernels need. */
export interface WasmBackend extends tf.KernelBackend {
  makeOutput(shape: number[], dtype: tf.DataType): tf.TensorInfo;
  typedArrayFromHeap(info: tf.TensorInfo): Numbers;
}
type Numbers = Float32Array | Int32Array | Uint8Array;

/**
 * A view of a tensor's numbers where they lie, or undefined when they lie on a device. It is valid until the next tensor is made (the
 * heap may move). On the wasm backend a tensor that has served as a matrix must not be written to: its packed copy would go stale.
 */
export function viewOf(tensor: tf.Tensor): Float32Array | undefined {
  if (tf.getBackend() === 'wasm') return (tf.backend() as WasmBackend).typedArrayFromHeap(tensor) as Float32Array;
  if (tf.getBackend() === 'cpu') return tf.backend().readSync(tensor.dataId) as Float32Array;
  return undefined;
}

/** The numbers of a float32 tensor on the heap; valid until the next tensor is made. */
export function floatsOf(heap: WasmBackend, info: tf.TensorInfo): Float32Array {
  return heap.typedArrayFromHeap(info) as Float32Array;
}

/** Runs a kernel on tensor infos. Tensors made of infos would give their memory back twice, so kernels call kernels directly. */
export function runOnHeap(
  heap: WasmBackend,
  kernelName: string,
  inputs: Record<string, tf.TensorInfo>,
  attributes: object,
): tf.TensorInfo {
  const { kernelFunc } = tf.getKernel(kernelName, 'wasm');
  return kernelFunc({ inputs, attrs: attributes as tf.NamedAttrMap, backend: heap }) as tf.TensorInfo;
}

/** `a [m, k] * b [k, n]`, whatever the shapes of the infos say. */
export function multiplyOnHeap(
  heap: WasmBackend,
  a: tf.TensorInfo,
  b: tf.TensorInfo,
  [m, k, n]: readonly [number, number, number],
): tf.TensorInfo {
  return runOnHeap(
    heap,
    tf.BatchMatMul,
    { a: { ...a, shape: [1, m, k] }, b: { ...b, shape: [1, k, n] } },
    { transposeA: false, transposeB: false },
  );
}

export function disposeOnHeap(heap: WasmBackend, ...infos: readonly tf.TensorInfo[]): void {
  for (const { dataId } of infos) heap.disposeData(dataId);
}
