import { createServer } from 'node:net';
import fc from 'fast-check';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Closing, pollUntil, silentLog } from '../../../src/base/index.js';
import { makeCertificate } from '../../../src/net/auth/certificate.js';
import { keyText } from '../../../src/net/auth/signed.js';
import { TensorMessage } from '../../../src/net/gen/bittensor.js';
import { Axon, Dendrite, floatTensor, Gossip, type Reply } from '../../../src/net/index.js';
import { defaultServerLimits, type RawHandler, RpcServer } from '../../../src/net/server/rpc-server.js';
import { openUnary, type ReplyContent } from '../../../src/net/wire/messages.js';
import { defaultTensorLimits } from '../../../src/net/wire/tensor.js';
import { ready } from '../../../src/wallet/index.js';
import { key } from '../helpers.js';
import { sealReply } from '../sealed.js';

beforeAll(() => ready());

let closing = new Closing();
afterEach(async () => {
  await closing.close();
  closing = new Closing();
});

const limits = defaultTensorLimits;
const input = floatTensor(Float32Array.of(1, 2), [1, 2]);

/** A peer (key 1) that answers these bytes; resolves with how to ask it. */
async function liar(answer: RawHandler): Promise<(timeoutMs?: number) => Promise<Reply>> {
  const server = new RpcServer({ '/Bittensor/Forward': answer }, defaultServerLimits, silentLog);
  const port = await server.listen('127.0.0.1', 0);
  const dendrite = new Dendrite({ signer: key(2), tls: false, transport: 'unary', limits: { messageBytes: 2 ** 20 } });
  closing.add(() => server.stop(0)).add(() => dendrite.close());
  const peer = { hotkey: keyText(key(1).publicKey), host: '127.0.0.1', port };
  return timeoutMs => dendrite.forward(peer, { tensors: [input], timeoutMs: timeoutMs ?? 5_000 });
}

/** The honest reply to a request, with anything changed. */
function reply(bytes: Uint8Array, change: Partial<ReplyContent> = {}, signer = key(1), nonceOff = 0): Uint8Array {
  const { head } = openUnary('forward', bytes, key(1).publicKey, limits);
  const content = { code: 'Success', message: '', tensors: [input], parameterVersion: 1, ...change } as const;
  const sealed = sealReply(signer, { head: { ...head, nonce: head.nonce + nonceOff } }, content);
  return altered(sealed, { nonce: head.nonce });
}

const altered = (bytes: Uint8Array, change: Partial<TensorMessage>) =>
  TensorMessage.encode({ ...TensorMessage.decode(bytes), ...change }).finish();

