import { beforeAll, describe, expect, it } from 'vitest';
import { pollUntil, resolveSettings, silentLog, sleep } from '../../../src/base/index.js';
import { makeCertificate } from '../../../src/net/auth/certificate.js';
import { keyText } from '../../../src/net/auth/signed.js';
import type { Answer, IncomingHandler } from '../../../src/net/incoming.js';
import {
  Axon,
  Dendrite,
  type DendriteOptions,
  dendriteOptionsOf,
  floatsOf,
  floatTensor,
  type Reply,
} from '../../../src/net/index.js';
import { type CompressionName, dendriteSettings } from '../../../src/net/options.js';
import { defaultServerLimits, RpcServer } from '../../../src/net/server/rpc-server.js';
import { encodeTensors, replyHead, requestDigest, signReply } from '../../../src/net/wire/messages.js';
import { defaultTensorLimits, type WireTensor } from '../../../src/net/wire/tensor.js';
import { ready } from '../../../src/wallet/index.js';
import { key, withPair } from '../helpers.js';

beforeAll(() => ready());

const input = floatTensor(Float32Array.of(1, 2), [1, 2]);
const hotkey = keyText(key(1).publicKey);
const own = { hotkey: key(1).publicKey, network: new Uint8Array(0) };
const echo = { forward: async ({ tensors }: { tensors: readonly WireTensor[] }) => ({ tensors, parameterVersion: 0 }) };

/** The honest answer of key 1 to a request, with other tensors perhaps. */
function answer(incoming: Parameters<IncomingHandler>[0], tensors: readonly WireTensor[] = [input]): Answer {
  const encoded = encodeTensors(tensors, defaultTensorLimits);
  const words = { code: 'Success', message: '', parameterVersion: 1, time: Date.now() * 1000 } as const;
  const isSigned = incoming.transport === 'signed-session';
  const digest = encoded.digest();
  const signature = isSigned ? signReply(key(1), requestDigest(incoming.head!), { ...words, digest }) : undefined;
  return { head: replyHead(words, encoded.body.length, signature), body: encoded.body };
}

/** Asks a server of key 1 that answers as it likes, in a session. */
async function withLiar(
  handler: IncomingHandler,
  options: Partial<DendriteOptions>,
  work: (ask: (timeoutMs?: number) => Promise<Reply>) => Promise<void>,
): Promise<void> {
  const server = new RpcServer({}, defaultServerLimits, silentLog, {
    certificate: makeCertificate(key(1)),
    incoming: { ...own, handler, authorize: () => undefined },
  });
  const port = await server.listen('127.0.0.1', 0);
  using dendrite = new Dendrite({ signer: key(2), ...options });
  const peer = { hotkey, host: '127.0.0.1', port };
  try {
    await work(timeoutMs => dendrite.forward(peer, { tensors: [input], timeoutMs: timeoutMs ?? 5_000 }));
  } finally {
    await server.stop(0);
  }
}

const ways = { TLS: {}, 'plain text': { tls: false } } as const;

