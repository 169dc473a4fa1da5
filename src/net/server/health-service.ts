import { RequestError } from '../errors.js';
import { HEALTH_CHECK, HEALTH_WATCH, type Health, healthReply, readHealthRequest } from '../wire/health.js';
import { REFLECTION_METHODS, reflect } from '../wire/reflection.js';
import type { GrpcCall } from './grpc-call.js';
import type { RawHandler } from './unary.js';

const NO_BYTES = Buffer.alloc(0);
const LARGEST_REQUEST = 1_024;
/** Watchers at a time; more are refused. */
const WATCHERS = 64;
/** Questions on one reflection stream. */
const QUESTIONS = 256;

export const HEALTH_SERVICE = 'grpc.health.v1.Health';

/** gRPC health checking: the server serves until it drains. */
export class HealthService {
  private readonly watchers = new Map<GrpcCall, string>();
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
    if (this.watchers.size >= WATCHERS) return void call.refuse('NucleusFull', `${WATCHERS} watch already`);
    call.onClose(() => this.watchers.delete(call));
    call.retire = () => call.refuse('Unavailable', 'watch again');
    call.receive({
      maxBytes: LARGEST_REQUEST,
      onMessage: bytes => {
        if (this.watchers.has(call)) throw new RequestError('InvalidRequest', 'a second message');
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
      call.send(NO_BYTES, healthReply(this.healthOf(service)));
      call.finish();
    }
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
