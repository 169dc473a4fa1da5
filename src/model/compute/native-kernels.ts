import * as tf from '@tensorflow/tfjs-core';
import { BATCH_NORM, BATCH_NORM_GRAD, type BatchNormAttributes } from './wasm-batch-norm.js';
import { geometryOf } from './wasm-convolution.js';
import {
  GROUPED_CONVOLUTION,
  GROUPED_CONVOLUTION_FILTER,
  GROUPED_CONVOLUTION_INPUT,
  type GroupedAttributes,
} from './wasm-grouped-convolution.js';

/** The part of tfjs-node's backend that reaches TensorFlow's own operations. */
interface NodeBackend extends tf.KernelBackend {
  binding: Record<
    'TF_ATTR_TYPE' | 'TF_ATTR_INT' | 'TF_ATTR_FLOAT' | 'TF_ATTR_STRING' | 'TF_ATTR_BOOL' | 'TF_FLOAT',
    number
  >;
  executeSingleOutput(name: string, attributes: OpAttribute[], inputs: tf.TensorInfo[]): tf.Tensor;
  executeMultipleOutputs(name: string, attributes: OpAttribute[], inputs: tf.TensorInfo[], count: number): tf.Tensor[];
}
interface OpAttribute {
  name: string;
  type: number;
  value: unknown;
}

/**
 * Kernels of our own on tfjs-node: TensorFlow convolves in groups and normalises batches, TensorFlow.js does not pass it on. On a
 * processor TensorFlow has no gradients of grouped convolutions; they are convolutions in groups themselves.
 */
export function registerNativeKernels(): void {
  for (const [kernelName, compute] of Object.entries(kernels)) {
    if (tf.getKernel(kernelName, 'tensorflow')) continue;
    tf.registerKernel({
      kernelName,
      backendName: 'tensorflow',
      kernelFunc: ({ inputs, attrs, backend }) =>
        tf.tidy(() => compute(backend as NodeBackend, inputs as Inputs, attrs as unknown as never)),
    });
  }
}

type Inputs = Record<string, tf.Tensor4D>;
type Kernel = (backend: NodeBackend, inputs: Inputs, attributes: never) => tf.Tensor | tf.Tensor[];

const kernels: Record<string, Kernel> = {
  [GROUPED_CONVOLUTION]: (backend, { x, filter }, attributes: GroupedAttributes) => {
    const { top, bottom, left, right } = geometry(x!.shape, filter!.shape, attributes).padInfo;
    return convolve(backend, x!, filter!, { stride: strideOf(attributes), edges: [top, bottom, left, right] });
  },

  /** dy with zeros between its pixels, convolved with each group's filter turned around. */
  [GROUPED_CONVOLUTION_INPUT]: (
    backend,
    { dy, filter },
    attributes: GroupedAttributes & { inputShape: [number, number, number, number] },
  ) => {
    const { groups, inputShape } = attributes;
    const [height, width, groupIn, out] = filter!.shape;
    const { padInfo } = geometry(inputShape, filter!.shape, attributes);
    const apart = tf.reshape(tf.reverse(filter!, [0, 1]), [height, width, groupIn, groups, out / groups]);
    const turned = tf.reshape(tf.transpose(apart, [0, 1, 4, 3, 2]), [height, width, out / groups, groups * groupIn]);
    const spread = spreadApart(dy!, strideOf(attributes));
    const [before, left] = [height - 1 - padInfo.top, width - 1 - padInfo.left];
    const edges = [
      before,
      inputShape[1] + height - 1 - before - spread.shape[1],
      left,
      inputShape[2] + width - 1 - left - spread.shape[2],
    ] as const;
    return convolve(backend, spread, turned as tf.Tensor4D, { stride: 1, edges });
  },

  [GROUPED_CONVOLUTION_FILTER]: (backend, { x, dy }, attributes: FilterAttributes) =>
    dy!.shape[1] * dy!.shape[2] >= MANY_PLACES
      ? filterByBlocks(backend, x!, dy!, attributes)
      : filterByConvolution(backend, x!, dy!, attributes),

  [BATCH_NORM]: (backend, { x, gamma, beta }, { epsilon, relu }: BatchNormAttributes) => {
    const none = tf.tensor1d([]);
    const inputs = [fourAxes(x!), gamma!, beta!, none, none];
    const attributes = normAttributes(backend, epsilon);
    // The third output is the unbiased variance; what its gradient wants is the biased one.
    const [y, mean, , , variance] = backend.executeMultipleOutputs('FusedBatchNormV3', attributes, inputs, 6);
    const shaped = tf.reshape(y!, x!.shape);
    return [relu ? tf.relu(shaped) : shaped, mean!, variance!];
  },

  [BATCH_NORM_GRAD]: (backend, { dy, x, y, gamma, mean, variance }, { epsilon, relu }: BatchNormAttributes) => {
    const slope = relu ? tf.mul(dy!, tf.step(y!)) : dy!;
    const inputs = [fourAxes(slope), fourAxes(x!), gamma!, mean!, variance!, tf.tensor1d([])];
    const attributes = normAttributes(backend, epsilon);
    const [dx, dgamma, dbeta] = backend.executeMultipleOutputs('FusedBatchNormGradV3', attributes, inputs, 5);
    return [tf.reshape(dx!, x!.shape), dgamma!, dbeta!];
  },
};

