import * as tf from '@tensorflow/tfjs-core';
import {
  BERT_SPECIAL,
  bertTokenizer,
  createTrainer,
  type Device,
  devices,
  type ModelName,
  modelNames,
  type Network,
  type PlainBatch,
  type PlainTensor,
  recipes,
  type Trainer,
} from '../src/model/index.js';
import { keyText } from '../src/net/auth/signed.js';
import { type Axon, type DendriteOptions, floatTensor } from '../src/net/index.js';
import { ready } from '../src/wallet/index.js';
import { besideAxons, key } from './beside-axons.js';
import { jaxStep } from './beside-jax.js';
import { median } from './measure.js';
import { PlainBert } from './plain-bert.js';
import { PlainCifar } from './plain-cifar.js';
import { PlainGpt2 } from './plain-gpt2.js';
import { PlainMnist } from './plain-mnist.js';
import type { Row, Suite } from './row.js';
import { measureSteady } from './steady.js';

/** `BENCH_FEW=1`: as few steps of everything as there can be, to see that it runs. */
const isFew = process.env['BENCH_FEW'] === '1';
const WARM_UP = isFew ? 1 : 3;
const PEERS = 3;
/**
 * Pairs of steps that are measured, one of each kind in turn, so that other work on the machine hits both alike; and steps after which
 * nothing may have been left behind. All together some minutes on two cores.
 */
const counts: Readonly<Record<ModelName, { pairs: number; long: number }>> = {
  mnist: { pairs: 20, long: 1000 },
  cifar: { pairs: 10, long: 300 },
  bert: { pairs: 10, long: 300 },
  gpt2: { pairs: 10, long: 300 },
};
const LENGTH = 64;
const UNIT = 'ms of CPU';

/**
 * `npm run bench models`: all four as they are shipped, with the rows of their recipes. `BENCH_DEVICE=wasm` (or cpu, gpu) says on what;
 * without it the best that is there. The same in JAX is `test/conformance/python/models/*_step.py`.
 */
export const suite: Suite = {
  name: 'models: a training step of each as it is shipped, beside plain TensorFlow.js, beside JAX, and beside three peers on loopback',
  run,
};

/** The same model written in TensorFlow.js alone. */
interface Plain {
  readonly variables: tf.Variable[];
  dispose(): void;
}

async function run(): Promise<Row[]> {
  await ready();
  const rows: Row[] = [];
  for (const model of modelNames) {
    const trainer = await make(model);
    const { pairs, long } = isFew ? { pairs: 2, long: 20 } : counts[model];
    const batches = await batchesOf(model, pairs);
    const alone = await besidePlain(model, trainer, batches);
    const { direct, wire, bytes } = await besidePeers(trainer, batches);
    const jax = await jaxStep(model, pairs);
    const steady = await measureSteady(model, long);
    const { rows: count } = recipes[model];
    const backend = trainer.backend.name;
    trainer.dispose();
    const share = 1 - direct / wire;
    rows.push(
      {
        name: `${model}: step of ${count} rows / plain TensorFlow.js`,
        value: alone.ours,
        unit: UNIT,
        goal: '1.15x or less',
        ratio: alone.ours / alone.plain,
        note: `${backend}; plain with our derivative rules: ${alone.plain.toFixed(0)} ms`,
      },
      ...(jax
        ? [
            {
              name: `${model}: step of ${count} rows / JAX`,
              value: alone.ours,
              unit: UNIT,
              ratio: alone.ours / jax.cpuMs,
              note: `${backend}; JAX on the processor, compiled: ${jax.cpuMs.toFixed(0)} ms, of the clock ${jax.wallMs.toFixed(0)} ms`,
            },
          ]
        : []),
      {
        name: `${model}: step beside ${PEERS} peers over loopback / the same in one process`,
        value: wire,
        unit: UNIT,
        ratio: wire / direct,
        note: `share of the network ${(100 * share).toFixed(1)} %, ${(bytes / 2 ** 20).toFixed(2)} MiB a step, both ways`,
      },
      {
        name: `${model}: tensors more after ${long} steps than after 10`,
        value: steady.tensors,
        unit: 'tensors',
        goal: '0',
      },
      {
        name: `${model}: memory more after ${long} steps than after ${long / 5}`,
        value: steady.rssMib,
        unit: 'MiB',
        note: `${steady.tensorBytes} bytes of tensors`,
      },
    );
  }
  return rows;
}