describe.each(Object.keys(ways) as (keyof typeof ways)[])('a dendrite in a session over %s believes nothing', name => {
  const options = ways[name];

  it('of replies with tensors that lie, or were not asked for', async () => {
    const lies: [code: string, lie: (incoming: Parameters<IncomingHandler>[0]) => Answer][] = [
      ['ResponseShapeException', incoming => answer(incoming, [floatTensor(new Float32Array(4), [2, 2])])],
      ['EmptyResponse', incoming => answer(incoming, [])],
      ['InvalidResponse', incoming => answer(incoming, [floatTensor(Float32Array.of(Number.NaN, 1), [1, 2])])],
      ['InvalidResponse', incoming => answer(incoming, [floatTensor(Float32Array.of(1, -1 / 0), [1, 2])])],
      ['InvalidResponse', incoming => ({ ...answer(incoming), body: new Uint8Array(answer(incoming).body.length) })],
      ['InvalidResponse', incoming => ({ ...answer(incoming), head: { ...answer(incoming).head, returnCode: 0 } })],
    ];
    for (const [code, lie] of lies) {
      await withLiar(
        async incoming => lie(incoming),
        options,
        async ask => {
          const reply = await ask();
          expect(reply).toMatchObject({ code, tensors: [] });
        },
      );
    }
  });

  it('of a body larger than it takes, and keeps the session', async () => {
    let isLarge = true;
    const large = floatTensor(new Float32Array(2 ** 19), [1, 2 ** 19]);
    const limits = { messageBytes: 2 ** 20 };
    await withLiar(
      async incoming => answer(incoming, [isLarge ? large : input]),
      { ...options, limits },
      async ask => {
        expect((await ask()).code).toBe('TooLarge');
        isLarge = false;
        expect((await ask()).code).toBe('Success');
      },
    );
  });

  it('of what never comes', async () => {
    await withLiar(
      () => new Promise(() => {}),
      options,
      async ask => {
        const reply = await ask(300);
        expect(reply.code).toBe('Timeout');
        expect(reply.elapsedMs).toBeLessThan(3_000);
      },
    );
  });
});

describe('a dendrite in a session on plain text', () => {
  it('takes nothing that is not signed by the peer for this very request', async () => {
    let kept: Answer | undefined;
    const unsigned = (incoming: Parameters<IncomingHandler>[0]): Answer => ({
      ...answer(incoming),
      head: { ...answer(incoming).head, signature: new Uint8Array(0) },
    });
    const lies: IncomingHandler[] = [
      async incoming => unsigned(incoming),
      async incoming => ({ ...answer(incoming), head: { ...answer(incoming).head, signature: new Uint8Array(64) } }),
      async incoming => ({ ...answer(incoming), head: { ...answer(incoming).head, parameterVersion: 9 } }),
      async incoming => ({ ...answer(incoming), body: answer(incoming, [{ ...input, requiresGrad: true }]).body }),
    ];
    for (const lie of lies) {
      await withLiar(lie, { tls: false }, async ask => expect((await ask()).code).toBe('InvalidResponse'));
    }
    // A good reply, kept and given again to the next request.
    await withLiar(
      async incoming => (kept ??= answer(incoming)),
      { tls: false },
      async ask => {
        expect((await ask()).code).toBe('Success');
        expect((await ask()).code).toBe('InvalidResponse');
      },
    );
  });
});

