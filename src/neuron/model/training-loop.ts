import { abortable, type Log, messageOf } from '../../base/index.js';
import type { Evaluation } from '../../model/index.js';
import type { PeerDirectory } from '../membership/directory.js';
import type { PeerHealth } from '../membership/peer-health.js';
import type { PeerKinds } from '../membership/peer-kinds.js';
import type { EventLog } from '../observe/event-log.js';
import type { TrainingMetrics } from '../observe/training-metrics.js';
import type { WeightRow } from '../weights/weight-row.js';
import type { ModelServer } from './model-server.js';
import { applyGradients, IDLE_MS } from './serving-loop.js';
import type { StepReport } from './thread-messages.js';
import type { Trainer } from './trainer.js';

/** A log line every so many batches, as the manual has it. */
const LOG_EVERY = 10;

export interface TrainingLoop {
  trainer: Trainer;
  server: ModelServer;
  directory: PeerDirectory;
  health: PeerHealth;
  kinds: Pick<PeerKinds, 'fitting'>;
  row: WeightRow;
  log: Log;
  signal: AbortSignal;
  progress(title: string, done: number, total: number): void;
  /** What TensorBoard is shown. */
  events: Pick<EventLog, 'step' | 'test'>;
  /** What Prometheus is shown. */
  training: TrainingMetrics;
  /** Offers the student as it is now to whoever wants to take it away. */
  publish(): Promise<void>;
  /** Saves model, optimizer, epoch and row. */
  save(): Promise<void>;
  settings: {
    steps: number | undefined;
    train: boolean;
    learnFromCallers: boolean;
    metric: 'accuracy' | 'perplexity';
  };
}

/** One step's numbers in the form of the manual. */
export function trainLine(
  report: {
    epoch: number;
    seen: number;
    total: number;
    localLoss: number;
    targetLoss: number;
    distillationLoss: number;
  },
  peers: number,
  synapses: number,
): string {
  const percent = Math.round((100 * report.seen) / report.total);
  return (
    `Train Epoch: ${report.epoch} [${report.seen}/${report.total} (${percent}%)]  Local Loss: ${report.localLoss.toFixed(6)}  ` +
    `Target Loss: ${report.targetLoss.toFixed(6)}  Distillation Loss: ${report.distillationLoss.toFixed(6)}  nP|nS: ${peers}|${synapses}`
  );
}

/** What the model is worth after an epoch, in the form of the manual. */
export function testLine({ count, network, local }: Evaluation, metric: 'accuracy' | 'perplexity'): string {
  const worth = ({ loss, correct }: Evaluation['network']) => {
    const right = `Accuracy: ${correct}/${count} (${((100 * correct) / count).toFixed(2)}%)`;
    const perplexity = metric === 'perplexity' ? `Perplexity: ${Math.exp(loss).toFixed(2)}, ` : '';
    return `Avg. loss: ${loss.toFixed(4)}, ${perplexity}${right}`;
  };
  return `Test set: ${worth(network)}; student alone: ${worth(local)}`;
}

/** Trains until the steps are done or the signal aborts. Returns how many steps were made. */
export async function train(loop: TrainingLoop): Promise<number> {
  const { trainer, directory, kinds, row, log, signal, settings } = loop;
  let steps = 0;
  while (!signal.aborted && (settings.steps === undefined || steps < settings.steps)) {
    const took = settings.learnFromCallers && (await takeGradients(loop));
    if (!settings.train) {
      if (took) steps += 1;
      else await pause(IDLE_MS, signal);
      continue;
    }
    // A step that waits for peers is not waited for: what it learns after the stop is in the next save or in none.
    const step = trainer.step(kinds.fitting(directory.peers()).map(peer => peer.hotkey));
    const report = await abortable(step, signal).catch(unlessAborted(signal));
    if (!report) break;
    steps += 1;
    loop.training.step(report);
    row.update(report.scores);
    directory.score?.(report.scores);
    if (report.skipped) log.warn('The loss is not finite: nothing was learnt from this batch');
    if (report.batch % LOG_EVERY === 0) {
      log.info(trainLine(report, ...present(loop)));
      loop.events.step(report, ...present(loop));
    }
    loop.progress(`Epoch ${report.epoch}`, report.seen, report.total);
    if (report.lastOfEpoch) await finishEpoch(loop, report);
  }
  return steps;
}

/** Peers and synapses that are there: known ones less those that do not answer any more. */
function present({ directory, health }: TrainingLoop): [peers: number, synapses: number] {
  const peers = directory.peers();
  const lost = peers.filter(peer => health.isLost(peer.hotkey)).length;
  return [peers.length - lost, directory.synapseCount() - lost];
}

async function finishEpoch(
  { trainer, server, directory, kinds, log, signal, events, training, publish, save, settings }: TrainingLoop,
  { epoch, step }: StepReport,
): Promise<void> {
  const evaluation = trainer.evaluate(kinds.fitting(directory.peers()).map(peer => peer.hotkey));
  const test = await abortable(evaluation, signal).catch(unlessAborted(signal));
  if (!test) return;
  log.info(testLine(test, settings.metric));
  events.test(step, test, settings.metric);
  training.test(test);
  await server.serve(await trainer.parameters());
  try {
    await save();
    training.saved(true);
    await publish();
    log.info(`Serving / Saving model: epoch: ${epoch}, loss: ${test.network.loss.toFixed(4)}`);
  } catch (error) {
    // Training and serving go on without a disk; the save before this one is still whole.
    training.saved(false);
    log.error(`Model not saved: ${messageOf(error)}; going on, and trying again after the next epoch`);
  }
}

/** Applies what callers sent back since the last step, if anything. A neuron that does not train serves the result at once. */
async function takeGradients(loop: TrainingLoop): Promise<boolean> {
  const { trainer, server, training, settings } = loop;
  if (!settings.train) return (await applyGradients(loop)) > 0;
  const gradients = await server.takeGradients();
  if (!gradients) return false;
  await trainer.takeCallerGradients(gradients, false);
  training.learntFromCallers(gradients.calls);
  return true;
}

/** Turns the rejection that an abort causes into undefined; others stay. */
function unlessAborted(signal: AbortSignal): (error: unknown) => undefined {
  return error => {
    if (!signal.aborted) throw error;
    return undefined;
  };
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise(resolve => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done, { once: true });
  });
}
