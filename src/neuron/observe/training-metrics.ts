import type { Metrics, WeightStatus } from '../../base/index.js';
import type { Evaluation } from '../../model/index.js';
import type { StepReport } from '../model/thread-messages.js';
import type { StatusBoard } from './status.js';

export interface TrainingMetrics {
  step(report: StepReport): void;
  /** After an epoch. */
  test(evaluation: Evaluation): void;
  /** So many requests brought gradients that were applied. */
  learntFromCallers(calls: number): void;
  saved(ok: boolean): void;
}

/** A model that is to learn and makes no step for so long is stuck. */
const STUCK_MS = 15 * 60_000;

/** How the model learns. With `learns`, a health check finds out when it does not go on. */
export function watchTraining(metrics: Metrics, status: StatusBoard, { learns }: { learns: boolean }): TrainingMetrics {
  const steps = metrics.counter('bittensor_train_steps_total', 'Batches learnt from.');
  const skipped = metrics.counter('bittensor_train_skipped_total', 'Batches whose loss was not finite.');
  const rows = metrics.counter('bittensor_train_callers_total', 'Requests of callers whose gradients were applied.');
  const saves = metrics.counter('bittensor_saves_total', 'Saves of the model.', ['outcome']);
  const epoch = metrics.gauge('bittensor_train_epoch', 'Epoch that is being learnt.');
  const step = metrics.gauge('bittensor_train_step', 'Steps the model ever made.');
  const loss = metrics.gauge('bittensor_train_loss', 'Losses of the last batch.', ['loss']);
  const testLoss = metrics.gauge('bittensor_test_loss', 'Loss on the test set after an epoch.', ['of']);
  const accuracy = metrics.gauge('bittensor_test_accuracy_ratio', 'Share of the test set that was right.', ['of']);
  let steppedAt = performance.now();
  if (learns) {
    status.check('training', () => {
      const stillMs = performance.now() - steppedAt;
      return stillMs < STUCK_MS ? undefined : `no step for ${Math.round(stillMs / 60_000)} minutes: look at the log`;
    });
  }
  return {
    step(report) {
      steppedAt = performance.now();
      steps.add();
      if (report.skipped) skipped.add();
      epoch.set(report.epoch);
      step.set(report.step);
      const losses = { local: report.localLoss, network: report.targetLoss, distillation: report.distillationLoss };
      for (const [name, value] of Object.entries(losses)) loss.set(value, { loss: name });
      loss.set(report.loss, { loss: 'total' });
      const isWhole = Object.values(losses).every(Number.isFinite);
      status.set({ step: report.step, epoch: report.epoch, ...(isWhole && { losses }) });
    },
    test({ network, local }) {
      for (const [of, worth] of [
        ['network', network],
        ['local', local],
      ] as const) {
        testLoss.set(worth.loss, { of });
        accuracy.set(worth.accuracy, { of });
      }
    },
    learntFromCallers: calls => rows.add(calls),
    saved: ok => saves.add(1, { outcome: ok ? 'ok' : 'failed' }),
  };
}

/** What is sent to the chain. Returns what is to be told of each try. */
export function watchWeights(metrics: Metrics, status: StatusBoard): (weights: WeightStatus) => void {
  const tries = metrics.counter('bittensor_weights_total', 'Weights sent to the chain, by what came of it.', ['state']);
  const block = metrics.gauge(
    'bittensor_weights_block',
    'Block in which weights were last set, committed or revealed.',
  );
  // Shown from the start, so that a chart of failures has a line at 0.
  for (const state of ['set', 'failed']) tries.add(0, { state });
  return weights => {
    tries.add(1, { state: weights.state });
    if (weights.state !== 'failed') block.set(weights.block);
    status.set({ weights });
  };
}
