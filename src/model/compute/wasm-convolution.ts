import * as tf from '@tensorflow/tfjs-core';
import { disposeOnHeap, floatsOf, multiplyOnHeap, runOnHeap, type WasmBackend } from './wasm-heap.js';

/** What a convolution looks at, NHWC. */
export type Geometry = tf.backend_util.Conv2DInfo;
type Shape4D = [number, number, number, number];

/** Geometry of a convolution without dilation. */
export function geometryOf(
  inputShape: readonly number[],
  filterShape: readonly number[],
  { strides, pad, dimRoundingMode, dataFormat }: ConvolutionAttributes,
): Geometry {
  if (dataFormat !== undefined && dataFormat !== 'NHWC') {
    throw new Error(`the gradients of convolutions are written for NHWC, not ${dataFormat}`);
  }
  const [x, filter] = [inputShape as Shape4D, filterShape as Shape4D];
  return tf.backend_util.computeConv2DInfo(x, filter, strides, 1, pad, dimRoundingMode);
}

export type ConvolutionAttributes = Pick<tf.Conv2DBackpropFilterAttrs, 'strides' | 'pad'> &
  Partial<Pick<tf.Conv2DBackpropFilterAttrs, 'dimRoundingMode' | 'dataFormat'>>;

/** How many places the filter is put at. */
export function placesOf({ batchSize, outHeight, outWidth }: Geometry): number {
  return batchSize * outHeight * outWidth;
}

const conv2DBackpropFilter: tf.KernelConfig = {
  kernelName: tf.Conv2DBackpropFilter,
  backendName: 'wasm',
  kernelFunc: ({ inputs, attrs, backend }) => {
    const { x, dy } = inputs as { x: tf.TensorInfo; dy: tf.TensorInfo };
    const { filterShape, ...rest } = attrs as unknown as tf.Conv2DBackpropFilterAttrs;
    return filterGradient(backend as WasmBackend, x, dy, geometryOf(x.shape, filterShape, rest));
  },
};

const conv2DBackpropInput: tf.KernelConfig = {
  kernelName: tf.Conv2DBackpropInput,
  backendName: 'wasm',
  kernelFunc: ({ inputs, attrs, backend }) => {
    const { dy, filter } = inputs as { dy: tf.TensorInfo; filter: tf.TensorInfo };
    const { inputShape, ...rest } = attrs as unknown as tf.Conv2DBackpropInputAttrs;
    return inputGradient(backend as WasmBackend, dy, filter, geometryOf(inputShape, filter.shape, rest));
  },
};

export const convolutionKernels: readonly tf.KernelConfig[] = [conv2DBackpropFilter, conv2DBackpropInput];

/** The gradient of the filter [height, width, in, out]: for each place of the filter, what it saw (transposed) times dy. */
export function filterGradient(heap: WasmBackend, x: tf.TensorInfo, dy: tf.TensorInfo, conv: Geometry): tf.TensorInfo {
  const { filterHeight, filterWidth, inChannels, outChannels } = conv;
  const places = placesOf(conv);
  const pixels = conv.batchSize * conv.inHeight * conv.inWidth;
  const output = heap.makeOutput([filterHeight, filterWidth, inChannels, outChannels], 'float32');
  const across = heap.makeOutput([inChannels, pixels], 'float32');
  transposeInto(floatsOf(heap, across), floatsOf(heap, x), pixels, inChannels);
  const seesAll = filterHeight * filterWidth === 1 && places === pixels && conv.padInfo.top + conv.padInfo.left === 0;
  const seen = seesAll ? across : heap.makeOutput([inChannels, places], 'float32');
  for (let row = 0; row < filterHeight; row++) {
    for (let column = 0; column < filterWidth; column++) {
      if (!seesAll) lookThrough(floatsOf(heap, seen), floatsOf(heap, across), conv, row, column);
      const part = multiplyOnHeap(heap, seen, dy, [inChannels, places, outChannels]); // [in, out]
      const start = (row * filterWidth + column) * inChannels * outChannels;
      floatsOf(heap, output).set(floatsOf(heap, part), start);
      disposeOnHeap(heap, part);
    }
  }
  disposeOnHeap(heap, across, ...(seesAll ? [] : [seen]));
  return output;
}

/**
 * The gradient of the input: dy, spread by the strides and padded, convolved with the filter turned around. The backend's own kernel
 * is a plain loop; this way its fast forward kernel does the work.
 */
