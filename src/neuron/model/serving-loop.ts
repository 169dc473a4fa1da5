import { type Log, messageOf, sleep } from '../../base/index.js';
import type { TrainingMetrics } from '../observe/training-metrics.js';
import type { ModelServer } from './model-server.js';
import type { Trainer } from './trainer.js';

/** How often a neuron that does not train looks for gradients of its callers. */
export const IDLE_MS = 200;

export interface ServingLoop {
  trainer: Pick<Trainer, 'takeCallerGradients' | 'parameters'>;
  server: Pick<ModelServer, 'takeGradients' | 'serve' | 'version'>;
  training: Pick<TrainingMetrics, 'learntFromCallers' | 'saved'>;
  save(): Promise<void>;
  /** Between two saves, where something was learnt in between. */
  intervalMs: number;
  log: Log;
  signal: AbortSignal;
}

/**
 * Applies what callers send back until the signal aborts; a step that has begun is waited for. Returns of how many requests, and whether the
 * last of it is not saved yet.
 */
export async function serveCallers(loop: ServingLoop): Promise<{ calls: number; isUnsaved: boolean }> {
  const { intervalMs, log, signal } = loop;
  let [calls, isUnsaved, savedAt] = [0, false, performance.now()];
  while (!signal.aborted) {
    try {
      const taken = await applyGradients(loop);
      calls += taken;
      isUnsaved ||= taken > 0;
      if (isUnsaved && performance.now() - savedAt >= intervalMs) {
        savedAt = performance.now();
        isUnsaved = !(await trySave(loop));
      }
      if (taken === 0) await sleep(IDLE_MS, signal);
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }
  log.debug(`gradients of ${calls} requests applied`);
  return { calls, isUnsaved };
}

/**
 * Makes a step of what callers sent back, if anything, and serves the result where that is still asked for. Returns of how many requests
 * it was. Begun, it is not to be left: gradients that were taken and not counted are in no save.
 */
export async function applyGradients({
  trainer,
  server,
  training,
  log,
  signal,
}: Pick<ServingLoop, 'trainer' | 'server' | 'training' | 'log' | 'signal'>): Promise<number> {
  const gradients = await server.takeGradients();
  if (!gradients) return 0;
  const { calls } = gradients;
  await trainer.takeCallerGradients(gradients, true);
  training.learntFromCallers(calls);
  if (signal.aborted) return calls;
  await server.serve(await trainer.parameters());
  log.info(`Applied gradients of ${calls} requests by callers; serving version ${server.version}`);
  return calls;
}

/** Serving goes on without a disk. */
async function trySave({ save, training, log }: ServingLoop): Promise<boolean> {
  try {
    await save();
    training.saved(true);
    return true;
  } catch (error) {
    training.saved(false);
    log.error(`Model not saved: ${messageOf(error)}; going on, and trying again later`);
    return false;
  }
}
