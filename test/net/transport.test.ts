import { describe, expect, it } from 'vitest';
import { encodeAddress, fromHex, pollUntil, sleep } from '../../src/base/index.js';
import { keyText } from '../../src/net/auth/signed.js';
import { Dendrite, floatTensor } from '../../src/net/index.js';
import { transportSuite } from './compliance.js';
import { key, withPair } from './helpers.js';

const input = floatTensor(Float32Array.of(1, 2, 3, 4), [2, 2]);

transportSuite('unary on plain text', { isSigned: true, dendrite: { transport: 'unary', tls: false } });
transportSuite('unary over TLS', { isSigned: true, dendrite: { transport: 'unary' } });
transportSuite('in a session on plain text', { isSigned: true, dendrite: { tls: false } });
transportSuite('in a session over TLS, which is the default', { isSigned: false });
transportSuite('in one process', { isSigned: false, own: true });

describe('a dendrite', () => {
  it('says Unavailable of a port where nobody listens, and of an address that is none', async () => {
    await withPair({}, async ({ axon, dendrite, peer }) => {
      await axon.stop();
      expect((await dendrite.forward(peer, { tensors: [input] })).code).toBe('Unavailable');
      expect((await dendrite.forward({ ...peer, port: 0 }, { tensors: [input] })).code).toBe('Unavailable');
      expect((await dendrite.forward({ ...peer, host: 'unix:/etc' }, { tensors: [input] })).code).toBe('Unavailable');
    });
  });

  it('gives up at its deadline and when it is told to', async () => {
    await withPair({}, async ({ axon, dendrite, peer }) => {
      const seen: unknown[] = [];
      axon.attach('hung', {
        forward: ({ signal }) =>
          new Promise(() => signal.addEventListener('abort', () => seen.push(signal.reason), { once: true })),
      });
      axon.attach('quick', { forward: async ({ tensors }) => ({ tensors, parameterVersion: 0 }) });
      expect((await dendrite.forward(peer, { tensors: [input], synapseKey: 'quick' })).code).toBe('Success');
      const ask = { tensors: [input], synapseKey: 'hung' };
      expect((await dendrite.forward(peer, { ...ask, timeoutMs: 150 })).code).toBe('Timeout');
      expect((await dendrite.forward(peer, { ...ask, signal: AbortSignal.timeout(150) })).code).toBe('Cancelled');
      await pollUntil('both ended', { withinMs: 10_000, everyMs: 10 }, () => (seen.length === 2 ? true : undefined));
      // The axon hears of both and stops its handlers.
      expect(seen).toHaveLength(2);
    });
  });

  it('takes a hotkey as ss58 too, and means the same peer', async () => {
    await withPair({}, async ({ axon, dendrite, peer }) => {
      axon.attach('', { forward: async ({ tensors }) => ({ tensors, parameterVersion: 0 }) });
      const byAddress = { ...peer, hotkey: encodeAddress(fromHex(peer.hotkey)) };
      expect((await dendrite.forward(byAddress, { tensors: [input] })).code).toBe('Success');
      expect((await dendrite.forward(peer, { tensors: [input] })).code).toBe('Success');
      expect((await dendrite.forwardTensor(byAddress, input))[1]).toEqual(['Success']);
      expect(dendrite.stats()).toMatchObject([{ hotkey: peer.hotkey, requests: 3 }]);
      expect(axon.stats().connections).toBe(1);
      const mistyped = { ...peer, hotkey: `${byAddress.hotkey.slice(0, -1)}1` };
      const { code, message } = await dendrite.forward(mistyped, { tensors: [input] });
      expect({ code, message }).toEqual({
        code: 'InvalidRequest',
        message: 'the hotkey of the peer is no ss58 address, nor 0x and 64 hexadecimal digits',
      });
    });
  });

  it('refuses tensors of its own that contradict themselves, without a call', async () => {
    await withPair({}, async ({ axon, dendrite, peer }) => {
      const reply = await dendrite.forward(peer, { tensors: [{ ...input, shape: [5] }] });
      expect(reply.code).toBe('RequestSerializationException');
      expect(axon.stats().requests).toBe(0);
    });
  });

  it('refuses a neuron that is not the one it asked, by whatever it shows', async () => {
    const ways = [
      [{}, 'Unauthenticated', /shows the certificate of 0x[0-9a-f]{64}, not of 0x[0-9a-f]{64}/],
      [{ transport: 'unary' }, 'Unauthenticated', /shows the certificate of/],
      [{ tls: false }, 'InvalidResponse', /^another neuron answers at this address$/],
      [{ transport: 'unary', tls: false }, 'Unauthenticated', /^the request is addressed to another neuron$/],
    ] as const;
    for (const [options, code, message] of ways) {
      await withPair({ dendrite: options }, async ({ axon, dendrite, peer }) => {
        let asked = 0;
        axon.attach('', {
          forward: async ({ tensors }) => {
            asked++;
            return { tensors, parameterVersion: 0 };
          },
        });
        const reply = await dendrite.forward({ ...peer, hotkey: keyText(key(9).publicKey) }, { tensors: [input] });
        expect(reply).toMatchObject({ code, message: expect.stringMatching(message) });
        expect(asked).toBe(0);
      });
    }
  });

  it('refuses shapes and numbers that were not asked for', async () => {
    await withPair({}, async ({ axon, dendrite, peer }) => {
      const answerWith = (tensor: typeof input) =>
        axon.attach('', { forward: async () => ({ tensors: [tensor], parameterVersion: 0 }) });
      answerWith(floatTensor(new Float32Array(6), [3, 2]));
      expect(await dendrite.forward(peer, { tensors: [input] })).toMatchObject({
        code: 'ResponseShapeException',
        message: 'the reply has the shapes [3,2], not [2,2]',
        tensors: [],
      });
      const any = await dendrite.forward(peer, { tensors: [input], expect: [[-1, 2]] });
      expect(any.code).toBe('Success');
      answerWith(floatTensor(Float32Array.of(1, Number.NaN, 3, 4), [2, 2]));
      expect((await dendrite.forward(peer, { tensors: [input] })).code).toBe('InvalidResponse');
      expect((await dendrite.forward(peer, { tensors: [input], acceptNonFinite: true })).code).toBe('Success');
    });
  });

  it('keeps a bounded number of connections', async () => {
    await withPair({}, async ({ axon, peer }) => {
      axon.attach('', { forward: async ({ tensors }) => ({ tensors, parameterVersion: 0 }) });
      using dendrite = new Dendrite({ signer: key(4), limits: { channels: 2 } });
      for (let i = 0; i < 5; i++) {
        const reply = await dendrite.forward({ ...peer, hotkey: keyText(key(10 + i).publicKey) }, { tensors: [input] });
        expect(reply.code).toBe('Unauthenticated');
      }
      await sleep(50);
      expect(axon.stats().connections).toBeLessThanOrEqual(2);
    });
  });

  it('answers Cancelled to what runs when it is closed, and to what comes later', async () => {
    await withPair({}, async ({ axon, dendrite, peer }) => {
      axon.attach('', { forward: () => new Promise(() => {}) });
      const running = dendrite.forward(peer, { tensors: [input] });
      await sleep(30);
      dendrite.close();
      expect((await running).code).toBe('Cancelled');
      expect((await dendrite.forward(peer, { tensors: [input] })).code).toBe('Cancelled');
    });
  });
});
