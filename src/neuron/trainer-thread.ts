import { existsSync } from 'node:fs';
import { parentPort } from 'node:worker_threads';
import { BittensorError } from '../base/index.js';
import {
  batchOfDigits,
  createTrainer,
  type Device,
  type Digits,
  type Evaluation,
  epochOrder,
  loadDigits,
  type NamedArray,
  type Network,
  type PlainBatch,
  pick,
  portions,
  type RemoteCaller,
  startBackend,
  type Trainer,
} from '../model/index.js';
import type {
  CallerGradients,
  Opened,
  OpenRequest,
  Prepared,
  RemoteBackward,
  RemoteForward,
  StepReport,
} from './thread-messages.js';
import { Moved, ThreadRpc } from './thread-rpc.js';

/** Entry of the trainer thread: the model that learns, the digits, and where in the epoch it is. */
const BATCH = 64;
/** Test images asked of peers at once. */
const TEST_ROWS = 250;

let device: Device;
let digits: { training: Digits; test: Digits };
let trainer: Trainer;
let seed = 0;
/** Batches of own digits made so far; the trainer's own steps also count gradients of callers. */
let batches = 0;
let bestLoss = Number.POSITIVE_INFINITY;
/** Digits with a label, and those beyond that come without. */
let labelled: Uint32Array;
let unlabelled: Uint32Array;
let order: { epoch: number; indices: Uint32Array } | undefined;

const caller: RemoteCaller = {
  forward: (peer, input) => rpc.call('forward', { peer, input } satisfies RemoteForward),
  backward: (peer, input, gradient, version, { wantInputGradient }) =>
    rpc.call('backward', { peer, input, gradient, version, wantInputGradient } satisfies RemoteBackward),
};

const rpc = new ThreadRpc(parentPort!, {
  async prepare(options: { device: Device; labels: number }): Promise<Prepared> {
    device = options.device;
    digits = loadDigits();
    const all = Uint32Array.from({ length: digits.training.count }, (_, i) => i);
    labelled = all.subarray(0, options.labels);
    unlabelled = all.subarray(options.labels);
    const { name, hint } = await startBackend(device);
    return { device: name, hint };
  },

  async open({ seed: wanted, learningRate, checkpoint, modelPath }: OpenRequest): Promise<Opened> {
    seed = wanted;
    if (modelPath !== undefined && !existsSync(modelPath)) {
      throw new BittensorError('bad_checkpoint', `no checkpoint at ${modelPath}`, { data: { path: modelPath } });
    }
    trainer = await createTrainer({ device, model: 'mnist', seed, learningRate });
    const path = modelPath ?? (existsSync(checkpoint) ? checkpoint : undefined);
    if (path === undefined) return { resumedFrom: undefined, epoch: 0, step: 0, weightRow: {} };
    const about = trainer.load(path) as {
      batches?: number;
      seed?: number;
      bestLoss?: number;
      weightRow?: Record<string, number>;
    };
    batches = about.batches ?? trainer.step;
    seed = about.seed ?? seed;
    bestLoss = about.bestLoss ?? Number.POSITIVE_INFINITY;
    return {
      resumedFrom: path,
      epoch: Math.floor(batches / perEpoch()),
      step: trainer.step,
      weightRow: about.weightRow ?? {},
    };
  },

  async step({ peers }: { peers: string[] }): Promise<StepReport> {
    const epoch = Math.floor(batches / perEpoch());
    const batch = batches % perEpoch();
    const result = await trainer.train(trainingBatch(epoch, batch), network(peers));
    batches += 1;
    return {
      epoch,
      batch,
      seen: batch * BATCH,
      total: labelled.length,
      lastOfEpoch: batch === perEpoch() - 1,
      localLoss: result.localTargetLoss,
      targetLoss: result.networkTargetLoss,
      distillationLoss: result.distillationLoss,
      scores: result.scores,
      skipped: result.skipped,
    };
  },

  async evaluate({ peers }: { peers: string[] }): Promise<Evaluation> {
    const evaluation = await trainer.evaluate(portions(batchOfDigits(digits.test), TEST_ROWS), network(peers));
    bestLoss = Math.min(bestLoss, evaluation.network.loss);
    return evaluation;
  },

  parameters(): Moved {
    return moved({ version: trainer.step, parameters: trainer.exportParameters() });
  },

  /** Keeps callers' gradients for the next step, or makes a step of them alone. */
  takeCallerGradients({ gradients, stepNow }: { gradients: CallerGradients; stepNow: boolean }): void {
    trainer.addCallerGradients(gradients);
    if (stepNow) trainer.applyCallerGradients();
  },

  save({ path, weightRow }: { path: string; weightRow: Record<string, number> }): void {
    trainer.save(path, { batches, seed, weightRow, ...(Number.isFinite(bestLoss) ? { bestLoss } : {}) });
  },
});

function perEpoch(): number {
  return Math.floor(labelled.length / BATCH);
}

/** The labelled digits of a batch, and where some have no label as many of those. */
function trainingBatch(epoch: number, batch: number): PlainBatch {
  if (order?.epoch !== epoch) order = { epoch, indices: epochOrder(labelled.length, seed, epoch) };
  const chosen = order.indices.subarray(batch * BATCH, (batch + 1) * BATCH).map(i => labelled[i]!);
  const extra =
    unlabelled.length === 0
      ? []
      : Array.from({ length: BATCH }, (_, i) => unlabelled[(batches * BATCH + i) % unlabelled.length]!);
  return batchOfDigits(pick(digits.training, Uint32Array.from([...chosen, ...extra])), chosen.length);
}

function network(peers: readonly string[]): Network {
  return { peers, caller };
}

function moved(value: { version: number; parameters: NamedArray[] }): Moved {
  // `state()` may hand out the backend's own memory, so what is moved is a copy.
  const parameters = value.parameters.map(array => ({ ...array, data: array.data.slice() }));
  return new Moved(
    { ...value, parameters },
    parameters.map(array => array.data.buffer as ArrayBuffer),
  );
}
