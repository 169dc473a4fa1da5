import { availableParallelism } from 'node:os';
import { type Clock, type Log, type Startable, silentLog, sleep, systemClock } from '../../base/index.js';
import type { Endorsement, Signer } from '../../wallet/index.js';
import type { Address } from '../address.js';
import { makeCertificate } from '../auth/certificate.js';
import { keyText } from '../auth/signed.js';
import { netError, RequestError } from '../errors.js';
import type { IncomingHandler } from '../incoming.js';
import { defaultServerLimits, type RawCall, RpcServer, type ServerLimits } from '../server/rpc-server.js';
import type { ReturnCode } from '../wire/codes.js';
import { networkBytes } from '../wire/network.js';
import { defaultTensorLimits } from '../wire/tensor.js';
import { type AdmissionLimits, type AdmissionRules, Admissions, defaultAdmissionLimits } from './admission.js';
import type { Announce } from './announce.js';
import { DESCRIBE_PATH, PROBE_PATH } from './ask.js';
import { DESCRIBE_BYTES, Describer } from './describer.js';
import { Desk, type DeskLimits } from './desk.js';
import type { PeerStats, Served } from './peer-stats.js';
import { defaultPoolLimits, type PoolLimits, PriorityThreadPool } from './priority-pool.js';
import { PROBE_BYTES, Prober } from './prober.js';
import { type SynapseHandlers, SynapseTable } from './synapses.js';

export interface AxonLimits extends ServerLimits, AdmissionLimits, PoolLimits, DeskLimits {
  /** Threads for synapses that compute in some of their own. */
  readonly maxThreads: number;
}

export const defaultAxonLimits: AxonLimits = {
  ...defaultServerLimits,
  ...defaultAdmissionLimits,
  ...defaultPoolLimits,
  tensors: defaultTensorLimits,
  bodyBytes: 256 * 2 ** 20,
  forwardMs: 10_000,
  backwardMs: 20_000,
  concurrentRequests: 400,
  statisticsOf: 1_024,
  maxThreads: Math.max(1, availableParallelism() - 1),
};

export interface AxonOptions extends AdmissionRules {
  readonly signer: Signer;
  /** The genesis hash of the chain that it is on, 32 bytes. Default: none. */
  readonly network?: Uint8Array | undefined;
  /** Default `0.0.0.0`. */
  readonly host?: string | undefined;
  /** Default 0: any free port. */
  readonly port?: number | undefined;
  /** Where others reach it. Default: the host, and the bound port. */
  readonly externalIp?: string | undefined;
  readonly externalPort?: number | undefined;
  /** How `subscribe()` makes it known. */
  readonly announce?: Announce | undefined;
  /** The coldkey's word that the signer is its hotkey; told to who asks for a description. */
  readonly endorsement?: Endorsement | undefined;
  /** Told what came of each request, refused ones included; it must not throw, and it holds the answer up. */
  readonly onServed?: ((served: Served) => void) | undefined;
  readonly log?: Log | undefined;
  readonly clock?: Clock | undefined;
  readonly limits?: Partial<AxonLimits> | undefined;
}

export interface AxonStats {
  readonly requests: number;
  /** How often each code was answered. */
  readonly codes: Readonly<Partial<Record<ReturnCode, number>>>;
  /** Bodies, in bytes. */
  readonly bytesIn: number;
  readonly bytesOut: number;
  /** Admitted requests under way; of them computed, and waiting for their turn. */
  readonly active: number;
  readonly computing: number;
  readonly waiting: number;
  /** Handlers that go on although their request was answered for them. */
  readonly abandoned: number;
  readonly connections: number;
  /** Why connections were closed or refused, and how often. */
  readonly drops: Readonly<Record<string, number>>;
  /** By hotkey; who asked last comes last. */
  readonly peers: ReadonlyMap<string, PeerStats>;
}

/**
 * Serves synapses to other neurons. It knows nothing of models: handlers are attached to it. Who is let in, and who is
 * computed first, say the rules among its options.
 *
 * ```ts
 * await using axon = new Axon({ signer });
 * axon.attach('', { forward: async ({ tensors }) => ({ tensors, parameterVersion: 0 }) });
 * const port = await axon.start();
 * await axon.subscribe(announceOnChain({ client, netuid: 1, signer }));
 * ```
 */
export class Axon implements Omit<Startable, 'start'>, AsyncDisposable {
  private readonly limits: AxonLimits;
  private readonly clock: Clock;
  private readonly log: Log;
  private readonly server: RpcServer;
  private readonly synapses = new SynapseTable();
  private readonly pool: PriorityThreadPool;
  private readonly threads: PriorityThreadPool;
  private readonly desk: Desk;
  private readonly withdrawals: (() => Promise<void>)[] = [];
  private started: Promise<number> | undefined;
  private stopped: Promise<void> | undefined;
  private boundPort = 0;

