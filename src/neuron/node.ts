import { abortable, abortingWith, fromHex, type Log, messageOf, type ResolvedSettings } from '../base/index.js';
import type { ChainClient, Metagraph } from '../chain/index.js';
import {
  type Axon,
  Dendrite,
  dendriteOptionsOf,
  networkOfName,
  RequestError,
  type SynapseHandlers,
} from '../net/index.js';
import { ready } from '../wallet/index.js';
import { NeuronError } from './errors.js';
import { type Identity, takeIdentity } from './keys/identity.js';
import { TwinWatch, watchedChain } from './keys/twin-watch.js';
import { refuseTwin } from './keys/twins.js';
import { type AxonService, createAxon, reachabilityTeller, serveAxon } from './membership/axon-service.js';
import { chainDirectory, type PeerDirectory } from './membership/directory.js';
import { isChainless, joinGossip, refuseChainRules } from './membership/join-gossip.js';
import { keepMembership } from './membership/keep-membership.js';
import { patienceFor, reachChain } from './membership/local-chain.js';
import { joinSubnet } from './membership/membership.js';
import { PeerHealth } from './membership/peer-health.js';
import { type Observed, observeNode } from './observe/observe-node.js';
import { trafficTeller } from './observe/traffic-teller.js';
import { locksFolder, type NodeSettings, type nodeSettings, type Role } from './options.js';
import type { RunHooks, Running } from './running.js';
import { mayHaveOpenRow } from './weights/journal.js';

export interface NodeOptions<S extends NodeSettings> {
  readonly role: Role;
  /** Which model it is about. */
  readonly neuron: string;
  readonly settings: S;
  readonly sources: Pick<ResolvedSettings<typeof nodeSettings>['sources'], 'axon_port'>;
  readonly hooks: RunHooks;
  readonly running: Running;
  /** Makes what the axon answers with, once keys, slot and chain are there. Without it the node serves nothing. */
  readonly serve?: (ground: Ground) => Promise<SynapseHandlers>;
  /** Opens an axon where there is no `serve`, too. */
  readonly serves?: boolean;
}

/** What is there before a node is on the network. */
export interface Ground extends Running {
  readonly role: Role;
  readonly identity: Identity;
  /** None where nodes find each other by gossip. */
  readonly chain: ChainClient | undefined;
  /** Genesis hash of the chain, or what the network's name makes without one. */
  readonly network: Uint8Array;
  /** `root.child('neuron')`. */
  readonly log: Log;
  readonly root: Log;
  readonly logFolder: string;
  /** What others see of this node. */
  readonly observed: Observed;
  /** Stake of a hotkey in rao, 0 where it is not known. */
  stakeOf(hotkey: string): bigint;
}

/** What every role stands on: keys, chain or gossip, axon, dendrite, and who is there to ask. */
export interface Node<S extends NodeSettings = NodeSettings> extends Ground {
  readonly settings: S;
  readonly directory: PeerDirectory;
  /** Does not listen where the node serves nothing. */
  readonly axon: Axon;
  /** Where others reach the axon; undefined where it does not listen. */
  readonly announced: AxonService['announced'] | undefined;
  readonly dendrite: Dendrite;
  readonly health: PeerHealth;
  /** The uid, once this node is a member of its subnet and its axon is published; undefined without a chain, and when it was stopped before. */
  readonly joined: Promise<number | undefined>;
  /** Aborts with the node, and when another neuron is seen to use its hotkey: no weights are sent then. */
  readonly weightsSignal: AbortSignal;
  /** Says what the network did, as it is said every ten minutes. */
  tellTraffic(): void;
}

/**
 * Opens what a role needs: takes the keys, reaches the chain (or starts gossip), opens the axon, and registers and announces itself
 * in the background. All of it is closed by `running.closing`. Errors as of `takeIdentity`, `connect`, `serveAxon`.
 */
