import type * as tf from '@tensorflow/tfjs-core';
import { floatsOf, type WasmBackend } from './wasm-heap.js';

/**
 * Kernels of our own: composed of TensorFlow.js's, batch normalisation walks over its input twenty times. Channels are the last axis.
 *
 * BATCH_NORM: x, gamma, beta -> [y, mean, variance]; `relu` cuts y off at 0.
 * BATCH_NORM_GRAD: dy, x, y, gamma, mean, variance -> [dx, dgamma, dbeta].
 * SCALE_SHIFT: x, scale, shift -> x * scale + shift, cut off at 0 with `relu`.
 */
export const BATCH_NORM = 'BatchNormTraining';
export const BATCH_NORM_GRAD = 'BatchNormTrainingGrad';
export const SCALE_SHIFT = 'ScaleShift';

export interface BatchNormAttributes {
  epsilon: number;
  relu: boolean;
}

const batchNorm: tf.KernelConfig = {
  kernelName: BATCH_NORM,
  backendName: 'wasm',
  kernelFunc: ({ inputs, attrs, backend }) => {
    const heap = backend as WasmBackend;
    const { x, gamma, beta } = inputs as Record<'x' | 'gamma' | 'beta', tf.TensorInfo>;
    const { epsilon, relu } = attrs as unknown as BatchNormAttributes;
    const channels = gamma.shape[0]!;
    const outputs = [heap.makeOutput(x.shape, 'float32'), heap.makeOutput([channels], 'float32')];
    outputs.push(heap.makeOutput([channels], 'float32'));
    const [y, mean, variance] = outputs.map(info => floatsOf(heap, info)) as Three;
    const [values, scale, shift] = [x, gamma, beta].map(info => floatsOf(heap, info)) as Three;
    const [means, variances] = momentsOf(values, channels);
    mean.set(means);
    variance.set(variances);
    const factors = scale.map((factor, c) => factor / Math.sqrt(variances[c]! + epsilon));
    const offsets = shift.map((offset, c) => offset - means[c]! * factors[c]!);
    if (relu) scaleShiftRelu(y, values, factors, offsets);
    else scaleShiftOnly(y, values, factors, offsets);
    return outputs;
  },
};

const batchNormGrad: tf.KernelConfig = {
  kernelName: BATCH_NORM_GRAD,
  backendName: 'wasm',
  kernelFunc: ({ inputs, attrs, backend }) => {
    const heap = backend as WasmBackend;
    const names = ['dy', 'x', 'y', 'gamma', 'mean', 'variance'] as const;
    const { epsilon, relu } = attrs as unknown as BatchNormAttributes;
    const { x, gamma } = inputs as Record<(typeof names)[number], tf.TensorInfo>;
    const channels = gamma!.shape[0]!;
    const outputs = [heap.makeOutput(x!.shape, 'float32'), heap.makeOutput([channels], 'float32')];
    outputs.push(heap.makeOutput([channels], 'float32'));
    const [dx, dgamma, dbeta] = outputs.map(info => floatsOf(heap, info)) as Three;
    const [dy, values, y, scale, mean, variance] = names.map(name => floatsOf(heap, inputs[name]!)) as [
      ...Three,
      ...Three,
    ];
    const places = values.length / channels;
    const [slopes, products] = relu ? sumWhere(dy, values, y, mean) : sumAll(dy, values, mean);
    // With r = 1 / deviation: dx = gamma r (dy - mean(dy) - (x - mean) r^2 mean(dy (x - mean))).
    const [byDy, byX, offset] = [new Float32Array(channels), new Float32Array(channels), new Float32Array(channels)];
    for (let c = 0; c < channels; c++) {
      const precision = 1 / Math.sqrt(variance[c]! + epsilon);
      dgamma[c] = products[c]! * precision;
      dbeta[c] = slopes[c]!;
      const factor = scale[c]! * precision;
      byDy[c] = factor;
      byX[c] = (-factor * precision * precision * products[c]!) / places;
      offset[c] = (-factor * slopes[c]!) / places;
    }
    if (relu) slopesWhere(dx, dy, y, byDy);
    else scaleShiftOnly(dx, dy, byDy, new Float32Array(channels));
    addCentred(dx, values, mean, byX, offset);
    return outputs;
  },
};

