import * as tf from '@tensorflow/tfjs-core';

/** The part of TensorFlow.js's wasm backend that is used here. */
interface WasmBackend extends tf.KernelBackend {
  makeOutput(shape: number[], dtype: tf.DataType): tf.TensorInfo;
  typedArrayFromHeap(info: tf.TensorInfo): Numbers;
}
type Numbers = Float32Array | Int32Array | Uint8Array;

/**
 * Adds the kernels that training needs and tfjs-backend-wasm 4.22 lacks: the gradient of a lookup and of a convolution's filter.
 * (Depthwise convolutions have none yet; no model here uses them.) Checked against the plain-JS backend.
 */
export function registerWasmKernels(): void {
  for (const kernel of [unsortedSegmentSum, conv2DBackpropFilter]) {
    if (!tf.getKernel(kernel.kernelName, 'wasm')) tf.registerKernel(kernel);
  }
}

/**
 * A view of a tensor's numbers where they lie, or undefined when they lie on a device. It is valid until the next tensor is made (the
 * heap may move). On the wasm backend a tensor that has served as a matrix must not be written to: its packed copy would go stale.
 */
export function viewOf(tensor: tf.Tensor): Float32Array | undefined {
  if (tf.getBackend() === 'wasm') return (tf.backend() as WasmBackend).typedArrayFromHeap(tensor) as Float32Array;
  if (tf.getBackend() === 'cpu') return tf.backend().readSync(tensor.dataId) as Float32Array;
  return undefined;
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
    const [sums, rows, ids] = [output, x, segmentIds].map(info => heap.typedArrayFromHeap(info));
    sums!.fill(0);
    for (let i = 0; i < ids!.length; i++) {
      const segment = ids![i]!;
      if (segment < 0 || segment >= numSegments) continue;
      for (let j = 0; j < width; j++) sums![segment * width + j]! += rows![i * width + j]!;
    }
    return output;
  },
};

/**
 * The gradient of a convolution's filter: for each place of the filter, what it saw (transposed) times dy. NHWC, no dilation.
 * TensorInfos go straight to kernels here: tensors made of them would give their memory back twice.
 */
const conv2DBackpropFilter: tf.KernelConfig = {
  kernelName: tf.Conv2DBackpropFilter,
  backendName: 'wasm',
  kernelFunc: ({ inputs, attrs, backend }) => {
    const heap = backend as WasmBackend;
    const { x, dy } = inputs as { x: tf.TensorInfo; dy: tf.TensorInfo };
    const { strides, pad, dataFormat, dimRoundingMode, filterShape } = attrs as unknown as tf.Conv2DBackpropFilterAttrs;
    if (dataFormat !== 'NHWC') throw new Error(`the gradient of a filter is written for NHWC, not ${dataFormat}`);
    const shape = x.shape as [number, number, number, number];
    const conv = tf.backend_util.computeConv2DInfo(shape, filterShape, strides, 1, pad, dimRoundingMode);
    const { inChannels, outChannels } = conv;
    const places = conv.batchSize * conv.outHeight * conv.outWidth;
    const output = heap.makeOutput(filterShape, 'float32');
    const seen = heap.makeOutput([1, inChannels, places], 'float32');
    const slopes = { ...dy, shape: [1, places, outChannels] };
    const multiply = tf.getKernel(tf.BatchMatMul, 'wasm').kernelFunc;
    for (let row = 0; row < conv.filterHeight; row++) {
      for (let column = 0; column < conv.filterWidth; column++) {
        gatherSeen(heap.typedArrayFromHeap(seen), heap.typedArrayFromHeap(x), conv, row, column);
        const part = multiply({
          inputs: { a: seen, b: slopes },
          attrs: { transposeA: false, transposeB: false },
          backend,
        }) as tf.TensorInfo; // [1, in, out]
        const start = (row * conv.filterWidth + column) * inChannels * outChannels;
        heap.typedArrayFromHeap(output).set(heap.typedArrayFromHeap(part), start);
        heap.disposeData(part.dataId);
      }
    }
    heap.disposeData(seen.dataId);
    return output;
  },
};

/** Fills `seen` [in, places] with what one place of the filter saw; 0 where it looked beyond the edge. */
function gatherSeen(seen: Numbers, x: Numbers, conv: tf.backend_util.Conv2DInfo, row: number, column: number): void {
  const { batchSize, inHeight, inWidth, inChannels, outHeight, outWidth, strideHeight, strideWidth, padInfo } = conv;
  const places = batchSize * outHeight * outWidth;
  let place = 0;
  for (let image = 0; image < batchSize; image++) {
    for (let i = 0; i < outHeight; i++) {
      const y = i * strideHeight + row - padInfo.top;
      for (let j = 0; j < outWidth; j++, place++) {
        const across = j * strideWidth + column - padInfo.left;
        const inside = y >= 0 && y < inHeight && across >= 0 && across < inWidth;
        const from = ((image * inHeight + y) * inWidth + across) * inChannels;
        for (let c = 0; c < inChannels; c++) seen[c * places + place] = inside ? x[from + c]! : 0;
      }
    }
  }
}