export async function openNode<S extends NodeSettings>(options: NodeOptions<S>): Promise<Node<S>> {
  const { settings, sources, role } = options;
  refuseChainRules(settings);
  let directory: PeerDirectory | undefined;
  const whoIs = (hotkey: string) => {
    // Nobody is let in before it is known who is registered.
    if (!directory) throw new RequestError('Unavailable', 'this neuron is starting');
    return directory.member(hotkey);
  };
  const ground = await openGround(options, hotkey => whoIs(hotkey)?.stakeRao ?? 0n);
  const { chain, identity, network, observed, root, log, signal, closing, fail } = ground;
  const { address: hotkey } = identity.hotkey;
  const alone = chain && refuseTwin({ chain, netuid: settings.netuid, hotkey, log, signal });
  alone?.catch(() => {
    // It is waited for below, when the model is there.
  });
  const handlers = await options.serve?.(ground);
  await alone;
  const service = {
    settings,
    sources,
    identity,
    network,
    publicChain: chain && !chain.isLocal ? chain.chainName : undefined,
    registry: whoIs,
    handlers,
    onServed: observed.axon.onServed,
    log: root.child('axon'),
    signal,
    closing,
  };
  const isServing = handlers !== undefined || options.serves === true;
  const { axon, announced } = isServing
    ? await serveAxon(service)
    : { axon: createAxon(service), announced: undefined };
  observed.axon.watch(axon);
  if (announced) observed.status.set({ axon: announced.now });
  announced?.onMoved(axon => observed.status.set({ axon }));
  const dendrite = new Dendrite({
    ...dendriteOptionsOf(settings),
    signer: identity.hotkey,
    network,
    own: axon.handle,
    onReply: observed.dendrite.onReply,
    log: root.child('dendrite'),
  });
  closing.add(() => dendrite.close());

  let joined: Promise<number | undefined> = Promise.resolve(undefined);
  let watch: TwinWatch | undefined;
  if (chain) {
    const known = chainDirectory(chain, settings.netuid, identity.hotkeyHex);
    closing.add(() => known.stop());
    directory = known;
    joined = join({ settings, chain, identity, announced, hooks: options.hooks, log, signal, directory: known }).catch(
      error => {
        if (!signal.aborted) fail(error);
        return undefined;
      },
    );
    watch = watchTwins({ settings, identity, chain, announced, joined, observed, log, signal, closing });
  } else {
    if (!announced) throw new NeuronError('bad_setting', `a ${role} that serves nothing needs a chain`);
    const definition = handlers?.definition;
    directory = await joinGossip({ ...service, announced, definition, log: root.child('gossip') });
    const teller = reachabilityTeller(announced, { settings, identity, log, signal }, directory);
    teller.afterwards().catch(error => log.debug(`probe: ${String(error)}`));
  }
  const traffic = trafficTeller(axon, dendrite, log);
  traffic.tellRegularly(signal);
  const health = new PeerHealth();
  const { tell: tellTraffic } = traffic;
  return {
    ...ground,
    chain: watch && chain && watchedChain(chain, watch),
    weightsSignal: watch ? abortingWith(signal, watch.alarm).signal : signal,
    ...{ settings, directory, axon, announced, dendrite, health, joined, tellTraffic },
  };
}

async function openGround<S extends NodeSettings>(
  { settings, hooks, role, neuron, running }: NodeOptions<S>,
  stakeOf: (hotkey: string) => bigint,
): Promise<Ground> {
  const { signal, closing } = running;
  await abortable(ready(), signal);
  // The log lies in the slot, which is taken once it is known what chain this is.
  const early: string[] = [];
  let say = (line: string): void => {
    early.push(line);
  };
  const chain = isChainless(settings) ? undefined : await reachChain(settings, signal, line => say(line));
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
  running.lastly.add(() => identity.slot.release());
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
  const network = chain ? fromHex(chain.genesisHash) : networkOfName(settings.metagraph_network ?? 'test');
  const observed = await observeNode({ ...running, role, neuron, settings, identity, chain, log });
  hooks.onStatus?.(observed.status);
  return { ...running, role, identity, chain, network, log, root, logFolder, observed, stakeOf };
}

/** From the registration on, looks with each block whether it lasts, and whether somebody else uses this hotkey. */
function watchTwins({
  settings,
  identity,
  chain,
  announced,
  joined,
  observed,
  log,
  signal,
  closing,
}: Pick<Node, 'settings' | 'identity' | 'announced' | 'joined' | 'observed' | 'log' | 'signal' | 'closing'> & {
  chain: ChainClient;
}): TwinWatch {
  const { netuid } = settings;
  const place = { folder: identity.slot.folder, genesisHash: chain.genesisHash, netuid };
  const hotkey = identity.hotkey.address;
  const watch = new TwinWatch({ chain, hotkey, announced, mayBeOpen: mayHaveOpenRow(place), log });
  observed.status.check('hotkey', () => watch.reason);
  void joined.then(uid => {
    if (uid === undefined) return;
    const { status } = observed;
    const keep = keepMembership({
      client: chain,
      netuid,
      hotkey: identity.hotkey,
      axon: announced,
      status,
      log,
      signal,
    });
    for (const look of [keep, (metagraph: Metagraph) => watch.onMetagraph(metagraph)])
      closing.add(chain.onMetagraph(netuid, look));
  });
  return watch;
}

/** Registers and announces in the background, while a model already learns. */
async function join({
  settings,
  chain,
  identity,
  announced,
  hooks,
  log,
  signal,
  directory,
}: {
  settings: NodeSettings;
  chain: ChainClient;
  identity: Identity;
  announced: AxonService['announced'] | undefined;
  hooks: Pick<RunHooks, 'register'>;
  log: Log;
  signal: AbortSignal;
  directory: PeerDirectory;
}): Promise<number> {
  const teller = announced && reachabilityTeller(announced, { settings, identity, log, signal }, directory);
  const uid = await joinSubnet({
    client: chain,
    netuid: settings.netuid,
    hotkey: identity.hotkey,
    coldkey: identity.coldkey,
    axon: announced?.now,
    register: hooks.register && (() => hooks.register!({ client: chain, hotkey: identity.hotkey.address })),
    beforeServing: teller && (() => teller.beforeServing()),
    timeoutMs: await patienceFor(chain, line => log.info(line)),
    log,
    signal,
  });
  teller?.afterwards().catch(error => log.debug(`probe: ${messageOf(error)}`));
  return uid;
}