function make(model: ModelName): Promise<Trainer> {
  const wanted = process.env['BENCH_DEVICE'] ?? 'auto';
  if (!(devices as readonly string[]).includes(wanted))
    throw new Error(`BENCH_DEVICE must be one of ${devices.join(', ')}`);
  const { learningRate, optimizer } = recipes[model];
  return createTrainer({
    device: wanted as Device,
    model,
    seed: 1,
    learningRate,
    ...(optimizer && { optimizer }),
  });
}

async function batchesOf(model: ModelName, pairs: number): Promise<PlainBatch[]> {
  const { rows, open } = recipes[model];
  const data = await open({ labels: undefined });
  const batches: PlainBatch[] = [];
  for (let index = 0; index < pairs + WARM_UP; index++) {
    batches.push(await data.batch({ epoch: 0, index, rows, seed: 1 }));
  }
  data.close();
  return batches;
}

async function besidePlain(
  model: ModelName,
  trainer: Trainer,
  batches: readonly PlainBatch[],
): Promise<{ ours: number; plain: number }> {
  const { plain, loss } = plainOf(model);
  const { learningRate, optimizer } = recipes[model];
  const optimise = optimizer?.kind === 'adam' ? tf.train.adam(learningRate) : tf.train.momentum(learningRate, 0.9);
  const plainStep = async (batch: PlainBatch) => {
    tf.tidy(() => {
      const value = loss(batch);
      optimise.minimize(value, true, plain.variables)!.dataSync();
    });
  };
  const [ours, theirs] = await inTurn(batches, [batch => trainer.train(batch), plainStep]);
  plain.dispose();
  optimise.dispose();
  return { ours: ours!, plain: theirs! };
}

/** The model in plain TensorFlow.js, and what makes its loss of a batch. */
function plainOf(model: ModelName): { plain: Plain; loss: (batch: PlainBatch) => () => tf.Scalar } {
  const labelsOf = ({ targets }: PlainBatch) =>
    tf.tensor(targets['labels']!.data, targets['labels']!.shape as number[], 'int32');
  if (model === 'mnist') {
    const plain = new PlainMnist(7);
    const loss = (batch: PlainBatch) => {
      const targets = tf.cast(tf.oneHot(labelsOf(batch) as tf.Tensor1D, 10), 'float32') as tf.Tensor2D;
      const images = tf.tensor2d(batch.inputs.data, batch.inputs.shape as [number, number]);
      return () => plain.loss(images, targets);
    };
    return { plain, loss };
  }
  if (model === 'cifar') {
    const plain = new PlainCifar(7);
    const loss = (batch: PlainBatch) => {
      const images = tf.tensor4d(batch.inputs.data, batch.inputs.shape as [number, number, number, number]);
      const labels = labelsOf(batch) as tf.Tensor1D;
      return () => plain.loss(images, labels);
    };
    return { plain, loss };
  }
  if (model === 'gpt2') {
    const plain = new PlainGpt2({ width: 128, layers: 2, heads: 4, positions: LENGTH }, 7);
    const loss = (batch: PlainBatch) => {
      const ids = tf.tensor2d(batch.inputs.data, batch.inputs.shape as [number, number], 'int32');
      const labels = labelsOf(batch) as tf.Tensor2D;
      return () => plain.loss(ids, labels);
    };
    return { plain, loss };
  }
  const plain = new PlainBert(LENGTH, 7);
  const classes = bertTokenizer().classOfId();
  return {
    plain,
    loss: batch => {
      const words = wordsOf(batch, classes);
      return () => plain.loss(words);
    },
  };
}

