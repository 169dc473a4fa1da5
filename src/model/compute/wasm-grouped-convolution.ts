import * as tf from '@tensorflow/tfjs-core';
import {
  type ConvolutionAttributes,
  filterGradient,
  type Geometry,
  geometryOf,
  inputGradient,
  placesOf,
} from './wasm-convolution.js';
import { disposeOnHeap, floatsOf, runOnHeap, type WasmBackend } from './wasm-heap.js';

/** Kernels of our own: TensorFlow.js has no grouped convolution. The filter is [height, width, in / groups, out], as TensorFlow has it. */
export const GROUPED_CONVOLUTION = 'GroupedConv2D';
export const GROUPED_CONVOLUTION_INPUT = 'GroupedConv2DBackpropInput';
export const GROUPED_CONVOLUTION_FILTER = 'GroupedConv2DBackpropFilter';

export interface GroupedAttributes extends Pick<ConvolutionAttributes, 'strides' | 'pad'> {
  groups: number;
}

/**
 * Some groups are computed together, as one dense convolution whose filter is zero between them: with 3 channels a group the fast kernel
 * would spend its time on starting. Measured best on wasm: as many as fit into this many channels.
 */
const BLOCK_CHANNELS = 24;

/** One convolution as several dense ones, each over some of the channels. */
interface Blocks {
  count: number;
  /** Groups in a block. */
  groups: number;
  /** Of one block. */
  conv: Geometry;
  /** Channels of one group. */
  groupIn: number;
  groupOut: number;
}

function blocksOf(
  inputShape: readonly number[],
  filterShape: readonly number[],
  attributes: GroupedAttributes,
): Blocks {
  const { groups, strides, pad } = attributes;
  const [height, width, groupIn, out] = filterShape as [number, number, number, number];
  const groupOut = out / groups;
  let together = 1;
  for (let n = 2; n <= groups; n++) {
    if (groups % n === 0 && n * Math.max(groupIn, groupOut) <= BLOCK_CHANNELS) together = n;
  }
  const [blockIn, blockOut] = [together * groupIn, together * groupOut];
  const shape = [...inputShape.slice(0, 3), blockIn];
  const conv = geometryOf(shape, [height, width, blockIn, blockOut], { strides, pad });
  return { count: groups / together, groups: together, conv, groupIn, groupOut };
}

const forward: tf.KernelConfig = {
  kernelName: GROUPED_CONVOLUTION,
  backendName: 'wasm',
  kernelFunc: ({ inputs, attrs, backend }) => {
    const heap = backend as WasmBackend;
    const { x, filter } = inputs as { x: tf.TensorInfo; filter: tf.TensorInfo };
    const attributes = attrs as unknown as GroupedAttributes;
    const blocks = blocksOf(x.shape, filter.shape, attributes);
    const { conv } = blocks;
    const places = placesOf(conv);
    const output = heap.makeOutput([...conv.outShape.slice(0, 3), blocks.count * conv.outChannels], 'float32');
    forEachBlock(blocks, block => {
      const part = takeChannels(heap, x, block, conv.inShape);
      const dense = denseFilter(heap, filter, blocks, block);
      const result = runOnHeap(
        heap,
        tf.Conv2D,
        { x: part, filter: dense },
        { strides: attributes.strides, pad: attributes.pad, dilations: 1, dataFormat: 'NHWC' },
      );
      putChannels(floatsOf(heap, output), floatsOf(heap, result), block, places);
      disposeOnHeap(heap, part, dense, result);
    });
    return output;
  },
};

const backpropInput: tf.KernelConfig = {
  kernelName: GROUPED_CONVOLUTION_INPUT,
  backendName: 'wasm',
  kernelFunc: ({ inputs, attrs, backend }) => {
    const heap = backend as WasmBackend;
    const { dy, filter } = inputs as { dy: tf.TensorInfo; filter: tf.TensorInfo };
    const { inputShape, ...attributes } = attrs as unknown as GroupedAttributes & { inputShape: number[] };
    const blocks = blocksOf(inputShape, filter.shape, attributes);
    const { conv } = blocks;
    const output = heap.makeOutput(inputShape, 'float32');
    forEachBlock(blocks, block => {
      const part = takeChannels(heap, dy, block, conv.outShape);
      const dense = denseFilter(heap, filter, blocks, block);
      const result = inputGradient(heap, part, dense, conv);
      putChannels(
        floatsOf(heap, output),
        floatsOf(heap, result),
        block,
        result.shape.slice(0, 3).reduce((a, b) => a * b),
      );
      disposeOnHeap(heap, part, dense, result);
    });
    return output;
  },
};

