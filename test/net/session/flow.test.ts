import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { Frame } from '../../../src/net/gen/bittensor.js';
import { MemoryBudget } from '../../../src/net/session/memory.js';
import { ready } from '../../../src/wallet/index.js';
import { answerOf, bytes, callOf, echo, MIB, pair, requestHead } from './helpers.js';
import { turn } from './raw-peer.js';

beforeAll(() => ready());

const settle = async (turns = 30) => {
  for (let i = 0; i < turns; i++) await turn();
};

/** What was written to a stream, in its order. */
const framesOf = (written: readonly Buffer[]) => written.map(frame => Frame.decode(Uint8Array.from(frame)));

describe('flow', () => {
  it('lets small requests pass while a large body is under way, each at most a part behind', async () => {
    const { client, clientStream } = pair({ stream: { record: true, windowBytes: 512 * 1024 } });
    const large = client.call(callOf(bytes(16 * MIB)));
    await client.opened;
    const small: Promise<unknown>[] = [];
    for (let i = 0; i < 20; i++) {
      await turn();
      small.push(client.call(callOf(bytes(36 * 1024, i))));
    }
    await Promise.all(small);
    // The small ones are answered while most of the large one is still to come.
    const sent = framesOf(clientStream.written).filter(frame => frame.id === 1 && !frame.request);
    expect(sent.reduce((sum, frame) => sum + frame.body.length, 0)).toBeLessThan(16 * MIB);
    expect((await large).body.length).toBe(16 * MIB);
    client.close();
  });

  it('gives large bodies of one stream the same share', async () => {
    const { client, clientStream } = pair({ stream: { record: true, windowBytes: 256 * 1024 } });
    await Promise.all([1, 2, 3].map(seed => client.call(callOf(bytes(6 * MIB, seed)))));
    const parts = framesOf(clientStream.written).filter(frame => frame.body.length > 0 && !frame.request);
    const half = parts.slice(0, parts.length / 2);
    const shares = [1, 2, 3].map(id => half.filter(frame => frame.id === id).length);
    expect(Math.max(...shares) - Math.min(...shares)).toBeLessThanOrEqual(Math.ceil(half.length / 6));
    client.close();
  });

  it('writes no more than the stream takes when the other side does not read', async () => {
    const { client, server, clientStream, serverStream, serverMemory } = pair({
      stream: { windowBytes: 256 * 1024 },
      server: { handler: async () => answerOf(bytes(8 * MIB)) },
    });
    await client.opened;
    const calls = Promise.allSettled(
      Array.from({ length: 8 }, () => client.call(callOf(bytes(200), { timeoutMs: 500 }))),
    );
    clientStream.pause();
    await settle(200);
    // What waits in the stream is bounded by its window and one frame, whatever the handlers answered.
    expect(serverStream.waitingBytes).toBeLessThan(256 * 1024 + 300 * 1024);
    expect(serverMemory.used).toBeLessThanOrEqual(8 * 8 * MIB);
    const outcomes = await calls;
    expect(outcomes.every(outcome => outcome.status === 'rejected')).toBe(true);
    clientStream.resume();
    await expect.poll(() => serverMemory.used).toBe(0);
    client.close();
    await server.closed;
  });

  it('ends a session whose other side takes nothing at all', async () => {
    const { client, server, clientStream } = pair({
      stream: { windowBytes: 64 * 1024 },
      server: { handler: async () => answerOf(bytes(200_000)), limits: { stallMs: 60 } },
    });
    await client.opened;
    const calls = Promise.allSettled(Array.from({ length: 8 }, () => client.call(callOf(bytes(200)))));
    clientStream.pause();
    await server.closed;
    for (const outcome of await calls) expect(outcome).toMatchObject({ reason: { returnCode: 'Timeout', sent: true } });
  });

  it('holds back large bodies when the memory of all sessions is spoken for, and serves them in turn', async () => {
    const memory = new MemoryBudget(20 * MIB);
    let most = 0;
    const handler = async (incoming: Parameters<typeof echo>[0]) => {
      const body = await incoming.body();
      most = Math.max(most, memory.used);
      await settle(3);
      return answerOf(body.subarray(0, 10));
    };
    const sessions = [1, 2, 3].map(() => pair({ server: { memory, handler } }));
    const calls = sessions.flatMap(({ client }) => [1, 2, 3].map(seed => client.call(callOf(bytes(8 * MIB, seed)))));
    for (const answer of await Promise.all(calls)) expect(answer.body.length).toBe(10);
    expect(most).toBeGreaterThan(8 * MIB);
    expect(most).toBeLessThanOrEqual(20 * MIB);
    expect([memory.used, memory.waiting]).toEqual([0, 0]);
    for (const { client } of sessions) client.close();
  });

  it('refuses a body for which there will never be memory', async () => {
    const { client } = pair({ server: { memory: new MemoryBudget(4 * MIB) } });
    const answer = await client.call(callOf(bytes(8 * MIB)));
    expect(answer.head.returnCode).toBe(18);
    client.close();
  });

  it('frees what waits for memory when its caller gives up', async () => {
    const memory = new MemoryBudget(10 * MIB);
    const { client } = pair({
      server: {
        memory,
        handler: async incoming => {
          await incoming.body();
          return new Promise((_, reject) =>
            incoming.signal.addEventListener('abort', () => reject(incoming.signal.reason)),
          );
        },
      },
    });
    await client.opened;
    const callers = [new AbortController(), new AbortController()];
    const calls = callers.map(({ signal }) => client.call(callOf(bytes(8 * MIB), { signal })));
    const outcomes = Promise.allSettled(calls);
    await expect.poll(() => [memory.used, memory.waiting]).toEqual([8 * MIB, 1]);
    // First the one that waits, then the one that has its memory.
    for (const caller of callers.reverse()) caller.abort();
    for (const outcome of await outcomes) expect(outcome).toMatchObject({ reason: { returnCode: 'Cancelled' } });
    await settle();
    expect([memory.used, memory.waiting]).toEqual([0, 0]);
    client.close();
  });
});