type FilterAttributes = GroupedAttributes & { filterShape: [number, number, number, number] };

/** From this many places in an image on, the gradient of a filter is cheaper by blocks. */
const MANY_PLACES = 1024;
/** Channels of a block, as a dense convolution likes them. */
const BLOCK_CHANNELS = 32;

/** x convolved with dy in the filter's place: images are summed over as channels are otherwise, and channels stand for images. */
function filterByConvolution(
  backend: NodeBackend,
  x: tf.Tensor4D,
  dy: tf.Tensor4D,
  attributes: FilterAttributes,
): tf.Tensor {
  const { groups, filterShape } = attributes;
  const [rows, height, width, channels] = x.shape;
  const [, outHeight, outWidth] = dy.shape;
  const stride = strideOf(attributes);
  const { padInfo } = geometry(x.shape, filterShape, attributes);
  const apart = tf.transpose(tf.reshape(x, [rows, height, width, groups, channels / groups]), [4, 1, 2, 3, 0]);
  const images = tf.reshape(apart, [channels / groups, height, width, groups * rows]);
  const slopes = tf.transpose(dy, [1, 2, 0, 3]); // [out height, out width, rows, out]
  const below = (outHeight - 1) * stride + filterShape[0] - height - padInfo.top;
  const right = (outWidth - 1) * stride + filterShape[1] - width - padInfo.left;
  // What no filter saw at the far edges is left out.
  const seen = tf.slice(images, [0, 0, 0, 0], [-1, height + Math.min(0, below), width + Math.min(0, right), -1]);
  const edges = [padInfo.top, Math.max(0, below), padInfo.left, Math.max(0, right)] as const;
  const gradient = convolve(backend, seen, slopes, { stride: 1, edges, dilation: stride }); // [in / groups, height, width, out]
  return tf.transpose(gradient, [1, 2, 0, 3]);
}

/** The gradients of dense filters over some groups each, of which only the parts within a group are kept. */
function filterByBlocks(
  backend: NodeBackend,
  x: tf.Tensor4D,
  dy: tf.Tensor4D,
  attributes: FilterAttributes,
): tf.Tensor {
  const { groups, filterShape } = attributes;
  const [height, width, groupIn, out] = filterShape;
  const groupOut = out / groups;
  let together = 1;
  for (let n = 2; n <= groups; n++) {
    if (groups % n === 0 && n * Math.max(groupIn, groupOut) <= BLOCK_CHANNELS) together = n;
  }
  const shape = [height, width, together * groupIn, together * groupOut];
  const { top, bottom, left, right } = geometry(x.shape, filterShape, attributes).padInfo;
  const options = convolutionAttributes(backend, { stride: strideOf(attributes), edges: [top, bottom, left, right] });
  const slopes = tf.split(dy, groups / together, 3);
  const within = tf.reshape(tf.eye(together), [1, 1, together, 1, together, 1]);
  const parts = tf.split(x, groups / together, 3).map((part, i) => {
    const inputs = [part, tf.tensor1d(shape, 'int32'), slopes[i]!];
    const dense = backend.executeSingleOutput('Conv2DBackpropFilter', options, inputs);
    const apart = tf.reshape(dense, [height, width, together, groupIn, together, groupOut]);
    return tf.reshape(tf.sum(tf.mul(apart, within), 2), [height, width, groupIn, together * groupOut]);
  });
  return tf.concat(parts, 3);
}

