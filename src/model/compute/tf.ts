import * as tf from '@tensorflow/tfjs-core';
import { type Device, startBackend } from './backend.js';

export type { Tensor as TfTensor, Variable as TfVariable } from '@tensorflow/tfjs-core';

/** The functions of TensorFlow.js. */
export type TensorFlow = typeof tf;

/** TensorFlow.js as this program has it, with a backend that is started. A second copy of it would not know these tensors. */
export async function tensorflow(device: Device = 'auto'): Promise<TensorFlow> {
  await startBackend(device);
  return tf;
}
