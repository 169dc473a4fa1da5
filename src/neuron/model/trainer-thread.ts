import { randomBytes } from 'node:crypto';
import { parentPort } from 'node:worker_threads';
import {
  createTrainer,
  type Dataset,
  type Device,
  describeDataset,
  type Evaluation,
  exportStudent,
  loadNewest,
  modelSourceAt,
  modelSourceId,
  type NamedArray,
  type Network,
  type Recipe,
  type RemoteCaller,
  recipes,
  type SavedAbout,
  type Skipped,
  SMALL_VOCABULARY,
  type StudentMetric,
  savedAbout,
  startBackend,
  type Trainer,
} from '../../model/index.js';
import type {
  CallerGradients,
  Opened,
  OpenRequest,
  Prepared,
  PrepareTrainer,
  RemoteBackward,
  RemoteForward,
  SaveRequest,
  StepReport,
  StudentRequest,
} from './thread-messages.js';
import { Moved, ThreadRpc } from './thread-rpc.js';

/** Entry of the trainer thread: the model that learns, its data, and where in the epoch it is. */
let device: Device;
let recipe: Recipe;
/** None where nothing is learnt but from callers. */
let data: Dataset | undefined;
let trainer: Trainer;
let choice: PrepareTrainer;
let config: Record<string, unknown> = {};
/** What is given to begin with, by its `modelSourceId`. */
let beganWith: string | undefined;
let seed = 0;
/** Own batches made so far; the trainer's own steps also count gradients of callers. */
let batches = 0;
let bestLoss = Number.POSITIVE_INFINITY;
/** The parameters are those of the best test so far, and were not saved as such yet. */
let isBest = false;
/** The last test, and the step after which it was made. */
let tested: { step: number; local: Evaluation['local']; count: number } | undefined;

const caller: RemoteCaller = {
  forward: (peer, input) =>
    rpc.call('forward', { peer, input, modality: trainer.synapse.modality } satisfies RemoteForward),
  backward: (peer, input, gradient, version, { wantInputGradient }) => {
    const { modality } = trainer.synapse;
    const request: RemoteBackward = { peer, input, modality, gradient, version, wantInputGradient };
    return rpc.call('backward', request);
  },
};

