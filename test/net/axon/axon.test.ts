import { type AddressInfo, createServer } from 'node:net';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Closing, pollUntil, systemClock } from '../../../src/base/index.js';
import { keyText } from '../../../src/net/auth/signed.js';
import { Describer } from '../../../src/net/axon/describer.js';
import { SynapseTable } from '../../../src/net/axon/synapses.js';
import {
  Axon,
  type AxonHandler,
  type AxonOptions,
  askForProbe,
  Dendrite,
  describeAxon,
  floatTensor,
  type Member,
  type Peer,
  probeReachability,
  type RequestError,
  textTensor,
} from '../../../src/net/index.js';
import { encodeDescribeRequest } from '../../../src/net/wire/description.js';
import { ready } from '../../../src/wallet/index.js';
import { key } from '../helpers.js';

beforeAll(() => ready());

let closing = new Closing();
afterEach(async () => {
  await closing.close();
  closing = new Closing();
});

const hotkey = (index: number) => keyText(key(index).publicKey);
const input = floatTensor(Float32Array.of(1, 2, 3, 4), [2, 2]);
const echo: AxonHandler = async ({ tensors }) => ({ tensors, parameterVersion: 0 });

/** An axon of key 1 on loopback. */
async function serve(options: Partial<AxonOptions> = {}) {
  const axon = new Axon({ signer: key(1), host: '127.0.0.1', ...options });
  closing.add(() => axon.stop(100));
  const port = await axon.start();
  const peer: Peer = { hotkey: hotkey(1), host: '127.0.0.1', port };
  const caller = (index: number) => {
    const dendrite = new Dendrite({ signer: key(index) });
    closing.add(() => dendrite.close());
    return (tensors = [input], synapseKey = '') =>
      dendrite.forward(peer, { tensors, timeoutMs: 10_000, ...(synapseKey ? { synapseKey } : {}) });
  };
  return { axon, port, peer, caller };
}

describe('the synapses of an axon', () => {
  it('are called by the modality of the first tensor, or by the callback for all', async () => {
    const { axon, caller } = await serve();
    const image = floatTensor(Float32Array.of(1), [1, 1], { modality: 'image' });
    const says = (version: number) => async () => ({ tensors: [image], parameterVersion: version });
    axon.attach({ forwardText: says(1), forwardImage: says(2), forward: says(3) });
    const ask = caller(2);
    const row = floatTensor(Float32Array.of(1), [1, 1]);
    const versions = [];
    for (const tensor of [textTensor(['hello']), image, row]) versions.push((await ask([tensor])).parameterVersion);
    expect(versions).toEqual([1, 2, 3]);
    axon.attach({ forwardText: says(4) });
    expect(await ask([input])).toMatchObject({ code: 'NotImplemented' });
    expect(await ask([textTensor(['a'])], hotkey(1))).toMatchObject({ parameterVersion: 4 });
  });

  it('compute in a worker thread where they are named by their module', async () => {
    const { axon, caller } = await serve({ limits: { forwardMs: 3_000 } });
    const source = `
      export const double = ({ tensors, caller }) => ({
        tensors: tensors.map(tensor => ({ ...tensor, buffer: new Uint8Array(new Float32Array(tensor.buffer.buffer).map(x => 2 * x).buffer) })),
        parameterVersion: caller.length,
      });
      export const spin = () => { for (;;); };`;
    const module = new URL(`data:text/javascript,${encodeURIComponent(source)}`);
    axon.attach('double', { forward: { module, name: 'double' } });
    axon.attach('spin', { forward: { module, name: 'spin' } });
    const ask = caller(2);
    const [spinning, doubled] = await Promise.all([ask([input], 'spin'), ask([input], 'double').then(reply => reply)]);
    expect(spinning.code).toBe('Timeout');
    // One thread there is at least; where it was the only one, it is free again now.
    const again = doubled.code === 'Success' ? doubled : await ask([input], 'double');
    expect([again.code, again.parameterVersion]).toEqual(['Success', 66]);
    expect([...new Float32Array(Uint8Array.from(again.tensors[0]!.buffer).buffer)]).toEqual([2, 4, 6, 8]);
  });
});

