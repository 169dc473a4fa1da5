import * as tf from '@tensorflow/tfjs-core';
import { BittensorError } from '../../base/index.js';
import { type Batch, disposeBatch, type PlainBatch, toBatch } from '../batch.js';
import { type Backend, type Device, startBackend } from '../compute/backend.js';
import { random } from '../compute/random.js';
import { type NamedArray, numberOf } from '../compute/tensor.js';
import type { ModelErrorCode } from '../errors.js';
import { createModel } from '../models.js';
import { LocalWeights } from '../peers/local-weights.js';
import type { Pass } from '../peers/pass.js';
import type { RemoteCaller } from '../peers/remote.js';
import { Router, type RouterConfig } from '../peers/router.js';
import type { CallerGradients } from '../serve/callers.js';
import { type KeepOptions, loadModel, refused, saveModel } from '../store/checkpoint.js';
import type { Judgement, Synapse } from '../synapse.js';
import { clipScale, globalNorm, Optimizer, type ScaledGradients } from './optim.js';
import { ReceivedGradients } from './received.js';
import { createRule, type RuleSettings, sgd } from './rules.js';
import { createSchedule, type Schedule, type ScheduleSettings } from './schedule.js';
import { checkedTrainerState } from './trainer-state.js';

export interface TrainerOptions {
  device: Device;
  model: string;
  /** Everything random follows from it. */
  seed: number;
  /** The model's own settings. */
  config?: Record<string, unknown>;
  router?: Partial<RouterConfig>;
  learningRate?: number;
  /** How gradients move the model: SGD with momentum 0.9 by default. */
  optimizer?: RuleSettings;
  /** What the model's learning rate is multiplied by, by step or epoch; constant by default. */
  schedule?: ScheduleSettings;
  /** Learning rate of the router, which always learns by SGD with momentum 0.9 and knows no schedule: it has to notice at any time who turned bad. */
  routerLearningRate?: number;
  /** Own gradients of one step are clipped to this L2 norm, after the backward pass and all together; none by default. */
  clipNorm?: number;
  /** Callers' gradients of one step are at most this share of the own gradients' norm, so that they cannot turn it around. */
  callerShare?: number;
  /** The router looks at this many peers, those of the largest local weight. */
  candidates?: number;
  /** Deadline of one call to a peer. */
  timeoutMs?: number;
  /**
   * Named in the streams that say in which order rows travel. A seed that others can guess, such as one made of the public key, lets
   * them guess the order: a neuron gives a secret here. What is learnt does not depend on it.
   */
  orderSecret?: string;
}

/** The network of one call: hotkeys of the peers other than this neuron, and how to reach them. */
export interface Network {
  peers: readonly string[];
  caller: RemoteCaller;
  signal?: AbortSignal;
}

/** What a step came to, as numbers. */
export interface StepResult {
  /** Number of the step, from 1. */
  step: number;
  loss: number;
  localTargetLoss: number;
  networkTargetLoss: number;
  distillationLoss: number;
  /** Mean score of each peer that was considered; 0 for those that were not asked or did not answer. */
  scores: Record<string, number>;
  /** Peers that were asked and failed, with a code. */
  failures: { peer: string; code: string }[];
  /** What the schedule multiplied the learning rate by. */
  rateFactor: number;
  /** Peers that took their gradients. */
  gradientsTaken: number;
  /** True when the loss or a gradient that was to be clipped was not finite: nothing was learnt. */
  skipped: boolean;
}

/** Averages over a test set. The perplexity of a language model is `exp(loss)`. */
export interface Evaluation {
  /** Predictions with a target: images, or tokens. */
  count: number;
  /** By the network's answers (its own, when there are no peers). */
  network: { loss: number; correct: number; accuracy: number };
  /** By the student in the network's place. */
  local: { loss: number; correct: number; accuracy: number };
}

const NO_NETWORK: Network = {
  peers: [],
  caller: {
    forward: async () => ({ ok: false, code: 'no network' }),
    backward: async () => ({ ok: false, code: 'no network' }),
  },
};

/** Starts the backend of this thread and a model with its router and optimizer. */
export async function createTrainer(options: TrainerOptions): Promise<Trainer> {
  const backend = await startBackend(options.device);
  if (backend.name === 'webgpu') {
    // A step reads its losses and gradients at once; WebGPU in Node can only be waited for.
    const text = 'WebGPU computes forward and gradients here, but a neuron cannot train on it';
    throw new BittensorError<ModelErrorCode>('device', text, { data: { device: options.device } });
  }
  return new Trainer(backend, options);
}