const rpc = new ThreadRpc(parentPort!, {
  async prepare(options: PrepareTrainer): Promise<Prepared> {
    device = options.device;
    choice = options;
    recipe = recipes[options.model];
    const opening = options.data && recipe.open(options.data);
    const [opened, { name, hint }] = await Promise.all([opening, startBackend(device)]);
    data = opened;
    return { device: name, hint, data: data && describeDataset(data), metric: recipe.metric };
  },

  async open({ seed: wanted, learningRate, checkpoint, modelPath }: OpenRequest): Promise<Opened> {
    seed = wanted;
    const { model, optimizer, schedule, clipNorm } = recipe;
    const saved = savedAbout(checkpoint);
    beganWith = modelPath === undefined ? saved?.beganWith : modelSourceId(modelPath);
    // Started again by the same command, it goes on with what it made of the model.
    const isGiven = modelPath !== undefined && beganWith !== saved?.beganWith;
    const source = isGiven ? modelSourceAt(modelPath, model) : undefined;
    config = { ...(data && recipe.config?.(data)), ...(source ?? saved)?.config };
    // Text is read with the vocabulary that the model knows.
    if (data && choice.data && typeof config.vocabSize === 'number' && config.vocabSize !== SMALL_VOCABULARY) {
      data.close();
      data = await recipe.open({ ...choice.data, vocabSize: config.vocabSize });
    }
    trainer = await createTrainer({
      device,
      model,
      seed,
      learningRate: learningRate ?? recipe.learningRate,
      config,
      // The seed may follow from the public key.
      orderSecret: randomBytes(16).toString('hex'),
      ...(optimizer && { optimizer }),
      ...(schedule && { schedule }),
      ...(clipNorm !== undefined && { clipNorm }),
    });
    const load = (path: string) => trainer.load(path) as Resumed;
    const served = { model, config };
    if (source && source.kind !== 'checkpoint') {
      source.fill(trainer.synapse);
      return { resumedFrom: source.path, skipped: [], epoch: 0, step: 0, weightRow: {}, served };
    }
    const found = source
      ? { path: source.path, loaded: load(source.path), skipped: [] as Skipped[] }
      : loadNewest(checkpoint, load);
    if (!found) return { resumedFrom: undefined, skipped: [], epoch: 0, step: 0, weightRow: {}, served };
    const { path, loaded: about, skipped } = found;
    batches = about.batches ?? trainer.step;
    seed = about.seed ?? seed;
    bestLoss = about.bestLoss ?? Number.POSITIVE_INFINITY;
    return {
      resumedFrom: path,
      skipped,
      epoch: data ? Math.floor(batches / data.batchesPerEpoch(recipe.rows)) : 0,
      step: trainer.step,
      weightRow: about.weightRow ?? {},
      served,
    };
  },

  async step({ peers }: { peers: string[] }): Promise<StepReport> {
    const { rows } = recipe;
    const data = ownData();
    const perEpoch = data.batchesPerEpoch(rows);
    const [epoch, index] = [Math.floor(batches / perEpoch), batches % perEpoch];
    const batch = await data.batch({ epoch, index, rows, seed });
    isBest = false;
    const result = await trainer.train(batch, network(peers), { epoch });
    batches += 1;
    return {
      step: result.step,
      epoch,
      batch: index,
      seen: index * rows,
      total: perEpoch * rows,
      lastOfEpoch: index === perEpoch - 1,
      loss: result.loss,
      localLoss: result.localTargetLoss,
      targetLoss: result.networkTargetLoss,
      distillationLoss: result.distillationLoss,
      scores: result.scores,
      skipped: result.skipped,
    };
  },

  async evaluate({ peers }: { peers: string[] }): Promise<Evaluation> {
    const evaluation = await trainer.evaluate(ownData().test(recipe.testRows), network(peers));
    tested = { step: trainer.step, ...evaluation };
    isBest = evaluation.network.loss < bestLoss;
    bestLoss = Math.min(bestLoss, evaluation.network.loss);
    return evaluation;
  },

  parameters(): Moved {
    return moved({ version: trainer.step, parameters: trainer.exportParameters() });
  },

  /** Writes the student's files; returns its manifest, which the hotkey is to sign. */
  student({ folder, hotkey }: StudentRequest): string {
    const data = ownData();
    const epoch = Math.floor(batches / data.batchesPerEpoch(recipe.rows));
    const metric = tested?.step === trainer.step ? metricOf(tested) : null;
    return exportStudent(folder, trainer.synapse, { data: data.name, step: trainer.step, epoch, metric }, hotkey).text;
  },

  /** Keeps callers' gradients for the next step, or makes a step of them alone. */
  takeCallerGradients({ gradients, stepNow }: { gradients: CallerGradients; stepNow: boolean }): void {
    trainer.addCallerGradients(gradients);
    if (!stepNow) return;
    isBest = false;
    trainer.applyCallerGradients();
  },

  save({ path, weightRow, keep }: SaveRequest): void {
    const next = data && placeIn(data);
    const about = {
      batches,
      ...(next && { data: next }),
      config,
      seed,
      weightRow,
      ...(Number.isFinite(bestLoss) && { bestLoss }),
      ...(beganWith !== undefined && { beganWith }),
    } satisfies Resumed;
    trainer.save(path, about, { keep, isBest });
    isBest = false;
  },
});

function ownData(): Dataset {
  if (!data) throw new Error('this thread was prepared without data of its own');
  return data;
}

/** The batch that comes next. */
function placeIn(own: Dataset): NonNullable<Resumed['data']> {
  const perEpoch = own.batchesPerEpoch(recipe.rows);
  return { source: own.name, epoch: Math.floor(batches / perEpoch), index: batches % perEpoch };
}

/** What a checkpoint says besides the trainer's own state. */
interface Resumed extends SavedAbout {
  /** Own batches made so far. */
  batches?: number;
  /** The same as a place in the data: the batch that comes next. For people; `batches` is what is read. */
  data?: { source: string; epoch: number; index: number };
  seed?: number;
  bestLoss?: number;
  weightRow?: Record<string, number>;
}

/** Null where the loss is beyond numbers: JSON has none for it. */
function metricOf({ count, local }: NonNullable<typeof tested>): StudentMetric | null {
  const { metric: name } = recipe;
  const { loss, correct, accuracy } = local;
  const value = name === 'accuracy' ? accuracy : Math.exp(loss);
  return Number.isFinite(loss) && Number.isFinite(value) ? { name, value, count, correct, loss } : null;
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
