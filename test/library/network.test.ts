import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pollUntil } from '../../src/base/index.js';
import * as bittensor from '../../src/index.js';
import { leaseChain } from '../../src/library/chains.js';
import { goBetween } from '../chain/go-between.js';
import { FOX, openWorld, type World } from './helpers.js';

let world: World;
let axon: Awaited<ReturnType<ReturnType<typeof bittensor.axon>['subscribe']>>;
let model: Awaited<ReturnType<typeof bittensor.bertModel>>;
/** Hotkeys and texts that the handlers were given. */
const heard: { pubkey: string; inputs: number[] }[] = [];

const numbersOf = (name: string) => Array.from(model.parameters.variables.get(name)!.dataSync());

beforeAll(async () => {
  world = await openWorld();
  model = await bittensor.bertModel({
    // Room for the ids of these texts: a step is three times as fast.
    vocabSize: 22_000,
    hiddenSize: bittensor.networkDim,
    layers: 1,
    positions: 16,
    device: 'wasm',
  });
  const optimizer = bittensor.sgd(model.parameters, { lr: 0.01 });
  axon = await bittensor
    .axon({
      wallet: await bittensor.wallet({ hotkey: 'server' }).create(),
      forwardText: (pubkey, inputs) => {
        heard.push({ pubkey, inputs: Array.from(inputs.dataSync()) });
        return model.forward(inputs);
      },
      backwardText: (_, inputs, grads) => {
        model.backward(inputs, grads);
        optimizer.step();
        optimizer.zeroGrad();
      },
    })
    .start()
    .subscribe();
}, 120_000);

afterAll(async () => {
  await axon?.close();
  model?.dispose();
  await world?.[Symbol.asyncDispose]();
});