const backpropFilter: tf.KernelConfig = {
  kernelName: GROUPED_CONVOLUTION_FILTER,
  backendName: 'wasm',
  kernelFunc: ({ inputs, attrs, backend }) => {
    const heap = backend as WasmBackend;
    const { x, dy } = inputs as { x: tf.TensorInfo; dy: tf.TensorInfo };
    const { filterShape, ...attributes } = attrs as unknown as GroupedAttributes & { filterShape: number[] };
    const blocks = blocksOf(x.shape, filterShape, attributes);
    const { conv } = blocks;
    const output = heap.makeOutput(filterShape, 'float32');
    forEachBlock(blocks, block => {
      const [seen, slopes] = [takeChannels(heap, x, block, conv.inShape), takeChannels(heap, dy, block, conv.outShape)];
      const dense = filterGradient(heap, seen, slopes, conv);
      copyGroups(floatsOf(heap, output), floatsOf(heap, dense), blocks, block, 'from dense');
      disposeOnHeap(heap, seen, slopes, dense);
    });
    return output;
  },
};

export const groupedConvolutionKernels: readonly tf.KernelConfig[] = [forward, backpropInput, backpropFilter];

function forEachBlock({ count }: Blocks, compute: (block: number) => void): void {
  for (let block = 0; block < count; block++) compute(block);
}

/** The channels of one block, as a tensor of the given shape. */
function takeChannels(heap: WasmBackend, x: tf.TensorInfo, block: number, shape: number[]): tf.TensorInfo {
  const part = heap.makeOutput(shape, 'float32');
  copyChannels(floatsOf(heap, part), floatsOf(heap, x), {
    to: 0,
    toWidth: shape[3]!,
    from: block * shape[3]!,
    fromWidth: x.shape[3]!,
    width: shape[3]!,
  });
  return part;
}

function putChannels(output: Float32Array, part: Float32Array, block: number, places: number): void {
  const [width, whole] = [part.length / places, output.length / places];
  copyChannels(output, part, { to: block * width, toWidth: whole, from: 0, fromWidth: width, width });
}

function copyChannels(
  output: Float32Array,
  x: Float32Array,
  {
    to,
    toWidth,
    from,
    fromWidth,
    width,
  }: { to: number; toWidth: number; from: number; fromWidth: number; width: number },
): void {
  for (let i = to, j = from; i < output.length; i += toWidth, j += fromWidth) {
    for (let c = 0; c < width; c++) output[i + c] = x[j + c]!;
  }
}

/** The filter of one block, [height, width, in, out]: that of its groups, and zeros between them. */
function denseFilter(heap: WasmBackend, filter: tf.TensorInfo, blocks: Blocks, block: number): tf.TensorInfo {
  const dense = heap.makeOutput([...blocks.conv.filterShape], 'float32');
  const values = floatsOf(heap, dense);
  values.fill(0);
  copyGroups(floatsOf(heap, filter), values, blocks, block, 'to dense');
  return dense;
}

/** Copies between the filter of all groups [height, width, in / groups, out] and the dense one of a block. */
function copyGroups(
  filter: Float32Array,
  dense: Float32Array,
  { groups, conv, groupIn, groupOut, count }: Blocks,
  block: number,
  direction: 'to dense' | 'from dense',
): void {
  const { filterHeight, filterWidth, inChannels, outChannels } = conv;
  const whole = count * outChannels;
  for (let place = 0; place < filterHeight * filterWidth; place++) {
    for (let group = 0; group < groups; group++) {
      for (let c = 0; c < groupIn; c++) {
        const inDense = (place * inChannels + group * groupIn + c) * outChannels + group * groupOut;
        const inFilter = (place * groupIn + c) * whole + block * outChannels + group * groupOut;
        for (let o = 0; o < groupOut; o++) {
          if (direction === 'to dense') dense[inDense + o] = filter[inFilter + o]!;
          else filter[inFilter + o] = dense[inDense + o]!;
        }
      }
    }
  }
}
