import {
  type MethodDefinition,
  Server,
  ServerCredentials,
  type ServerUnaryCall,
  type ServiceError,
  type sendUnaryData,
} from '@grpc/grpc-js';
import { type Log, messageOf, sleep } from '../../base/index.js';
import { netError, RequestError } from '../errors.js';
import { toServiceError } from '../wire/status.js';
import { Intake, type IntakeLimits } from './intake.js';
import { type Connection, Listener, type ListenerLimits } from './listener.js';

export interface ServerLimits extends ListenerLimits, IntakeLimits {
  /** Largest request and reply, bytes. */
  readonly messageBytes: number;
  /** Requests that may be handled at a time; more are refused with `NucleusFull`. */
  readonly concurrentCalls: number;
  readonly streamsPerConnection: number;
}

export const defaultServerLimits: ServerLimits = {
  messageBytes: 16 * 2 ** 20,
  concurrentCalls: 64,
  streamsPerConnection: 128,
  connections: 512,
  connectionsPerAddress: 128,
  receiveMs: 15_000,
  sendMs: 15_000,
  firstCallMs: 10_000,
  idleMs: 300_000,
  heldBytes: 256 * 2 ** 20,
};

export interface RawCall {
  readonly bytes: Buffer;
  /** Aborts when the caller gives up and when the server stops; a `RequestError` as reason says what to answer. */
  readonly signal: AbortSignal;
  /** What the caller's deadline leaves, milliseconds; infinite when it stated none. */
  readonly timeLeftMs: number;
  readonly address: string;
  /** Says that the caller showed its key, so that its connection outlives strangers'. */
  trust(): void;
}

/** Answers with bytes, or throws a `RequestError` for a refusal as status. Must end soon after `signal` aborts. */
export type RawHandler = (call: RawCall) => Promise<Uint8Array>;

/** A gRPC server of unary methods on bytes: everything between the port and a request that is whole. */
export class RpcServer {
  private readonly server: Server;
  private readonly listener: Listener;
  private readonly intake: Intake;
  private readonly running = new Set<AbortController>();
  private handledBytes = 0;
  private draining = false;
  private stopped: Promise<void> | undefined;

  constructor(
    methods: Readonly<Record<string, RawHandler>>,
    private readonly limits: ServerLimits,
    private readonly log: Log,
  ) {
    this.listener = new Listener(limits, connection => {
      this.intake.admit(connection);
      injector.injectConnection(connection.socket);
    });
    this.intake = new Intake(this.listener, limits, (reason, address) =>
      this.log.debug(`closed a connection from ${address}: ${reason}`),
    );
    this.server = new Server({
      'grpc.max_receive_message_length': limits.messageBytes,
      'grpc.max_send_message_length': limits.messageBytes,
      'grpc.max_concurrent_streams': limits.streamsPerConnection,
      'grpc.enable_channelz': 0,
      'grpc.keepalive_time_ms': 30_000,
      'grpc.keepalive_timeout_ms': 10_000,
      interceptors: [this.intake.interceptor],
    });
    const injector = this.server.createConnectionInjector(ServerCredentials.createInsecure());
    for (const [path, handler] of Object.entries(methods)) {
      this.server.addService(
        { method: rawMethod(path) },
        {
          method: (call: ServerUnaryCall<Buffer, Buffer>, done: sendUnaryData<Buffer>) =>
            void this.handle(call, handler, done),
        },
      );
    }
  }

  /** Resolves with the bound port. Errors `port_in_use`, `cannot_listen`, `closed`. */
  async listen(host: string, port: number): Promise<number> {
    if (this.stopped) throw netError('closed', 'a server that was stopped does not start again');
    return this.listener.listen(host, port);
  }

  /** Requests that are being handled. */
  get active(): number {
    return this.running.size;
  }

  get connections(): number {
    return this.listener.size;
  }

  /** Takes no more, lets what runs end within `deadlineMs`, then answers `Unavailable` and closes everything. */
  stop(deadlineMs = 1_500): Promise<void> {
    this.stopped ??= this.drain(deadlineMs);
    return this.stopped;
  }

  private async drain(deadlineMs: number): Promise<void> {
    this.draining = true;
    this.listener.stopAccepting();
    const end = performance.now() + deadlineMs;
    while (this.running.size > 0 && performance.now() < end) await sleep(10);
    for (const call of this.running) call.abort(stopping());
    // What was just refused, or answered last, still has to leave.
    await Promise.race([new Promise<void>(resolve => this.server.tryShutdown(() => resolve())), sleep(200)]);
    this.server.forceShutdown();
    this.listener.close();
    this.intake.stop();
  }

  private async handle(
    call: ServerUnaryCall<Buffer, Buffer>,
    handler: RawHandler,
    done: sendUnaryData<Buffer>,
  ): Promise<void> {
    const bytes = call.request;
    const refusal = this.refusal(bytes.length);
    if (refusal) return done(toServiceError(refusal.returnCode, refusal.message));
    const controller = new AbortController();
    call.once('cancelled', () => controller.abort(new RequestError('Cancelled', 'the caller gave up')));
    this.running.add(controller);
    this.handledBytes += bytes.length;
    let reply: Buffer | undefined;
    let error: Partial<ServiceError> | undefined;
    try {
      const { remoteAddress, remotePort } = endOf(call);
      const connection = this.listener.find(remoteAddress, remotePort);
      const answer = await handler({
        bytes,
        signal: controller.signal,
        timeLeftMs: timeLeft(call.getDeadline()),
        address: remoteAddress ?? 'unknown',
        trust: () => trust(connection),
      });
      reply = Buffer.from(answer.buffer, answer.byteOffset, answer.byteLength);
    } catch (thrown) {
      if (!(thrown instanceof RequestError)) this.log.error(`a handler failed: ${messageOf(thrown)}`);
      error =
        thrown instanceof RequestError
          ? toServiceError(thrown.returnCode, thrown.message)
          : toServiceError('UnknownException', 'internal error');
    } finally {
      this.running.delete(controller);
      this.handledBytes -= bytes.length;
    }
    if (error) done(error);
    else done(null, reply);
  }

  private refusal(bytes: number): RequestError | undefined {
    if (this.draining) return stopping();
    if (this.running.size >= this.limits.concurrentCalls || this.handledBytes + bytes > this.limits.heldBytes) {
      return new RequestError('NucleusFull', `${this.running.size} requests are under way`);
    }
    return undefined;
  }
}

function stopping(): RequestError {
  return new RequestError('Unavailable', 'the neuron is stopping');
}

function trust(connection: Connection | undefined): void {
  if (connection) connection.trusted = true;
}

function timeLeft(deadline: Date | number): number {
  return typeof deadline === 'number' ? deadline - Date.now() : deadline.getTime() - Date.now();
}

/** `getPeer` gives `address:port`, without brackets for IPv6. */
function endOf(call: { getPeer(): string }): { remoteAddress?: string; remotePort?: number } {
  const peer = call.getPeer();
  const colon = peer.lastIndexOf(':');
  return colon < 0 ? {} : { remoteAddress: peer.slice(0, colon), remotePort: Number(peer.slice(colon + 1)) };
}

/** A method whose messages are the bytes as they came: the handler decodes, after it has looked at the size. */
function rawMethod(path: string): MethodDefinition<Buffer, Buffer> {
  const same = (bytes: Buffer) => bytes;
  return {
    path,
    requestStream: false,
    responseStream: false,
    requestSerialize: same,
    requestDeserialize: same,
    responseSerialize: same,
    responseDeserialize: same,
  };
}