export function inputGradient(
  heap: WasmBackend,
  dy: tf.TensorInfo,
  filter: tf.TensorInfo,
  conv: Geometry,
): tf.TensorInfo {
  const { batchSize, inHeight, inWidth, inChannels, outChannels, filterHeight, filterWidth } = conv;
  const turned = heap.makeOutput([filterHeight, filterWidth, outChannels, inChannels], 'float32');
  turnAround(floatsOf(heap, turned), floatsOf(heap, filter), conv);
  const same = spreadsNothing(conv);
  const [height, width] = [inHeight + filterHeight - 1, inWidth + filterWidth - 1];
  const spread = same ? dy : heap.makeOutput([batchSize, height, width, outChannels], 'float32');
  if (!same) spreadInto(floatsOf(heap, spread), floatsOf(heap, dy), conv, height, width);
  const x = { ...spread, shape: [batchSize, height, width, outChannels] };
  const output = runOnHeap(
    heap,
    tf.Conv2D,
    { x, filter: turned },
    { strides: 1, pad: 'valid', dilations: 1, dataFormat: 'NHWC' },
  );
  disposeOnHeap(heap, turned, ...(same ? [] : [spread]));
  return output;
}

/** True where dy is as large as the input already: a filter of one pixel with stride 1. */
function spreadsNothing({ filterHeight, filterWidth, strideHeight, strideWidth, padInfo }: Geometry): boolean {
  return filterHeight * filterWidth * strideHeight * strideWidth === 1 && padInfo.top + padInfo.left === 0;
}

/** [height, width, in, out] as [height, width, out, in], from the last place of the filter to the first. */
function turnAround(turned: Float32Array, filter: Float32Array, conv: Geometry): void {
  const { inChannels, outChannels } = conv;
  const size = inChannels * outChannels;
  const last = conv.filterHeight * conv.filterWidth - 1;
  for (let place = 0; place <= last; place++) {
    transposeInto(
      turned.subarray((last - place) * size, (last - place + 1) * size),
      filter.subarray(place * size, (place + 1) * size),
      inChannels,
      outChannels,
    );
  }
}

/** dy with `stride - 1` zeros between its pixels, where the filter, turned around, meets what it saw. */
function spreadInto(spread: Float32Array, dy: Float32Array, conv: Geometry, height: number, width: number): void {
  const { batchSize, outHeight, outWidth, outChannels, strideHeight, strideWidth, padInfo } = conv;
  const [top, left] = [conv.filterHeight - 1 - padInfo.top, conv.filterWidth - 1 - padInfo.left];
  spread.fill(0);
  for (let image = 0; image < batchSize; image++) {
    for (let i = 0; i < outHeight; i++) {
      const y = i * strideHeight + top;
      if (y < 0 || y >= height) continue;
      for (let j = 0; j < outWidth; j++) {
        const x = j * strideWidth + left;
        if (x < 0 || x >= width) continue;
        const to = ((image * height + y) * width + x) * outChannels;
        const from = ((image * outHeight + i) * outWidth + j) * outChannels;
        for (let c = 0; c < outChannels; c++) spread[to + c] = dy[from + c]!;
      }
    }
  }
}

/** Fills `seen` [in, places] with what one place of the filter saw of `across` [in, pixels]; 0 where it looked beyond the edge. */
function lookThrough(seen: Float32Array, across: Float32Array, conv: Geometry, row: number, column: number): void {
  const { batchSize, inHeight, inWidth, inChannels, outHeight, outWidth, strideHeight, strideWidth, padInfo } = conv;
  // The columns of the output whose view is inside the image; the same in each row.
  const first = Math.min(outWidth, Math.max(0, Math.ceil((padInfo.left - column) / strideWidth)));
  const end = Math.max(first, Math.min(outWidth, Math.floor((inWidth - 1 + padInfo.left - column) / strideWidth) + 1));
  let to = 0;
  for (let plane = 0; plane < inChannels * batchSize; plane++) {
    for (let i = 0; i < outHeight; i++, to += outWidth) {
      const y = i * strideHeight + row - padInfo.top;
      if (y < 0 || y >= inHeight || first === end) {
        seen.fill(0, to, to + outWidth);
        continue;
      }
      const from = (plane * inHeight + y) * inWidth + column - padInfo.left;
      for (let j = 0; j < first; j++) seen[to + j] = 0;
      for (let j = first; j < end; j++) seen[to + j] = across[from + j * strideWidth]!;
      for (let j = end; j < outWidth; j++) seen[to + j] = 0;
    }
  }
}

/** [rows, columns] to [columns, rows], in tiles that stay in the cache. */
export function transposeInto(output: Float32Array, x: Float32Array, rows: number, columns: number): void {
  const tile = 16;
  for (let top = 0; top < rows; top += tile) {
    const bottom = Math.min(rows, top + tile);
    for (let left = 0; left < columns; left += tile) {
      const right = Math.min(columns, left + tile);
      for (let j = left; j < right; j++) {
        for (let i = top; i < bottom; i++) output[j * rows + i] = x[i * columns + j]!;
      }
    }
  }
}