describe('a dendrite believes nothing of a reply', () => {
  it('that is not signed by the peer asked, for this request, as it is', async () => {
    let last: Uint8Array | undefined;
    const lies: RawHandler[] = [
      async ({ bytes }) => altered(reply(bytes), { signature: new Uint8Array(0) }),
      async ({ bytes }) => altered(reply(bytes), { signature: new Uint8Array(64) }),
      async ({ bytes }) => reply(bytes, {}, key(3)),
      async ({ bytes }) => altered(reply(bytes, {}, key(3)), { neuronKey: keyText(key(1).publicKey) }),
      async ({ bytes }) => reply(bytes, {}, key(1), 1),
      async ({ bytes }) => altered(reply(bytes), { parameterVersion: 2 }),
      async ({ bytes }) => altered(reply(bytes, { code: 'Stale' }), { returnCode: 1 }),
      async ({ bytes }) => altered(reply(bytes), { returnCode: 0 }),
      async ({ bytes }) => altered(reply(bytes), { tensors: [] }),
      async ({ bytes }) => altered(reply(bytes), { nonce: 1 }),
      async ({ bytes }) => bytes,
      async () => new Uint8Array(0),
    ];
    for (const lie of lies) {
      const answer = await (await liar(lie))();
      expect(['InvalidResponse', 'ResponseIncompatibleVersion']).toContain(answer.code);
      expect(answer.tensors).toEqual([]);
    }
    // A good reply, kept and sent again for the next request.
    const ask = await liar(async ({ bytes }) => {
      last ??= reply(bytes);
      return last;
    });
    expect((await ask()).code).toBe('Success');
    expect((await ask()).code).toBe('InvalidResponse');
  });

  it('that is garbage, too large, or of another version', async () => {
    let bytes = new Uint8Array(0);
    const ask = await liar(async () => bytes);
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 100 }), async garbage => {
        bytes = garbage;
        expect((await ask()).code).not.toBe('Success');
      }),
      { seed: 10, numRuns: 100 },
    );
    bytes = new Uint8Array(2 ** 20 + 1);
    expect((await ask()).code).toBe('TooLarge');
    const future = await liar(async call => altered(reply(call.bytes), { version: '3.0.0' }));
    expect((await future()).code).toBe('ResponseIncompatibleVersion');
  });

  it('with tensors that lie', async () => {
    const ask = await liar(async ({ bytes }) => {
      const honest = TensorMessage.decode(reply(bytes));
      return TensorMessage.encode({ ...honest, tensors: [{ ...honest.tensors[0]!, shape: [5, 5] }] }).finish();
    });
    expect((await ask()).code).toBe('ResponseDeserializationException');
    const nan = floatTensor(Float32Array.of(Number.NaN, 1), [1, 2]);
    const signedNan = await liar(async ({ bytes }) => reply(bytes, { tensors: [nan] }));
    expect((await signedNan()).code).toBe('InvalidResponse');
    const none = await liar(async ({ bytes }) => reply(bytes, { tensors: [] }));
    expect((await none()).code).toBe('EmptyResponse');
    const wide = floatTensor(new Float32Array(4), [2, 2]);
    const otherBatch = await liar(async ({ bytes }) => reply(bytes, { tensors: [wide] }));
    expect((await otherBatch()).code).toBe('ResponseShapeException');
  });

  it('that makes it correct its clock again and again', async () => {
    let calls = 0;
    const ask = await liar(async ({ bytes }) => {
      calls++;
      return reply(bytes, { code: 'ClockSkew', message: 'later', tensors: [] });
    });
    expect((await ask()).code).toBe('ClockSkew');
    expect(calls).toBe(2);
    expect((await ask()).code).toBe('ClockSkew');
    expect(calls).toBe(3);
  });

  it('that never comes', async () => {
    const ask = await liar(
      ({ signal }) => new Promise((_, no) => signal.addEventListener('abort', () => no(signal.reason))),
    );
    const answer = await ask(100);
    expect(answer.code).toBe('Timeout');
    expect(answer.elapsedMs).toBeLessThan(1_000);
  });

  it('from something that is no gRPC server', async () => {
    const server = createServer(socket => {
      socket.on('error', () => {});
      socket.end('HTTP/1.1 200 OK\r\n\r\nhello');
    });
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    closing.add(() => server.close());
    const dendrite = new Dendrite({ signer: key(2) });
    closing.add(() => dendrite.close());
    const { port } = server.address() as { port: number };
    const peer = { hotkey: keyText(key(1).publicKey), host: '127.0.0.1', port };
    const answer = await dendrite.forward(peer, { tensors: [input], timeoutMs: 2_000 });
    expect(['Unavailable', 'Timeout', 'InvalidResponse']).toContain(answer.code);
  });
});

describe('a peer that has no sessions', () => {
  it('is asked by signed calls, on plain text and over TLS', async () => {
    for (const tls of [false, true]) {
      const asked: string[] = [];
      const server = new RpcServer(
        {
          '/Bittensor/Forward': async ({ bytes }) => {
            asked.push('forward');
            return reply(bytes);
          },
        },
        defaultServerLimits,
        silentLog,
        { certificate: makeCertificate(key(1)) },
      );
      const port = await server.listen('127.0.0.1', 0);
      const dendrite = new Dendrite({ signer: key(2), tls });
      closing.add(() => server.stop(0)).add(() => dendrite.close());
      const peer = { hotkey: keyText(key(1).publicKey), host: '127.0.0.1', port };
      for (let i = 0; i < 2; i++) {
        expect(await dendrite.forward(peer, { tensors: [input] })).toMatchObject({ code: 'Success' });
      }
      expect(asked).toHaveLength(2);
    }
  });
});

describe('everything that was opened', () => {
  it('is closed after stop and close: no socket and no timer keeps the process alive', async () => {
    const open = () => process.getActiveResourcesInfo().filter(name => /TCP|Timeout/.test(name)).length;
    const before = open();
    const axon = new Axon({ signer: key(1), host: '127.0.0.1' });
    axon.attach('', { forward: async ({ tensors }) => ({ tensors, parameterVersion: 0 }) });
    const port = await axon.start();
    const dendrite = new Dendrite({ signer: key(2) });
    const reply = await dendrite.forward(
      { hotkey: keyText(key(1).publicKey), host: '127.0.0.1', port },
      { tensors: [input] },
    );
    expect(reply.code).toBe('Success');
    const synapse = { synapseKey: '', host: '127.0.0.1', port };
    const first = new Gossip({ signer: key(1), synapse, host: '127.0.0.1', intervalMs: 20, difficulty: 4 });
    await first.start();
    const second = new Gossip({
      signer: key(2),
      synapse,
      host: '127.0.0.1',
      intervalMs: 20,
      difficulty: 4,
      bootstrap: [String(first.port)],
    });
    await second.start();
    await pollUntil('they met', { withinMs: 30_000, everyMs: 20 }, () => first.peers()[0]);
    await Promise.all([axon.stop(), first.stop(), second.stop()]);
    await Promise.all([axon.stop(), first.stop(), second.stop()]);
    dendrite.close();
    await pollUntil('all is closed', { withinMs: 10_000, everyMs: 20 }, () => (open() <= before ? true : undefined));
  }, 40_000);
});