/** A batch of BERT as the plain one takes it. */
function wordsOf({ inputs, targets }: PlainBatch, classes: Int32Array) {
  const shape = inputs.shape as [number, number];
  const ids = inputs.data as Int32Array;
  const labels = targets['labels']!.data as Int32Array;
  const places = Int32Array.from([...labels.keys()].filter(at => labels[at]! >= 0));
  const segments = new Int32Array(ids.length);
  for (let row = 0; row < ids.length; row += shape[1]) {
    const end = ids.indexOf(BERT_SPECIAL.separate, row);
    if (end >= row && end < row + shape[1]) segments.fill(1, end + 1, row + shape[1]);
  }
  return {
    ids: tf.tensor2d(
      ids.map(id => classes[id]!),
      shape,
      'int32',
    ),
    segments: tf.tensor2d(segments, shape, 'int32'),
    visible: tf.tensor2d(
      Float32Array.from(ids, id => (id === BERT_SPECIAL.pad ? 0 : 1)),
      shape,
    ),
    places: tf.tensor1d(places, 'int32'),
    labels: tf.tensor1d(
      places.map(at => labels[at]!),
      'int32',
    ),
    next: tf.tensor1d(
      (targets['nextSentence']!.data as Int32Array).map(follows => 1 - follows),
      'int32',
    ),
  };
}

/** A step beside three peers that answer at once, in this process and over loopback: what is more there is the network. */
async function besidePeers(
  trainer: Trainer,
  batches: readonly PlainBatch[],
): Promise<{ direct: number; wire: number; bytes: number }> {
  const answers = new Map<string, PlainTensor & { dtype: 'float32' }>();
  const answer = (inputs: readonly number[]) => {
    const shape = trainer.synapse.answerShape(inputs);
    const length = shape.reduce((a, b) => a * b, 1);
    const made = answers.get(String(shape)) ?? {
      dtype: 'float32' as const,
      shape,
      data: Float32Array.from({ length }, (_, i) => Math.sin(i)),
    };
    answers.set(String(shape), made);
    return made;
  };
  const signers = Array.from({ length: PEERS }, (_, i) => key(10 + i));
  const direct: Network = {
    peers: signers.map(signer => keyText(signer.publicKey)),
    caller: {
      forward: async (_peer, input) => ({ ok: true, output: answer(input.shape), version: 1 }),
      backward: async () => ({ ok: true }),
    },
  };
  const attach = (axon: Axon) =>
    axon.attach({
      forward: async ({ tensors }) => {
        const { data, shape } = answer(tensors[0]!.shape);
        return { tensors: [floatTensor(data, [...shape])], parameterVersion: 1 };
      },
      backward: async () => ({ tensors: [], parameterVersion: 1 }),
    });
  const { modality } = trainer.synapse;
  // What `--dendrite.compression auto` makes of it.
  const half = { encoding: 'bf16', compression: 'none' } as const;
  const options: Partial<DendriteOptions> = modality === 'text' ? { format: half } : {};
  const step = (over: Network) => async (batch: PlainBatch) => {
    const { failures } = await trainer.train(batch, over);
    if (failures.length > 0) throw new Error(`peers failed: ${JSON.stringify(failures)}`);
  };
  return await besideAxons(
    signers.map(signer => ({ signer, attach })),
    async (network, dendrite) => {
      const [inProcess, overWire] = await inTurn(batches, [step(direct), step(network)]);
      const sent = dendrite.stats().reduce((sum, { bytesIn, bytesOut }) => sum + bytesIn + bytesOut, 0);
      return { direct: inProcess!, wire: overWire!, bytes: sent / batches.length };
    },
    { modality, ...options },
  );
}

/** Median processor time of each kind of step in milliseconds, the kinds in turn, without the first few batches. */
async function inTurn(batches: readonly PlainBatch[], kinds: ((batch: PlainBatch) => Promise<unknown>)[]) {
  const costs = kinds.map((): number[] => []);
  for (const [n, batch] of batches.entries()) {
    const order = [...kinds.entries()];
    for (const [k, step] of n % 2 === 0 ? order : order.toReversed()) {
      const cpu = process.cpuUsage();
      await step(batch);
      const { user, system } = process.cpuUsage(cpu);
      if (n >= WARM_UP) costs[k]!.push((user + system) / 1000);
    }
  }
  return costs.map(median);
}