describe('an axon', () => {
  it('keeps statistics of each caller', async () => {
    const { axon, caller } = await serve({ blacklist: ({ caller: who }) => who === hotkey(3) });
    axon.attach('', { forward: echo });
    await caller(2)();
    await caller(2)();
    expect(await caller(3)()).toMatchObject({ code: 'SenderUnknown' });
    const { peers, codes, requests } = axon.stats();
    expect(peers.get(hotkey(2))).toMatchObject({ requests: 2, refusals: 0 });
    expect(peers.get(hotkey(2))!.bytesIn).toBeGreaterThan(2 * 16);
    expect(peers.get(hotkey(3))).toMatchObject({ requests: 1, refusals: 1, bytesIn: 0 });
    expect([codes.Success, codes.SenderUnknown, requests]).toEqual([2, 1, 3]);
  });

  it('computes the requests of larger stakes first, in sessions of different callers', async () => {
    const stakes = new Map<string, Member>(
      [2, 3, 4, 5].map(index => [hotkey(index), { stakeRao: BigInt(index % 4), validatorPermit: false }]),
    );
    const { axon, caller } = await serve({ registry: who => stakes.get(who), limits: { maxWorkers: 1 } });
    const order: string[] = [];
    let open = () => {};
    const gate = new Promise<void>(resolve => {
      open = resolve;
    });
    axon.attach('', {
      forward: async ({ tensors, caller: who }) => {
        order.push(who);
        if (order.length === 1) await gate;
        return { tensors, parameterVersion: 0 };
      },
    });
    const callers = new Map([2, 3, 4, 5].map(index => [index, caller(index)]));
    const replies = [];
    for (const [n, index] of [4, 4, 5, 2, 3].entries()) {
      replies.push(callers.get(index)!());
      await pollUntil('the request has come', { withinMs: 30_000, everyMs: 5 }, () => {
        const { waiting, computing } = axon.stats();
        return waiting + computing === n + 1 || undefined;
      });
    }
    open();
    expect((await Promise.all(replies)).map(({ code }) => code)).toEqual(Array(5).fill('Success'));
    expect(order).toEqual([4, 3, 2, 5, 4].map(hotkey));
  });

  it('is announced by a function, which may take that back at the end', async () => {
    const said: string[] = [];
    const { axon, port } = await serve({ externalIp: '203.0.113.9' });
    await axon.subscribe(async ({ host, port: announced }) => {
      said.push(`${host} ${announced === port}`);
      return async () => {
        said.push('withdrawn');
      };
    });
    await expect(axon.subscribe()).rejects.toThrow('announced');
    await Promise.all([axon.stop(), axon.stop()]);
    expect(said).toEqual(['203.0.113.9 true', 'withdrawn']);
    await expect(new Axon({ signer: key(1) }).stop()).resolves.toBeUndefined();
  });

  it('refuses a session to a hotkey that is not registered, and serves the others', async () => {
    const registry = (who: string) => (who === hotkey(2) ? { stakeRao: 1n, validatorPermit: false } : undefined);
    const { axon, caller } = await serve({ registry });
    axon.attach('', { forward: echo });
    expect(await caller(3)()).toMatchObject({ code: 'SenderUnknown' });
    expect(await caller(2)()).toMatchObject({ code: 'Success' });
  });
});

