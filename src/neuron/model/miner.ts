import { join } from 'node:path';
import { abortable, messageOf, type ResolvedSettings } from '../../base/index.js';
import { StudentShelf, signManifest } from '../../model/index.js';
import { priceOf } from '../../net/index.js';
import { seedOf } from '../keys/identity.js';
import { PeerKinds } from '../membership/peer-kinds.js';
import { type Ground, openNode } from '../node.js';
import { openEventLog } from '../observe/event-log.js';
import { watchTraining } from '../observe/training-metrics.js';
import { callerPolicyOf, type MinerSettings, type minerSettings } from '../options.js';
import type { RunHooks, Running } from '../running.js';
import { keepWeights } from '../weights/keep-weights.js';
import { WeightRow } from '../weights/weight-row.js';
import { endSaved, type ModelThreads, startThreads } from './model-threads.js';
import { PeerCaller } from './peer-caller.js';
import { STUDENT_KEY, studentHandlers } from './student-service.js';
import type { Opened, Prepared } from './thread-messages.js';
import { train } from './training-loop.js';

/** The template miner: its model learns with the network's help, is served, and who helped is ranked on the chain. */
export async function runMiner(
  { values: settings, sources }: ResolvedSettings<typeof minerSettings>,
  hooks: RunHooks,
  running: Running,
): Promise<void> {
  const { signal, closing } = running;
  const { model, device, labels, dataset } = settings;
  const threads = startThreads(running, { device, model, data: { labels, dataset } }, settings);
  const { trainer, server } = threads;

  let opened: OpenedModel | undefined;
  const node = await openNode({
    role: 'miner',
    neuron: model,
    settings,
    sources,
    hooks,
    running,
    serve: async ground => {
      opened = await openModel(ground, { settings, ...threads });
      return server.handlers(priceOf(settings), ground.stakeOf);
    },
  });
  const { identity, axon, dendrite, directory, health, observed, log, root } = node;
  const { metric, checkpoint, weightRow } = opened!;
  const shelf = new StudentShelf(join(identity.slot.folder, 'students', model));
  shelf.restore(identity.hotkey.publicKey);
  axon.attach(STUDENT_KEY, studentHandlers(shelf));
  const row = new WeightRow(weightRow);
  rankWhenJoined(node, row);
  observed.showPeers({ directory, health, scores: () => row.toJSON() });
  const training = watchTraining(observed.metrics, observed.status, { learns: settings.train });
  const dendriteLog = root.child('dendrite');
  const kinds = new PeerKinds({ own: () => server.definition, health, log: dendriteLog, signal });
  trainer.connect(new PeerCaller({ dendrite, directory, health, kinds, log: dendriteLog, signal }));

  const events = openEventLog({
    folder: node.logFolder,
    axon,
    dendrite,
    directory,
    onError: error => log.warn(`No more events for TensorBoard: ${messageOf(error)}`),
  });
  closing.add(() => events.close());
  log.info(`Events for TensorBoard in ${events.path}`);
  const publish = async () => {
    const text = await trainer.student({ folder: shelf.folder, hotkey: identity.hotkeyHex });
    shelf.add(text, signManifest(identity.hotkey, text));
  };
  const save = () => trainer.save({ path: checkpoint, weightRow: row.toJSON(), keep: settings.keep });
  const began = performance.now();
  const steps = await train({
    trainer,
    server,
    directory,
    health,
    kinds,
    row,
    log: root.child(model),
    signal,
    progress: hooks.progress,
    events,
    training,
    publish,
    save,
    settings: {
      steps: settings.steps,
      train: settings.train,
      learnFromCallers: callerPolicyOf(settings) !== 'off',
      metric,
    },
  });
  await endSaved(axon, save);
  node.tellTraffic();
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  log.info(`Stopped after ${steps} steps in ${seconds} s; model saved to ${checkpoint}`);
  hooks.onDone?.({ hotkey: identity.hotkey.address, steps, checkpoint });
}

interface OpenedModel extends Pick<Opened, 'weightRow'>, Pick<Prepared, 'metric'> {
  /** Where this neuron saves. */
  readonly checkpoint: string;
}

/** A fresh model, the saved one, or the given one; served from here on. */
async function openModel(
  { identity, log, signal }: Ground,
  { settings, trainer, server, prepared }: ModelThreads & { settings: MinerSettings },
): Promise<OpenedModel> {
  const { device, hint, data, metric } = await abortable(prepared, signal);
  log.info(`Computing on ${device}${hint ? `; ${hint}` : ''}`);
  log.info(`Learning from ${data}`);
  const checkpoint = join(identity.slot.folder, `${settings.model}.safetensors`);
  const opening = trainer.open({
    seed: settings.seed ?? seedOf(identity.hotkey.publicKey),
    learningRate: settings.learning_rate,
    checkpoint,
    modelPath: settings.model_path,
  });
  const opened = await abortable(opening, signal);
  for (const { path, reason } of opened.skipped)
    log.warn(`The save ${path} is not whole (${reason}): it is now ${path}.damaged`);
  if (opened.resumedFrom) log.info(`Resuming from ${opened.resumedFrom}: epoch ${opened.epoch}, step ${opened.step}`);
  await abortable(
    server.open(opened.served).then(async () => server.serve(await trainer.parameters())),
    signal,
  );
  return { checkpoint, metric, weightRow: opened.weightRow };
}

type MinerNode = Awaited<ReturnType<typeof openNode<MinerSettings>>>;

/** Sends the row to the chain with every tempo, once this neuron is registered. */
export function rankWhenJoined(
  { chain, joined, settings, identity, health, observed, log, weightsSignal, closing, fail }: MinerNode,
  row: WeightRow,
): void {
  if (!chain) return;
  const begin = (uid: number | undefined) => {
    if (uid === undefined) return;
    const stop = keepWeights({
      chain,
      netuid: settings.netuid,
      hotkey: identity.hotkey,
      ownHotkey: identity.hotkeyHex,
      folder: identity.slot.folder,
      scores: () => row.shares(),
      isLost: hotkey => health.isLost(hotkey),
      oncePerEpoch: false,
      onState: observed.noteWeights,
      log,
      signal: weightsSignal,
    });
    closing.add(stop);
  };
  // A journal that cannot be read at all ends the neuron, as it ends a validator.
  joined.then(begin).catch(fail);
}