describe('a session', () => {
  it('is one for all calls that race, and one connection', async () => {
    await withPair({}, async ({ axon, dendrite, peer }) => {
      axon.attach(echo);
      const replies = await Promise.all(
        Array.from({ length: 50 }, (_, i) =>
          dendrite.forward(peer, { tensors: [floatTensor(Float32Array.of(i), [1, 1])] }),
        ),
      );
      expect(replies.map(reply => floatsOf(reply.tensors[0]!)[0])).toEqual(replies.map((_, i) => i));
      // The look at the certificate was a connection of its own, which is gone.
      await pollUntil('one is left', { withinMs: 10_000, everyMs: 10 }, () =>
        axon.stats().connections === 1 ? true : undefined,
      );
    });
  });

  it.each([
    {},
    { transport: 'unary' },
    { tls: false },
    { transport: 'unary', tls: false },
  ] as const)('is opened again when the peer was restarted with another certificate: %j', async options => {
    using dendrite = new Dendrite({ signer: key(2), ...options });
    let port = 0;
    for (let run = 0; run < 3; run++) {
      await using axon = new Axon({ signer: key(1), host: '127.0.0.1', port });
      axon.attach(echo);
      port = await axon.start();
      const peer = { hotkey, host: '127.0.0.1', port };
      const ask = () => dendrite.forward(peer, { tensors: [input], timeoutMs: 3_000 });
      // A plain connection that failed is tried again by gRPC after a moment.
      await pollUntil('it answers', { withinMs: 30_000, everyMs: 50 }, async () =>
        (await ask()).code === 'Success' ? true : undefined,
      );
      expect((await ask()).code).toBe('Success');
      await axon.stop(100);
      expect((await ask()).code).toBe('Unavailable');
    }
  });

  it('is refused to another neuron that took the place of the peer', async () => {
    using dendrite = new Dendrite({ signer: key(2) });
    let port = 0;
    let asked = 0;
    for (const [signer, code] of [
      [key(1), 'Success'],
      [key(3), 'Unauthenticated'],
    ] as const) {
      await using axon = new Axon({ signer, host: '127.0.0.1', port });
      axon.attach({
        forward: async ({ tensors }) => {
          asked++;
          return { tensors, parameterVersion: 0 };
        },
      });
      port = await axon.start();
      const reply = await dendrite.forward({ hotkey, host: '127.0.0.1', port }, { tensors: [input] });
      expect(reply.code).toBe(code);
      await axon.stop(100);
    }
    expect(asked).toBe(1);
  });

  it('sends a request once only, when its connection is lost while it is computed', async () => {
    using dendrite = new Dendrite({ signer: key(2) });
    await using axon = new Axon({ signer: key(1), host: '127.0.0.1' });
    let begun = 0;
    axon.attach({
      forward: async () => {
        begun++;
        return new Promise(() => {});
      },
    });
    const port = await axon.start();
    const asked = dendrite.forward({ hotkey, host: '127.0.0.1', port }, { tensors: [input] });
    await pollUntil('it is computed', { withinMs: 10_000, everyMs: 5 }, () => (begun === 1 ? true : undefined));
    await axon.stop(0);
    expect((await asked).code).toBe('Unavailable');
    await sleep(50);
    expect(begun).toBe(1);
  });

  it('goes to one address at a time: a peer that moved is followed', async () => {
    using dendrite = new Dendrite({ signer: key(2) });
    await using first = new Axon({ signer: key(1), host: '127.0.0.1' });
    await using second = new Axon({ signer: key(1), host: '127.0.0.1' });
    first.attach(echo);
    second.attach(echo);
    const ports = [await first.start(), await second.start()];
    for (const port of ports) {
      expect((await dendrite.forward({ hotkey, host: '127.0.0.1', port }, { tensors: [input] })).code).toBe('Success');
    }
    await pollUntil('the first is left', { withinMs: 10_000, everyMs: 10 }, () =>
      first.stats().connections === 0 ? true : undefined,
    );
    expect(second.stats().connections).toBe(1);
  });

  it('leaves this machine encrypted only', async () => {
    using dendrite = new Dendrite({ signer: key(2), tls: false });
    const reply = await dendrite.forward({ hotkey, host: '203.0.113.1', port: 9 }, { tensors: [input] });
    expect(reply).toMatchObject({ code: 'Unavailable', message: expect.stringContaining('plain text does not leave') });
  });
});

describe('what a link carries', () => {
  const formats = [
    { encoding: 'plain', compression: 'zstd', error: 0, share: 0.5 },
    { encoding: 'bf16', compression: 'none', error: 2 ** -8, share: 0.6 },
    { encoding: 'int8', compression: 'none', error: 1 / 127, share: 0.4 },
    { encoding: 'int8', compression: 'zstd', error: 1 / 127, share: 0.4 },
  ] as const;
  const transports = [{}, { tls: false }, { transport: 'unary' }] as const;
  it.each(
    transports.flatMap(transport => formats.map(format => ({ transport, ...format }))),
  )('is smaller both ways, and the same but for rounding: %j', async ({ transport, error, share, ...format }) => {
    await withPair({ dendrite: transport }, async ({ axon, dendrite, peer }) => {
      axon.attach(echo);
      const data = Float32Array.from({ length: 4_096 }, (_, i) => Math.round(16 * Math.sin(i % 64)) / 16);
      const tensor = floatTensor(data, [4, 1_024]);
      const plain = await dendrite.forward(peer, { tensors: [tensor] });
      const packed = await dendrite.forward({ ...peer, format }, { tensors: [tensor] });
      expect([plain.code, packed.code]).toEqual(['Success', 'Success']);
      expect(packed.bytesOut).toBeLessThan(share * plain.bytesOut);
      expect(packed.bytesIn).toBeLessThan(share * plain.bytesIn);
      const got = floatsOf(packed.tensors[0]!);
      let worst = 0;
      for (let i = 0; i < data.length; i++) worst = Math.max(worst, Math.abs(got[i]! - data[i]!));
      // Twice: on the way there and on the way back.
      expect(worst).toBeLessThanOrEqual(2 * error);
    });
  });
});