describe('Describe', () => {
  it('tells what is served, signed for who asks', async () => {
    const network = new Uint8Array(32).fill(5);
    const { axon, peer, port } = await serve({ network });
    const definition = {
      inputs: [{ modality: 'image', dtype: 'float32', shape: [-1, 784] }],
      outputs: [{ modality: 'tensor', dtype: 'float32', shape: [-1, 10] }],
      priceRao: 1_000n,
    } as const;
    axon.attach('a', { forward: echo, backward: echo, definition });
    axon.attach('b', { forwardText: echo });
    const description = await describeAxon(peer);
    expect(description).toMatchObject({ hotkey: hotkey(1), version: '2.0.0', coldkey: undefined, network });
    expect(description.synapses).toEqual([
      { synapseKey: 'a', ...definition, workMs: undefined, backward: true },
      { synapseKey: 'b', inputs: [], outputs: [], priceRao: 0n, workMs: undefined, backward: false },
    ]);
    // Whoever answers there is believed when nobody in particular is expected.
    expect((await describeAxon({ host: '127.0.0.1', port })).hotkey).toBe(hotkey(1));
    const other = describeAxon({ ...peer, hotkey: hotkey(2) });
    await expect(other).rejects.toMatchObject({ returnCode: 'Unauthenticated' });
  });

  it('says how long a forward took, once there was one', async () => {
    const { axon, peer, caller } = await serve();
    axon.attach('', { forward: echo });
    await caller(2)();
    const { synapses } = await describeAxon(peer);
    expect(synapses[0]!.workMs).toBeGreaterThan(0);
  });

  it('answers an address so often, and not more', () => {
    const describer = new Describer({
      signer: key(1),
      admissions: { spendOnStranger: () => {} },
      network: new Uint8Array(0),
      synapses: new SynapseTable(),
      clock: systemClock,
      bodyBytes: 1,
      endorsement: undefined,
      address: () => ({ host: '127.0.0.1', port: 1 }),
    });
    const bytes = Buffer.from(encodeDescribeRequest(new Uint8Array(32)));
    const call = { bytes, signal: new AbortController().signal, timeLeftMs: 1_000, trust: () => {} };
    const began = performance.now();
    const refused: string[] = [];
    for (let n = 0; n < 100; n++) {
      try {
        describer.answer({ ...call, address: `2001:db8::${n.toString(16)}` });
      } catch (error) {
        refused.push((error as RequestError).returnCode);
      }
    }
    const seconds = (performance.now() - began) / 1_000;
    expect(100 - refused.length).toBeGreaterThanOrEqual(20);
    expect(100 - refused.length).toBeLessThanOrEqual(20 + Math.ceil(5 * seconds));
    expect(new Set(refused)).toEqual(new Set(['Backoff']));
    expect(() => describer.answer({ ...call, address: '192.0.2.1' })).not.toThrow();
  });
});

describe('what strangers may have of signatures', () => {
  it('counts descriptions and dials too', async () => {
    const { peer, port } = await serve({ limits: { strangersPerSecond: 0, strangerBurst: 3 } });
    const outcomeOf = (asked: Promise<unknown>) => asked.then(() => 'answered').catch(error => error.message);
    const description = () => outcomeOf(describeAxon(peer));
    const dial = () => outcomeOf(askForProbe(peer, { port, hotkey: key(1).publicKey }));
    const outcomes = [await description(), await dial(), await description(), await description(), await dial()];
    expect(outcomes.slice(0, 3)).toEqual(['answered', 'answered', 'answered']);
    for (const refused of outcomes.slice(3)) expect(refused).toContain('too many strangers ask at a time');
  });
});

describe('sessions with an axon', () => {
  it('are begun so often from one address, and those that are open go on', async () => {
    const { axon, caller } = await serve({ limits: { hellosPerSecond: 0, helloBurst: 2 } });
    axon.attach({ forward: echo });
    const [first, second, third] = [caller(2), caller(3), caller(4)];
    expect([(await first()).code, (await second()).code]).toEqual(['Success', 'Success']);
    expect(await third()).toMatchObject({ code: 'Backoff', message: 'too many hellos from this address' });
    expect([(await first()).code, (await second()).code]).toEqual(['Success', 'Success']);
  });
});

