import * as tf from '@tensorflow/tfjs-core';
import {
  createTrainer,
  labelsOf,
  type ModelName,
  type PlainBatch,
  type PlainTensor,
  type RemoteCaller,
  random,
} from '../src/model/index.js';

/** What training leaves behind. */
export interface Steady {
  /** Tensors and their bytes, more after all steps than after the tenth. */
  tensors: number;
  tensorBytes: number;
  /** Memory of the process, more after all steps than after a fifth of them, MiB. */
  rssMib: number;
}

const LENGTH = 8;
const ROWS = 4;
/** Every layer of each model, as small as it can be: what is left behind does not depend on sizes. */
export const TINY: Readonly<Record<ModelName, Record<string, unknown>>> = {
  mnist: { hiddenDim: 16 },
  cifar: { hiddenDim: 16, imageSize: 8 },
  bert: { width: 16, layers: 1, heads: 2, positions: LENGTH },
  gpt2: { width: 16, layers: 1, heads: 2, positions: LENGTH },
};

/** Trains a tiny model for so many steps beside three peers: one answers, one is wrong in form, one fails every third time. */
export async function measureSteady(model: ModelName, steps: number, tick?: () => Promise<void>): Promise<Steady> {
  const isText = model === 'bert' || model === 'gpt2';
  const optimizer = isText ? ({ kind: 'adam' } as const) : ({ kind: 'sgd' } as const);
  const trainer = await createTrainer({ device: 'auto', model, seed: 1, config: TINY[model], optimizer, clipNorm: 1 });
  let calls = 0;
  const caller: RemoteCaller = {
    forward: async (peer, input) => {
      calls++;
      if (peer === 'fails' && calls % 3 === 0) return { ok: false, code: 'Timeout' };
      const shape = peer === 'malformed' ? [1, 2] : trainer.synapse.answerShape(input.shape);
      return { ok: true, output: noise(shape, calls), version: 1 };
    },
    backward: async peer => (peer === 'fails' ? { ok: false, code: 'Stale' } : { ok: true }),
  };
  const network = { peers: ['answers', 'fails', 'malformed'], caller };
  const at: { tensors: number; bytes: number; rss: number }[] = [];
  for (let step = 1; step <= steps; step++) {
    await trainer.train(batchOf(model, step), network);
    if (step % 50 === 0) await trainer.evaluate([batchOf(model, step)], network);
    if (step === 10 || step === Math.max(11, Math.floor(steps / 5)) || step === steps) {
      const { numTensors, numBytes } = tf.memory();
      at.push({ tensors: numTensors, bytes: numBytes, rss: process.memoryUsage.rss() });
    }
    await tick?.();
  }
  trainer.dispose();
  const [tenth, fifth, last] = at as [(typeof at)[0], (typeof at)[0], (typeof at)[0]];
  return {
    tensors: last.tensors - tenth.tensors,
    tensorBytes: last.bytes - tenth.bytes,
    rssMib: (last.rss - fifth.rss) / 2 ** 20,
  };
}

function batchOf(model: ModelName, step: number): PlainBatch {
  const source = random(1, 'steady', step);
  const classes = (count: number, of: number) =>
    Int32Array.from({ length: count }, () => Math.floor(source.uniform() * of));
  if (model === 'mnist' || model === 'cifar') {
    const shape = model === 'mnist' ? [ROWS, 784] : [ROWS, 8, 8, 3];
    return { inputs: noise(shape, step), targets: { labels: labelsOf(classes(ROWS, 10)) } };
  }
  const table = (data: Int32Array): PlainTensor => ({ dtype: 'int32', shape: [ROWS, LENGTH], data });
  const labels = table(classes(ROWS * LENGTH, 100));
  const ids = classes(ROWS * LENGTH, 900).map(id => id + 100);
  if (model === 'gpt2') return { inputs: table(ids), targets: { labels } };
  return { inputs: table(ids), targets: { labels, nextSentence: labelsOf(classes(ROWS, 2)) } };
}

function noise(shape: readonly number[], seed: number): PlainTensor & { dtype: 'float32' } {
  const source = random(2, 'steady', seed);
  const length = shape.reduce((a, b) => a * b, 1);
  return { dtype: 'float32', shape: [...shape], data: Float32Array.from({ length }, () => source.normal()) };
}