describe('what the settings ask of a link', () => {
  it('is half the bytes for what answers a text, and images as they are, unless they say otherwise', async () => {
    const floats = Float32Array.from({ length: 8_192 }, (_, i) => Math.sin(i));
    const ids = { dtype: 'int64', shape: [1, 8], buffer: new Uint8Array(64), modality: 'text' } as const;
    const text: WireTensor = { ...ids, requiresGrad: false };
    const image: WireTensor = { ...floatTensor(new Float32Array(8), [1, 8]), modality: 'image' };
    const { values: settings } = resolveSettings(dendriteSettings, {});
    const bytes = async (dendrite_compression: CompressionName, question: WireTensor) => {
      const { format, textFormat } = dendriteOptionsOf({ ...settings, dendrite_compression });
      const options = { ...(format && { format }), ...(textFormat && { textFormat }) };
      let sum = 0;
      await withPair({ dendrite: options }, async ({ axon, dendrite, peer }) => {
        const answer = {
          forward: async () => ({ tensors: [floatTensor(floats, [1, 8, 1_024])], parameterVersion: 0 }),
        };
        axon.attach({ ...answer, backward: async () => ({ tensors: [], parameterVersion: 0 }) });
        const forward = await dendrite.forward(peer, { tensors: [question] });
        const gradient = floatTensor(floats, [1, 8, 1_024]);
        const backward = await dendrite.backward(peer, { tensors: [question, gradient], parameterVersion: 0 });
        expect([forward.code, backward.code]).toEqual(['Success', 'Success']);
        sum = forward.bytesIn + backward.bytesOut;
      });
      return sum;
    };
    expect(settings.dendrite_compression).toBe('auto');
    const whole = await bytes('none', text);
    expect(await bytes('auto', text)).toBeLessThan(0.55 * whole);
    expect(await bytes('bf16', text)).toBeLessThan(0.55 * whole);
    expect(await bytes('auto', image)).toBeGreaterThan(0.98 * whole);
  });
});

describe('traffic', () => {
  it('is counted for each peer, and peers that fail are left alone for a while by calls to many', async () => {
    await withPair({}, async ({ axon, dendrite, peer }) => {
      axon.attach(echo);
      const gone = { ...peer, hotkey: keyText(key(7).publicKey), port: 1 };
      const image = floatTensor(new Float32Array(8), [2, 4]);
      const [responses, codes] = await dendrite.forwardImage([peer, gone], image);
      expect(codes).toEqual(['Success', 'Unavailable']);
      expect(responses[0]!.shape).toEqual([2, 4]);
      expect((await dendrite.forwardImage([peer, gone], image))[1]).toEqual(['Success', 'Backoff']);
      const rows = new Map(dendrite.stats().map(row => [row.hotkey, row]));
      expect(rows.get(peer.hotkey)).toMatchObject({ requests: 2, codes: { Success: 2 } });
      expect(rows.get(peer.hotkey)!.bytesOut).toBeGreaterThan(64);
      expect(rows.get(peer.hotkey)!.latencyMs).toBeGreaterThan(0);
      expect(rows.get(gone.hotkey)).toMatchObject({ requests: 1, bytesIn: 0, codes: { Unavailable: 1 } });
    });
  });
});