describe('Probe', () => {
  it('dials back the address that the call comes from, and says whether the hotkey answers there', async () => {
    const { peer, port } = await serve();
    const here = await askForProbe(peer, { port, hotkey: key(1).publicKey });
    expect(here).toEqual({ address: '127.0.0.1', reachable: true, message: '' });
    const other = await askForProbe(peer, { port, hotkey: key(2).publicKey });
    expect(other).toMatchObject({ reachable: false, message: 'another neuron answers there' });
    const nobody = await askForProbe(peer, { port: 1, hotkey: key(1).publicKey });
    expect(nobody).toMatchObject({ reachable: false, message: 'no axon answers there' });
    // Three at once, then one a minute.
    const often = askForProbe(peer, { port, hotkey: key(1).publicKey });
    await expect(often).rejects.toMatchObject({ returnCode: 'Backoff' });
  });

  it('dials nobody for a hotkey that is not admitted, and nothing that is no port', async () => {
    const { peer } = await serve({ registry: () => undefined });
    const stranger = askForProbe(peer, { port: 1, hotkey: key(3).publicKey });
    await expect(stranger).rejects.toMatchObject({ returnCode: 'SenderUnknown' });
    const open = await serve();
    for (const port of [0, 65_536]) {
      const asked = askForProbe(open.peer, { port, hotkey: key(3).publicKey });
      await expect(asked).rejects.toMatchObject({ returnCode: 'InvalidRequest' });
    }
  });

  it('counts each question of an address, whatever hotkey it claims, and dials after that nobody', async () => {
    const friend = hotkey(2);
    const registry = (who: string) => (who === friend ? { stakeRao: 1n, validatorPermit: true } : undefined);
    const { peer } = await serve({ registry });
    let dialled = 0;
    const listener = createServer(socket => {
      dialled++;
      socket.destroy();
    });
    await new Promise<void>(resolve => listener.listen(0, '127.0.0.1', resolve));
    closing.add(() => void listener.close());
    const { port } = listener.address() as AddressInfo;
    const codes: unknown[] = [];
    for (const seed of [3, 4, 2, 2, 3, 2]) {
      const asked = askForProbe(peer, { port, hotkey: key(seed).publicKey });
      codes.push(await asked.then(({ reachable }) => reachable).catch(error => error.returnCode));
    }
    expect(codes).toEqual(['SenderUnknown', 'SenderUnknown', false, 'Backoff', 'Backoff', 'Backoff']);
    expect(dialled).toBe(1);
  });

  it('says in words what came of asking up to three peers', async () => {
    const { port } = await serve();
    const helper = new Axon({ signer: key(2), host: '127.0.0.1' });
    closing.add(() => helper.stop());
    const peers = [{ hotkey: hotkey(2), host: '127.0.0.1', port: await helper.start() }];
    const own = { announced: { host: '127.0.0.1', port }, hotkey: key(1).publicKey };
    expect(await probeReachability(peers, own)).toMatchObject({
      outcome: 'reachable',
      text: `1 of 1 peers reach this axon at 127.0.0.1:${port}`,
    });
    const closed = await probeReachability(peers, { ...own, announced: { host: '127.0.0.1', port: 1 } });
    expect(closed).toMatchObject({ outcome: 'unreachable' });
    expect(closed.text).toMatch(/^No peer reaches 127\.0\.0\.1:1: no axon answers there; open the port/);
    const elsewhere = await probeReachability(peers, { ...own, announced: { host: '198.51.100.1', port } });
    expect(elsewhere.text).toMatch(/peers see this machine at 127\.0\.0\.1, not at 198\.51\.100\.1/);
    expect(await probeReachability([], own)).toMatchObject({ outcome: 'unknown' });
    const gone = await probeReachability([{ ...peers[0]!, port: 1 }], own, { timeoutMs: 1_000 });
    expect(gone.text).toContain('none of 1 peers answered');
  });
});
