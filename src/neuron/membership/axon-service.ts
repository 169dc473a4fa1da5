import { BittensorError, type Closing, type Log, type ResolvedSettings, sleep } from '../../base/index.js';
import {
  type Address,
  Axon,
  type AxonOptions,
  axonOptionsOf,
  isLoopback,
  mapPort,
  probeReachability,
  type Registry,
  type SynapseHandlers,
} from '../../net/index.js';
import { NeuronError } from '../errors.js';
import type { Identity } from '../keys/identity.js';
import type { NodeSettings, nodeSettings } from '../options.js';
import { PublicAddress } from '../public-address.js';
import type { PeerDirectory } from './directory.js';

export interface AxonService {
  readonly axon: Axon;
  /** Where others reach it. */
  readonly announced: PublicAddress;
}

export interface ServiceOptions {
  readonly settings: NodeSettings;
  readonly sources: Pick<ResolvedSettings<typeof nodeSettings>['sources'], 'axon_port'>;
  readonly identity: Identity;
  /** Genesis hash of the chain; none without one. */
  readonly network: Uint8Array | undefined;
  /** The chain's name where others are not on this machine; undefined on a local chain and without a chain. */
  readonly publicChain: string | undefined;
  readonly registry: Registry;
  /** What it answers with; without, it only says who it is. */
  readonly handlers: SynapseHandlers | undefined;
  readonly onServed?: AxonOptions['onServed'];
  readonly log: Log;
  readonly signal: AbortSignal;
  readonly closing: Closing;
}

/** An axon that does not listen yet. Without an address to announce it is for this machine alone. */
export function createAxon(
  options: ServiceOptions,
  { host = '127.0.0.1', given }: { host?: string | undefined; given?: string | undefined } = {},
): Axon {
  const { settings, sources, identity, network, registry, handlers, onServed, log, closing } = options;
  const axon = new Axon({
    ...axonOptionsOf(settings),
    signer: identity.hotkey,
    endorsement: identity.endorsement,
    network,
    host,
    port: sources.axon_port === 'default' ? 0 : settings.axon_port,
    externalIp: given,
    externalPort: settings.axon_external_port ?? settings.port,
    registry,
    onServed,
    log,
  });
  closing.add(() => axon.stop());
  if (handlers) axon.attach(identity.hotkeyHex, handlers);
  return axon;
}

/** Starts the neuron's axon and finds the address to announce. Errors `port_in_use`, `no_gateway`, `no_address`. */
export async function serveAxon(options: ServiceOptions): Promise<AxonService> {
  const { settings, log, signal, closing } = options;
  const given = settings.axon_external_ip ?? settings.remote_ip;
  if (given === undefined && !settings.axon_upnp && options.publicChain !== undefined) {
    const what = `on ${options.publicChain} peers need an address to reach this neuron at`;
    throw new NeuronError(
      'no_address',
      `${what}: give --axon.external_ip (or -r), or let the router forward a port by --axon.upnp`,
    );
  }
  // Loopback peers only: nothing outside needs to see the port.
  const isPrivate = !settings.axon_upnp && isLoopback(given ?? '127.0.0.1');
  const host = settings.axon_ip ?? (isPrivate ? '127.0.0.1' : '0.0.0.0');
  const wantedPort = settings.axon_external_port ?? settings.port;
  const axon = createAxon(options, { host, given: given ?? (isPrivate ? '127.0.0.1' : undefined) });
  await start(axon, settings);
  log.info(`Axon serves at ${host}:${axon.port}`);
  if (!settings.axon_upnp) {
    return { axon, announced: new PublicAddress({ ip: given ?? '127.0.0.1', port: wantedPort ?? axon.port }) };
  }
  const { axon_upnp_gateway: gateway } = settings;
  // A given address stays, whatever the router says of itself.
  const seenAs = ({ host: ip, port }: Address) => ({ ip: given ?? ip, port });
  const mapped = await mapPort(axon.port, {
    externalPort: wantedPort,
    gateway: gateway === undefined ? undefined : new URL(gateway),
    onMoved: external => {
      log.info(`The router now forwards ${external.host}:${external.port} to this axon (UPnP)`);
      announced.moveTo(seenAs(external));
    },
    log,
    signal,
  });
  closing.add(() => mapped.close());
  const { external } = mapped;
  const announced = new PublicAddress(seenAs(external));
  log.info(`The router forwards ${external.host}:${external.port} to this axon (UPnP)`);
  return { axon, announced };
}

/** How often peers are asked until one can say something: at first there may be none, or none that knows this neuron. */
const ATTEMPTS = 4;
const BETWEEN_MS = 15_000;

/** How long peers have to answer before the address is published all the same, milliseconds. */
const BEFORE_SERVING_MS = 5_000;

export interface ReachabilityTeller {
  /** Asks now, for some seconds. */
  beforeServing(): Promise<void>;
  /** Asks again until somebody can say something, or for a minute. */
  afterwards(): Promise<void>;
}

/** Asks peers whether they reach the announced address, where it is not this machine's alone, and says what came of it. */
export function reachabilityTeller(
  announced: Pick<PublicAddress, 'now'>,
  {
    settings,
    identity,
    log,
    signal,
  }: Pick<ServiceOptions, 'identity' | 'log' | 'signal'> & {
    readonly settings: Pick<NodeSettings, 'axon_probe'>;
  },
  directory: Pick<PeerDirectory, 'peers'>,
): ReachabilityTeller {
  let isTold = !settings.axon_probe || isLoopback(announced.now.ip);
  const ask = async (isLast: boolean) => {
    const { ip, port } = announced.now;
    const own = { announced: { host: ip, port }, hotkey: identity.hotkey.publicKey };
    const asking = { signal, timeoutMs: BEFORE_SERVING_MS };
    const { outcome, text } = await probeReachability(directory.peers(), own, asking);
    signal.throwIfAborted();
    if (outcome === 'unknown' && !isLast) return;
    isTold = true;
    if (outcome === 'unreachable') log.warn(text);
    else log.info(text);
  };
  return {
    beforeServing: async () => {
      if (!isTold) await ask(false);
    },
    afterwards: async () => {
      for (let attempt = 1; !isTold; attempt++) {
        await sleep(BETWEEN_MS, signal);
        if (!isTold) await ask(attempt === ATTEMPTS);
      }
    },
  };
}

async function start(axon: Axon, settings: NodeSettings): Promise<void> {
  try {
    await axon.start();
  } catch (error) {
    if (error instanceof BittensorError && error.code === 'port_in_use') {
      throw new NeuronError('port_in_use', `--axon_port ${settings.axon_port} is in use by another program`, {
        cause: error,
      });
    }
    throw error;
  }
}