/** A model that learns. One call at a time; only plain numbers go in and out, so that it can live in a thread of its own. */
export class Trainer {
  readonly synapse: Synapse;
  readonly router: Router;
  readonly weights: LocalWeights;
  private readonly optimizer: Optimizer;
  private schedule: Schedule;
  private readonly options: Required<
    Omit<TrainerOptions, 'config' | 'router' | 'clipNorm' | 'optimizer' | 'schedule'>
  > & { clipNorm: number | undefined };
  private steps = 0;
  /** Passes without training, so that batches of one test travel in orders of their own. */
  private tests = 0;
  private readonly received = new ReceivedGradients();

  constructor(
    readonly backend: Backend,
    options: TrainerOptions,
  ) {
    this.options = {
      learningRate: 0.01,
      routerLearningRate: 0.1,
      callerShare: 0.3,
      candidates: 100,
      timeoutMs: 10_000,
      orderSecret: '',
      clipNorm: undefined,
      ...options,
    };
    const { model, seed, learningRate, routerLearningRate } = this.options;
    this.synapse = createModel(model, { ...options.config, seed });
    this.router = new Router({ ...options.router, seed }, (...replaced) => this.optimizer.forget(...replaced));
    this.weights = new LocalWeights(1 / this.router.config.topk);
    this.schedule = createSchedule(options.schedule ?? { kind: 'constant' });
    this.optimizer = new Optimizer([
      { variables: this.synapse.variables, learningRate, rule: createRule(options.optimizer ?? { kind: 'sgd' }) },
      { variables: this.router.variables, learningRate: routerLearningRate, rule: sgd(), isSteady: true },
    ]);
  }

  /** Steps made so far; also the version of the parameters. */
  get step(): number {
    return this.steps;
  }

  /**
   * One training step over the network; with no peers the synapse calls itself. `epoch` is for schedules that count epochs.
   * Rejects only with the signal's reason or for a bad batch.
   */
  async train(
    batch: PlainBatch,
    network: Network = NO_NETWORK,
    { epoch = 0 }: { epoch?: number } = {},
  ): Promise<StepResult> {
    return this.withPass(batch, network, true, async pass => {
      const losses = lossesOf(pass);
      const rateFactor = this.schedule.factor({ step: this.steps, epoch });
      const skipped = !(Number.isFinite(losses.loss) && this.learn(pass.gradients, rateFactor));
      this.steps++;
      this.weights.follow(pass.scores);
      const backwards = await pass.backwards;
      return {
        step: this.steps,
        ...losses,
        scores: Object.fromEntries(pass.scores),
        failures: [...pass.failures, ...backwards.flatMap(back => (back.ok ? [] : [back]))].map(({ peer, code }) => ({
          peer,
          code,
        })),
        rateFactor,
        gradientsTaken: backwards.filter(back => back.ok).length,
        skipped,
      };
    });
  }

  /** Average losses and accuracy over the batches of a test set. */
  async evaluate(batches: Iterable<PlainBatch>, network: Network = NO_NETWORK): Promise<Evaluation> {
    let count = 0;
    const sums = { network: { loss: 0, correct: 0 }, local: { loss: 0, correct: 0 } };
    for (const batch of batches) {
      network.signal?.throwIfAborted();
      const { judged, localLoss, networkLoss } = await this.judged(batch, network);
      count += judged.count;
      sums.local.loss += judged.count * localLoss;
      sums.network.loss += judged.count * networkLoss;
      sums.local.correct += judged.local;
      sums.network.correct += judged.network;
    }
    const average = ({ loss, correct }: { loss: number; correct: number }) => ({
      loss: loss / count,
      correct,
      accuracy: correct / count,
    });
    return { count, network: average(sums.network), local: average(sums.local) };
  }

  /** A copy of the parameters, for a served copy; their version is `step`. */
  exportParameters(): NamedArray[] {
    return this.synapse.state();
  }

  /** Keeps what callers of the served copy sent, for the next step; what was kept before is averaged in, by callers and not by calls. */
  addCallerGradients(gradients: CallerGradients): void {
    this.received.add(gradients);
  }

  /** Applies kept caller gradients without a step of its own, as when own training pauses. False when there are none. */
  applyCallerGradients(): boolean {
    if (this.received.isEmpty) return false;
    this.learn(new Map(), 1);
    this.steps++;
    return true;
  }

