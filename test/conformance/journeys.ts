import { afterAll, beforeAll, expect, it } from 'vitest';
import { fromU16Weights } from '../../src/chain/index.js';
import { keypairFromSeed, openWallet } from '../../src/wallet/index.js';
import { seesTheMetagraph } from './metagraph-lines.js';
import type { OfficialClient } from './official-client.js';
import { agrees, Stage } from './stage.js';

const TAO = 1_000_000_000n;
/** Installing a client on a bare machine. */
const PREPARE_MS = 900_000;
/** Of u16::MAX. */
const U16 = 65_535;

export interface Variation {
  /** What the client itself cannot do, on any chain. */
  without?: readonly ('setWeights' | 'weights')[];
  /** Further steps of one client, on the chain that the others leave. */
  also?: (scene: () => Scene) => void;
}

export interface Scene {
  stage: Stage;
  client: OfficialClient;
  /** Owns the subnet, and is its neuron 0. */
  owner: Keys;
  /** Neuron 1. */
  miner: Keys;
  netuid: number;
}

export interface Keys {
  coldkey: string;
  hotkey: string;
}

/**
 * From an empty wallet to a validator's weights, in this order, on one fresh chain. Each step looks at the chain's
 * storage afterwards, and compares what the client says with what our own client reads.
 */
