import * as tf from '@tensorflow/tfjs-core';
import { GROUPED_CONVOLUTION } from '../compute/wasm-grouped-convolution.js';

/** x [rows, height, width, in], filter [height, width, in, out] -> [rows, height / stride, width / stride, out]; zeros beyond the edge. */
export function convolution(x: tf.Tensor, filter: tf.Tensor, stride: number): tf.Tensor4D {
  const [images, weights] = [x as tf.Tensor4D, filter as tf.Tensor4D];
  const edge = edgeOf(filter);
  // Native TensorFlow has no gradients with a number as padding, and 'same' pads one side only where the stride is 2.
  if (edge === 0 || stride === 1) return tf.conv2d(images, weights, stride, edge === 0 ? 'valid' : 'same');
  const edges = [edge, edge] as [number, number];
  return tf.conv2d(tf.pad(images, [[0, 0], edges, edges, [0, 0]]) as tf.Tensor4D, weights, stride, 'valid');
}

/**
 * A convolution whose channels fall into groups that do not see each other: filter [height, width, in / groups, out].
 * TensorFlow.js has none, and one convolution for each of 32 groups spends its time on starting them.
 */
export function groupedConvolution(x: tf.Tensor, filter: tf.Tensor, groups: number, stride: number): tf.Tensor4D {
  if (groups === 1) return convolution(x, filter, stride);
  if (!tf.getKernel(GROUPED_CONVOLUTION, tf.getBackend())) return byMatrices(x, filter, groups, stride);
  return tf
    .engine()
    .runKernel(GROUPED_CONVOLUTION, { x, filter }, { groups, strides: stride, pad: edgeOf(filter) }) as tf.Tensor4D;
}

/** What every backend can: what the filter sees, side by side, times the filter, as one batch of matrices with a matrix a group. */
function byMatrices(x: tf.Tensor, filter: tf.Tensor, groups: number, stride: number): tf.Tensor4D {
  const [rows, height, width, channels] = x.shape as [number, number, number, number];
  const [filterHeight, filterWidth, groupIn, out] = filter.shape as [number, number, number, number];
  const edge = edgeOf(filter);
  const [outHeight, outWidth] = [
    Math.floor((height + 2 * edge - filterHeight) / stride) + 1,
    Math.floor((width + 2 * edge - filterWidth) / stride) + 1,
  ];
  const apart = tf.transpose(tf.reshape(x, [rows * height * width, groups, channels / groups]), [1, 0, 2]);
  const images = tf.pad(tf.reshape(apart, [groups * rows, height, width, groupIn]), [
    [0, 0],
    // One more than needed below and to the right, so that each part is a whole number of strides long.
    [edge, edge + stride - 1],
    [edge, edge + stride - 1],
    [0, 0],
  ]); // [groups * rows, height + edges, width + edges, in / groups]
  const seen: tf.Tensor[] = [];
  for (let i = 0; i < filterHeight; i++) {
    for (let j = 0; j < filterWidth; j++) {
      const part = tf.slice(images, [0, i, j, 0], [-1, outHeight * stride, outWidth * stride, -1]);
      seen.push(everyNth(part, [groups * rows, outHeight, outWidth, groupIn], stride));
    }
  }
  const places = rows * outHeight * outWidth;
  const views = tf.reshape(tf.concat(seen, 3), [groups, places, seen.length * groupIn]);
  const matrices = tf.reshape(
    tf.transpose(tf.reshape(filter, [filterHeight * filterWidth * groupIn, groups, out / groups]), [1, 0, 2]),
    [groups, filterHeight * filterWidth * groupIn, out / groups],
  );
  const products = tf.matMul(views, matrices); // [groups, places, out / groups]
  return tf.reshape(tf.transpose(products, [1, 0, 2]), [rows, outHeight, outWidth, out]) as tf.Tensor4D;
}

/** Every n-th pixel, by reshaping and slicing: a strided slice has no gradient. */
function everyNth(x: tf.Tensor, shape: [number, number, number, number], n: number): tf.Tensor {
  if (n === 1) return x;
  const [images, height, width, channels] = shape;
  const rows = tf.slice(tf.reshape(x, [images * height, n, width * n, channels]), [0, 0, 0, 0], [-1, 1, -1, -1]);
  const pixels = tf.reshape(rows, [images * height * width, n, channels]);
  return tf.reshape(tf.slice(pixels, [0, 0, 0], [-1, 1, -1]), shape);
}

/** Zeros beyond each edge, so that a filter of odd width keeps the image's size at stride 1 (PyTorch's `padding`). */
function edgeOf(filter: tf.Tensor): number {
  return (filter.shape[0]! - 1) / 2;
}
