import { join } from 'node:path';
import { abortable, Closing, fromHex, type Log, messageOf, type ResolvedSettings } from '../base/index.js';
import type { ChainClient } from '../chain/index.js';
import { StudentShelf, signManifest } from '../model/index.js';
import {
  Dendrite,
  dendriteOptionsOf,
  Gossip,
  isLoopback,
  type Member,
  networkOfName,
  priceOf,
  RequestError,
  type SynapseHandlers,
} from '../net/index.js';
import { ready } from '../wallet/index.js';
import { NeuronError } from './errors.js';
import { type Identity, seedOf, takeIdentity } from './keys/identity.js';
import type { Slot } from './keys/slots.js';
import { type ReachabilityTeller, reachabilityTeller, serveAxon } from './membership/axon-service.js';
import { chainDirectory, gossipDirectory, type PeerDirectory } from './membership/directory.js';
import { patienceFor, reachChain } from './membership/local-chain.js';
import { joinSubnet } from './membership/membership.js';
import { PeerHealth } from './membership/peer-health.js';
import { ModelServer } from './model/model-server.js';
import { PeerCaller } from './model/peer-caller.js';
import { STUDENT_KEY, studentHandlers } from './model/student-service.js';
import { Trainer } from './model/trainer.js';
import { train } from './model/training-loop.js';
import { openEventLog } from './observe/event-log.js';
import { trafficTeller } from './observe/traffic-teller.js';
import { bootstrapAddress, callerPolicyOf, locksFolder, type RunSettings, type runSettings } from './options.js';
import { keepWeights } from './weights/keep-weights.js';
import { WeightRow } from './weights/weight-row.js';

/** What the program around a neuron gives it. */
export interface RunHooks {
  /** Ends the neuron cleanly. */
  signal: AbortSignal;
  openLog(folder: string): Log & { flush(): Promise<void> };
  progress(title: string, done: number, total: number): void;
  /** What came of it, when it has trained and its model is saved. */
  onSaved?(summary: { hotkey: string; steps: number; checkpoint: string }): void;
  /** Gives the password of a key file that is encrypted. */
  password?(keyFile: string): Promise<Uint8Array>;
}

/**
 * Runs one neuron from the first key to the clean stop: chain or gossip, axon, training, weights.
 * Resolves when the steps are done or the signal aborts; rejects with the first error it cannot go on after.
 */
export async function runNeuron(
  { values: settings, sources }: ResolvedSettings<typeof runSettings>,
  hooks: RunHooks,
): Promise<void> {
  refuseWithoutChain(settings);
  const stop = new AbortController();
  const signal = AbortSignal.any([hooks.signal, stop.signal]);
  let fatal: unknown;
  const fail = (error: unknown) => {
    // What the abort itself interrupts is not an error of its own.
    if (!signal.aborted) fatal ??= error;
    stop.abort(error);
  };
  const closing = new Closing();
  try {
    await runUntilStopped({ values: settings, sources }, hooks, signal, fail, closing);
  } catch (error) {
    // A model that could not be saved is an error after Ctrl-C too, and the exit code says so.
    if (!signal.aborted || error instanceof SaveError) fatal ??= error instanceof SaveError ? error.cause : error;
  }
  stop.abort();
  await closing.close().catch(error => {
    fatal ??= error;
  });
  if (fatal !== undefined) throw fatal;
}

/** Gossip knows no stakes and no permits: with such a rule nobody at all would be served. */
function refuseWithoutChain(settings: RunSettings): void {
  if (!isChainless(settings)) return;
  const rule = settings.axon_permit_only ? 'permit_only' : settings.axon_min_stake > 0 ? 'min_stake' : undefined;
  if (rule === undefined) return;
  const text = `--axon.${rule} needs a chain, which knows stakes and permits: leave it out, or leave out`;
  throw new NeuronError('bad_setting', `${text} --metagraph_port and --bootstrap`, { data: { key: `axon_${rule}` } });
}

function isChainless(settings: RunSettings): boolean {
  return settings.metagraph_port !== undefined || settings.bootstrap !== undefined;
}

/** How long requests of peers may take to end when the neuron stops. */
const DRAIN_MS = 500;

