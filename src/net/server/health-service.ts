import { RequestError } from '../errors.js';
import { HEALTH_CHECK, HEALTH_WATCH, type Health, healthReply, readHealthRequest } from '../wire/health.js';
import { REFLECTION_METHODS, reflect } from '../wire/reflection.js';
import type { GrpcCall } from './grpc-call.js';
import { originOf } from './origin.js';
import type { RawHandler } from './unary.js';

const NO_BYTES = Buffer.alloc(0);
const LARGEST_REQUEST = 1_024;
/** Watchers at a time, and of one address. */
const WATCHERS = 64;
const WATCHERS_PER_ADDRESS = 4;
/** Questions on one reflection stream. */
const QUESTIONS = 256;

export const HEALTH_SERVICE = 'grpc.health.v1.Health';

/** gRPC health checking: the server serves until it drains. */
export class HealthService {
  // What each asked for, in the order of their coming; undefined until it is read.
  private readonly watchers = new Map<GrpcCall, string | undefined>();
  private draining = false;

  /** `services`: those that may be asked for by name. `sendMs`: how long an answer may take to leave. */
  constructor(
    private readonly services: readonly string[],
    private readonly sendMs: number,
  ) {}

  readonly check: RawHandler = async ({ bytes }) => {
    const service = readHealthRequest(bytes);
    const health = this.healthOf(service);
    if (health === 'unknown') throw new RequestError('NotServingNucleus', 'no such service');
    return healthReply(health);
  };

  watch(call: GrpcCall): void {
    const refusal = this.makePlace(call);
    if (refusal) return void call.refuse('NucleusFull', refusal);
    this.watchers.set(call, undefined);
    call.onClose(() => this.watchers.delete(call));
    call.retire = () => call.refuse('Unavailable', 'watch again');
    call.receive({
      maxBytes: LARGEST_REQUEST,
      onMessage: bytes => {
        if (this.watchers.get(call) !== undefined) throw new RequestError('InvalidRequest', 'a second message');
        const service = readHealthRequest(bytes);
        this.watchers.set(call, service);
        call.sendAlone(healthReply(this.healthOf(service)), this.sendMs);
      },
      onEnd: () => {},
    });
    // Over before it was looked at.
    if (call.signal.aborted) this.watchers.delete(call);
  }

  /** Tells all who watch. */
  drain(): void {
    this.draining = true;
    for (const [call, service] of this.watchers) {
      if (service === undefined) continue;
      call.send(NO_BYTES, healthReply(this.healthOf(service)));
      call.finish();
    }
  }

  /** Why there is none. Where all are taken, the oldest goes on whose connection nobody showed a key. */
  private makePlace(call: GrpcCall): string | undefined {
    const origin = originOf(call.host.address);
    const all = [...this.watchers.keys()];
    if (all.filter(({ host }) => originOf(host.address) === origin).length >= WATCHERS_PER_ADDRESS) {
      return `${WATCHERS_PER_ADDRESS} watch from this address already`;
    }
    if (all.length < WATCHERS) return undefined;
    const stranger = all.find(({ host }) => !host.trusted);
    if (!stranger) return `${WATCHERS} watch already`;
    this.watchers.delete(stranger);
    stranger.refuse('NucleusFull', 'others want to watch too');
    return undefined;
  }

  private healthOf(service: string): Health {
    if (service !== '' && !this.services.includes(service)) return 'unknown';
    return this.draining ? 'not serving' : 'serving';
  }
}

/** gRPC server reflection, from descriptors that were made with the code: one answer at a time on each stream. */
export function answerReflection(call: GrpcCall, services: readonly string[], sendMs: number): void {
  let questions = 0;
  call.retire = () => call.finish();
  call.receive({
    maxBytes: LARGEST_REQUEST,
    onMessage: bytes => {
      if (++questions > QUESTIONS) throw new RequestError('Backoff', `more than ${QUESTIONS} questions`);
      call.sendAlone(reflect(bytes, services), sendMs);
    },
    onEnd: () => call.finish(),
  });
}

export { HEALTH_CHECK, HEALTH_WATCH, REFLECTION_METHODS };
