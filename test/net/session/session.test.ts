import { beforeAll, describe, expect, it } from 'vitest';
import { keyText } from '../../../src/net/auth/signed.js';
import { RequestError } from '../../../src/net/errors.js';
import { Frame } from '../../../src/net/gen/bittensor.js';
import type { Incoming } from '../../../src/net/incoming.js';
import { ClientSession } from '../../../src/net/session/client-session.js';
import { serveSession } from '../../../src/net/session/serve-session.js';
import { ready } from '../../../src/wallet/index.js';
import { key } from '../helpers.js';
import {
  answerOf,
  bytes,
  callOf,
  clientOptions,
  echo,
  MIB,
  pair,
  requestHead,
  serveOptions,
  serverKeyHash,
} from './helpers.js';
import { memoryStreams } from './memory-stream.js';

beforeAll(() => ready());

describe('a session', () => {
  it('opens with a hello that proves the caller, and answers requests', async () => {
    let seen: Incoming | undefined;
    const { client, server, serverMemory } = pair({
      server: {
        handler: incoming => {
          seen = incoming;
          return echo(incoming);
        },
      },
    });
    expect(await client.opened).toMatchObject({ version: expect.any(String), requests: 128 });
    const body = bytes(36 * 1024);
    const answer = await client.call(callOf(body, { head: requestHead({ synapseKey: 's', parameterVersion: 3 }) }));
    expect(answer.head).toMatchObject({ returnCode: 1, length: body.length });
    expect(Buffer.compare(answer.body, body)).toBe(0);
    expect(seen).toMatchObject({ transport: 'session', caller: keyText(key(2).publicKey), kind: 'forward' });
    expect(seen!.head).toMatchObject({ synapseKey: 's', parameterVersion: 3, length: body.length });
    expect(server.caller).toBe(keyText(key(2).publicKey));
    client.close();
    await server.closed;
    expect(serverMemory.used).toBe(0);
  });

  it('carries many requests at a time, in any order of their replies', async () => {
    const { client } = pair({
      server: {
        handler: async incoming => {
          const body = await incoming.body();
          if (body[0]! % 3 === 0) await new Promise(resolve => setTimeout(resolve, 5));
          return answerOf(body);
        },
      },
    });
    const bodies = Array.from({ length: 300 }, (_, i) => bytes(1 + i * 7, i));
    const answers = await Promise.all(bodies.map(body => client.call(callOf(body))));
    for (const [i, answer] of answers.entries()) expect(Buffer.compare(answer.body, bodies[i]!)).toBe(0);
    expect(client.active).toBe(0);
    client.close();
  });

  it('carries large bodies both ways, and gives their memory back', async () => {
    const { client, server, serverMemory, clientMemory } = pair();
    const body = bytes(9 * MIB);
    const answer = await client.call(callOf(body));
    expect(Buffer.compare(answer.body, body)).toBe(0);
    client.close();
    await server.closed;
    expect([serverMemory.used, clientMemory.used]).toEqual([0, 0]);
  });

  it('passes a refusal on', async () => {
    const { client } = pair({
      server: { handler: async () => Promise.reject(new RequestError('Backoff', 'not so fast')) },
    });
    const answer = await client.call(callOf(bytes(10)));
    expect(answer.head).toMatchObject({ returnCode: 3, message: 'not so fast', length: 0 });
    client.close();
  });

  it('cancels one request without touching others', async () => {
    let signal: AbortSignal | undefined;
    const { client } = pair({
      server: {
        handler: incoming => {
          if (incoming.head!.synapseKey !== 'slow') return echo(incoming);
          signal = incoming.signal;
          return new Promise((_, reject) => signal!.addEventListener('abort', () => reject(signal!.reason)));
        },
      },
    });
    const controller = new AbortController();
    const slow = client.call(
      callOf(bytes(5), { head: requestHead({ synapseKey: 'slow' }), signal: controller.signal }),
    );
    await client.call(callOf(bytes(5)));
    controller.abort();
    await expect(slow).rejects.toMatchObject({ returnCode: 'Cancelled', sent: true });
    await client.call(callOf(bytes(5)));
    expect(signal!.aborted).toBe(true);
    client.close();
  });

  it('needs no hello signature on plain text, and leaves the caller to the head', async () => {
    let seen: Incoming | undefined;
    const { client } = pair({
      server: {
        serverKeyHash: undefined,
        handler: incoming => {
          seen = incoming;
          return echo(incoming);
        },
      },
      client: { serverKeyHash: undefined },
    });
    await client.call(callOf(bytes(5), { head: requestHead({ caller: key(2).publicKey }) }));
    expect(seen).toMatchObject({ transport: 'signed-session', caller: undefined });
    client.close();
  });

  it('refuses a server on plain text when a certificate is expected', async () => {
    const { client } = pair({ server: { serverKeyHash: undefined }, client: { serverKeyHash } });
    await expect(client.opened).rejects.toMatchObject({ returnCode: 'InvalidResponse' });
  });

  it('is not opened by a hello that somebody relays', async () => {
    // Key 3 is a neuron of its own that the caller (key 2) trusts; it passes the challenge of key 1 on, and the answer back.
    const [callerEnd, relayNear] = memoryStreams();
    const [relayFar, serverEnd] = memoryStreams();
    const asked: Incoming[] = [];
    const handler = (incoming: Incoming) => {
      asked.push(incoming);
      return echo(incoming);
    };
    const server = serveSession(serverEnd, serveOptions({ handler }));
    const client = new ClientSession(
      callerEnd,
      clientOptions({ expect: { hotkey: key(3).publicKey }, serverKeyHash: new Uint8Array(32).fill(3) }),
    );
    relayFar.onFrame(bytes => {
      const frame = Frame.decode(Uint8Array.from(bytes));
      if (frame.challenge) frame.challenge.hotkey = key(3).publicKey;
      relayNear.write(Frame.encode(frame).finish(), new Uint8Array(0));
    });
    relayNear.onFrame(bytes => void relayFar.write(Uint8Array.from(bytes), new Uint8Array(0)));
    relayFar.onClose(error => relayNear.destroy(error));
    await server.closed;
    expect(server.caller).toBeUndefined();
    await expect(client.opened).rejects.toMatchObject({ returnCode: 'Unauthenticated' });
    expect(asked).toEqual([]);
  });

  it('drains: what is under way is answered, new requests are not sent', async () => {
    let release!: () => void;
    const held = new Promise<void>(resolve => {
      release = resolve;
    });
    const { client, server } = pair({
      server: {
        handler: async incoming => {
          await held;
          return echo(incoming);
        },
      },
    });
    await client.opened;
    const running = client.call(callOf(bytes(5)));
    await new Promise(resolve => setTimeout(resolve, 5));
    server.drain();
    await new Promise(resolve => setTimeout(resolve, 5));
    expect(client.usable).toBe(false);
    await expect(client.call(callOf(bytes(5)))).rejects.toMatchObject({ returnCode: 'Unavailable', sent: false });
    release();
    expect((await running).body.length).toBe(5);
    await server.closed;
  });
});
