import * as tf from '@tensorflow/tfjs-core';
import { batchNormKernels } from './wasm-batch-norm.js';
import { convolutionKernels } from './wasm-convolution.js';
import { dualPathKernels } from './wasm-dual-path.js';
import { groupedConvolutionKernels } from './wasm-grouped-convolution.js';
import { floatsOf, type WasmBackend } from './wasm-heap.js';
import { maxPoolGrad } from './wasm-max-pool.js';

/**
 * Adds the kernels that training needs and tfjs-backend-wasm 4.22 lacks, and replaces two: the gradient of a convolution's input, which
 * is ten times slower than it has to be, and that of a maximum pool, which is wrong for negative numbers. Depthwise convolutions have no gradient here; no model uses them. All of them are compared
 * with the plain-JS backend by the tests.
 */
export function registerWasmKernels(): void {
  for (const kernel of [
    unsortedSegmentSum,
    maxPoolGrad,
    ...convolutionKernels,
    ...groupedConvolutionKernels,
    ...batchNormKernels,
    ...dualPathKernels,
  ]) {
    if (tf.getKernel(kernel.kernelName, 'wasm')) tf.unregisterKernel(kernel.kernelName, 'wasm');
    tf.registerKernel(kernel);
  }
}

/** Sums rows of `x` by their segment number; rows with a number outside the segments are left out. */
const unsortedSegmentSum: tf.KernelConfig = {
  kernelName: tf.UnsortedSegmentSum,
  backendName: 'wasm',
  kernelFunc: ({ inputs, attrs, backend }) => {
    const heap = backend as WasmBackend;
    const { x, segmentIds } = inputs as { x: tf.TensorInfo; segmentIds: tf.TensorInfo };
    const { numSegments } = attrs as unknown as tf.UnsortedSegmentSumAttrs;
    const inner = x.shape.slice(segmentIds.shape.length);
    const width = tf.util.sizeFromShape(inner);
    const output = heap.makeOutput([numSegments, ...inner], 'float32');
    const ids = heap.typedArrayFromHeap(segmentIds) as Int32Array;
    const rows = heap.typedArrayFromHeap(x);
    // Whole numbers are summed as floats, like the sums of the other kernels here.
    if (x.dtype === 'float32') addRows(floatsOf(heap, output), rows as Float32Array, ids, width);
    else addRows(floatsOf(heap, output), Float32Array.from(rows), ids, width);
    return output;
  },
};

function addRows(sums: Float32Array, rows: Float32Array, ids: Int32Array, width: number): void {
  sums.fill(0);
  const segments = sums.length / width;
  for (let i = 0; i < ids.length; i++) {
    const segment = ids[i]!;
    if (segment < 0 || segment >= segments) continue;
    const [from, to] = [i * width, segment * width];
    for (let j = 0; j < width; j++) sums[to + j]! += rows[from + j]!;
  }
}
