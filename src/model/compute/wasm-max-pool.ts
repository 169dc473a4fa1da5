import * as tf from '@tensorflow/tfjs-core';
import { floatsOf, type WasmBackend } from './wasm-heap.js';

/** The backend's own kernel forgets windows whose largest number is negative. */
export const maxPoolGrad: tf.KernelConfig = {
  kernelName: tf.MaxPoolGrad,
  backendName: 'wasm',
  kernelFunc: ({ inputs, attrs, backend }) => {
    const heap = backend as WasmBackend;
    const { dy, input } = inputs as { dy: tf.TensorInfo; input: tf.TensorInfo };
    const { filterSize, strides, pad, dimRoundingMode } = attrs as unknown as tf.MaxPoolGradAttrs;
    const shape = input.shape as [number, number, number, number];
    const pool = tf.backend_util.computePool2DInfo(shape, filterSize, strides, 1, pad, dimRoundingMode);
    const output = heap.makeOutput(shape, 'float32');
    giveToLargest(floatsOf(heap, output), floatsOf(heap, dy), floatsOf(heap, input), pool);
    return output;
  },
};

/** Adds each dy to the first of the largest numbers of its window. */
function giveToLargest(dx: Float32Array, dy: Float32Array, x: Float32Array, pool: tf.backend_util.Conv2DInfo): void {
  const { batchSize, inHeight, inWidth, inChannels, outHeight, outWidth, strideHeight, strideWidth, padInfo } = pool;
  dx.fill(0);
  let from = 0;
  for (let image = 0; image < batchSize; image++) {
    for (let i = 0; i < outHeight; i++) {
      const top = i * strideHeight - padInfo.top;
      const [firstRow, endRow] = [Math.max(0, top), Math.min(inHeight, top + pool.filterHeight)];
      for (let j = 0; j < outWidth; j++) {
        const left = j * strideWidth - padInfo.left;
        const [firstColumn, endColumn] = [Math.max(0, left), Math.min(inWidth, left + pool.filterWidth)];
        for (let c = 0; c < inChannels; c++, from++) {
          let best = -1;
          for (let row = firstRow; row < endRow; row++) {
            for (let column = firstColumn; column < endColumn; column++) {
              const at = ((image * inHeight + row) * inWidth + column) * inChannels + c;
              if (best < 0 || x[at]! > x[best]!) best = at;
            }
          }
          if (best >= 0) dx[best]! += dy[from]!;
        }
      }
    }
  }
}
