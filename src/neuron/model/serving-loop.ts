import { abortable, type Log, messageOf, sleep } from '../../base/index.js';
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

/** Applies what callers send back until the signal aborts. Returns of how many requests, and whether the last of it is not saved yet. */
export async function serveCallers(loop: ServingLoop): Promise<{ calls: number; isUnsaved: boolean }> {
  const { intervalMs, log, signal } = loop;
  let [calls, isUnsaved, savedAt] = [0, false, performance.now()];
  while (!signal.aborted) {
    try {
      const taken = await abortable(applyGradients(loop), signal);
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

/** Makes a step of what callers sent back, if anything, and serves the result. Returns of how many requests it was. */
export async function applyGradients({
  trainer,
  server,
  training,
  log,
}: Pick<ServingLoop, 'trainer' | 'server' | 'training' | 'log'>): Promise<number> {
  const gradients = await server.takeGradients();
  if (!gradients) return 0;
  await trainer.takeCallerGradients(gradients, true);
  await server.serve(await trainer.parameters());
  log.info(`Applied gradients of ${gradients.calls} requests by callers; serving version ${server.version}`);
  training.learntFromCallers(gradients.calls);
  return gradients.calls;
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
