import * as tf from '@tensorflow/tfjs-core';

/** The part of TensorFlow.js's wasm backend that is used here. */
interface WasmBackend extends tf.KernelBackend {
  makeOutput(shape: number[], dtype: tf.DataType): tf.TensorInfo;
  typedArrayFromHeap(info: tf.TensorInfo): Float32Array | Int32Array | Uint8Array;
}

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

/** The gradient of a convolution's filter: for each place of the filter, what it saw (transposed) times dy. NHWC, no dilation. */
const conv2DBackpropFilter: tf.KernelConfig = {
  kernelName: tf.Conv2DBackpropFilter,
  backendName: 'wasm',
  kernelFunc: ({ inputs, attrs }) => {
    const { strides, pad, dataFormat, dimRoundingMode, filterShape } = attrs as unknown as tf.Conv2DBackpropFilterAttrs;
    const x = asTensor(inputs.x!) as tf.Tensor4D;
    const dy = asTensor(inputs.dy!) as tf.Tensor4D;
    const conv = tf.backend_util.computeConv2DInfo(
      x.shape,
      filterShape,
      strides,
      1,
      pad,
      dimRoundingMode,
      false,
      tf.backend_util.convertConv2DDataFormat(dataFormat),
    );
    if (dataFormat !== 'NHWC') throw new Error(`the gradient of a filter is written for NHWC, not ${dataFormat}`);
    const { batchSize, outHeight, outWidth, inChannels, outChannels, strideHeight, strideWidth, padInfo } = conv;
    return tf.tidy(() => {
      const places = batchSize * outHeight * outWidth;
      const edges: [number, number][] = [
        [0, 0],
        [padInfo.top, padInfo.bottom + strideHeight],
        [padInfo.left, padInfo.right + strideWidth],
        [0, 0],
      ];
      const padded = tf.pad(x, edges); // [batch, height, width, in], the filter fits everywhere
      const slopes = tf.reshape(dy, [places, outChannels]);
      const parts: tf.Tensor[] = [];
      for (let row = 0; row < filterShape[0]; row++) {
        for (let column = 0; column < filterShape[1]; column++) {
          const end = [row + (outHeight - 1) * strideHeight + 1, column + (outWidth - 1) * strideWidth + 1];
          const seen = tf.stridedSlice(
            padded,
            [0, row, column, 0],
            [batchSize, end[0]!, end[1]!, inChannels],
            [1, strideHeight, strideWidth, 1],
          ); // [batch, outHeight, outWidth, in]
          parts.push(tf.matMul(tf.transpose(tf.reshape(seen, [places, inChannels])), slopes)); // [in, out]
        }
      }
      return tf.reshape(tf.concat(parts, 0), filterShape);
    });
  },
};

function asTensor(info: tf.TensorInfo): tf.Tensor {
  return tf.engine().makeTensorFromTensorInfo(info);
}