  constructor(private readonly options: AxonOptions) {
    const { signer } = options;
    this.limits = { ...defaultAxonLimits, ...options.limits };
    this.clock = options.clock ?? systemClock;
    this.log = options.log ?? silentLog;
    const own = { hotkey: signer.publicKey, network: networkBytes(options.network) };
    const admissions = new Admissions(own, options, this.limits, this.clock);
    this.pool = new PriorityThreadPool(this.limits);
    this.threads = new PriorityThreadPool({ ...this.limits, maxWorkers: this.limits.maxThreads });
    const { synapses, pool, threads, clock, log } = this;
    const { onServed } = options;
    this.desk = new Desk({ signer, admissions, synapses, pool, threads, clock, log, onServed }, this.limits);
    const { bodyBytes } = this.limits;
    const { endorsement } = options;
    const address = () => this.externalAddress();
    const describer = new Describer({
      ...options,
      ...own,
      admissions,
      synapses,
      clock,
      bodyBytes,
      endorsement,
      address,
    });
    const prober = new Prober(admissions);
    const methods = {
      [DESCRIBE_PATH]: { handler: async (call: RawCall) => describer.answer(call), maxBytes: DESCRIBE_BYTES },
      [PROBE_PATH]: { handler: (call: RawCall) => prober.answer(call), maxBytes: PROBE_BYTES },
    };
    this.server = new RpcServer(methods, this.limits, log, {
      certificate: makeCertificate(signer),
      incoming: {
        ...own,
        handler: this.handle,
        authorize: (caller, address) => refusalOf(() => admissions.authorize(caller, address)),
        greet: (caller, address) => refusalOf(() => admissions.greetHello(caller, address)),
        onForged: address => admissions.noteForgery(address),
        sessionLimits: { bodyBytes },
        clock,
      },
    });
  }

  /**
   * Serves this synapse from now on, in place of an earlier one of the same key; without a key under the axon's hotkey.
   * The first one is asked for by an empty key too. Returns what takes it away again.
   */
  attach(synapseKey: string, handlers: SynapseHandlers): () => void;
  attach(handlers: SynapseHandlers): () => void;
  attach(first: string | SynapseHandlers, second?: SynapseHandlers): () => void {
    if (typeof first === 'string') return this.synapses.attach(first, second!);
    return this.synapses.attach(keyText(this.options.signer.publicKey), first);
  }

  /** Resolves with the bound port. Errors `port_in_use`, `cannot_listen`, `closed`. */
  start(): Promise<number> {
    this.started ??= this.begin();
    return this.started;
  }

  /** Makes the axon known: by `announce`, or as the options say. Starts it where that was not done. */
  async subscribe(announce: Announce | undefined = this.options.announce): Promise<void> {
    if (!announce) throw new TypeError('nothing says how this axon is announced: give subscribe() a function');
    await this.start();
    const withdraw = await announce(this.externalAddress());
    if (withdraw) this.withdrawals.push(withdraw);
  }

  /** The bound port; 0 before `start()`. */
  get port(): number {
    return this.boundPort;
  }

  /** Answers a request that comes by another way than the port, such as this process's own. */
  readonly handle: IncomingHandler = async incoming => {
    if (this.stopped && incoming.transport === 'loopback') {
      throw new RequestError('Unavailable', 'the neuron is stopping');
    }
    return this.desk.handle(incoming);
  };

  /** Lets requests end within `deadlineMs`, answers the rest with `Unavailable`, closes every connection. */
  stop(deadlineMs = 1_500): Promise<void> {
    this.stopped ??= this.close(deadlineMs);
    return this.stopped;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  stats(): AxonStats {
    const { desk, pool, threads, server } = this;
    return {
      ...desk.counters,
      codes: { ...desk.codes },
      active: desk.active,
      computing: pool.active + threads.active,
      waiting: pool.size + threads.size,
      abandoned: pool.abandoned + threads.abandoned,
      connections: server.connections,
      drops: server.drops,
      peers: desk.peers.all(),
    };
  }

  private async begin(): Promise<number> {
    if (this.stopped) throw netError('closed', 'an axon that was stopped does not start again');
    this.boundPort = await this.server.listen(this.options.host ?? '0.0.0.0', this.options.port ?? 0);
    return this.boundPort;
  }

  private async close(deadlineMs: number): Promise<void> {
    await Promise.allSettled(this.withdrawals.splice(0).map(withdraw => withdraw()));
    const end = performance.now() + deadlineMs;
    await this.server.stop(deadlineMs);
    // Requests of this very process are not the server's.
    while (this.desk.active > 0 && performance.now() < end) await sleep(10);
    await Promise.all([this.pool.stop(), this.threads.stop()]);
  }

  private externalAddress(): Address {
    const { externalIp, externalPort, host = '0.0.0.0' } = this.options;
    return { host: externalIp ?? host, port: externalPort ?? this.boundPort };
  }
}

function refusalOf(check: () => void): RequestError | undefined {
  try {
    check();
    return undefined;
  } catch (error) {
    if (error instanceof RequestError) return error;
    throw error;
  }
}
