import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { BittensorError, messageOf } from '../../base/index.js';
import type { ModelErrorCode } from '../errors.js';
import { registerGradients } from './gradients.js';
import { registerNativeKernels } from './native-kernels.js';
import { registerWasmKernels } from './wasm-kernels.js';

/** By name, as `Device` says. */
export const devices = ['auto', 'gpu', 'cpu', 'wasm', 'js'] as const;
/** `auto`: the fastest that is there. `gpu`: CUDA, or else WebGPU. `cpu`: TensorFlow's own CPU kernels, or else wasm. `js`: plain JavaScript, for checking toys. */
export type Device = (typeof devices)[number];

export interface Backend {
  name: 'tfjs-node-gpu' | 'tfjs-node' | 'webgpu' | 'wasm' | 'js';
  /** One line on how to get a faster one, where there is one. */
  hint: string | undefined;
}

let started: { device: Device; backend: Promise<Backend> } | undefined;

/** Chooses the backend of this thread, once; code `device` when what was asked for is not there. */
export function startBackend(device: Device): Promise<Backend> {
  if (started?.device !== device) started = { device, backend: start(device) };
  return started.backend;
}

async function start(device: Device): Promise<Backend> {
  tf.enableProdMode(); // no advice on the console, no checks of each value
  if (device === 'js') return useJs();
  if (device === 'wasm') return useWasm();
  const native = await loadNative(device);
  if (typeof native === 'object') return native;
  if (device !== 'gpu') return useWasm(native);
  const onWebGpu = await loadWebGpu();
  if (typeof onWebGpu === 'object') return onWebGpu;
  throw new BittensorError<ModelErrorCode>('device', `no graphics processor here: ${native}; ${onWebGpu}`, {
    data: { device },
  });
}

/** The part of the npm package `webgpu` (Dawn for Node) that is used here. */
interface Dawn {
  create(options: string[]): { requestAdapter(): Promise<object | null> };
  globals: object;
}

/** WebGPU when it is installed and finds a graphics processor, or else one line that says what is missing. */
async function loadWebGpu(): Promise<Backend | string> {
  const [dawn, backend] = ['webgpu', '@tensorflow/tfjs-backend-webgpu'];
  try {
    const { create, globals } = (await import(dawn!)) as Dawn;
    const gpu = create([]);
    if (!(await gpu.requestAdapter())) return 'WebGPU finds no graphics processor with a Vulkan, Metal or D3D12 driver';
    Object.assign(globalThis, globals);
    // The backend looks for both where a browser has them.
    const navigator = { gpu, userAgent: 'node' };
    Object.defineProperty(globalThis, 'navigator', { value: navigator, configurable: true });
    await import(backend!);
    if (!(await tf.setBackend('webgpu'))) return 'the WebGPU backend of TensorFlow.js does not start';
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ERR_MODULE_NOT_FOUND'
      ? 'WebGPU is not installed (`npm run setup:webgpu`)'
      : `WebGPU is installed but does not start: ${messageOf(error).split('\n')[0]}`;
  }
  registerGradients({ transposesAreFree: true });
  return { name: 'webgpu', hint: undefined };
}

async function useJs(): Promise<Backend> {
  await import('@tensorflow/tfjs-backend-cpu');
  await tf.setBackend('cpu');
  registerGradients({ transposesAreFree: true });
  return { name: 'js', hint: 'plain JavaScript is for checking results; --device auto is a hundred times faster' };
}

async function useWasm(hint?: string): Promise<Backend> {
  const wasm = await import('@tensorflow/tfjs-backend-wasm');
  // The probe says that threads work in Node; they do not (tensorflow/tfjs #3830).
  tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
  wasm.setWasmPaths(`${dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm'))}/`);
  if (!(await tf.setBackend('wasm'))) {
    throw new BittensorError<ModelErrorCode>('device', 'the wasm backend of TensorFlow.js did not start');
  }
  registerWasmKernels();
  registerGradients({ transposesAreFree: false });
  return { name: 'wasm', hint };
}

/** Native TensorFlow when it is installed, or else one line that says what is missing. */
async function loadNative(device: Device): Promise<Backend | string> {
  // The addon of tfjs-node 4.22 uses functions that Node 23 removed (tensorflow/tfjs #8609).
  if (Number(process.versions.node.split('.')[0]) >= 23) return 'native TensorFlow is faster but needs Node 20 or 22';
  let missing =
    device === 'gpu'
      ? 'TensorFlow with CUDA is not installed (`npm run setup:native gpu`)'
      : 'native TensorFlow trains two to six times faster: `npm run setup:native` installs it';
  for (const name of device === 'cpu'
    ? (['tfjs-node', 'tfjs-node-gpu'] as const)
    : (['tfjs-node-gpu', 'tfjs-node'] as const)) {
    try {
      await import(`@tensorflow/${name}`);
      if (!(await tf.setBackend('tensorflow'))) throw new Error('its backend does not start');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') {
        missing = `@tensorflow/${name} is installed but does not load: ${messageOf(error).split('\n')[0]}`;
      }
      continue;
    }
    const onGpu = (tf.backend() as unknown as { isUsingGpuDevice?: boolean }).isUsingGpuDevice === true;
    if (device === 'gpu' && !onGpu) return `@tensorflow/${name} finds no CUDA device`;
    // What is written for the processor is not known to be right on a graphics processor.
    if (!onGpu) registerNativeKernels();
    registerGradients({ transposesAreFree: true });
    return {
      name,
      hint: onGpu || device === 'cpu' ? undefined : 'no CUDA device found: TensorFlow runs on the processor',
    };
  }
  return missing;
}