interface Convolution {
  stride: number;
  /** Zeros above, below, to the left and to the right. */
  edges: readonly [number, number, number, number];
  dilation?: number;
}

/** A convolution in as many groups as the filter is too narrow for x. */
function convolve(backend: NodeBackend, x: tf.Tensor, filter: tf.Tensor, convolution: Convolution): tf.Tensor {
  return backend.executeSingleOutput('Conv2D', convolutionAttributes(backend, convolution), [x, filter]);
}

function convolutionAttributes({ binding }: NodeBackend, { stride, edges, dilation = 1 }: Convolution): OpAttribute[] {
  return [
    { name: 'T', type: binding.TF_ATTR_TYPE, value: binding.TF_FLOAT },
    { name: 'strides', type: binding.TF_ATTR_INT, value: [1, stride, stride, 1] },
    { name: 'padding', type: binding.TF_ATTR_STRING, value: 'EXPLICIT' },
    { name: 'explicit_paddings', type: binding.TF_ATTR_INT, value: [0, 0, ...edges, 0, 0] },
    { name: 'data_format', type: binding.TF_ATTR_STRING, value: 'NHWC' },
    { name: 'use_cudnn_on_gpu', type: binding.TF_ATTR_BOOL, value: true },
    { name: 'dilations', type: binding.TF_ATTR_INT, value: [1, dilation, dilation, 1] },
  ];
}

function normAttributes({ binding }: NodeBackend, epsilon: number): OpAttribute[] {
  return [
    { name: 'T', type: binding.TF_ATTR_TYPE, value: binding.TF_FLOAT },
    { name: 'U', type: binding.TF_ATTR_TYPE, value: binding.TF_FLOAT },
    { name: 'epsilon', type: binding.TF_ATTR_FLOAT, value: epsilon },
    { name: 'data_format', type: binding.TF_ATTR_STRING, value: 'NHWC' },
    { name: 'is_training', type: binding.TF_ATTR_BOOL, value: true },
  ];
}

/** `stride - 1` zeros after each pixel but the last: [rows, h, w, c] -> [rows, (h - 1) * stride + 1, (w - 1) * stride + 1, c] */
function spreadApart(x: tf.Tensor4D, stride: number): tf.Tensor4D {
  if (stride === 1) return x;
  const [rows, height, width, channels] = x.shape;
  const zeros = [0, stride - 1] as [number, number];
  const none = [0, 0] as [number, number];
  const apart = tf.pad(tf.reshape(x, [rows, height, 1, width, channels]), [none, none, zeros, none, none]);
  const both = tf.pad(tf.reshape(apart, [rows, height * stride, width, 1, channels]), [none, none, none, zeros, none]);
  const whole = tf.reshape(both, [rows, height * stride, width * stride, channels]);
  return tf.slice(whole, [0, 0, 0, 0], [-1, (height - 1) * stride + 1, (width - 1) * stride + 1, -1]) as tf.Tensor4D;
}

function fourAxes(x: tf.Tensor): tf.Tensor {
  return tf.reshape(x, [1, 1, -1, x.shape.at(-1)!]);
}

function geometry(inputShape: readonly number[], filterShape: readonly number[], attributes: GroupedAttributes) {
  const [rows, height, width] = inputShape as [number, number, number];
  const [filterHeight, filterWidth, groupIn, out] = filterShape as [number, number, number, number];
  const channels = groupIn * attributes.groups;
  return geometryOf([rows, height, width, channels], [filterHeight, filterWidth, channels, out], attributes);
}

function strideOf({ strides }: GroupedAttributes): number {
  return Array.isArray(strides) ? strides[0] : strides;
}
