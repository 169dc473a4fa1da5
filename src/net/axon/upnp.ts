import { createSocket } from 'node:dgram';
import { abortingWith, messageOf } from '../../base/index.js';
import type { Address } from '../address.js';
import { netError } from '../errors.js';

export interface PortMappingOptions {
  /** The port that the gateway is asked for. Default: the same as here. */
  readonly externalPort?: number | undefined;
  /** The gateway's device description, where multicast does not reach it. Default: whichever answers first. */
  readonly gateway?: URL | undefined;
  /** For finding the gateway and mapping, milliseconds. Default 10,000. */
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface MappedPort {
  /** Where the gateway is reached from outside, and the port that it forwards. */
  readonly external: Address;
  /** Takes the mapping back where the ports are the same on both sides. Any other ends by itself after an hour. */
  close(): Promise<void>;
}

const CLOSE_MS = 1_000;

/**
 * Asks the router to forward a port to this machine (UPnP Internet Gateway Device 2), and goes on asking every hour.
 * Error `no_gateway` when none answers or it refuses.
 */
export async function mapPort(port: number, options: PortMappingOptions = {}): Promise<MappedPort> {
  const { timeoutMs = 10_000, externalPort = port } = options;
  const timeout = AbortSignal.timeout(timeoutMs);
  const { signal } = abortingWith(options.signal, timeout);
  // A library with many parts that nobody needs without this setting.
  const { upnpNat } = await import('@achingbrain/nat-port-mapper');
  const nat = upnpNat({ description: 'bittensor axon' });
  try {
    const gateway = await firstGateway(nat, options.gateway, signal);
    const internal = await addressTowards(gateway.host);
    const mapping = await gateway.map(port, internal, { externalPort, protocol: 'tcp', signal });
    return {
      external: { host: mapping.externalHost, port: mapping.externalPort },
      close: () => {
        // The library takes back the port of this number on the gateway's outside, which may be another neuron's.
        const isSame = mapping.externalPort === port;
        const signal = isSame ? AbortSignal.timeout(CLOSE_MS) : AbortSignal.abort();
        return gateway.stop({ signal }).catch(() => {});
      },
    };
  } catch (error) {
    if (options.signal?.aborted) throw options.signal.reason;
    const why = timeout.aborted ? `none answered within ${timeoutMs} ms` : messageOf(error);
    throw netError('no_gateway', `no router forwards port ${port} by UPnP: ${why}`, { port }, error);
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
