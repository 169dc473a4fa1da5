import fc from 'fast-check';
import { sleep } from '../../../src/base/index.js';
import { keyText } from '../../../src/net/auth/signed.js';
import { Axon, Dendrite, floatsOf, floatTensor, type Reply, type WireTensor } from '../../../src/net/index.js';
import { keypairFromSeed } from '../../../src/wallet/index.js';
import { type ConnectionPlan, type Fault, FaultProxy } from './proxy.js';

const key = (index: number) => keypairFromSeed(new Uint8Array(32).fill(index));

/** A dendrite's calls to an axon, and what goes wrong meanwhile. */
export interface Schedule {
  readonly tls: boolean;
  readonly transport: 'session' | 'unary';
  /** Of the first connections; later ones are sound. */
  readonly connections: readonly ConnectionPlan[];
  readonly calls: readonly PlannedCall[];
  /** When the dendrite is closed, whatever is under way. */
  readonly closeAfterMs: number | undefined;
}

interface PlannedCall {
  readonly kind: 'forward' | 'backward';
  readonly afterMs: number;
  readonly floats: number;
  readonly timeoutMs: number;
  readonly cancelAfterMs: number | undefined;
  /** How long the synapse takes. */
  readonly workMs: number;
}

// Within the handshakes, within small messages, within large ones.
const at = fc.oneof(fc.nat(300), fc.nat(6_000), fc.nat(400_000), fc.nat(4_000_000));
const fault: fc.Arbitrary<Fault> = fc.oneof(
  fc.record({ kind: fc.constant('delay' as const), ms: fc.nat(40) }),
  fc.record({ kind: fc.constant('split' as const), bytes: fc.integer({ min: 200, max: 20_000 }) }),
  fc.record({ kind: fc.constant('slow' as const), bytesPerSecond: fc.integer({ min: 50_000, max: 20_000_000 }) }),
  fc.record({ kind: fc.constant('stall' as const), at, ms: fc.nat(600) }),
  fc.record({ kind: fc.constant('cut' as const), at, how: fc.constantFrom('reset' as const, 'end' as const) }),
  fc.record({ kind: fc.constant('hang' as const), at }),
  fc.record({ kind: fc.constantFrom('duplicate' as const, 'reorder' as const, 'flip' as const), at }),
);
const faults = fc.array(fault, { maxLength: 3 });

function rarely(arbitrary: fc.Arbitrary<number>): fc.Arbitrary<number | undefined> {
  return fc.oneof({ weight: 7, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary });
}

export const schedules: fc.Arbitrary<Schedule> = fc.record({
  tls: fc.boolean(),
  transport: fc.constantFrom('session', 'session', 'unary'),
  connections: fc.array(fc.record({ toServer: faults, toClient: faults }), { minLength: 1, maxLength: 4 }),
  calls: fc.array(
    fc.record({
      kind: fc.constantFrom('forward', 'backward'),
      afterMs: fc.nat(300),
      floats: fc.constantFrom(4, 256, 9 * 1024, 9 * 1024, 100 * 1024, 512 * 1024),
      timeoutMs: fc.integer({ min: 100, max: 3_000 }),
      cancelAfterMs: rarely(fc.nat(300)),
      workMs: fc.constantFrom(0, 0, 5, 60),
    }),
    { minLength: 2, maxLength: 10 },
  ),
  closeAfterMs: rarely(fc.nat(400)),
});

/** One call and all that came of it. */
export interface Outcome {
  readonly call: PlannedCall;
  readonly id: number;
  readonly reply: Reply;
  readonly elapsedMs: number;
}

/** An axon that doubles what it is sent, and counts how often it computed each call. */
export class CountingAxon {
  readonly runs = new Map<number, number>();
  readonly axon = new Axon({
    signer: key(1),
    host: '127.0.0.1',
    // A thousand peers come from one address here.
    limits: {
      connectBurst: 100_000,
      connectsPerSecond: 100_000,
      connectionsPerAddress: 500,
      handshakesPerAddress: 100,
      // Half-open connections are noticed sooner than as shipped, which takes 40 s.
      handshakeMs: 3_000,
      firstCallMs: 3_000,
      pingMs: 3_000,
      pongMs: 4_000,
    },
  });