const scaleShift: tf.KernelConfig = {
  kernelName: SCALE_SHIFT,
  backendName: 'wasm',
  kernelFunc: ({ inputs, attrs, backend }) => {
    const heap = backend as WasmBackend;
    const { x, scale, shift } = inputs as Record<'x' | 'scale' | 'shift', tf.TensorInfo>;
    const output = heap.makeOutput(x.shape, 'float32');
    const [values, factors, offsets] = [x, scale, shift].map(info => floatsOf(heap, info)) as Three;
    const compute = (attrs as unknown as { relu: boolean }).relu ? scaleShiftRelu : scaleShiftOnly;
    compute(floatsOf(heap, output), values, factors, offsets);
    return output;
  },
};

export const batchNormKernels: readonly tf.KernelConfig[] = [batchNorm, batchNormGrad, scaleShift];

type Three = [Float32Array, Float32Array, Float32Array];

/** Mean and biased variance by channel, in 64 bits and counted from the first row, so that a large mean does not eat the variance. */
function momentsOf(x: Float32Array, channels: number): [Float64Array, Float64Array] {
  const rows = x.length / channels;
  const [sums, squares] = [new Float64Array(channels), new Float64Array(channels)];
  for (let i = 0; i < x.length; i += channels) {
    for (let c = 0; c < channels; c++) {
      const value = x[i + c]! - x[c]!;
      sums[c]! += value;
      squares[c]! += value * value;
    }
  }
  for (let c = 0; c < channels; c++) {
    const mean = sums[c]! / rows;
    squares[c] = Math.max(0, squares[c]! / rows - mean * mean);
    sums[c] = mean + x[c]!;
  }
  return [sums, squares];
}

function scaleShiftOnly(y: Float32Array, x: Float32Array, scale: Float32Array, shift: Float32Array): void {
  const channels = scale.length;
  for (let i = 0; i < x.length; i += channels) {
    for (let c = 0; c < channels; c++) y[i + c] = x[i + c]! * scale[c]! + shift[c]!;
  }
}

function scaleShiftRelu(y: Float32Array, x: Float32Array, scale: Float32Array, shift: Float32Array): void {
  const channels = scale.length;
  for (let i = 0; i < x.length; i += channels) {
    for (let c = 0; c < channels; c++) {
      const value = x[i + c]! * scale[c]! + shift[c]!;
      y[i + c] = value < 0 ? 0 : value; // what is not a number stays so
    }
  }
}

/** Sums by channel of dy and of dy (x - mean). */
function sumAll(dy: Float32Array, x: Float32Array, mean: Float32Array): [Float64Array, Float64Array] {
  const channels = mean.length;
  const [slopes, products] = [new Float64Array(channels), new Float64Array(channels)];
  for (let i = 0; i < x.length; i += channels) {
    for (let c = 0; c < channels; c++) {
      const slope = dy[i + c]!;
      slopes[c]! += slope;
      products[c]! += slope * (x[i + c]! - mean[c]!);
    }
  }
  return [slopes, products];
}

/** The same of the places where y > 0. */
function sumWhere(
  dy: Float32Array,
  x: Float32Array,
  y: Float32Array,
  mean: Float32Array,
): [Float64Array, Float64Array] {
  const channels = mean.length;
  const [slopes, products] = [new Float64Array(channels), new Float64Array(channels)];
  for (let i = 0; i < x.length; i += channels) {
    for (let c = 0; c < channels; c++) {
      const slope = y[i + c]! > 0 ? dy[i + c]! : 0;
      slopes[c]! += slope;
      products[c]! += slope * (x[i + c]! - mean[c]!);
    }
  }
  return [slopes, products];
}

function slopesWhere(dx: Float32Array, dy: Float32Array, y: Float32Array, scale: Float32Array): void {
  const channels = scale.length;
  for (let i = 0; i < dx.length; i += channels) {
    for (let c = 0; c < channels; c++) dx[i + c] = y[i + c]! > 0 ? dy[i + c]! * scale[c]! : 0;
  }
}

function addCentred(
  dx: Float32Array,
  x: Float32Array,
  mean: Float32Array,
  scale: Float32Array,
  offset: Float32Array,
): void {
  const channels = scale.length;
  for (let i = 0; i < dx.length; i += channels) {
    for (let c = 0; c < channels; c++) dx[i + c]! += (x[i + c]! - mean[c]!) * scale[c]! + offset[c]!;
  }
}