/** The last save failed; `cause` says why. */
class SaveError extends Error {}

async function runUntilStopped(
  { values: settings, sources }: ResolvedSettings<typeof runSettings>,
  hooks: RunHooks,
  signal: AbortSignal,
  fail: (error: unknown) => void,
  closing: Closing,
): Promise<void> {
  const chainless = isChainless(settings);
  // Given back last, when the threads that write into it have ended.
  let slot: Slot | undefined;
  closing.add(() => {
    slot?.release();
  });
  // The threads load their backend and the data while the chain is being reached.
  const trainer = new Trainer(fail);
  closing.add(() => trainer.stop());
  const server = new ModelServer(fail);
  closing.add(() => server.stop());
  const prepared = Promise.all([trainer.prepare(settings), server.prepare(settings)]);
  prepared.catch(fail);

  await abortable(ready(), signal);
  // The log lies in the slot, which is taken once it is known what chain this is.
  const early: string[] = [];
  let say = (line: string): void => {
    early.push(line);
  };
  const chain = chainless ? undefined : await reachChain(settings, signal, line => say(line));
  if (chain) closing.add(() => chain.close());
  const mayCreate = chain === undefined || chain.isLocal;
  const identity = await takeIdentity({
    dataFolder: settings.data,
    walletsPath: settings.wallet_path,
    walletName: settings.wallet_name ?? (mayCreate ? 'local' : 'default'),
    locksFolder: locksFolder(),
    neuronKey: settings.neuron_key,
    mayCreate,
    password: hooks.password && (keyFile => hooks.password!(keyFile)),
    signal,
  });
  slot = identity.slot;
  const logFolder = settings.logdir ?? identity.slot.folder;
  const root = hooks.openLog(logFolder);
  closing.add(() => root.flush());
  const log = root.child('neuron');
  say = line => log.info(line);
  for (const line of early) say(line);
  log.info(
    `Neuron ${identity.slot.name}: hotkey ${identity.hotkey.address}${identity.created ? ' (made just now)' : ''}`,
  );
  if (chain) log.info(`Chain ${chain.chainName} at ${chain.endpoint}, block ${chain.headBlock()}`);

  const { device, hint, data, metric } = (await abortable(prepared, signal))[0];
  log.info(`Computing on ${device}${hint ? `; ${hint}` : ''}`);
  log.info(`Learning from ${data}`);
  const checkpoint = join(identity.slot.folder, `${settings.neuron}.safetensors`);
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

  const network = chain ? fromHex(chain.genesisHash) : networkOfName(settings.metagraph_network);
  const serving = {
    settings,
    sources,
    identity,
    network,
    publicChain: chain && !chain.isLocal ? chain.chainName : undefined,
    registry: (hotkey: string) => whoIs(directory, hotkey),
    handlers: server.handlers(priceOf(settings), hotkey => whoIs(directory, hotkey)?.stakeRao ?? 0n),
    log: root.child('axon'),
    signal,
    closing,
  };
  let directory: PeerDirectory | undefined;
  const service = await serveAxon(serving);
  const { axon, announced } = service;
  const shelf = new StudentShelf(join(identity.slot.folder, 'students', settings.neuron));
  shelf.restore(identity.hotkey.publicKey);
  axon.attach(STUDENT_KEY, studentHandlers(shelf));
  const dendrite = new Dendrite({
    ...dendriteOptionsOf(settings),
    signer: identity.hotkey,
    network,
    own: axon.handle,
    log: root.child('dendrite'),
  });
  closing.add(() => dendrite.close());

  const row = new WeightRow(opened.weightRow);
  const health = new PeerHealth();
  const tellerFor = (peers: PeerDirectory) => reachabilityTeller(announced, serving, peers);
  const known = chain
    ? joinChain({ settings, chain, identity, announced, row, health, tellerFor, log, signal, fail, closing })
    : await joinGossip({ ...serving, announced, network, log: root.child('gossip') });
  directory = known;
  if (!chain) afterwards(tellerFor(known), log);
  trainer.connect(
    new PeerCaller({
      dendrite,
      directory: known,
      health,
      log: root.child('dendrite'),
      signal,
    }),
  );

  const traffic = trafficTeller(axon, dendrite, log);
  traffic.tellRegularly(signal);
  const events = openEventLog({
    folder: logFolder,
    axon,
    dendrite,
    directory: known,
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
    directory: known,
    health,
    row,
    log: root.child(settings.neuron),
    signal,
    progress: hooks.progress,
    events,
    publish,
    save,
    settings: {
      steps: settings.steps,
      train: settings.train,
      learnFromCallers: callerPolicyOf(settings) !== 'off',
      metric,
    },
  });
  const saved = save().catch(error => {
    throw new SaveError('the model was not saved', { cause: error });
  });
  await Promise.all([axon.stop(DRAIN_MS), saved]);
  traffic.tell();
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  log.info(`Stopped after ${steps} steps in ${seconds} s; model saved to ${checkpoint}`);
  hooks.onSaved?.({ hotkey: identity.hotkey.address, steps, checkpoint });
}

