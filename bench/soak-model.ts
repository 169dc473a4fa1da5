import { setImmediate } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import * as tf from '@tensorflow/tfjs-core';
import {
  batches,
  createTrainer,
  type Device,
  type Network,
  type PlainTensor,
  type RecipeName,
  recipes,
} from '../src/model/index.js';

/**
 * `npm run soak:model -- gpt2 [--steps 2000] [--every 100] [--device wasm]`: trains a model as it is shipped, beside three peers in this
 * process that answer at once, and prints what the process holds: MiB, tensors, and seconds since the start.
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    steps: { type: 'string', default: '2000' },
    every: { type: 'string', default: '100' },
    device: { type: 'string', default: 'wasm' },
  },
});
const name = positionals[0] as RecipeName;
if (!(name in recipes)) {
  console.error(`say which model: ${Object.keys(recipes).join(', ')}`);
  process.exit(2);
}
const { model, rows, open, learningRate, optimizer, clipNorm } = recipes[name];
const trainer = await createTrainer({
  device: values.device as Device,
  model,
  seed: 1,
  learningRate,
  ...(optimizer && { optimizer }),
  ...(clipNorm && { clipNorm }),
});
const network: Network = {
  peers: ['one', 'two', 'three'],
  caller: {
    forward: async (_peer, input) => ({
      ok: true,
      output: answerOf(trainer.synapse.answerShape(input.shape)),
      version: 1,
    }),
    backward: async () => ({ ok: true }),
  },
};
const data = await open({ labels: undefined });
const started = performance.now();
console.log(`${name}, ${rows} rows a step, ${trainer.backend.name}`);
console.log(['step', 'process', 'heap', 'buffers', 'wasm', 'tensors', 's'].join('\t'));
for await (const { batch } of batches(data, { rows, seed: 1 })) {
  const { step } = await trainer.train(batch, network);
  // What awaits nothing of the outside leaves timers and finalizers no turn.
  await setImmediate();
  if (step === 10 || step % Number(values.every) === 0) report(step);
  if (step === Number(values.steps)) break;
}
process.exit(0);

function report(step: number): void {
  const { rss, heapUsed, arrayBuffers } = process.memoryUsage();
  const { wasm } = tf.backend() as { wasm?: { HEAPU8: Uint8Array } };
  const mib = [rss, heapUsed, arrayBuffers, wasm?.HEAPU8.length ?? 0].map(bytes => (bytes / 2 ** 20).toFixed(1));
  const seconds = ((performance.now() - started) / 1000).toFixed(0);
  console.log([step, ...mib, tf.memory().numTensors, seconds].join('\t'));
}

function answerOf(shape: readonly number[]): PlainTensor & { dtype: 'float32' } {
  const length = shape.reduce((a, b) => a * b, 1);
  return { dtype: 'float32', shape, data: Float32Array.from({ length }, (_, i) => Math.sin(i)) };
}