  /**
   * Saves parameters, momenta, router and step, and `about` (epoch, best loss and the like; plain JSON without a `trainer` of its own) beside them.
   * Saves before it stay beside it, as `keep` says.
   */
  save(path: string, about: Record<string, unknown> = {}, keep: KeepOptions = {}): void {
    const content = {
      model: this.options.model,
      step: this.steps,
      groups: { model: this.synapse.state(), momentum: this.optimizer.state(), router: this.router.state() },
      about: {
        ...about,
        trainer: {
          step: this.steps,
          seed: this.options.seed,
          schedule: this.schedule.settings,
          routerPeers: this.router.peers(),
          routerAges: this.router.ages(),
          weights: this.weights.state(),
        },
      },
    };
    saveModel(path, content, keep);
  }

  /** Loads what `save` saved and returns its `about`. Code `bad_checkpoint` when it does not fit, and then nothing is changed. */
  load(path: string): Record<string, unknown> {
    const { groups, about } = loadModel(path, this.options.model);
    const { trainer, ...rest } = about;
    const { router } = this;
    const before = { model: this.synapse.state(), router: router.state(), peers: router.peers(), ages: router.ages() };
    try {
      const { step, seed, schedule, routerPeers, routerAges, weights } = checkedTrainerState(
        trainer,
        router.config.capacity,
      );
      this.synapse.load(groups.model ?? []);
      router.load(groups.router ?? [], routerPeers, routerAges);
      this.optimizer.load(groups.momentum ?? []);
      this.weights.load(weights);
      if (schedule) this.schedule = schedule;
      this.steps = step;
      this.options.seed = seed;
      router.reseed(seed);
      this.received.take();
    } catch (error) {
      this.synapse.load(before.model);
      router.load(before.router, before.peers, before.ages);
      throw refused(path, error instanceof Error ? error.message : String(error), error);
    }
    return rest;
  }

  dispose(): void {
    this.optimizer.dispose();
    this.synapse.dispose();
    this.router.dispose();
  }

  private async judged(
    plain: PlainBatch,
    network: Network,
  ): Promise<{ judged: Judgement; localLoss: number; networkLoss: number }> {
    return this.withPass(plain, network, false, async ({ tensors }, { targets }) => ({
      judged: this.synapse.judge(tensors, targets),
      localLoss: numberOf(tensors.localTargetLoss),
      networkLoss: numberOf(tensors.networkTargetLoss),
    }));
  }

  private async withPass<Result>(
    plain: PlainBatch,
    network: Network,
    training: boolean,
    use: (pass: Pass, batch: Batch) => Promise<Result>,
  ): Promise<Result> {
    this.synapse.checkInputs(plain.inputs);
    this.synapse.checkTargets(plain);
    const batch = toBatch(plain);
    const order = [this.options.seed, 'rows', this.options.orderSecret, this.steps] as const;
    const neuron = {
      router: this.router,
      peers: this.weights.select(network.peers, this.options.candidates),
      caller: network.caller,
      timeoutMs: this.options.timeoutMs,
      step: this.steps,
      rowOrder: training ? random(...order) : random(...order, 'test', this.tests++),
      ...(network.signal && { signal: network.signal }),
    };
    try {
      const pass = await this.synapse.remoteForward(neuron, batch, training);
      try {
        return await use(pass, batch);
      } finally {
        pass.dispose();
      }
    } finally {
      disposeBatch(batch);
    }
  }

  /** One optimizer step with the own gradients and those of callers; false when the own ones are not finite. */
  private learn(gradients: Map<tf.Variable, tf.Tensor>, rateFactor: number): boolean {
    const { clipNorm, callerShare } = this.options;
    const received = this.received.take();
    let extra: ScaledGradients | undefined;
    if (clipNorm !== undefined || received) {
      const own = globalNorm(gradients.values());
      if (!Number.isFinite(own)) return false;
      if (clipNorm !== undefined && own > clipNorm) scaleAll(gradients, clipNorm / own);
      if (received) {
        const limit = gradients.size > 0 ? callerShare * Math.min(own, clipNorm ?? own) : Number.POSITIVE_INFINITY;
        extra = { gradients: received, scale: clipScale(globalNorm(received.values()), limit) };
      }
    }
    this.optimizer.step(gradients, extra, rateFactor);
    return true;
  }
}

function lossesOf({
  tensors,
}: Pass): Pick<StepResult, 'loss' | 'localTargetLoss' | 'networkTargetLoss' | 'distillationLoss'> {
  return {
    loss: numberOf(tensors.loss),
    localTargetLoss: numberOf(tensors.localTargetLoss),
    networkTargetLoss: numberOf(tensors.networkTargetLoss),
    distillationLoss: numberOf(tensors.distillationLoss),
  };
}

function scaleAll(gradients: Map<tf.Variable, tf.Tensor>, by: number): void {
  for (const [variable, gradient] of gradients) {
    gradients.set(
      variable,
      tf.tidy(() => tf.mul(gradient, by)),
    );
    gradient.dispose();
  }
}
