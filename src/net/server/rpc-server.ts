import { type Clock, type Log, sleep } from '../../base/index.js';
import { isLoopback } from '../address.js';
import type { Certificate } from '../auth/certificate.js';
import type { RequestKind } from '../auth/signed.js';
import { netError, RequestError } from '../errors.js';
import type { IncomingHandler } from '../incoming.js';
import type { SessionLimits } from '../session/limits.js';
import { MemoryBudget, type MemoryShare } from '../session/memory.js';
import { RETURN_CODES } from '../wire/codes.js';
import { Connection } from './connection.js';
import { Exchange, type SessionOptions } from './exchange.js';
import type { GrpcCall } from './grpc-call.js';
import {
  answerReflection,
  HEALTH_CHECK,
  HEALTH_SERVICE,
  HEALTH_WATCH,
  HealthService,
  REFLECTION_METHODS,
} from './health-service.js';
import { incomingOf } from './incoming-call.js';
import type { ServerLimits } from './limits.js';
import { Listener } from './listener.js';
import { http2Holes } from './node-version.js';
import { Receiving } from './receiving.js';
import { answerOnce, type RawHandler, receiveOne } from './unary.js';

export { defaultServerLimits, type ServerLimits } from './limits.js';
export type { RawCall, RawHandler } from './unary.js';

/** A unary method of small messages. */
export interface RawMethod {
  readonly handler: RawHandler;
  /** Largest request, bytes. */
  readonly maxBytes: number;
}

/** What Forward, Backward and Exchange need: requests whose body is read only when the handler asks for it. */
export interface IncomingOptions
  extends Pick<SessionOptions, 'handler' | 'hotkey' | 'network' | 'authorize' | 'greet' | 'onForged'> {
  readonly sessionLimits?: Partial<SessionLimits>;
  readonly clock?: Clock;
}

export interface RpcServerOptions {
  /** Without one there is no TLS, and so nobody but this machine is served. */
  readonly certificate?: Certificate | undefined;
  readonly plainText?: 'loopback' | 'never';
  readonly incoming?: IncomingOptions;
  /** Bodies are held in it; it may be shared with others. Default: one of `limits.bodyMemoryBytes`. */
  readonly memory?: MemoryBudget;
}

type Open = (call: GrpcCall) => void;

/** Messages up to here are not counted as bodies. */
const SMALL_BYTES = 1_024;

/** How often time-outs and held bytes are looked at. */
const SWEEP_MS = 100;

/** A gRPC server: everything between the port and a request that is whole. docs/protocol.md lists its limits. */
export class RpcServer {
  private readonly listener: Listener;
  private readonly open = new Map<string, Open>();
  private readonly connected = new Set<Connection>();
  /** Those that can be judged: by their header, or by their message, which is whole. */
  private readonly running = new Set<GrpcCall>();
  private readonly receiving: Receiving;
  private readonly dropped = new Map<string, number>();
  private timer: NodeJS.Timeout | undefined;
  private readonly memory: MemoryShare;
  private readonly health: HealthService;
  private exchange: Exchange | undefined;
  private draining = false;
  private stopped: Promise<void> | undefined;

  /** Unary methods by path; a handler alone takes messages up to `limits.messageBytes`. */
  constructor(
    methods: Readonly<Record<string, RawHandler | RawMethod>>,
    private readonly limits: ServerLimits,
    private readonly log: Log,
    options: RpcServerOptions = {},
  ) {
    this.receiving = new Receiving(limits);
    for (const [path, method] of Object.entries(methods)) {
      const raw = typeof method === 'function' ? { handler: method, maxBytes: limits.messageBytes } : method;
      this.open.set(path, this.serveRaw(raw, this.receiving));
    }
    const budget = options.memory ?? new MemoryBudget(limits.bodyMemoryBytes);
    this.memory = budget.share(limits.unaryBytes);
    if (options.incoming) this.serveIncoming(options.incoming, budget);
    this.health = this.serveStandards();
    this.listener = new Listener(
      this.limits,
      options,
      (link, socket) => {
        const { certificate } = options;
        const hash = link.encrypted ? certificate?.publicKeyHash : undefined;
        const connection = new Connection(
          link,
          socket,
          hash,
          this.limits,
          this.memory,
          call => this.onCall(call),
          reason => this.onDropped(reason, link.address),
        );
        this.connected.add(connection);
        link.tcp.once('close', () => this.connected.delete(connection));
        this.timer ??= setInterval(() => this.sweep(), SWEEP_MS).unref();
      },
      (reason, address) => this.onDropped(reason, address),
    );
  }

  /** Resolves with the bound port. Errors `port_in_use`, `cannot_listen`, `closed`. */
  async listen(host: string, port: number): Promise<number> {
    if (this.stopped) throw netError('closed', 'a server that was stopped does not start again');
    const holes = http2Holes(process.version);
    if (holes && !isLoopback(host)) this.log.warn(holes);
    return this.listener.listen(host, port);
  }

  /** Requests that are being handled. */
  get active(): number {
    return this.running.size + (this.exchange?.active ?? 0);
  }

  get sessions(): number {
    return this.exchange?.size ?? 0;
  }

  get connections(): number {
    return this.listener.size;
  }

