import { beforeAll, describe, expect, it } from 'vitest';
import { pollUntil } from '../../../src/base/index.js';
import { keyText } from '../../../src/net/auth/signed.js';
import { Axon, Dendrite, floatTensor } from '../../../src/net/index.js';
import { trafficTeller } from '../../../src/neuron/observe/traffic-teller.js';
import { ready } from '../../../src/wallet/index.js';
import { key } from '../../net/helpers.js';

beforeAll(() => ready());

function listen() {
  const infos: string[] = [];
  const debugs: string[] = [];
  const log = { info: (line: string) => void infos.push(line), debug: (line: string) => void debugs.push(line) };
  return { infos, debugs, log };
}

describe('what a neuron says of its traffic', () => {
  it('counts requests, refusals, bytes and peers of axon and dendrite, each peer by its address', async () => {
    await using axon = new Axon({ signer: key(1), host: '127.0.0.1', registeredOnly: false });
    axon.attach({ forward: async ({ tensors }) => ({ tensors, parameterVersion: 0 }) });
    const peer = { hotkey: keyText(key(1).publicKey), host: '127.0.0.1', port: await axon.start() };
    using dendrite = new Dendrite({ signer: key(2) });
    const tensors = [floatTensor(new Float32Array(1_024), [1, 1_024])];
    expect((await dendrite.forward(peer, { tensors })).code).toBe('Success');
    expect((await dendrite.forward(peer, { tensors })).code).toBe('Success');
    expect((await dendrite.backward(peer, { tensors, parameterVersion: 0 })).code).toBe('NotImplemented');

    const { infos, debugs, log } = listen();
    trafficTeller(axon, dendrite, log).tell();
    expect(infos).toEqual([
      expect.stringMatching(/^Served 3 requests of 1 peer, 1 refused: 12\.\d KiB in, 8\.\d KiB out, mean \d+\.\d ms$/),
      expect.stringMatching(
        /^Sent 3 requests to 1 peer, 1 without success: 8\.\d KiB in, 12\.\d KiB out, lately \d+\.\d ms$/,
      ),
    ]);
    expect(debugs).toEqual([
      expect.stringContaining(`Served ${key(2).address}: 3 requests, 1 refused, `),
      expect.stringContaining(`Sent to ${key(1).address}: 3 requests (Success 2, NotImplemented 1), `),
    ]);
  });

  it('is said again and again until the neuron stops', async () => {
    await using axon = new Axon({ signer: key(1) });
    using dendrite = new Dendrite({ signer: key(2) });
    const { infos, log } = listen();
    const stop = new AbortController();
    trafficTeller(axon, dendrite, log).tellRegularly(stop.signal, 1);
    await pollUntil('two rounds', { withinMs: 10_000, everyMs: 5 }, () => (infos.length >= 4 ? true : undefined));
    stop.abort();
    const told = infos.length;
    expect(infos[0]).toBe('Served 0 requests of 0 peers, 0 refused: 0 bytes in, 0 bytes out, none answered');
    await new Promise(resolve => setImmediate(resolve));
    expect(infos.length).toBe(told);
  });
});