describe('the library on a local chain', () => {
  it('joins no connection where another chain is wanted than the one that is there', async () => {
    const { network } = bittensor.metagraph();
    const here = await leaseChain(network);
    await leaseChain(network).then(({ client, release }) => {
      expect(client).toBe(here.client);
      release();
    });
    const other = { ...network, genesisHash: `0x${'12'.repeat(32)}` };
    await expect(leaseChain(other)).rejects.toMatchObject({ code: 'foreign_chain' });
    here.release();
  });

  it('gives up at once what a chain does not answer, when its signal says so', async () => {
    const lost: string[] = [];
    let isSilent = false;
    await using between = await goBetween(world.url, ({ method }, from) => {
      if (!isSilent) return 'pass';
      if (from === 'client' && method !== undefined) lost.push(method);
      return 'lose';
    });
    const chain = bittensor.subtensor({ endpoint: between.url });
    await chain.block();
    isSilent = true;
    const stop = new AbortController();
    const wallet = await bittensor.wallet({ hotkey: 'hasty' }).create();
    const registering = chain.register({ wallet, signal: stop.signal });
    registering.catch(() => {});
    await pollUntil('a question', { withinMs: 20_000, everyMs: 5 }, () => (lost.length > 0 ? true : undefined));
    stop.abort(new Error('enough'));
    await expect(registering).rejects.toThrow('enough');
  });

  it('makes the keys of a local wallet once, and finds them again', async () => {
    const first = await bittensor.wallet().create();
    const second = await bittensor.wallet().create();
    expect([first.name, first.hotkeyName]).toEqual(['local', 'default']);
    expect(second.hotkeyAddress).toBe(first.hotkeyAddress);
    expect(second.coldkeyAddress).toBe((await bittensor.wallet({ hotkey: 'server' }).coldkey()).address);
  });

  it('registers and publishes an axon by subscribing, and shows it in the metagraph', async () => {
    const graph = await bittensor.metagraph().sync();
    expect([axon.uid, graph.n, graph.uids]).toEqual([0, 1, [0]]);
    expect(graph.hotkeys).toEqual([bittensor.wallet({ hotkey: 'server' }).hotkeyAddress]);
    // What it staked on itself, and what epochs have paid since.
    expect(graph.S).toHaveLength(1);
    expect(graph.S[0]).toBeGreaterThanOrEqual(100);
    const at = bittensor.endpoint.fromTensor(graph.endpoints[0]!);
    expect([at.hotkey, at.ip, at.port]).toEqual([graph.hotkeys[0], '127.0.0.1', axon.port]);
  });

  it('answers a text by one tensor for each endpoint', async () => {
    const graph = await bittensor.metagraph().sync();
    const wallet = bittensor.wallet({ hotkey: 'server' });
    await using dendrite = bittensor.dendrite({ wallet, timeoutMs: 20_000 });
    const [responses, codes, times] = await dendrite.forwardText({ endpoints: graph.endpoints, inputs: FOX });
    expect(codes).toEqual(['Success']);
    expect(responses.map(({ shape }) => shape)).toEqual([[1, 9, 1024]]);
    expect(responses[0]!.data.some(value => value !== 0)).toBe(true);
    expect(times[0]).toBeGreaterThan(0);
    expect(heard.at(-1)).toEqual({
      pubkey: wallet.hotkeyAddress,
      inputs: [464, 2068, 7586, 21831, 11687, 625, 262, 16931, 3290],
    });
  });

  it('sends gradients back, so that they move the parameters of the server', async () => {
    const graph = await bittensor.metagraph().sync({ lite: true });
    await using dendrite = bittensor.dendrite({ wallet: bittensor.wallet({ hotkey: 'server' }), timeoutMs: 20_000 });
    const tf = await bittensor.tensorflow('wasm');
    const before = numbersOf('encoder.layer.0.output.dense.bias');
    const step = () =>
      dendrite.trainStep({
        endpoints: graph.endpoints,
        inputs: FOX,
        loss: ([x]) => tf.mean(tf.square(tf.sub(x!, 1))),
      });
    const first = await step();
    expect([first.forward[1], first.backward[1]]).toEqual([['Success'], ['Success']]);
    const after = numbersOf('encoder.layer.0.output.dense.bias');
    expect(after.some((value, i) => value !== before[i])).toBe(true);
    for (let i = 0; i < 3; i++) await step();
    expect((await step()).loss).toBeLessThan(first.loss);
  });

  it('leaves no tensor behind, neither at the server nor at the client', async () => {
    const graph = await bittensor.metagraph().sync({ lite: true });
    await using dendrite = bittensor.dendrite({ wallet: bittensor.wallet({ hotkey: 'server' }), timeoutMs: 20_000 });
    const tf = await bittensor.tensorflow('wasm');
    const { numTensors } = tf.memory();
    await dendrite.trainStep({ endpoints: graph.endpoints, inputs: FOX, loss: ([x]) => tf.mean(x!) });
    expect(tf.memory().numTensors).toBe(numTensors);
  });

  it('gives zeros and a code where a neuron serves nowhere or does not answer', async () => {
    const graph = await bittensor.metagraph().sync({ lite: true });
    const there = bittensor.endpoint.fromTensor(graph.endpoints[0]!);
    await using dendrite = bittensor.dendrite({ wallet: bittensor.wallet({ hotkey: 'server' }), timeoutMs: 20_000 });
    const endpoints = [{ ...there, port: 0 }, there, bittensor.endpoint.dummy(), { ...there, port: 1 }];
    const call = await dendrite.forwardText({ endpoints, inputs: 'Hello World' });
    expect(call[1]).toEqual(['Unavailable', 'Success', 'EmptyRequest', 'Unavailable']);
    expect(call[0].map(({ shape }) => shape)).toEqual(Array(4).fill([1, 2, 1024]));
    expect(call[0][0]!.data.every(value => value === 0)).toBe(true);
    const gradients = call[0].map(({ shape, data }) => ({
      dtype: 'float32' as const,
      shape,
      data: new Float32Array(data.length),
    }));
    const back = await dendrite.backward(call, gradients);
    expect(back[1]).toEqual(['Unavailable', 'Success', 'EmptyRequest', 'Unavailable']);
    await expect(dendrite.backward(call, gradients.slice(1))).rejects.toMatchObject({ code: 'bad_argument' });
  });

  it('refuses a hotkey that is not registered, and says so by a code', async () => {
    const graph = await bittensor.metagraph().sync({ lite: true });
    const wallet = await bittensor.wallet({ hotkey: 'stranger' }).create();
    await using dendrite = bittensor.dendrite({ wallet });
    const { 1: codes } = await dendrite.forwardText({ endpoints: graph.endpoints, inputs: FOX });
    expect(codes).toEqual(['SenderUnknown']);
  });

  it('does not serve twice with one hotkey', async () => {
    const again = bittensor.axon({ wallet: bittensor.wallet({ hotkey: 'server' }) });
    await expect(again.start()).rejects.toMatchObject({ code: 'slot_taken' });
    await again.close();
  });

  it('registers, stakes and sets weights, which the metagraph shows after the block', async () => {
    const chain = bittensor.subtensor();
    const wallet = await bittensor.wallet({ hotkey: 'judge' }).create();
    expect(await chain.register({ wallet })).toBe(1);
    expect(await chain.register({ wallet })).toBe(1);
    await chain.addStake({ wallet, amountTao: 500 });
    expect(await chain.stakeRao(wallet.hotkeyAddress)).toBe(500_000_000_000n);
    // A permit comes with the next epoch.
    const graph = bittensor.metagraph();
    await pollUntil('a permit', { withinMs: 40_000, everyMs: 500 }, async () =>
      (await graph.sync({ lite: true })).validatorPermit[1] ? true : undefined,
    );
    const receipt = await chain.setWeights({ wallet, uids: [...graph.uids, 7], weights: [0.75, 0.25, 0] });
    expect(receipt.blockNumber).toBeGreaterThan(graph.block);
    await pollUntil('the weights', { withinMs: 30_000, everyMs: 200 }, async () =>
      (await graph.sync()).block >= receipt.blockNumber! ? true : undefined,
    );
    expect(Array.from(graph.W[1]!)).toEqual([expect.closeTo(0.75, 4), expect.closeTo(0.25, 4)]);
    expect(Array.from(graph.W[0]!)).toEqual([0, 0]);

    const file = join(world.folder, 'graph.json');
    await graph.save(file);
    const kept = await bittensor.metagraph().load(file);
    expect([kept.block, kept.hotkeys, kept.S, kept.W, kept.B]).toEqual([
      graph.block,
      graph.hotkeys,
      graph.S,
      graph.W,
      graph.B,
    ]);
    const then = await bittensor.metagraph().sync({ block: receipt.blockNumber! - 1 });
    expect([then.block, then.n, Array.from(then.W[1]!)]).toEqual([receipt.blockNumber! - 1, 2, [0, 0]]);
    await expect(graph.sync({ block: 10_000_000 })).rejects.toMatchObject({ code: 'bad_argument' });
  }, 90_000);

  it('pays on a chain that is not local no more than was said, and nothing where nothing was said', async () => {
    const wallet = await bittensor.wallet({ hotkey: 'payer' }).create();
    const chain = bittensor.subtensor();
    // The coldkey is funded where that is free.
    await chain.addStake({ wallet: bittensor.wallet({ hotkey: 'judge' }), amountTao: 1 });
    // The same chain, which does not say that it is a development chain.
    await using between = await goBetween(world.url, ({ method }, from) =>
      from === 'client' && method === 'rpc_methods' ? { answer: { methods: [] } } : 'pass',
    );
    const far = bittensor.subtensor({ endpoint: between.url });
    const costRao = await far.registrationCostRao();
    const costTao = Number(costRao) / 1e9;
    expect(costRao).toBeGreaterThan(0n);
    const before = await far.balanceRao(wallet);
    expect(before).toBeGreaterThan(2n * costRao);
    await expect(far.register({ wallet })).rejects.toMatchObject({ code: 'too_dear', data: { costRao } });
    const little = far.register({ wallet, maxCostTao: costTao / 2 });
    await expect(little).rejects.toMatchObject({
      code: 'too_dear',
      message: expect.stringContaining('nothing was signed'),
    });
    await expect(far.register({ wallet, maxCostTao: -1 })).rejects.toMatchObject({ code: 'bad_argument' });
    expect(await far.balanceRao(wallet)).toBe(before);
    expect(await far.uidOf(wallet.hotkeyAddress)).toBeUndefined();
    expect(await far.register({ wallet, maxCostTao: 2 * costTao })).toBe(await far.uidOf(wallet.hotkeyAddress));
    const paid = before - (await far.balanceRao(wallet));
    expect(paid).toBeGreaterThanOrEqual(costRao);
    expect(paid).toBeLessThan(3n * costRao);
  }, 60_000);
});