describe('calls in any mixture', () => {
  it('have one outcome each, the right bytes, and leave nothing behind', async () => {
    const size = fc.oneof(
      fc.nat(2_000),
      fc.integer({ min: 200_000, max: 300_000 }),
      fc.integer({ min: MIB, max: 3 * MIB }),
    );
    const kind = fc.constantFrom('wait', 'cancel', 'short', 'refused');
    const plan = fc.array(fc.record({ size, kind, delay: fc.nat(6) }), { minLength: 1, maxLength: 24 });
    await fc.assert(
      fc.asyncProperty(plan, fc.integer({ min: 30_000, max: 2 * MIB }), async (steps, windowBytes) => {
        const { client, server, serverMemory, clientMemory } = pair({
          stream: { windowBytes },
          server: {
            limits: { requests: 8 },
            handler: async incoming => {
              if (incoming.head!.synapseKey === 'refused') throw new TypeError('a fault of the handler');
              return echo(incoming);
            },
          },
        });
        const outcomes = steps.map(async ({ size: length, kind: what, delay }, i) => {
          await settle(delay);
          const controller = new AbortController();
          const body = bytes(length, i);
          const call = client.call(
            callOf(body, {
              head: requestHead({ synapseKey: what === 'refused' ? 'refused' : '' }),
              timeoutMs: what === 'short' ? 3 : 20_000,
              signal: controller.signal,
            }),
          );
          if (what === 'cancel') void settle(delay).then(() => controller.abort());
          try {
            const answer = await call;
            if (what === 'refused') expect(answer.head.returnCode).toBe(22);
            else expect(Buffer.compare(answer.body, body)).toBe(0);
          } catch (error) {
            expect(['cancel', 'short']).toContain(what);
            expect(error).toMatchObject({ name: 'SessionError' });
          }
        });
        await Promise.all(outcomes);
        expect(client.active).toBe(0);
        client.close();
        await server.closed;
        await settle();
        expect([serverMemory.used, clientMemory.used]).toEqual([0, 0]);
      }),
      { seed: 66, numRuns: 25 },
    );
  });
});
