import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Closing, silentLog } from '../../../src/base/index.js';
import { createTrainer, loadDigits, type NamedArray, type RemoteCaller } from '../../../src/model/index.js';
import { keyText } from '../../../src/net/auth/signed.js';
import { Axon, Dendrite, floatsOf, floatTensor, type Peer, type WireTensor } from '../../../src/net/index.js';
import { PeerHealth } from '../../../src/neuron/membership/peer-health.js';
import { ModelServer } from '../../../src/neuron/model/model-server.js';
import { PeerCaller } from '../../../src/neuron/model/peer-caller.js';
import { ready } from '../../../src/wallet/index.js';
import { batchNumber, closeTo, SMALL, wave } from '../../model/helpers.js';
import { key } from '../../net/helpers.js';

const ROWS = 4;
const fill = (shape: readonly number[], value: (i: number) => number) =>
  floatTensor(
    Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => value(i)),
    shape,
  );

/** What a hostile gradient or answer may be, of any shape. */
const numbers: Readonly<Record<string, (i: number) => number>> = {
  'NaN everywhere': () => Number.NaN,
  'one NaN': i => (i === 3 ? Number.NaN : 0.01),
  'one infinity': i => (i === 5 ? Number.POSITIVE_INFINITY : 0.01),
  'negative infinity': () => Number.NEGATIVE_INFINITY,
  'the largest floats': i => 3.4e38 * Math.sign(wave(i)),
  'very large': i => 1e30 * wave(i),
  'a thousand times too large': i => 1_000 * wave(i),
};

const norm = (gradients: readonly { readonly data: Float32Array }[]) => {
  let sum = 0;
  for (const { data } of gradients) for (const value of data) sum += value * value;
  return Math.sqrt(sum);
};
const finite = (arrays: readonly NamedArray[]) => arrays.every(({ data }) => data.every(Number.isFinite));

describe('gradients that callers send to a neuron', () => {
  const closing = new Closing();
  const input = fill([ROWS, 784], wave);
  const stakes = new Map<string, bigint>();
  let server: ModelServer;
  let axon: Axon;
  let peer: Peer;
  let version: number;
  let before: Awaited<ReturnType<typeof createTrainer>>;

  beforeAll(async () => {
    await ready();
    before = await createTrainer({ device: 'wasm', model: 'mnist', seed: 1 });
    closing.add(() => before.dispose());
    server = new ModelServer(error => expect.fail(error.message));
    closing.add(() => server.stop());
    await server.prepare({
      device: 'wasm',
      learn_from_callers: true,
      server_learn_from_callers: 'all',
    } as Parameters<ModelServer['prepare']>[0]);
    await server.open({ model: 'mnist', config: {} });
    version = before.step;
    const parameters = before.exportParameters().map(array => ({ ...array, data: array.data.slice() }));
    await server.serve({ parameters, version });
    axon = new Axon({ signer: key(1), host: '127.0.0.1' });
    closing.add(() => axon.stop());
    axon.attach(server.handlers(0n, hotkey => stakes.get(hotkey) ?? 0n));
    const port = await axon.start();
    peer = { hotkey: keyText(key(1).publicKey), host: '127.0.0.1', port };
  }, 60_000);
  afterAll(() => closing.close());

  const ways = { session: {}, unary: { transport: 'unary', tls: false } } as const;
  describe.each(Object.keys(ways) as (keyof typeof ways)[])('by a %s', way => {
    it.each(Object.keys(numbers))('reach no parameter when they are %s', async name => {
      // A caller that checks nothing and clips nothing.
      using dendrite = new Dendrite({
        signer: key(2),
        ...ways[way],
        limits: { gradientNorm: Number.POSITIVE_INFINITY },
      });
      const gradient = fill([ROWS, 1024], numbers[name]!);
      const reply = await dendrite.backward(peer, {
        tensors: [input, gradient],
        parameterVersion: version,
        acceptNonFinite: true,
        expect: [],
      });
      const taken = await server.takeGradients();
      if (reply.code !== 'Success') {
        expect(reply.code).toBe('InvalidRequest');
        expect(taken).toBeUndefined();
        return;
      }
      expect(name).not.toMatch(/NaN|infinity/);
      // Each call is brought down to the norm 1, whatever it sent.
      expect(norm(taken!.gradients)).toBeLessThanOrEqual(1.001);
      const was = before.exportParameters().map(array => ({ ...array, data: array.data.slice() }));
      before.addCallerGradients(taken!);
      before.applyCallerGradients();
      const is = before.exportParameters();
      expect(finite(is)).toBe(true);
      const moved = was.map((array, i) => ({ ...array, data: array.data.map((value, j) => is[i]!.data[j]! - value) }));
      expect(norm(moved)).toBeLessThan(0.1);
    });
  });

  it('are refused in other shapes and dtypes, and for other parameters', async () => {
    using dendrite = new Dendrite({ signer: key(2) });
    const send = async (gradient: WireTensor, parameterVersion = version) =>
      (await dendrite.backward(peer, { tensors: [input, gradient], parameterVersion, expect: [] })).code;
    const good = fill([ROWS, 1024], wave);
    expect(await send(fill([ROWS, 512], wave))).toBe('RequestShapeException');
    expect(await send(fill([ROWS + 1, 1024], wave))).toBe('RequestShapeException');
    expect(await send({ ...good, dtype: 'int32' })).toBe('RequestShapeException');
    expect(await send(good, version + 1)).toBe('Stale');
    expect(await server.takeGradients()).toBeUndefined();
    expect(await send(good)).toBe('Success');
    expect((await server.takeGradients())?.calls).toBe(1);
  });

  it('weigh what their senders have at stake: half a coin does not turn two', async () => {
    const [rich, poor] = [key(2), key(3)];
    stakes.set(keyText(rich.publicKey), 2_000_000_000n);
    stakes.set(keyText(poor.publicKey), 500_000_000n);
    const send = async (signer: typeof rich, sign: number) => {
      using dendrite = new Dendrite({ signer });
      const gradient = fill([ROWS, 1024], i => sign * wave(i));
      const request = { tensors: [input, gradient], parameterVersion: version, expect: [] };
      expect((await dendrite.backward(peer, request)).code).toBe('Success');
    };
    await send(rich, 1);
    const alone = await server.takeGradients();
    for (let n = 0; n < 5; n++) await send(poor, -1);
    await send(rich, 1);
    const both = await server.takeGradients();
    stakes.clear();
    expect(both).toMatchObject({ calls: 6, callers: 2 });
    for (const [i, { data }] of both!.gradients.entries()) expect(closeTo(data, alone!.gradients[i]!.data)).toBe(0);
  });

  it('are clipped by an honest dendrite before they leave, and refused by it when they are not finite', async () => {
    using dendrite = new Dendrite({ signer: key(2), limits: { gradientNorm: 2 } });
    const arrived: Float32Array[] = [];
    axon.attach('echo', {
      backward: async ({ tensors }) => {
        arrived.push(floatsOf(tensors[1]!).slice());
        return { tensors: [{ ...fill([ROWS, 784], () => 1e10), requiresGrad: false }], parameterVersion: 0 };
      },
    });
    const send = (name: string) =>
      dendrite.backward(peer, {
        tensors: [input, fill([ROWS, 1024], numbers[name]!)],
        parameterVersion: 0,
        synapseKey: 'echo',
      });
    for (const name of ['NaN everywhere', 'one NaN', 'one infinity', 'negative infinity']) {
      expect((await send(name)).code).toBe('RequestSerializationException');
    }
    expect(arrived).toEqual([]);
    for (const name of ['the largest floats', 'very large', 'a thousand times too large']) {
      const reply = await send(name);
      expect(Math.hypot(...arrived.pop()!)).toBeCloseTo(2, 3);
      // What comes back is brought down as well.
      expect(Math.hypot(...floatsOf(reply.tensors[0]!))).toBeCloseTo(2, 3);
    }
  });
});