  constructor() {
    const answer = async ({ tensors, signal }: { tensors: readonly WireTensor[]; signal: AbortSignal }) => {
      const [id, workMs] = floatsOf(tensors[0]!);
      this.runs.set(id!, (this.runs.get(id!) ?? 0) + 1);
      if (workMs! > 0) await sleep(workMs!, signal);
      const doubled = floatsOf(tensors[0]!).map(value => 2 * value);
      return { tensors: [floatTensor(doubled, tensors[0]!.shape)], parameterVersion: 0 };
    };
    this.axon.attach('', { forward: answer, backward: answer });
  }
}

export async function run(schedule: Schedule, axonPort: number, firstId: number): Promise<Outcome[]> {
  const sound: ConnectionPlan = { toServer: [], toClient: [] };
  await using proxy = await FaultProxy.start(axonPort, n => schedule.connections[n] ?? sound);
  using dendrite = new Dendrite({
    signer: key(2 + (firstId % 200)),
    tls: schedule.tls,
    transport: schedule.transport,
    // No gradient is clipped: every number is compared.
    limits: { connectMs: 1_500, gradientNorm: 1e30 },
  });
  const closing = new AbortController();
  if (schedule.closeAfterMs !== undefined) {
    sleep(schedule.closeAfterMs, closing.signal).then(
      () => dendrite.close(),
      () => {},
    );
  }
  const peer = { hotkey: keyText(key(1).publicKey), host: '127.0.0.1', port: proxy.port };
  const outcomes = await Promise.all(
    schedule.calls.map(async (call, i): Promise<Outcome> => {
      await sleep(call.afterMs);
      const id = firstId + i;
      const data = new Float32Array(call.floats).fill(id);
      data[1] = call.workMs;
      const tensor = floatTensor(data, [1, call.floats]);
      const cancel = new AbortController();
      const timer = setTimeout(() => cancel.abort(), call.cancelAfterMs ?? 2 ** 30);
      const start = performance.now();
      const request = { timeoutMs: call.timeoutMs, signal: cancel.signal };
      const reply = await (call.kind === 'forward'
        ? dendrite.forward(peer, { ...request, tensors: [tensor] })
        : dendrite.backward(peer, { ...request, tensors: [tensor, tensor], parameterVersion: 0 }));
      clearTimeout(timer);
      return { call, id, reply, elapsedMs: performance.now() - start };
    }),
  );
  closing.abort();
  return outcomes;
}

/** What an outcome may not be, in words; undefined when all is well. */
export function problemOf(schedule: Schedule, outcome: Outcome, runs: ReadonlyMap<number, number>): string | undefined {
  const { call, id, reply, elapsedMs } = outcome;
  const ran = runs.get(id) ?? 0;
  if (ran > 1) return `call ${id} was computed ${ran} times`;
  // What the machine is late with, a timer of a second can tell from a call that was forgotten.
  if (elapsedMs > call.timeoutMs + 3_000) return `call ${id} ended ${elapsedMs - call.timeoutMs} ms after its deadline`;
  if (reply.code !== 'Success') {
    if (reply.tensors.length > 0) return `call ${id} has tensors although it is ${reply.code}`;
    return isExpected(reply.code, schedule) ? undefined : `call ${id}: ${reply.code}: ${reply.message}`;
  }
  if (ran !== 1) return `call ${id} succeeded without being computed`;
  const floats = floatsOf(reply.tensors[0]!);
  const right = floats.length === call.floats && floats.every((value, i) => value === 2 * (i === 1 ? call.workMs : id));
  return right ? undefined : `call ${id} has the answer of another`;
}

/** What faults of a connection become. */
const ENDED = new Set(['Timeout', 'Unavailable', 'Cancelled', 'Backoff', 'NucleusFull']);
/** And pieces that come twice, late or spoiled, where TLS does not notice: a peer that makes no sense, and says so. */
const CONFUSED = new Set([
  'InvalidResponse',
  'InvalidRequest',
  'Unauthenticated',
  'NotImplemented',
  'RequestDeserializationException',
  'ResponseDeserializationException',
  'RequestIncompatibleVersion',
  'ResponseIncompatibleVersion',
  'ClockSkew',
  'TooLarge',
]);

function isExpected(code: string, { tls, transport, connections }: Schedule): boolean {
  const all = connections.flatMap(({ toServer, toClient }) => [...toServer, ...toClient]);
  const spoiled = all.some(({ kind }) => kind === 'duplicate' || kind === 'reorder' || kind === 'flip');
  if (ENDED.has(code)) return true;
  // The gRPC client's word for a record that TLS refused is INTERNAL.
  return spoiled && (tls ? transport === 'unary' && code === 'InvalidResponse' : CONFUSED.has(code));
}
