import type * as tf from '@tensorflow/tfjs-core';
import { floatsOf, type WasmBackend } from './wasm-heap.js';

/**
 * Kernels of our own, because slicing channels and putting them together again costs more than the convolutions between.
 *
 * DUAL_PATH: kept [..., residual + k], change [..., residual + n] -> relu of [..., residual + k + n]: the first added, then those of
 * kept, then those of change. DUAL_PATH_GRAD: dy, y -> [dkept, dchange].
 */
export const DUAL_PATH = 'DualPath';
export const DUAL_PATH_GRAD = 'DualPathGrad';

const dualPath: tf.KernelConfig = {
  kernelName: DUAL_PATH,
  backendName: 'wasm',
  kernelFunc: ({ inputs, attrs, backend }) => {
    const heap = backend as WasmBackend;
    const { kept, change } = inputs as Record<'kept' | 'change', tf.TensorInfo>;
    const { residual } = attrs as unknown as { residual: number };
    const [k, n] = [kept.shape.at(-1)! - residual, change.shape.at(-1)! - residual];
    const output = heap.makeOutput([...kept.shape.slice(0, -1), residual + k + n], 'float32');
    join(floatsOf(heap, output), floatsOf(heap, kept), floatsOf(heap, change), [residual, k, n]);
    return output;
  },
};

const dualPathGrad: tf.KernelConfig = {
  kernelName: DUAL_PATH_GRAD,
  backendName: 'wasm',
  kernelFunc: ({ inputs, attrs, backend }) => {
    const heap = backend as WasmBackend;
    const { dy, y } = inputs as Record<'dy' | 'y', tf.TensorInfo>;
    const { residual, keptChannels } = attrs as unknown as { residual: number; keptChannels: number };
    const [k, n] = [keptChannels - residual, y.shape.at(-1)! - keptChannels];
    const places = y.shape.slice(0, -1);
    const outputs = [heap.makeOutput([...places, residual + k], 'float32')];
    outputs.push(heap.makeOutput([...places, residual + n], 'float32'));
    const [dkept, dchange] = outputs.map(info => floatsOf(heap, info)) as [Float32Array, Float32Array];
    part(dkept, dchange, floatsOf(heap, dy), floatsOf(heap, y), [residual, k, n]);
    return outputs;
  },
};

export const dualPathKernels: readonly tf.KernelConfig[] = [dualPath, dualPathGrad];

type Widths = [residual: number, kept: number, fresh: number];

function join(y: Float32Array, kept: Float32Array, change: Float32Array, [residual, k, n]: Widths): void {
  for (let to = 0, a = 0, b = 0; to < y.length; to += residual + k + n, a += residual + k, b += residual + n) {
    for (let c = 0; c < residual; c++) {
      const sum = kept[a + c]! + change[b + c]!;
      y[to + c] = sum < 0 ? 0 : sum;
    }
    for (let c = 0; c < k; c++) {
      const value = kept[a + residual + c]!;
      y[to + residual + c] = value < 0 ? 0 : value;
    }
    for (let c = 0; c < n; c++) {
      const value = change[b + residual + c]!;
      y[to + residual + k + c] = value < 0 ? 0 : value;
    }
  }
}

function part(
  dkept: Float32Array,
  dchange: Float32Array,
  dy: Float32Array,
  y: Float32Array,
  [residual, k, n]: Widths,
): void {
  for (let from = 0, a = 0, b = 0; from < y.length; from += residual + k + n, a += residual + k, b += residual + n) {
    for (let c = 0; c < residual; c++) {
      const slope = y[from + c]! > 0 ? dy[from + c]! : 0;
      dkept[a + c] = slope;
      dchange[b + c] = slope;
    }
    for (let c = residual; c < residual + k; c++) dkept[a + c] = y[from + c]! > 0 ? dy[from + c]! : 0;
    for (let c = residual; c < residual + n; c++) dchange[b + c] = y[from + k + c]! > 0 ? dy[from + k + c]! : 0;
  }
}