describe('answers and gradients that peers send to a neuron that learns', () => {
  it.each(Object.keys(numbers))('reach no parameter when they are %s', async name => {
    await ready();
    await using axon = new Axon({ signer: key(1), host: '127.0.0.1' });
    axon.attach({
      forward: async ({ tensors }) => ({
        tensors: [fill([tensors[0]!.shape[0]!, 1024], numbers[name]!)],
        parameterVersion: 1,
      }),
      backward: async ({ tensors }) => ({ tensors: [fill(tensors[0]!.shape, numbers[name]!)], parameterVersion: 1 }),
    });
    const port = await axon.start();
    using dendrite = new Dendrite({ signer: key(2) });
    const hotkey = keyText(key(1).publicKey);
    const peers = new PeerCaller({
      dendrite,
      directory: { peers: () => [{ hotkey, host: '127.0.0.1', port }], synapseCount: () => 1, member: () => undefined },
      health: new PeerHealth(),
      log: silentLog,
      signal: new AbortController().signal,
    });
    const replies: { ok: boolean }[] = [];
    const caller: RemoteCaller = {
      forward: async (peer, sent) => {
        const reply = await peers.forward({ peer, input: sent, modality: 'image' });
        replies.push(reply);
        return reply;
      },
      backward: (peer, sent, gradient, version, { wantInputGradient }) =>
        peers.backward({ peer, input: sent, modality: 'image', gradient, version, wantInputGradient }),
    };
    const trainer = await createTrainer({ device: 'wasm', model: 'mnist', seed: 1, config: SMALL });
    try {
      const digits = loadDigits().training;
      for (let n = 0; n < 2; n++) await trainer.train(batchNumber(digits, n), { peers: [hotkey], caller });
      expect(finite(trainer.exportParameters())).toBe(true);
      expect(replies.map(({ ok }) => ok)).toEqual([0, 1].map(() => !/NaN|infinity/.test(name)));
      // The gradient at the input, too, is finite and no larger than agreed, or is not there.
      const image = { dtype: 'float32', shape: [ROWS, 784], data: new Float32Array(ROWS * 784) } as const;
      const gradient = {
        dtype: 'float32',
        shape: [ROWS, 1024],
        data: new Float32Array(ROWS * 1024).fill(0.1),
      } as const;
      const back = await peers.backward({
        peer: hotkey,
        input: image,
        modality: 'image',
        gradient,
        version: 1,
        wantInputGradient: true,
      });
      expect(back.ok).toBe(!/NaN|infinity/.test(name));
      if (back.gradient) expect(Math.hypot(...back.gradient.data)).toBeLessThanOrEqual(1_001);
    } finally {
      trainer.dispose();
    }
  });
});
