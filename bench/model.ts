import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { registerGradients } from '../src/model/compute/gradients.js';
import {
  batchOfDigits,
  createServer,
  createTrainer,
  type Digits,
  epochOrder,
  loadDigits,
  type PlainBatch,
  pick,
  portions,
  type RemoteCaller,
  type Server,
  type Trainer,
} from '../src/model/index.js';
import { PlainMnist } from './plain-mnist.js';
import type { Row, Suite } from './row.js';

const ROWS = 64;
/** Pairs of steps that are measured, one of each kind in turn, so that other work on the machine hits both alike. */
const PAIRS = 12;
const WARM_UP = 3;

export const suite: Suite = {
  name: 'model: the digits network, full width, 64 images a step',
  run,
};

async function run(): Promise<Row[]> {
  const startedAt = performance.now();
  const trainer = await createTrainer({ device: 'auto', model: 'mnist', seed: 1 });
  const startMs = performance.now() - startedAt;
  const loadedAt = performance.now();
  const digits = loadDigits();
  const loadMs = performance.now() - loadedAt;
  const batches = Array.from({ length: PAIRS + WARM_UP }, (_, n): PlainBatch => {
    const rows = epochOrder(digits.training.count, 1, 0).subarray(ROWS * n, ROWS * (n + 1));
    return batchOfDigits(pick(digits.training, rows));
  });

  const alone = await pairAlone(trainer, batches);
  const withPeer = await pairWithPeer(trainer, batches);
  const rows: Row[] = [
    { name: 'start the backend and make the model', value: startMs, unit: 'ms', note: trainer.backend.name },
    { name: 'read 10,000 digits', value: loadMs, unit: 'ms' },
    { name: 'training step alone', value: alone.wallMs, unit: 'ms', note: `${alone.ours.toFixed(0)} ms of CPU time` },
    ratioRow(
      'training step alone / plain TensorFlow.js',
      alone.ours,
      alone.plain,
      `plain with our derivative rules: ${alone.plain.toFixed(0)} ms`,
    ),
    ratioRow(
      'training step alone / plain, stock rules',
      alone.ours,
      alone.stock,
      `plain with the matrix rule of TensorFlow.js: ${alone.stock.toFixed(0)} ms`,
    ),
    { name: 'training step with a peer in this process', value: withPeer.wallMs, unit: 'ms', note: 'both neurons' },
    ratioRow(
      'training step with a peer / one local graph',
      withPeer.ours,
      withPeer.plain,
      `two models in one plain graph: ${withPeer.plain.toFixed(0)} ms`,
    ),
    ...(await checkpointRows(trainer)),
    ...(await evaluationRows(trainer, digits.test)),
    {
      name: 'memory of the process',
      value: process.memoryUsage().rss / 2 ** 20,
      unit: 'MiB',
      note: 'four models, digits, Node',
    },
    {
      name: 'tensors kept by the models',
      value: tf.memory().numTensors,
      unit: 'tensors',
      note: `${(tf.memory().numBytes / 2 ** 20).toFixed(0)} MiB`,
    },
  ];
  trainer.dispose();
  return rows;
}

function ratioRow(name: string, ours: number, other: number, note: string): Row {
  return { name, value: ours, unit: 'ms of CPU', goal: '1.3x or less', ratio: ours / other, note };
}

/** Our step against plain TensorFlow.js on our derivative rules, and on its own. */
async function pairAlone(trainer: Trainer, batches: readonly PlainBatch[]) {
  const plain = new PlainMnist(7);
  const optimizer = tf.train.momentum(0.01, 0.9);
  const plainStep = (batch: PlainBatch) =>
    withTensors(batch, (x, targets) => {
      optimizer.minimize(() => plain.loss(x, targets), true, plain.variables)!.dataSync();
    });
  const [ours, same] = await inTurn(batches, [batch => trainer.train(batch), async batch => plainStep(batch)]);
  const wasm = trainer.backend.name === 'wasm';
  let stock = same!;
  if (wasm) {
    registerGradients({ transposesAreFree: true });
    [stock] = (await inTurn(batches.slice(0, WARM_UP + 4), [async batch => plainStep(batch)])) as [Cost];
    registerGradients({ transposesAreFree: false });
  }
  plain.dispose();
  optimizer.dispose();
  return { ours: ours!.cpuMs, wallMs: ours!.wallMs, plain: same!.cpuMs, stock: stock.cpuMs };
}