  /** Why connections were closed or refused, and how often. */
  get drops(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.dropped);
  }

  /** Takes no more, lets what runs end within `deadlineMs`, then answers `Unavailable` and closes everything. */
  stop(deadlineMs = 1_500): Promise<void> {
    this.stopped ??= this.drain(deadlineMs);
    return this.stopped;
  }

  private async drain(deadlineMs: number): Promise<void> {
    this.draining = true;
    this.listener.stopAccepting();
    this.health.drain();
    const end = performance.now() + deadlineMs;
    const sessions = this.exchange?.drain();
    const left = () => Math.max(0, end - performance.now());
    while (this.running.size > 0 && left() > 0) await sleep(10);
    await Promise.race([sessions, sleep(left())]);
    for (const connection of this.connected) {
      for (const call of connection.calls) call.abort(stopping());
      // What was just refused, or answered last, still has to leave.
      connection.end();
    }
    const last = performance.now() + 200;
    while (this.connected.size > 0 && performance.now() < last) await sleep(10);
    this.listener.close();
    clearInterval(this.timer);
  }

  private serveIncoming(incoming: IncomingOptions, memory: MemoryBudget): void {
    const { handler, sessionLimits, ...session } = incoming;
    const forward = (kind: RequestKind) => (call: GrpcCall) => void this.answerIncoming(call, kind, handler);
    const exchange = new Exchange(
      { ...session, handler, memory, log: this.log, ...(sessionLimits && { limits: sessionLimits }) },
      this.limits,
    );
    this.exchange = exchange;
    this.open.set('/Bittensor/Forward', forward('forward'));
    this.open.set('/Bittensor/Backward', forward('backward'));
    this.open.set('/Bittensor/Exchange', call => exchange.open(call));
  }

  /** Health checking and reflection, which every server has. */
  private serveStandards(): HealthService {
    const services = [...new Set([...this.open.keys()].map(path => path.split('/')[1]!))];
    const health = new HealthService(services, this.limits.sendMs);
    // Nothing that others do keeps it from answering.
    const check = { handler: health.check, maxBytes: SMALL_BYTES };
    this.open.set(HEALTH_CHECK, this.serveRaw(check, new Receiving(this.limits)));
    this.open.set(HEALTH_WATCH, call => health.watch(call));
    const all = [...services, HEALTH_SERVICE];
    for (const path of REFLECTION_METHODS) this.open.set(path, call => answerReflection(call, all, this.limits.sendMs));
    return health;
  }

  private onCall(call: GrpcCall): void {
    const open = this.open.get(call.path);
    if (!open) call.refuse('NotImplemented', 'no such method is served here');
    else if (this.draining) call.refuse('Unavailable', 'the neuron is stopping');
    else open(call);
  }

  /** Each method has its own places: one that is asked too often shuts out no other. */
  private serveRaw(method: RawMethod, receiving: Receiving): Open {
    const under = { way: 0 };
    return call => void this.answerRaw(call, method, receiving, under);
  }

  private async answerRaw(
    call: GrpcCall,
    { handler, maxBytes }: RawMethod,
    receiving: Receiving,
    under: { way: number },
  ): Promise<void> {
    call.until = performance.now() + this.limits.receiveMs;
    let bytes: Buffer;
    try {
      bytes = await receiving.during(call, () => receiveOne(call, maxBytes));
    } catch (error) {
      if (error instanceof RequestError) return void call.refuse(error.returnCode, error.message);
      throw error;
    }
    call.until = Number.POSITIVE_INFINITY;
    if (this.draining) return void call.refuse('Unavailable', 'the neuron is stopping');
    // So little is no body that would compete with others for memory.
    const weight = maxBytes <= SMALL_BYTES ? 0 : bytes.length;
    if (under.way >= this.limits.concurrentCalls || !this.memory.tryTake(weight)) {
      return void call.refuse('NucleusFull', `${under.way} such requests are under way`);
    }
    under.way++;
    this.running.add(call);
    await this.answer(call, () => {
      const { signal, timeLeftMs, host } = call;
      return handler({ bytes, signal, timeLeftMs, address: host.address, trust: () => host.trust() });
    });
    under.way--;
    this.memory.give(weight);
  }

  private async answerIncoming(call: GrpcCall, kind: RequestKind, handler: IncomingHandler): Promise<void> {
    call.until = performance.now() + this.limits.receiveMs;
    let release = () => {};
    await this.answer(call, async () => {
      const request = incomingOf(kind, call, this.limits, this.receiving, () => this.running.add(call));
      release = request.release;
      const { head, body } = await handler(request.incoming);
      // Who is told the time did not show its key.
      if (head.returnCode === RETURN_CODES.ClockSkew.number) call.host.onRefused('ClockSkew');
      return body;
    });
    release();
  }

  private async answer(call: GrpcCall, work: () => Promise<Uint8Array>): Promise<void> {
    await answerOnce(call, work, this.log);
    this.running.delete(call);
    call.until = performance.now() + this.limits.sendMs;
  }

  private sweep(): void {
    const now = performance.now();
    for (const connection of [...this.connected]) connection.sweep(now);
    const holders = [...this.connected].map(connection => ({ connection, bytes: connection.burden() }));
    let total = holders.reduce((sum, { bytes }) => sum + bytes, 0);
    if (total <= this.limits.heldBytes) return;
    // Who holds most goes first; a stranger's bytes weigh more.
    const weigh = (holder: (typeof holders)[number]) => holder.bytes * (holder.connection.trusted ? 1 : 4);
    holders.sort((a, b) => weigh(b) - weigh(a));
    for (const { connection, bytes } of holders) {
      if (total <= this.limits.heldBytes) return;
      connection.drop('too many unfinished bytes');
      total -= bytes;
    }
  }

  private onDropped(reason: string, address: string): void {
    this.dropped.set(reason, (this.dropped.get(reason) ?? 0) + 1);
    this.log.debug(`closed a connection from ${address}: ${reason}`);
  }
}

function stopping(): RequestError {
  return new RequestError('Unavailable', 'the neuron is stopping');
}
