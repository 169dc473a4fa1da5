import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Closing } from '../../../src/base/index.js';
import { signHello } from '../../../src/net/auth/hello.js';
import { Axon, floatTensor } from '../../../src/net/index.js';
import { PROTOCOL_VERSION } from '../../../src/net/wire/version.js';
import { ready } from '../../../src/wallet/index.js';
import { key } from '../helpers.js';
import { sealRequest } from '../sealed.js';
import { RawClient } from './raw-client.js';

beforeAll(() => ready());

let closing = new Closing();
afterEach(async () => {
  await closing.close();
  closing = new Closing();
});

const GENUINE = 100;
const input = floatTensor(Float32Array.of(1, 2, 3, 4), [2, 2]);

/** An axon (key 1) that counts what it computes. */
async function target(nowMs = Date.now()) {
  // Its clock stands still, so that no replay is refused for being late.
  const axon = new Axon({ signer: key(1), host: '127.0.0.1', clock: { nowMs: () => nowMs } });
  const computed = { count: 0 };
  const echo = async ({ tensors }: { tensors: readonly (typeof input)[] }) => {
    computed.count++;
    return { tensors, parameterVersion: 0 };
  };
  axon.attach('', { forward: echo, backward: echo });
  closing.add(() => axon.stop(100));
  return { axon, computed, port: await axon.start() };
}

function clientOf(port: number, tls: boolean): RawClient {
  const client = new RawClient(port, tls);
  closing.add(() => client[Symbol.dispose]());
  return client;
}

function genuine() {
  const now = Date.now() * 1000 + 1;
  return Array.from({ length: GENUINE }, (_, i) =>
    sealRequest(key(2), {
      kind: 'forward',
      receiver: key(1).publicKey,
      synapseKey: '',
      nonce: now + i,
      parameterVersion: 0,
      tensors: [input],
    }),
  );
}

describe('10,000 replays', () => {
  it('of 100 requests, over every transport and after a restart, are refused, all of them', async () => {
    const { axon, computed, port } = await target();
    const requests = genuine();
    const [plain, secure] = [clientOf(port, false), clientOf(port, true)];
    for (const [i, { bytes, head }] of requests.entries()) {
      expect(await (i % 2 ? plain : secure).unary('Forward', bytes, i % 3 ? head : undefined)).toBe('Success');
    }
    expect(computed.count).toBe(GENUINE);

    const codes: Record<string, number> = {};
    const count = (code: string) => {
      codes[code] = (codes[code] ?? 0) + 1;
    };
    const exchange = plain.exchange();
    await exchange.next('the challenge', frame => frame.challenge !== undefined);
    exchange.send({
      hello: {
        version: PROTOCOL_VERSION,
        caller: key(2).publicKey,
        network: new Uint8Array(),
        expiry: 0,
        signature: new Uint8Array(),
      },
    });
    expect(await exchange.next('the welcome', frame => frame.welcome !== undefined)).not.toBe('closed');
    let id = 0;
    for (let round = 0; round < 98; round++) {
      await Promise.all(
        requests.map(async ({ bytes, head, body }, i) => {
          if ((round + i) % 6 > 1) {
            const request = ++id;
            exchange.send({ id: request, request: { ...head, length: body.length }, body });
            const answer = await exchange.next('an answer', frame => frame.id === request && frame.reply !== undefined);
            return count(answer === 'closed' ? 'closed' : String(answer.reply!.returnCode));
          }
          const client = (round + i) % 6 ? plain : secure;
          count(await client.unary('Forward', bytes, (round + i) % 3 ? head : undefined));
        }),
      );
      exchange.frames.length = 0;
    }
    expect(computed.count).toBe(GENUINE);
    // 33 is Replayed, in a frame; nothing else was the reason.
    expect(Object.keys(codes).sort()).toEqual(['33', 'Replayed']);

    await axon.stop(100);
    const again = await target();
    const after = clientOf(again.port, false);
    const told: string[] = [];
    for (let round = 0; round < 2; round++) {
      for (const { bytes, head } of requests) {
        const code = await after.unary('Forward', bytes, round ? head : undefined);
        count(code);
        told.push(code);
      }
    }
    // An address is told the time so often, and is then refused without a signature.
    expect(told.slice(0, 20)).toEqual(Array(20).fill('ClockSkew'));
    expect(new Set(told)).toEqual(new Set(['ClockSkew', 'Backoff']));
    expect(again.computed.count).toBe(0);
    expect(Object.values(codes).reduce((sum, some) => sum + some, 0)).toBe(10_000);
  }, 240_000);

  it('of hellos open no session', async () => {
    const { port } = await target();
    const client = clientOf(port, true);
    const serverKeyHash = await client.serverKeyHash();
    const first = client.exchange();
    const challenged = await first.next('the challenge', frame => frame.challenge !== undefined);
    if (challenged === 'closed') throw new Error('closed');
    const { challenge } = challenged.challenge!;
    const expiry = (Date.now() + 30_000) * 1000;
    const network = new Uint8Array();
    const caller = key(2).publicKey;
    const server = key(1).publicKey;
    const signature = signHello(key(2), { network, serverKeyHash, caller, server, challenge, expiry });
    const hello = { version: PROTOCOL_VERSION, caller, network, expiry, signature };
    first.send({ hello });
    expect(await first.next('the welcome', frame => frame.welcome !== undefined)).not.toBe('closed');
    for (let i = 0; i < 200; i++) {
      const replay = client.exchange();
      await replay.next('the challenge', frame => frame.challenge !== undefined);
      replay.send({ hello });
      expect(await replay.next('the end', frame => frame.welcome !== undefined)).toBe('closed');
      replay.close();
    }
    first.close();
  }, 120_000);
});
