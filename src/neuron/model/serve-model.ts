import { join } from 'node:path';
import { abortable, type ResolvedSettings } from '../../base/index.js';
import { modelNameAt, modelSourceId, savesOf } from '../../model/index.js';
import { priceOf } from '../../net/index.js';
import { NeuronError } from '../errors.js';
import { seedOf } from '../keys/identity.js';
import { type Ground, openNode } from '../node.js';
import { watchTraining } from '../observe/training-metrics.js';
import { callerPolicyOf, type ServerSettings, type serverSettings } from '../options.js';
import type { RunHooks, Running } from '../running.js';
import type { ModelServer } from './model-server.js';
import { endSaved, startThreads } from './model-threads.js';
import { applyGradients, serveCallers } from './serving-loop.js';
import type { Trainer } from './trainer.js';

/** Serves the model that it is given. It trains nothing itself; what callers send back moves the model as the policy says. */
export async function runServer(
  { values: settings, sources }: ResolvedSettings<typeof serverSettings>,
  hooks: RunHooks,
  running: Running,
): Promise<void> {
  const { signal } = running;
  const { device, model_path: path } = settings;
  if (path === undefined) {
    const text = 'a server serves a model that it is given: name a checkpoint, a student or a model of Hugging Face by';
    throw new NeuronError('bad_setting', `${text} --model_path`, { data: { key: 'model_path' } });
  }
  const model = modelNameAt(path);
  const { trainer, server, prepared } = startThreads(running, { device, model, data: undefined }, settings);

  let checkpoint = '';
  const node = await openNode({
    role: 'server',
    neuron: model,
    settings,
    sources,
    hooks,
    running,
    serve: async ground => {
      const { device: name, hint } = await abortable(prepared, signal);
      ground.log.info(`Computing on ${name}${hint ? `; ${hint}` : ''}`);
      checkpoint = await openModel(ground, path, { settings, trainer, server });
      ground.log.info(`Serving the ${model} of ${path}`);
      return server.handlers(priceOf(settings), ground.stakeOf);
    },
  });
  const { identity, axon, log, root } = node;
  const learns = callerPolicyOf(settings) !== 'off';
  // The parameters are with the thread that answers: nothing is learnt, so nothing else needs them.
  if (!learns) await trainer.stop();
  const save = () => trainer.save({ path: checkpoint, weightRow: {}, keep: settings.keep });
  const intervalMs = settings.save_interval * 1_000;
  const training = watchTraining(node.observed.metrics, node.observed.status, { learns: false });
  const served = { trainer, server, training, save, intervalMs, log: root.child(model), signal };
  const before = learns ? await serveCallers(served) : await untilStopped(signal);
  let { calls } = before;
  await endSaved(axon, async () => {
    // Callers were answered until now: what was taken from them is learnt.
    const last = learns ? await applyGradients(served) : 0;
    calls += last;
    if (before.isUnsaved || last > 0) await save();
  });
  node.tellTraffic();
  const learnt = calls === 0 ? 'nothing was learnt from callers' : `gradients of ${calls} requests by callers learnt`;
  log.info(`Stopped; ${learnt}${calls === 0 ? '' : `; model saved to ${checkpoint}`}`);
  hooks.onDone?.({ hotkey: identity.hotkey.address, steps: calls, ...(calls > 0 && { checkpoint }) });
}

/** The given model, or what this slot made of it before. Returns where that is saved. */
async function openModel(
  { identity, log, signal }: Ground,
  path: string,
  { settings, trainer, server }: { settings: ServerSettings; trainer: Trainer; server: ModelServer },
): Promise<string> {
  // One for each model that is given: another one under the same path is another model.
  const checkpoint = join(identity.slot.folder, 'served', `${modelSourceId(path)}.safetensors`);
  const seed = seedOf(identity.hotkey.publicKey);
  const isResumed = savesOf(checkpoint).length > 0;
  const request = { seed, learningRate: settings.learning_rate, checkpoint };
  const opening = trainer.open({ ...request, modelPath: isResumed ? undefined : path });
  const opened = await abortable(opening, signal);
  for (const { path: save, reason } of opened.skipped)
    log.warn(`The save ${save} is not whole (${reason}): it is now ${save}.damaged`);
  if (isResumed) log.info(`Resuming from ${opened.resumedFrom}: step ${opened.step}`);
  await abortable(
    server.open(opened.served).then(async () => server.serve(await trainer.parameters())),
    signal,
  );
  return checkpoint;
}

function untilStopped(signal: AbortSignal): Promise<{ calls: number; isUnsaved: boolean }> {
  return new Promise(done => {
    const end = () => done({ calls: 0, isUnsaved: false });
    if (signal.aborted) end();
    else signal.addEventListener('abort', end, { once: true });
  });
}
