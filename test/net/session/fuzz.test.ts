import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { RequestError } from '../../../src/net/errors.js';
import { Frame } from '../../../src/net/gen/bittensor.js';
import { ClientSession } from '../../../src/net/session/client-session.js';
import { MemoryBudget } from '../../../src/net/session/memory.js';
import { serveSession } from '../../../src/net/session/serve-session.js';
import { ready } from '../../../src/wallet/index.js';
import { key } from '../helpers.js';
import { HandStream } from './hand-stream.js';
import { answerOf, clientOptions, MIB, network, requestHead, serveOptions } from './helpers.js';

beforeAll(() => ready());

/** Frames in all: `FUZZ_FRAMES=1000000 npx vitest run test/net/session/fuzz` for a long one. */
const FRAMES = Number(process.env['FUZZ_FRAMES'] ?? 50_000);
const PER_RUN = 25;
const LONGEST_MS = 100;

const id = fc.oneof(fc.constantFrom(0, 1, 2, 3, 2 ** 32 - 1), fc.nat(12));
const small = fc.uint8Array({ maxLength: 40 });
const length = fc.oneof(fc.nat(40), fc.constantFrom(262_144, 262_145, 2 ** 28, 2 ** 28 + 1, 2 ** 53 - 1));
const text = fc.string({ maxLength: 12 });

/** Frames that are nearly right, so that they get past the first check. */
const frame: fc.Arbitrary<Uint8Array> = fc
  .record(
    {
      id,
      challenge: fc.record({ version: text, challenge: small, hotkey: small, time: fc.maxSafeNat(), network: small }),
      hello: fc.record({ version: text, caller: small, network: small, expiry: fc.maxSafeNat(), signature: small }),
      welcome: fc.record({ version: text, requests: fc.nat(), inlineBytes: length, bodyBytes: length }),
      request: fc.record({
        length,
        timeoutMs: fc.nat(50),
        method: fc.nat(3) as fc.Arbitrary<0 | 1 | 2>,
        synapseKey: text,
      }),
      reply: fc.record({ length, returnCode: fc.nat(40), message: text }),
      cancel: fc.nat(50),
      credit: fc.oneof(fc.nat(300_000), fc.constantFrom(1, 2 ** 53 - 1)),
      draining: fc.boolean(),
      body: small,
    },
    { requiredKeys: ['id'] },
  )
  .map(({ request, reply, ...rest }) => {
    const whole = {
      ...Frame.create(),
      ...rest,
      ...(request ? { request: requestHead(request) } : {}),
      ...(reply ? { reply: { parameterVersion: 0, time: 0, signature: new Uint8Array(0), ...reply } } : {}),
    };
    return Frame.encode(whole).finish();
  });

/** The same with a byte or two changed, cut off, or no frame at all. */
const anything = fc.oneof(
  { weight: 4, arbitrary: frame },
  {
    weight: 2,
    arbitrary: fc.tuple(frame, fc.nat(), fc.nat(255)).map(([bytes, at, value]) => {
      const changed = Uint8Array.from(bytes);
      if (changed.length > 0) changed[at % changed.length] = value;
      return changed;
    }),
  },
  { weight: 1, arbitrary: fc.tuple(frame, fc.nat()).map(([bytes, at]) => bytes.subarray(0, at % (bytes.length + 1))) },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 60 }) },
);

const run = { seed: 606, numRuns: Math.ceil(FRAMES / 2 / PER_RUN), endOnFailure: true };

function feed(stream: HandStream, frames: readonly Uint8Array[]): void {
  for (const bytes of frames) {
    // Processor time, not the clock's: others use this machine too.
    const begin = process.cpuUsage();
    stream.receive(bytes);
    expect(process.cpuUsage(begin).user / 1000).toBeLessThan(LONGEST_MS);
  }
}

describe('a session under any frames', () => {
  it('on the server either goes on or ends with a reason, and gives its memory back', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anything, { maxLength: 2 * PER_RUN }), fc.boolean(), async (frames, isOpen) => {
        const stream = new HandStream();
        const memory = new MemoryBudget(512 * MIB);
        // On plain text any hello opens the session, so that what follows is looked at.
        const server = serveSession(
          stream,
          serveOptions({
            memory,
            serverKeyHash: isOpen ? undefined : new Uint8Array(32),
            handler: async incoming => answerOf((await incoming.body(4 * MIB)).subarray(0, 8)),
          }),
        );
        if (isOpen) stream.receive(Frame.encode({ ...Frame.create(), hello }).finish());
        feed(stream, frames);
        if (stream.error) expect(stream.error).toBeInstanceOf(RequestError);
        expect(stream.isDestroyed).toBe(stream.error !== undefined);
        server.close();
        await new Promise<void>(resolve => setImmediate(resolve));
        expect(memory.used).toBe(0);
      }),
      run,
    );
  });

  it('on the caller leaves every call with one outcome', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anything, { maxLength: 2 * PER_RUN }), fc.boolean(), async (frames, isOpen) => {
        const stream = new HandStream();
        const memory = new MemoryBudget(512 * MIB);
        const session = new ClientSession(stream, clientOptions({ memory, serverKeyHash: undefined }));
        const head = requestHead();
        const calls = [0, 100, 300_000].map(size =>
          session.call({ head, body: new Uint8Array(size), timeoutMs: 60_000 }),
        );
        const outcomes = Promise.allSettled(calls);
        if (isOpen) {
          stream.receive(Frame.encode({ ...Frame.create(), challenge }).finish());
          stream.receive(Frame.encode({ ...Frame.create(), welcome }).finish());
        }
        feed(stream, frames);
        session.close();
        for (const outcome of await outcomes) {
          if (outcome.status === 'rejected') expect(outcome.reason).toBeInstanceOf(RequestError);
        }
        expect([memory.used, session.active]).toEqual([0, 0]);
      }),
      run,
    );
  });
});

const version = '2.0.0';
const none = new Uint8Array(0);
const hello = { version, caller: key(2).publicKey, network, expiry: 0, signature: none };
const challenge = { version, challenge: none, hotkey: key(1).publicKey, time: 1, network };
const welcome = { version, requests: 8, inlineBytes: 262_144, bodyBytes: 2 ** 28 };