/** Nobody is let in before it is known who is registered. */
function whoIs(directory: PeerDirectory | undefined, hotkey: string): Member | undefined {
  if (!directory) throw new RequestError('Unavailable', 'this neuron is starting');
  return directory.member(hotkey);
}

interface Joining {
  settings: RunSettings;
  identity: Identity;
  announced: { ip: string; port: number };
  log: Log;
  closing: Closing;
}

/** Registers and serves in the background, while training begins, and then ranks peers with every block. */
function joinChain(
  join: Joining & {
    chain: ChainClient;
    row: WeightRow;
    health: PeerHealth;
    tellerFor(directory: PeerDirectory): ReachabilityTeller;
    signal: AbortSignal;
    fail(error: unknown): void;
  },
): PeerDirectory {
  const { settings, chain, identity, announced, row, health, tellerFor, log, signal, fail, closing } = join;
  const directory = chainDirectory(chain, settings.netuid, identity.hotkeyHex);
  closing.add(() => directory.stop());
  const teller = tellerFor(directory);
  const membership = {
    client: chain,
    netuid: settings.netuid,
    hotkey: identity.hotkey,
    coldkey: identity.coldkey,
    axon: announced,
    beforeServing: () => teller.beforeServing(),
  };
  void patienceFor(chain, line => log.info(line))
    .then(timeoutMs => joinSubnet({ ...membership, timeoutMs, log, signal }))
    .then(() => {
      afterwards(teller, log);
      const keeping = keepWeights({
        chain,
        netuid: settings.netuid,
        hotkey: identity.hotkey,
        ownHotkey: identity.hotkeyHex,
        folder: identity.slot.folder,
        scores: () => row.shares(),
        isLost: hotkey => health.isLost(hotkey),
        oncePerEpoch: false,
        log,
        signal,
      });
      closing.add(keeping);
    })
    .catch(error => {
      if (!signal.aborted) fail(error);
    });
  return directory;
}

function afterwards(teller: ReachabilityTeller, log: Log): void {
  teller.afterwards().catch(error => log.debug(`probe: ${String(error)}`));
}

async function joinGossip({
  settings,
  identity,
  announced,
  network,
  handlers,
  log,
  closing,
}: Joining & { network: Uint8Array; handlers: SynapseHandlers }): Promise<PeerDirectory> {
  const gossip = new Gossip({
    signer: identity.hotkey,
    synapse: {
      synapseKey: identity.hotkeyHex,
      host: announced.ip,
      port: announced.port,
      endorsement: identity.endorsement,
      definition: { ...handlers.definition, backward: true },
    },
    network,
    host: isLoopback(announced.ip) ? '127.0.0.1' : '0.0.0.0',
    port: settings.metagraph_port ?? 0,
    bootstrap: settings.bootstrap?.split(',').map(bootstrapAddress) ?? [],
    size: settings.metagraph_size,
    difficulty: settings.metagraph_difficulty,
    log,
  });
  // Before the start: it may fail when it already listens.
  closing.add(() => gossip.stop());
  await gossip.start();
  log.info(
    `No chain: gossiping on port ${gossip.port}${settings.bootstrap ? `, beginning with ${settings.bootstrap}` : ''}`,
  );
  return gossipDirectory(gossip);
}
