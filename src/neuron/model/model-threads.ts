import type { Axon } from '../../net/index.js';
import { type Running, SaveError } from '../running.js';
import { ModelServer } from './model-server.js';
import type { Prepared, PrepareTrainer } from './thread-messages.js';
import { Trainer } from './trainer.js';

/** How long requests of peers may take to end when the neuron stops. */
const DRAIN_MS = 500;

/** The thread that has the model, the one that answers with a copy of it, and when both have their backend. */
export interface ModelThreads {
  readonly trainer: Trainer;
  readonly server: ModelServer;
  readonly prepared: Promise<Prepared>;
}

/** Starts both; they load their backend and the data while the chain is being reached. */
export function startThreads(
  { closing, fail }: Pick<Running, 'closing' | 'fail'>,
  request: PrepareTrainer,
  settings: Parameters<ModelServer['prepare']>[0],
): ModelThreads {
  const trainer = new Trainer(fail);
  closing.add(() => trainer.stop());
  const server = new ModelServer(fail);
  closing.add(() => server.stop());
  const prepared = Promise.all([trainer.prepare(request), server.prepare(settings)]).then(([first]) => first);
  prepared.catch(fail);
  return { trainer, server, prepared };
}

/** Ends what the axon answers, and then makes the last save. That it failed is an error after Ctrl-C, too. */
export async function endSaved(axon: Pick<Axon, 'stop'>, save: () => Promise<unknown>): Promise<void> {
  const [stopped] = await Promise.allSettled([axon.stop(DRAIN_MS)]);
  try {
    await save();
  } catch (error) {
    throw new SaveError('the model was not saved', { cause: error });
  }
  if (stopped.status === 'rejected') throw stopped.reason;
}
