import { describe, expect, it } from 'vitest';
import { pollUntil, sleep } from '../../src/base/index.js';
import { keyText } from '../../src/net/auth/signed.js';
import { floatsOf, floatTensor, RequestError, stringsOf, textTensor } from '../../src/net/index.js';
import { key, type PairOptions, withPair as withPlainPair } from './helpers.js';

const input = floatTensor(Float32Array.of(1, 2, 3, 4), [2, 2]);

export interface TransportOptions extends PairOptions {
  /** Each request is signed and has a nonce, so that the caller's clock matters. */
  isSigned: boolean;
}

/** What every way of carrying requests between an axon and a dendrite must do. */
export function transportSuite(name: string, transport: TransportOptions): void {
  const { own = false, isSigned } = transport;
  const withPair: typeof withPlainPair = (options, work) =>
    withPlainPair(
      { axon: { ...transport.axon, ...options.axon }, dendrite: { ...transport.dendrite, ...options.dendrite }, own },
      work,
    );

  describe(`an axon and a dendrite, ${name}`, () => {
    it('carry a forward and its signed answer', async () => {
      await withPair({}, async ({ axon, dendrite, peer }) => {
        axon.attach('', {
          forward: async ({ tensors, parameterVersion, caller, kind }) => {
            expect({ parameterVersion, caller, kind }).toEqual({
              parameterVersion: undefined,
              caller: keyText(key(own ? 1 : 2).publicKey),
              kind: 'forward',
            });
            const doubled = floatsOf(tensors[0]!).map(value => 2 * value);
            return { tensors: [floatTensor(doubled, tensors[0]!.shape)], parameterVersion: 7 };
          },
        });
        const reply = await dendrite.forward(peer, { tensors: [input] });
        expect(reply).toMatchObject({ code: 'Success', message: '', parameterVersion: 7 });
        expect([...floatsOf(reply.tensors[0]!)]).toEqual([2, 4, 6, 8]);
        expect(reply.bytesIn).toBeGreaterThan(16);
        expect(reply.bytesOut).toBeGreaterThan(16);
      });
    });

    it('carry a backward with the parameter version of its forward', async () => {
      await withPair({}, async ({ axon, dendrite, peer }) => {
        axon.attach('', {
          backward: async ({ tensors, parameterVersion }) => {
            if (parameterVersion !== 7) throw new RequestError('Stale', `version ${parameterVersion} is gone`);
            return { tensors: [tensors[1]!], parameterVersion: 8 };
          },
        });
        const gradients = floatTensor(Float32Array.of(5, 6, 7, 8), [2, 2]);
        const good = await dendrite.backward(peer, { tensors: [input, gradients], parameterVersion: 7 });
        expect(good).toMatchObject({ code: 'Success', parameterVersion: 8 });
        expect([...floatsOf(good.tensors[0]!)]).toEqual([5, 6, 7, 8]);
        const stale = await dendrite.backward(peer, { tensors: [input, gradients], parameterVersion: 6 });
        expect(stale).toMatchObject({ code: 'Stale', message: 'version 6 is gone', tensors: [] });
      });
    });

    it('carry text, and no gradient for it', async () => {
      await withPair({}, async ({ axon, dendrite, peer }) => {
        axon.attach('', {
          forward: async ({ tensors }) => {
            const texts = stringsOf(tensors[0]!).map(text => text.toUpperCase());
            return { tensors: [textTensor(texts)], parameterVersion: 0 };
          },
          backward: async () => ({ tensors: [], parameterVersion: 0 }),
        });
        const reply = await dendrite.forward(peer, { tensors: [textTensor(['grüße', ''])] });
        expect(stringsOf(reply.tensors[0]!)).toEqual(['GRÜSSE', '']);
        const back = await dendrite.backward(peer, { tensors: [textTensor(['a'])], parameterVersion: 0 });
        expect(back).toMatchObject({ code: 'Success', tensors: [] });
      });
    });

    it('ask a synapse by its key, the first one without a key, and none that is not there', async () => {
      await withPair({}, async ({ axon, dendrite, peer }) => {
        const answer = (value: number) => ({
          forward: async () => ({ tensors: [floatTensor(Float32Array.of(value, value), [2, 1])], parameterVersion: 0 }),
        });
        axon.attach('0xaa', answer(1));
        const detach = axon.attach('0xbb', answer(2));
        const ask = async (synapseKey?: string) => {
          const reply = await dendrite.forward(peer, {
            tensors: [input],
            ...(synapseKey !== undefined && { synapseKey }),
          });
          return reply.code === 'Success' ? floatsOf(reply.tensors[0]!)[0] : reply.code;
        };
        expect(await ask()).toBe(1);
        expect(await ask('0xbb')).toBe(2);
        expect(await ask('0xcc')).toBe('NotServingNucleus');
        detach();
        expect(await ask('0xbb')).toBe('NotServingNucleus');
        const reply = await dendrite.backward(peer, { tensors: [input, input], parameterVersion: 0 });
        expect(reply.code).toBe('NotImplemented');
      });
    });

    it('end a handler that hangs at its deadline, and tell the caller', async () => {
      await withPair({ axon: { limits: { forwardMs: 50 } } }, async ({ axon, dendrite, peer }) => {
        let reason: unknown;
        axon.attach('', {
          forward: ({ signal }) =>
            new Promise(() => signal.addEventListener('abort', () => (reason = signal.reason), { once: true })),
        });
        const reply = await dendrite.forward(peer, { tensors: [input] });
        expect(reply).toMatchObject({ code: 'Timeout', message: 'the synapse took longer than 50 ms' });
        expect(reason).toMatchObject({ returnCode: 'Timeout' });
        expect(axon.stats()).toMatchObject({ active: 0, abandoned: 1, codes: { Timeout: 1 } });
      });
    });

    it('turn a fault of the handler into a code, without telling its text', async () => {
      await withPair({}, async ({ axon, dendrite, peer }) => {
        axon.attach('', { forward: async () => Promise.reject(new Error('secret detail')) });
        const reply = await dendrite.forward(peer, { tensors: [input] });
        expect(reply).toMatchObject({ code: 'UnknownException', message: 'the synapse failed' });
        axon.attach('', {
          forward: async () => ({ tensors: [{ ...input, shape: [3, 3] }], parameterVersion: 0 }),
        });
        expect((await dendrite.forward(peer, { tensors: [input] })).code).toBe('ResponseSerializationException');
      });
    });

    it('stop: what runs may end, what hangs is answered, and new callers are refused', async () => {
      await withPair({}, async ({ axon, dendrite, peer }) => {
        let begun = 0;
        axon.attach('slow', {
          forward: async () => {
            begun++;
            await sleep(60);
            return { tensors: [input], parameterVersion: 0 };
          },
        });
        axon.attach('hung', {
          forward: () => {
            begun++;
            return new Promise(() => {});
          },
        });
        const slow = dendrite.forward(peer, { tensors: [input], synapseKey: 'slow' });
        const hung = dendrite.forward(peer, { tensors: [input], synapseKey: 'hung' });
        await pollUntil('both are computed', { withinMs: 30_000, everyMs: 5 }, () => (begun === 2 ? true : undefined));
        const started = performance.now();
        await axon.stop(300);
        expect(performance.now() - started).toBeLessThan(1_000);
        expect((await slow).code).toBe('Success');
        expect((await hung).code).toBe('Unavailable');
        expect((await dendrite.forward(peer, { tensors: [input] })).code).toBe('Unavailable');
        await axon.stop();
      });
    });

    it('say that a port is in use', async () => {
      await withPair({}, async ({ peer }) => {
        const { Axon } = await import('../../src/net/index.js');
        const second = new Axon({ signer: key(3), host: '127.0.0.1', port: peer.port });
        await expect(second.start()).rejects.toMatchObject({
          code: 'port_in_use',
          message: `port ${peer.port} is in use`,
        });
        await second.stop();
      });
    });

    if (isSigned)
      it('correct the clock of a dendrite that is a minute off, once', async () => {
        let offsetMs = 60_000;
        const clock = { nowMs: () => Date.now() + offsetMs };
        await withPair({ dendrite: { clock } }, async ({ axon, dendrite, peer }) => {
          axon.attach('', { forward: async ({ tensors }) => ({ tensors, parameterVersion: 0 }) });
          expect((await dendrite.forward(peer, { tensors: [input] })).code).toBe('Success');
          expect(axon.stats().codes).toEqual({ ClockSkew: 1, Success: 1 });
          expect((await dendrite.forward(peer, { tensors: [input] })).code).toBe('Success');
          expect(axon.stats().codes).toEqual({ ClockSkew: 1, Success: 2 });
          // A second jump within a minute is not believed again.
          offsetMs = 100_000;
          expect((await dendrite.forward(peer, { tensors: [input] })).code).toBe('ClockSkew');
        });
      });

    it('answer many requests at a time, each with its own answer', async () => {
      await withPair({ dendrite: { limits: { concurrentCalls: 16 } } }, async ({ axon, dendrite, peer }) => {
        axon.attach('', { forward: async ({ tensors }) => ({ tensors, parameterVersion: 0 }) });
        const replies = await Promise.all(
          Array.from({ length: 100 }, (_, i) =>
            dendrite.forward(peer, { tensors: [floatTensor(Float32Array.of(i), [1, 1])] }),
          ),
        );
        expect(replies.map(reply => reply.code)).toEqual(replies.map(() => 'Success'));
        expect(replies.map(reply => floatsOf(reply.tensors[0]!)[0])).toEqual(replies.map((_, i) => i));
      });
    });
  });
}