export function journeys(
  open: (stage: Stage) => Promise<OfficialClient>,
  { without = [], also }: Variation = {},
): void {
  let stage: Stage;
  let client: OfficialClient;
  let owner: Keys;
  let miner: Keys;
  let netuid: number;
  beforeAll(async () => {
    stage = await Stage.open();
    client = await open(stage);
  }, PREPARE_MS);
  afterAll(async () => {
    await client?.[Symbol.asyncDispose]();
    await stage?.[Symbol.asyncDispose]();
  });

  const hotkeyOf = (name: string) => openWallet({ name, path: `${stage.home}/.bittensor/wallets` });

  it('makes wallets that ours reads', async () => {
    owner = await client.createWallet('owner');
    miner = await client.createWallet('miner');
    for (const [name, keys] of Object.entries({ owner, miner })) {
      const wallet = hotkeyOf(name);
      expect(wallet.coldkeyAddress()).toBe(keys.coldkey);
      expect(wallet.hotkeyAddress('default')).toBe(keys.hotkey);
    }
    await stage.fund(owner.coldkey, 5000);
    await stage.fund(miner.coldkey, 100);
  });

  it('reads balances', async () => {
    expect(await client.balance(keypairFromSeed(new Uint8Array(32).fill(6)).address)).toBe(0n);
    expect(await client.balance(owner.coldkey)).toBe(5000n * TAO);
    await agrees(
      () => client.balance(miner.coldkey),
      () => stage.ours.balanceRao(miner.coldkey),
    );
  });

  it('transfers', async () => {
    const to = keypairFromSeed(new Uint8Array(32).fill(7)).address;
    const before = await stage.freeRao(owner.coldkey);
    await client.transfer({ wallet: 'owner', to, amount: 1_500_000_000n });
    expect(await stage.freeRao(to)).toBe(1_500_000_000n);
    const spent = before - (await stage.freeRao(owner.coldkey));
    expect(spent).toBeGreaterThan(1_500_000_000n);
    expect(spent).toBeLessThan(1_510_000_000n);
    expect(await client.balance(to)).toBe(1_500_000_000n);
  });

  it('hears that a transfer is too large', async () => {
    const to = keypairFromSeed(new Uint8Array(32).fill(8)).address;
    await expect(client.transfer({ wallet: 'miner', to, amount: 1_000_000n * TAO })).rejects.toThrow();
    expect(await stage.freeRao(to)).toBe(0n);
    // Some ask before they send; with the others the chain says no and keeps the fee.
    expect(await stage.freeRao(miner.coldkey)).toBeGreaterThan(99n * TAO);
  });

  it('creates a subnet and starts it', async () => {
    const cost = BigInt(String(await stage.stored('SubtensorModule.NetworkLastLockCost')));
    const before = await stage.freeRao(owner.coldkey);
    netuid = await client.createSubnet('owner');
    expect(await stage.stored('SubtensorModule.NetworksAdded', netuid)).toBe(true);
    expect(await stage.stored('SubtensorModule.SubnetOwner', netuid)).toBe(owner.coldkey);
    expect(await stage.stored('SubtensorModule.Uids', netuid, owner.hotkey)).toBe(0);
    expect(before - (await stage.freeRao(owner.coldkey))).toBeGreaterThan(cost);
    await client.startCall('owner', netuid);
    expect(await stage.stored('SubtensorModule.FirstEmissionBlockNumber', netuid)).not.toBeNull();
  });

  it('lists subnets and shows one', async () => {
    const said = await client.subnets();
    const there = (await stage.api.query.subtensorModule!.networksAdded!.entries()).map(([key]) =>
      Number(String(key.args[0])),
    );
    expect(said.map(subnet => subnet.netuid).sort()).toEqual(there.sort());
    const tempo = Number(await stage.stored('SubtensorModule.Tempo', netuid));
    const line = said.find(subnet => subnet.netuid === netuid)!;
    expect(line.tempo).toBe(tempo);
    if (line.owner !== undefined) expect(line.owner).toBe(owner.coldkey);
    const one = await client.subnet(netuid);
    expect(one.tempo).toBe(tempo);
    if (one.owner !== undefined) expect(one.owner).toBe(owner.coldkey);
  });

  it('reads hyperparameters', async () => {
    const said = await client.hyperparameters(netuid);
    const ours = await stage.ours.hyperparameters(netuid);
    const known = {
      tempo: ours.tempo,
      kappa: ours.kappaU16,
      immunity_period: ours.immunityPeriod,
      min_allowed_weights: ours.minAllowedWeights,
      activity_cutoff: ours.activityCutoff,
      serving_rate_limit: ours.servingRateLimit,
      max_validators: ours.maxAllowedValidators,
      weights_rate_limit: ours.weightsRateLimit,
      weights_version: Number(ours.weightsVersionKey),
      registration_allowed: ours.registrationAllowed,
      commit_reveal_weights_enabled: ours.commitRevealEnabled,
    };
    // Renamed on the way from the ninth version to the eleventh.
    const renamed = {
      ...said,
      commit_reveal_weights_enabled: said['commit_reveal_weights_enabled'] ?? said['commit_reveal_enabled'],
    };
    expect(renamed).toMatchObject(known);
  });

  it('registers a neuron', async () => {
    const recycled = async () =>
      BigInt(String(await stage.stored('SubtensorModule.RAORecycledForRegistration', netuid)));
    const [before, recycledBefore] = [await stage.freeRao(miner.coldkey), await recycled()];
    const uid = await client.register('miner', netuid);
    expect(uid).toBe(1);
    expect(await stage.stored('SubtensorModule.Keys', netuid, uid)).toBe(miner.hotkey);
    expect(await stage.stored('SubtensorModule.Owner', miner.hotkey)).toBe(miner.coldkey);
    expect(await stage.ours.uidOf(netuid, miner.hotkey)).toBe(uid);
    // The price falls while nobody pays it: what counts is what was paid.
    const price = (await recycled()) - recycledBefore;
    const paid = before - (await stage.freeRao(miner.coldkey));
    expect(price).toBeGreaterThan(0n);
    expect(paid).toBeGreaterThanOrEqual(price);
    expect(paid).toBeLessThan(price + TAO / 100n);
  });

  it('announces an axon', async () => {
    await client.serveAxon({ wallet: 'miner', netuid, ip: '203.0.113.7', port: 8091 });
    const axon = await stage.stored('SubtensorModule.Axons', netuid, miner.hotkey);
    expect(axon).toMatchObject({ ip: 0xcb007107, port: 8091, ipType: 4, protocol: 4 });
    const seen = (await stage.ours.metagraph(netuid)).byHotkey(miner.hotkey)?.axon;
    expect(seen).toMatchObject({ ip: '203.0.113.7', port: 8091 });
  });

  /** A hotkey's stake at the block that has this event, compared with the block before: exactly this much more. */
  const expectStake = async (hotkey: string, by: bigint, event: string, change: () => Promise<void>) => {
    const block = await stage.blockOf(`subtensorModule.${event}`, change);
    const [after, before] = [
      await stage.stakeRao(hotkey, netuid, block.hash),
      await stage.stakeRao(hotkey, netuid, block.parent),
    ];
    const risen = after - before;
    // An epoch in the same block pays as well.
    if (await stage.hadEpoch(netuid, block)) expect(risen).toBeGreaterThanOrEqual(by);
    else expect(risen).toBe(by);
  };

  it('adds stake, lists it and removes some of it, with a price limit and without', async () => {
    const of = { wallet: 'owner', hotkey: owner.hotkey, netuid };
    const add = (tao: bigint, limit: boolean) => client.addStake({ ...of, amount: tao * TAO, limit });
    const remove = (tao: bigint, limit: boolean) => client.removeStake({ ...of, amount: tao * TAO, limit });
    await expectStake(owner.hotkey, 40n * TAO, 'StakeAdded', () => add(40n, false));
    await expectStake(owner.hotkey, 25n * TAO, 'StakeAdded', () => add(25n, true));
    await agrees(
      async () =>
        (await client.stakes({ name: 'owner', coldkey: owner.coldkey })).filter(line => line.netuid === netuid),
      async () => [{ hotkey: owner.hotkey, netuid, stake: await stage.stakeRao(owner.hotkey, netuid) }],
    );
    await expectStake(owner.hotkey, -10n * TAO, 'StakeRemoved', () => remove(10n, false));
    await expectStake(owner.hotkey, -5n * TAO, 'StakeRemoved', () => remove(5n, true));
  });

  it('moves stake to another hotkey', async () => {
    const move = { wallet: 'owner', hotkey: owner.hotkey, netuid, to: miner.hotkey, amount: 3n * TAO };
    await expectStake(miner.hotkey, 3n * TAO, 'StakeMoved', () => client.moveStake(move));
  });

  const may = (what: 'setWeights' | 'weights') => !without.includes(what);
  if (may('setWeights'))
    it('sets weights', async () => {
      await client.setWeights({ wallet: 'owner', netuid, uids: [0, 1], weights: [0.25, 0.75] });
      expect(await stage.stored('SubtensorModule.Weights', netuid, 0)).toEqual([
        [0, 21_845],
        [1, 65_535],
      ]);
    });

  if (may('weights'))
    it('reads weights back', async () => {
      const rows = await stage.ours.weights(netuid);
      expect([...rows.keys()]).toEqual([0]);
      const said = await client.weights(netuid);
      expect(Object.keys(said)).toEqual(['0']);
      const shares = fromU16Weights(rows.get(0)!.map(([, weight]) => weight));
      rows.get(0)!.forEach(([uid], i) => {
        expect(said['0']![uid]).toBeCloseTo(shares[i]!, 5);
      });
    });

  it('reads the metagraph', async () => {
    await seesTheMetagraph(client, stage.ours, netuid);
  });

  it('sets children and a take', async () => {
    await client.setChildren({ wallet: 'owner', netuid, share: 0.25, child: miner.hotkey });
    const pending = (await stage.stored('SubtensorModule.PendingChildKeys', netuid, owner.hotkey)) as [
      unknown[],
      number,
    ];
    const applied = (await stage.stored('SubtensorModule.ChildKeys', owner.hotkey, netuid)) as unknown[];
    const children = [...pending[0], ...applied] as [number | string, string][];
    expect(children.map(([, child]) => child)).toEqual([miner.hotkey]);
    expect(Number(children[0]![0]) / 2 ** 64).toBeCloseTo(0.25, 9);
    await client.setTake('owner', 0.09);
    const take = Number(await stage.stored('SubtensorModule.Delegates', owner.hotkey));
    expect(take / U16).toBeCloseTo(0.09, 4);
  });

  also?.(() => ({ stage, client, owner, miner, netuid }));
}
