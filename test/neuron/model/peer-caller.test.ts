import { describe, expect, it } from 'vitest';
import { silentLog } from '../../../src/base/index.js';
import type { PlainTensor } from '../../../src/model/index.js';
import { Axon, Dendrite } from '../../../src/net/index.js';
import { PeerHealth } from '../../../src/neuron/membership/peer-health.js';
import { PeerCaller } from '../../../src/neuron/model/peer-caller.js';
import { ready } from '../../../src/wallet/index.js';
import { key } from '../../net/helpers.js';

describe('the way to peers', () => {
  it('waits for an answer as long as it is told, also where the dendrite would not', async () => {
    await ready();
    const waiting: (() => void)[] = [];
    const axon = new Axon({ signer: key(1), host: '127.0.0.1', port: 0, registeredOnly: false });
    axon.attach({
      forward: async ({ tensors }) => {
        await new Promise<void>(resolve => void waiting.push(resolve));
        return { tensors, parameterVersion: 0 };
      },
    });
    const hotkey = `0x${Buffer.from(key(1).publicKey).toString('hex')}`;
    const peer = { hotkey, host: '127.0.0.1', port: await axon.start() };
    const dendrite = new Dendrite({ signer: key(2), limits: { forwardMs: 300 } });
    const input: PlainTensor = { dtype: 'float32', shape: [1, 2], data: Float32Array.of(1, 2) };
    const directory = { peers: () => [peer], synapseCount: () => 1, member: () => undefined };
    const ask = (timeoutMs?: number) => {
      const health = new PeerHealth();
      const signal = new AbortController().signal;
      const more = timeoutMs === undefined ? {} : { timeoutMs };
      const caller = new PeerCaller({ dendrite, directory, health, log: silentLog, signal, ...more });
      return caller.forward({ peer: hotkey, input, modality: 'tensor' });
    };
    try {
      expect(await ask()).toEqual({ ok: false, code: 'Timeout' });
      // The other one's time is over before this one is answered.
      const slow = ask(60_000);
      expect(await ask()).toEqual({ ok: false, code: 'Timeout' });
      for (const answer of waiting) answer();
      expect(await slow).toMatchObject({ ok: true });
    } finally {
      await dendrite.close();
      await axon.stop();
    }
  });
});
