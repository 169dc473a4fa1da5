import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type ChainClient,
  connect,
  type Localnet,
  prepareRegisterNetwork,
  prepareStartCall,
  startLocalnet,
} from '../../src/chain/index.js';
import { generateMnemonic, keypairFromMnemonic, ready } from '../../src/wallet/index.js';
import { failure } from '../wallet/helpers.js';
import { temporaryFolder } from './helpers.js';

const TAO = 1_000_000_000n;
const newKey = () => keypairFromMnemonic(generateMnemonic());

describe('reading a local chain', () => {
  const folder = temporaryFolder();
  const [coldkey, hotkey, second, axonKey] = [newKey(), newKey(), newKey(), newKey()];
  let net: Localnet;
  let client: ChainClient;
  let netuid: number;

  beforeAll(async () => {
    await ready();
    net = await startLocalnet({ port: 0, dataFolder: folder.path, blockTime: 'instant', detached: false });
    client = await connect({ endpoints: [net.url] });
    await client.devFund({ address: coldkey.address, amountRao: 10_000n * TAO });
    await client.devFund({ address: axonKey.address, amountRao: TAO });
    const identity = { name: 'digits \u202e', url: 'https://example.org' };
    const create = await prepareRegisterNetwork(client, { from: coldkey.address, hotkey: hotkey.address, identity });
    const { events } = await create.submit(coldkey);
    netuid = Number(events.find(({ name }) => name === 'NetworkAdded')!.data[0]);
    await (await prepareStartCall(client, { from: coldkey.address, netuid })).submit(coldkey);
    await client.burnedRegister({ netuid: 1, hotkey: axonKey.address, signer: coldkey });
    await client.burnedRegister({ netuid, hotkey: axonKey.address, signer: coldkey });
    await client.addStake({ netuid, hotkey: hotkey.address, amountRao: 7n * TAO, signer: coldkey });
    await client.serveAxon({ netuid: 1, ip: '10.1.2.3', port: 8091, signer: axonKey });
  });

  afterAll(async () => {
    await client?.close();
    await net?.stop();
    folder[Symbol.dispose]();
  });

  it('lists the subnets', async () => {
    const subnets = await client.subnets();
    expect(subnets.map(subnet => subnet.netuid)).toEqual(await client.netuids());
    expect(subnets.map(subnet => subnet.netuid)).toEqual([0, 1, netuid]);
    expect(subnets[0]!.name).toBe('root');
    expect(subnets[1]).toMatchObject({ n: 1, tempo: 40, registrationAllowed: true, priceRao: TAO, isStarted: true });
    expect(subnets[2]).toMatchObject({
      // What would turn the line around is replaced.
      name: 'digits \ufffd',
      owner: coldkey.address,
      ownerHotkey: hotkey.address,
      n: 2,
      alphaOutRao: 7n * TAO,
      burnRao: expect.any(BigInt),
    });
    expect(subnets[2]!.symbol).not.toBe('');
    expect(subnets[2]!.registeredAt).toBeGreaterThan(0);
    expect(subnets.every(subnet => typeof subnet.difficulty === 'bigint')).toBe(true);
  });

  it('shows one subnet, and says when there is none', async () => {
    expect(await client.subnet(netuid)).toMatchObject({
      netuid,
      identity: { subnet_name: 'digits \ufffd', subnet_url: 'https://example.org' },
    });
    expect(await client.subnet(999)).toBeUndefined();
  });

  it('gives all hyperparameters by name', async () => {
    const settings = await client.allHyperparameters(1);
    const byName = new Map(settings!.map(({ name, value, text }) => [name, { value, text }]));
    const own = await client.hyperparameters(1);
    expect(byName.get('tempo')).toEqual({ value: own.tempo, text: String(own.tempo) });
    expect(byName.get('kappa')!.value).toBe(own.kappaU16);
    expect(byName.get('registration_allowed')).toEqual({ value: true, text: 'yes' });
    expect(byName.get('max_burn')!.text).toMatch(/ TAO$/);
    expect(settings!.length).toBeGreaterThanOrEqual(30);
    expect(await client.allHyperparameters(999)).toBeUndefined();
  });

  it('finds the neurons of hotkeys in all subnets, at one block', async () => {
    const { block, neurons } = await client.overview(coldkey.address);
    expect(block).toBeGreaterThan(0);
    expect(neurons.map(neuron => [neuron.netuid, neuron.hotkey])).toEqual([
      [1, axonKey.address],
      [netuid, hotkey.address],
      [netuid, axonKey.address],
    ]);
    expect(neurons[0]!.axon).toMatchObject({ ip: '10.1.2.3', port: 8091 });
    expect(neurons[1]).toMatchObject({ uid: 0, stakeRao: 7n * TAO, coldkey: coldkey.address });
    const graph = await client.metagraph(netuid);
    const { netuid: _, ...found } = neurons[1]!;
    expect(found).toEqual(graph.neurons[0]);
    expect((await client.overview(coldkey.address, [second.address])).neurons).toEqual([]);
    expect(await failure(() => client.overview('nobody'))).toMatchObject({ code: 'bad_argument' });
  });

  it('knows what is staked, and what of a balance can be sent', async () => {
    expect(await client.stakesOf(coldkey.address)).toEqual([
      {
        hotkey: hotkey.address,
        netuid,
        token: 'TAO',
        stakeRao: 7n * TAO,
        emissionRao: expect.any(BigInt),
        isRegistered: true,
      },
    ]);
    const balance = await client.accountBalance(coldkey.address);
    expect(balance).toMatchObject({ reservedRao: 0n, frozenRao: 0n });
    expect(balance.freeRao - balance.transferableRao).toBe(client.existentialDepositRao());
    expect(await client.accountBalance(newKey().address)).toEqual({
      freeRao: 0n,
      reservedRao: 0n,
      frozenRao: 0n,
      transferableRao: 0n,
      exists: false,
    });
  });

  it('knows prices, and which chains are of value', async () => {
    expect(await client.priceRao(1)).toBe(TAO);
    expect(await client.quoteStake(1, 5n)).toEqual({ taoRao: 5n, alphaRao: 5n, feeRao: 0n });
    expect(await client.quoteUnstake(1, 5n)).toEqual({ taoRao: 5n, alphaRao: 5n, feeRao: 0n });
    expect(await client.subnetCreationCost()).toBeGreaterThan(0n);
    expect([client.isLocal, client.isValuable]).toEqual([true, false]);
  });

  it('reads single rows of weights', async () => {
    await client.addStake({ netuid, hotkey: hotkey.address, amountRao: 100n * TAO, signer: coldkey });
    await client.devFund({ address: hotkey.address, amountRao: TAO });
    await client.setWeights({ netuid, uids: [0], weightsU16: [9], signer: hotkey });
    expect(await client.weights(netuid, { uids: [0, 1] })).toEqual(new Map([[0, [[0, 65_535]]]]));
    expect(await client.weights(netuid, { uids: [1] })).toEqual(new Map());
  });
});