/** A step with a served peer, gradients returned to it, against both models in one plain graph. */
async function pairWithPeer(trainer: Trainer, batches: readonly PlainBatch[]) {
  const server = await createServer({
    device: 'auto',
    model: 'mnist',
    parameters: trainer.exportParameters(),
    version: 1,
  });
  const network = { peers: ['peer'], caller: inProcess(server) };
  const [own, peer] = [new PlainMnist(7), new PlainMnist(8)];
  const optimizer = tf.train.momentum(0.01, 0.9);
  const plainStep = (batch: PlainBatch) =>
    withTensors(batch, (x, targets) => {
      const both = [...own.variables, ...peer.variables];
      optimizer.minimize(() => own.loss(x, targets, peer.answer(x)), true, both)!.dataSync();
    });
  const [ours, plain] = await inTurn(batches, [
    batch => trainer.train(batch, network),
    async batch => plainStep(batch),
  ]);
  for (const each of [own, peer, optimizer, server]) each.dispose();
  return { ours: ours!.cpuMs, wallMs: ours!.wallMs, plain: plain!.cpuMs };
}

function inProcess(server: Server): RemoteCaller {
  return {
    forward: async (_peer, input) => ({ ok: true, ...(await server.forward(input)) }),
    async backward(_peer, input, gradient, version, options) {
      const back = await server.backward(input, gradient, version, options);
      return back.gradient ? { ok: true, gradient: back.gradient } : { ok: true };
    },
  };
}

interface Cost {
  cpuMs: number;
  wallMs: number;
}

/** Mean cost of each kind of step, one after the other on each batch, without the first few. */
async function inTurn(
  batches: readonly PlainBatch[],
  kinds: ((batch: PlainBatch) => Promise<unknown>)[],
): Promise<Cost[]> {
  const costs = kinds.map((): Cost => ({ cpuMs: 0, wallMs: 0 }));
  for (const [n, batch] of batches.entries()) {
    for (const [k, step] of kinds.entries()) {
      const [began, cpu] = [performance.now(), process.cpuUsage()];
      await step(batch);
      if (n < WARM_UP) continue;
      const { user, system } = process.cpuUsage(cpu);
      costs[k]!.cpuMs += (user + system) / 1000 / (batches.length - WARM_UP);
      costs[k]!.wallMs += (performance.now() - began) / (batches.length - WARM_UP);
    }
  }
  return costs;
}

function withTensors(
  { inputs, targets: { labels } }: PlainBatch,
  use: (x: tf.Tensor2D, targets: tf.Tensor2D) => void,
): void {
  tf.tidy(() => {
    const targets = tf.cast(tf.oneHot(tf.tensor1d(labels!.data, 'int32'), 10), 'float32') as tf.Tensor2D;
    use(tf.tensor2d(inputs.data, [inputs.shape[0]!, 784]), targets);
  });
}

async function checkpointRows(trainer: Trainer): Promise<Row[]> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-'));
  const path = join(folder, 'mnist.safetensors');
  const beganSave = performance.now();
  trainer.save(path);
  const saveMs = performance.now() - beganSave;
  const beganLoad = performance.now();
  trainer.load(path);
  const loadMs = performance.now() - beganLoad;
  const mebibytes = statSync(path).size / 2 ** 20;
  rmSync(folder, { recursive: true });
  return [
    { name: 'save a checkpoint', value: saveMs, unit: 'ms', note: `${mebibytes.toFixed(0)} MiB, synced to disk` },
    { name: 'load a checkpoint', value: loadMs, unit: 'ms' },
  ];
}

async function evaluationRows(trainer: Trainer, test: Digits): Promise<Row[]> {
  const began = performance.now();
  await trainer.evaluate(portions(batchOfDigits(test), 250));
  return [{ name: 'evaluate 2,000 images by both paths', value: performance.now() - began, unit: 'ms' }];
}
