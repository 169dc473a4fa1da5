import { describe, expect, it } from 'vitest';
import { keyText } from '../../../src/net/auth/signed.js';
import { Axon, Dendrite, floatsOf, floatTensor } from '../../../src/net/index.js';
import { ready } from '../../../src/wallet/index.js';
import { key } from '../helpers.js';

describe('memory of bodies that is used again', () => {
  it.each([true, false])('never shows in another request or reply, over TLS: %s', async tls => {
    await ready();
    await using axon = new Axon({ signer: key(1), host: '127.0.0.1' });
    axon.attach('', {
      forward: async ({ tensors }) => ({
        tensors: [
          floatTensor(
            floatsOf(tensors[0]!).map(value => value + 0.5),
            tensors[0]!.shape,
          ),
        ],
        parameterVersion: 0,
      }),
    });
    using dendrite = new Dendrite({ signer: key(2), transport: 'session', tls });
    const peer = { hotkey: keyText(key(1).publicKey), host: '127.0.0.1', port: await axon.start() };
    const ask = async (i: number) => {
      const input = new Float32Array(4_000 + ((i * 7_919) % 60_000)).fill(i);
      const reply = await dendrite.forward(peer, { tensors: [floatTensor(input, [1, input.length])] });
      expect([reply.code, reply.message]).toEqual(['Success', '']);
      const output = floatsOf(reply.tensors[0]!);
      expect(output.length).toBe(input.length);
      expect(output.every(value => value === i + 0.5)).toBe(true);
    };
    for (let round = 0; round < 4; round++) {
      await Promise.all(Array.from({ length: 40 }, (_, i) => ask(round * 40 + i)));
    }
  });
});
