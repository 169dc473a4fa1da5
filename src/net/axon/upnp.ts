import { createSocket } from 'node:dgram';
import { isIP } from 'node:net';
import { abortingWith, type Log, messageOf, silentLog, sleep } from '../../base/index.js';
import type { Address } from '../address.js';
import { netError } from '../errors.js';

export interface PortMappingOptions {
  /** The port that the gateway is asked for. Default: the same as here. */
  readonly externalPort?: number | undefined;
  /** The gateway's device description, where multicast does not reach it. Default: whichever answers first. */
  readonly gateway?: URL | undefined;
  /** For finding the gateway and mapping, milliseconds. Default 10,000. */
  readonly timeoutMs?: number | undefined;
  /** How often it is asked again, milliseconds. Default five minutes; a mapping lasts for an hour. */
  readonly renewMs?: number | undefined;
  /** The gateway is reached by another address from now on, or forwards another port. */
  readonly onMoved?: ((external: Address) => void) | undefined;
  readonly log?: Pick<Log, 'info' | 'warn'> | undefined;
  /** For the first mapping. */
  readonly signal?: AbortSignal | undefined;
}

export interface MappedPort {
  /** Where the gateway was reached from outside at first, and the port that it forwards. */
  readonly external: Address;
  /** Takes the mapping back where the ports are the same on both sides. Any other ends by itself after an hour. */
  close(): Promise<void>;
}

const CLOSE_MS = 1_000;
/** A router that was started anew has forgotten the mapping, and may have another address. */
const RENEW_MS = 300_000;

/**
 * Asks the router to forward a port to this machine (UPnP Internet Gateway Device 2), and goes on asking.
 * Error `no_gateway` when none answers or it refuses.
 */
export async function mapPort(port: number, options: PortMappingOptions = {}): Promise<MappedPort> {
  const { log = silentLog, renewMs = RENEW_MS, onMoved } = options;
  const stopping = new AbortController();
  let mapping = await map(port, options);
  const { external } = mapping;
  let told = external;

  let problem: string | undefined;
  const renew = async () => {
    try {
      const { signal } = stopping;
      mapping = await map(port, { ...options, externalPort: told.port, signal });
      if (problem !== undefined) log.info(`The router forwards port ${port} again`);
      problem = undefined;
      const { host, port: outside } = mapping.external;
      // A router that is cut off itself has no address.
      const isReached = isIP(host) !== 0 && host !== '0.0.0.0';
      if (!isReached || (host === told.host && outside === told.port)) return;
      told = mapping.external;
      onMoved?.(told);
    } catch (error) {
      if (stopping.signal.aborted) return;
      if (problem === undefined) log.warn(`${messageOf(error)}; asking again`);
      problem = messageOf(error);
    }
  };
  const renewing = (async () => {
    while (!stopping.signal.aborted) {
      await sleep(renewMs, stopping.signal).catch(() => {});
      if (!stopping.signal.aborted) await renew();
    }
  })();

  return {
    external,
    close: async () => {
      stopping.abort();
      await renewing;
      // The library takes back the port of this number on the gateway's outside, which may be another neuron's.
      const isSame = mapping.external.port === port;
      const signal = isSame ? AbortSignal.timeout(CLOSE_MS) : AbortSignal.abort();
      await mapping.gateway.stop({ signal }).catch(() => {});
    },
  };
}

interface Mapping {
  readonly gateway: Gateway;
  readonly external: Address;
}

/** Asks once. The gateway is looked for each time: where it is may change, too. */
async function map(port: number, options: PortMappingOptions): Promise<Mapping> {
  const { timeoutMs = 10_000, externalPort = port } = options;
  const timeout = AbortSignal.timeout(timeoutMs);
  const stop = abortingWith(options.signal, timeout);
  const { signal } = stop;
  // A library with many parts that nobody needs without this setting.
  const { upnpNat } = await import('@achingbrain/nat-port-mapper');
  // Its own way of renewing takes an hour after a failure, and needs multicast.
  const nat = upnpNat({ description: 'bittensor axon', autoRefresh: false });
  try {
    const gateway = await firstGateway(nat, options.gateway, signal);
    const internal = await addressTowards(gateway.host);
    const mapping = await gateway.map(port, internal, { externalPort, protocol: 'tcp', signal });
    return { gateway, external: { host: mapping.externalHost, port: mapping.externalPort } };
  } catch (error) {
    if (options.signal?.aborted) throw options.signal.reason;
    const why = timeout.aborted ? `none answered within ${timeoutMs} ms` : messageOf(error);
    throw netError('no_gateway', `no router forwards port ${port} by UPnP: ${why}`, { port }, error);
  } finally {
    stop.abort();
  }
}

type Nat = ReturnType<typeof import('@achingbrain/nat-port-mapper').upnpNat>;
type Gateway = Awaited<ReturnType<Nat['getGateway']>>;

async function firstGateway(nat: Nat, description: URL | undefined, signal: AbortSignal): Promise<Gateway> {
  if (description) return nat.getGateway(description, { signal });
  for await (const gateway of nat.findGateways({ signal, searchInterval: 2_000 })) {
    // The announced address of an axon is of this family; one of IPv6 needs no forwarding.
    if (gateway.family === 'IPv4') return gateway;
  }
  throw new Error('none answered');
}

/** The address of this machine on its way to a host. Nothing is sent. */
function addressTowards(host: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = createSocket('udp4');
    socket.once('error', error => {
      socket.close();
      reject(error);
    });
    socket.connect(1900, host, () => {
      const { address } = socket.address();
      socket.close();
      resolve(address);
    });
  });
}
