import { randomBytes } from 'node:crypto';
import type { Log } from '../../base/index.js';
import { keypairFromSeed, type Signer } from '../../wallet/index.js';
import { type Address, dialHost, formatAddress, isLoopback } from '../address.js';
import { makeCertificate } from '../auth/certificate.js';
import { Connection } from '../dendrite/connection.js';
import { pinCertificate, pinnedCredentials } from '../dendrite/pinning.js';
import { Pool } from '../dendrite/pool.js';
import { RequestError } from '../errors.js';
import { defaultServerLimits, RpcServer } from '../server/rpc-server.js';
import type { Asking, GossipTransport } from './transport.js';

export const GOSSIP_PATH = '/Metagraph/Gossip';
const MESSAGE_BYTES = 2 ** 20;
const CONNECTIONS = 32;
/** Exchanges answered at a time. */
const CALLS = 16;
const RECEIVE_MS = 5_000;

export interface GrpcTransportOptions {
  readonly host: string;
  readonly port: number;
  readonly log: Log;
  /** For the certificate. Without one it carries a key made for the moment. */
  readonly signer?: Signer | undefined;
  /** Where TLS is spoken. Default: everywhere but on this machine. */
  readonly encrypts?: (host: string) => boolean;
}

/**
 * Gossip over gRPC. Entries are signed by their origins, so who carries them need not show who it is: TLS is for secrecy
 * and for listeners that take nothing else, and whatever certificate of a neuron is shown is taken.
 */
export class GrpcTransport implements GossipTransport {
  private readonly connections = new Pool<Connection>(CONNECTIONS);
  private server: RpcServer | undefined;
  private closed = false;

  constructor(private readonly options: GrpcTransportOptions) {}

  listen(answer: (bytes: Uint8Array) => Promise<Uint8Array>): Promise<number> {
    const { host, port, log, signer } = this.options;
    const limits = {
      ...defaultServerLimits,
      messageBytes: MESSAGE_BYTES,
      concurrentCalls: CALLS,
      receiveMs: RECEIVE_MS,
    };
    const certificate = makeCertificate(signer ?? keypairFromSeed(randomBytes(32)));
    this.server = new RpcServer({ [GOSSIP_PATH]: call => answer(call.bytes) }, limits, log, { certificate });
    return this.server.listen(host, port);
  }

  async ask(address: Address, { bytes, timeoutMs, signal }: Asking): Promise<Uint8Array> {
    const endMs = performance.now() + timeoutMs;
    const connection = await this.connectionTo(address, timeoutMs, signal);
    try {
      return await connection.unary({ path: GOSSIP_PATH, bytes, timeoutMs: endMs - performance.now(), signal });
    } catch (error) {
      // A neuron that was started anew shows another certificate.
      if (!signal?.aborted) this.connections.remove(formatAddress(address));
      throw error;
    }
  }

  async close(): Promise<void> {
    this.closed = true;
    await this.server?.stop(100);
    this.connections.close();
  }

  private async connectionTo(address: Address, timeoutMs: number, signal?: AbortSignal): Promise<Connection> {
    const name = formatAddress(address);
    const known = this.connections.peek(name);
    const encrypts = this.options.encrypts ?? (host => !isLoopback(host));
    if (!known && encrypts(dialHost(address.host))) {
      const pin = await pinCertificate(address, undefined, { timeoutMs, signal });
      return this.connection(address, () => pinnedCredentials(pin));
    }
    return this.connection(address, () => undefined);
  }

  private connection(address: Address, makeCredentials: () => ReturnType<typeof pinnedCredentials> | undefined) {
    if (this.closed) throw new RequestError('Unavailable', 'gossip was stopped');
    return this.connections.get(formatAddress(address), () => {
      const credentials = makeCredentials();
      return new Connection(address, { messageBytes: MESSAGE_BYTES, ...(credentials && { credentials }) });
    });
  }
}
