import { compactToU8a } from '@polkadot/util';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { concat, pollUntil, toHex, u64le, utf8 } from '../../src/base/index.js';
import {
  type ChainClient,
  connect,
  prepareAddStake,
  prepareBurnedRegister,
  prepareRemoveStake,
  prepareServeAxon,
  prepareTransfer,
} from '../../src/chain/index.js';
import { keypairFromUri, ready } from '../../src/wallet/index.js';
import { failure } from '../wallet/helpers.js';
import { EditedMetadata, type FieldJson, field } from './edit-metadata.js';
import { FakeChain } from './fake-chain.js';
import { ownMetadata, SUBTENSOR_343, upstreamMetadata } from './metadata-vectors.js';

const alice = keypairFromUri('//Alice');
const bob = keypairFromUri('//Bob');
const NETUID = 1;
const TAO = 1_000_000_000n;
const LITE = 'NeuronInfoRuntimeApi.get_neurons_lite';

/** Two neurons, as any version tells them. */
const NEURONS = [alice, bob].map(({ address }, uid) => ({
  hotkey: address,
  coldkey: bob.address,
  uid,
  netuid: NETUID,
  active: true,
  axonInfo: { block: 7, version: 10, ip: 0x0102_0304 + uid, port: 8091, ipType: 4, protocol: 4 },
  prometheusInfo: {},
  stake: [[bob.address, 2n * TAO + BigInt(uid)]],
  rank: 65_535,
  incentive: 32_768,
  emission: 3n * TAO,
  lastUpdate: 42,
  validatorPermit: uid === 0,
}));

interface Version {
  readonly edit: (metadata: EditedMetadata) => void;
  /** Serve it as metadata 14, which describes no runtime APIs. */
  readonly isOld?: true;
  readonly areNeuronsOpaque?: true;
  /** Where stakes are kept, instead of by hotkey and subnet. */
  readonly stakes?: readonly (readonly [path: string, keys: readonly unknown[], rao: bigint])[];
  readonly hasTempo?: false;
  /** What the chain should have read of each call, where it differs from what all versions read. */
  readonly calls?: Readonly<Record<string, { call: string; args: Readonly<Record<string, unknown>> }>>;
}

const VERSIONS: Readonly<Record<string, Version>> = {
  'as it is': { edit: () => {} },
  'describing no runtime APIs': { edit: () => {}, isOld: true },
  'with new names for all numbers': {
    edit(metadata) {
      for (const [name, type] of [
        ['NetUid', 'u16'],
        ['TaoBalance', 'u64'],
      ] as const) {
        const plain = metadata.primitive(type);
        metadata.replaceType(plain, metadata.newtype(name, plain));
      }
    },
  },
  'with balances of 128 bits': {
    edit(metadata) {
      const wide = metadata.primitive('u128');
      for (const entry of metadata.struct('AccountData')) entry.type = wide;
      metadata.storage('System.Account').fallback = `0x${'00'.repeat(80)}`;
      argument(metadata, 'Balances.transfer_keep_alive', 'value').type = metadata.compact(wide);
      const keyed = metadata.struct('NeuronInfoLite')[0]!.type;
      const staked = metadata.add({ tuple: [keyed, metadata.compact(wide)] });
      metadata.struct('NeuronInfoLite').find(({ name }) => name === 'stake')!.type = metadata.sequence(staked);
    },
  },
  'with arguments added and in another order': {
    edit(metadata) {
      const u64 = metadata.primitive('u64');
      const optional = option(metadata, u64);
      metadata.call('SubtensorModule.set_weights').fields.reverse();
      metadata.call('SubtensorModule.set_weights').fields.push(field('mecid', metadata.primitive('u8')));
      metadata.call('SubtensorModule.serve_axon').fields.reverse();
      metadata.call('SubtensorModule.serve_axon').fields.unshift(field('until', optional));
      metadata.call('SubtensorModule.burned_register').fields.push(field('limit_price', u64));
      metadata.call('SubtensorModule.add_stake').fields.push(field('allow_partial', metadata.primitive('bool')));
      argument(metadata, 'SubtensorModule.remove_stake', 'amount_unstaked').name = 'amount';
      argument(metadata, 'Balances.transfer_keep_alive', 'dest').type = metadata.struct('NeuronInfoLite')[0]!.type;
      metadata.struct('NeuronInfoLite').push(field('more', optional));
    },
    calls: {
      set_weights: {
        call: 'SubtensorModule.set_weights',
        args: { netuid: 1, dests: [0, 1], weights: [1, 65_535], version_key: 9, mecid: 0 },
      },
      burned_register: {
        call: 'SubtensorModule.burned_register',
        args: { netuid: 1, hotkey: bob.address, limit_price: '0xffffffffffffffff' },
      },
      add_stake: {
        call: 'SubtensorModule.add_stake',
        args: { hotkey: bob.address, netuid: 1, amount_staked: 5, allow_partial: true },
      },
      remove_stake: {
        call: 'SubtensorModule.remove_stake',
        args: { hotkey: bob.address, netuid: 1, amount: 6 },
      },
      transfer: { call: 'Balances.transfer_keep_alive', args: { dest: bob.address, value: 4 } },
    },
  },
  'as spec 218: opaque answers, stakes without subnets': {
    edit(metadata) {
      metadata.method(LITE).output = metadata.sequence(metadata.primitive('u8'));
      for (const name of ['add_stake', 'remove_stake']) {
        const { fields } = metadata.call(`SubtensorModule.${name}`);
        fields.splice(
          fields.findIndex(entry => entry.name === 'netuid'),
          1,
        );
      }
      metadata.removeCall('SubtensorModule.set_mechanism_weights');
      const stake = { ...metadata.storage('SubtensorModule.TotalHotkeyAlpha'), name: 'TotalHotkeyStake' };
      stake.type = { map: { hashers: ['Identity'], key: accountOf(metadata), value: metadata.primitive('u64') } };
      metadata.pallet('SubtensorModule').storage!.items.push(stake);
      metadata.removeStorage('SubtensorModule.TotalHotkeyAlpha');
      metadata.removeStorage('SubtensorModule.CommitRevealWeightsEnabled');
      for (const name of ['Aura', 'Timestamp', 'Balances']) metadata.pallet(name).constants.length = 0;
    },
    areNeuronsOpaque: true,
    stakes: [['SubtensorModule.TotalHotkeyStake', [bob.address], 77n]],
    calls: {
      add_stake: { call: 'SubtensorModule.add_stake', args: { hotkey: bob.address, amount_staked: 5 } },
      remove_stake: { call: 'SubtensorModule.remove_stake', args: { hotkey: bob.address, amount_unstaked: 6 } },
    },
  },
  'with stakes by hotkey and coldkey, and other hashers': {
    edit(metadata) {
      const account = accountOf(metadata);
      const both = metadata.add({ tuple: [account, account] });
      const stake = { ...metadata.storage('SubtensorModule.TotalHotkeyAlpha'), name: 'Stake' };
      stake.type = {
        map: { hashers: ['Blake2_128Concat', 'Identity'], key: both, value: metadata.primitive('u64') },
      };
      metadata.pallet('SubtensorModule').storage!.items.push(stake);
      metadata.removeStorage('SubtensorModule.TotalHotkeyAlpha');
      const uids = metadata.storage('SubtensorModule.Uids');
      // A default instead of an option: absent is absent all the same.
      Object.assign(uids, { modifier: 'Default', fallback: '0x0000' });
      (uids.type as { map: { hashers: string[] } }).map.hashers = ['Twox64Concat', 'Blake2_256'];
      (metadata.storage('SubtensorModule.Weights').type as { map: { hashers: string[] } }).map.hashers.reverse();
    },
    stakes: [
      ['SubtensorModule.Stake', [bob.address, alice.address], 70n],
      ['SubtensorModule.Stake', [bob.address, bob.address], 7n],
      ['SubtensorModule.Stake', [alice.address, bob.address], 1000n],
    ],
  },
  'with mechanisms only, and other calls for the same': {
    edit(metadata) {
      metadata.removeCall('SubtensorModule.set_weights');
      metadata.removeCall('Balances.transfer_keep_alive');
      const register = metadata.call('SubtensorModule.burned_register');
      metadata.calls('SubtensorModule').push({
        ...register,
        name: 'register_limit',
        index: 134,
        fields: [...register.fields, field('limit_price', metadata.primitive('u64'))],
      });
      metadata.removeCall('SubtensorModule.burned_register');
      metadata.removeMethod(LITE);
    },
    calls: {
      set_weights: {
        call: 'SubtensorModule.set_mechanism_weights',
        args: { netuid: 1, mecid: 0, dests: [0, 1], weights: [1, 65_535], version_key: 9 },
      },
      transfer: { call: 'Balances.transfer_allow_death', args: { dest: { id: bob.address }, value: 4 } },
      burned_register: {
        call: 'SubtensorModule.register_limit',
        args: { netuid: 1, hotkey: bob.address, limit_price: '0xffffffffffffffff' },
      },
    },
  },
  'as spec 381: one more extension without bytes': {
    edit(metadata) {
      const nothing = metadata.add({ tuple: [] });
      const { signedExtensions } = metadata.json.extrinsic;
      const added = { identifier: 'SudoTransactionExtension', type: nothing, additionalSigned: nothing };
      signedExtensions.splice(signedExtensions.length - 1, 0, added);
    },
  },
};

/** What every version should read of each call. */
const CALLS: NonNullable<Version['calls']> = {
  transfer: { call: 'Balances.transfer_keep_alive', args: { dest: { id: bob.address }, value: 4 } },
  burned_register: { call: 'SubtensorModule.burned_register', args: { netuid: 1, hotkey: bob.address } },
  add_stake: { call: 'SubtensorModule.add_stake', args: { hotkey: bob.address, netuid: 1, amount_staked: 5 } },
  remove_stake: { call: 'SubtensorModule.remove_stake', args: { hotkey: bob.address, netuid: 1, amount_unstaked: 6 } },
  serve_axon: {
    call: 'SubtensorModule.serve_axon',
    args: {
      netuid: 1,
      version: 10,
      ip: 0x0102_0304,
      port: 8091,
      ip_type: 4,
      protocol: 4,
      placeholder1: 0,
      placeholder2: 0,
    },
  },
  set_weights: {
    call: 'SubtensorModule.set_weights',
    args: { netuid: 1, dests: [0, 1], weights: [1, 65_535], version_key: 9 },
  },
};

const own = (await ownMetadata()).metadata;
const upstream = upstreamMetadata(15);
const bases = [['ours', own] as const, ...(upstream ? [["upstream's, spec 343", upstream] as const] : [])];

const open: AsyncDisposable[] = [];
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one[Symbol.asyncDispose]();
});
beforeAll(ready);

async function serve(base: Uint8Array, { edit, isOld, ...version }: Version): Promise<[FakeChain, ChainClient]> {
  const metadata = new EditedMetadata(base);
  edit(metadata);
  const chain = await FakeChain.start({
    metadata: isOld ? metadata.bytesV14() : metadata.bytes(),
    version: { ...SUBTENSOR_343, specVersion: 900 },
  });
  open.push(chain);
  chain
    .set('System.Account', [alice.address], { data: { free: 123n * TAO } })
    .set('SubtensorModule.Burn', [NETUID], TAO)
    .set('SubtensorModule.Uids', [NETUID, bob.address], 1)
    .set('SubtensorModule.Tempo', [NETUID], 99)
    .set('SubtensorModule.WeightsVersionKey', [NETUID], 9)
    .set('SubtensorModule.WeightsSetRateLimit', [NETUID], 100)
    .set('SubtensorModule.SubnetworkN', [NETUID], 2)
    .set('SubtensorModule.Weights', [NETUID, 0], [[1, 65_535]]);
  const stakes = version.stakes ?? [['SubtensorModule.TotalHotkeyAlpha', [bob.address, NETUID], 77n] as const];
  for (const [path, keys, rao] of stakes) chain.set(path, keys, rao);
  tellMore(chain);
  await answerNeurons(chain, base, { edit, isOld, ...version } as Version);
  const client = await connect({ endpoints: [chain.url] });
  open.push(client);
  return [chain, client];
}

/** What else a chain may tell, as far as its metadata has it. */
function tellMore(chain: FakeChain): void {
  const stake = { hotkey: bob.address, coldkey: alice.address, netuid: NETUID, stake: 88n, isRegistered: true };
  const identity = { subnetName: 'digits', subnetUrl: 'https://example.org' };
  const named = (name: string, value: unknown) => ({ name: toHex(utf8(name)), value });
  const attempts = [
    () => chain.set('SubtensorModule.NetworksAdded', [NETUID], true),
    () => chain.set('SubtensorModule.NetworksAdded', [7], false),
    () => chain.set('SubtensorModule.SubnetIdentitiesV3', [NETUID], identity),
    () => chain.set('SubtensorModule.TokenSymbol', [NETUID], toHex(utf8('α'))),
    () => chain.set('SubtensorModule.SubnetOwner', [NETUID], alice.address),
    () => chain.set('SubtensorModule.OwnedHotkeys', [alice.address], [bob.address]),
    () => chain.answer('NeuronInfoRuntimeApi.get_neuron_lite', NEURONS[1]),
    () => chain.answer('StakeInfoRuntimeApi.get_stake_info_for_coldkey', [stake]),
    () => chain.answer('SubnetInfoRuntimeApi.get_subnet_hyperparams_v3', [named('tempo', { U16: 99 })]),
    () => chain.answer('SubnetInfoRuntimeApi.get_subnet_hyperparams_v2', { tempo: 99, maxBurn: TAO }),
    () => chain.answer('SwapRuntimeApi.current_alpha_price', TAO / 2n),
    () => chain.answer('SwapRuntimeApi.sim_swap_tao_for_alpha', { taoAmount: TAO, alphaAmount: 2n * TAO, taoFee: 5n }),
    () => chain.answer('SubnetRegistrationRuntimeApi.get_network_registration_cost', 9n * TAO),
    () => chain.answer('TransactionPaymentApi.query_info', { partialFee: 1234n }),
  ];
  for (const attempt of attempts) {
    try {
      attempt();
    } catch {
      // It lacks the item, or describes no runtime APIs.
    }
  }
}

/** In the types of the metadata; where that does not describe them, in the types that it had before. */
async function answerNeurons(chain: FakeChain, base: Uint8Array, { isOld, areNeuronsOpaque }: Version): Promise<void> {
  if (isOld || areNeuronsOpaque) {
    await using described = await FakeChain.start({ metadata: base, version: SUBTENSOR_343 });
    const bytes = described.encodeAnswer(LITE, NEURONS);
    chain.answer(LITE, areNeuronsOpaque ? concat(compactToU8a(bytes.length), bytes) : bytes);
    return;
  }
  try {
    chain.answer(LITE, NEURONS);
  } catch {
    const column = (name: keyof (typeof NEURONS)[number]) => NEURONS.map(neuron => neuron[name]);
    chain.answer('SubnetInfoRuntimeApi.get_metagraph', {
      hotkeys: column('hotkey'),
      coldkeys: column('coldkey'),
      active: column('active'),
      axons: column('axonInfo'),
      rank: column('rank'),
      incentives: column('incentive'),
      emission: column('emission'),
      lastUpdate: column('lastUpdate'),
      validatorPermit: column('validatorPermit'),
      totalStake: NEURONS.map(({ stake }) => stake[0]![1]),
    });
  }
}

describe.each(bases)('a chain with a runtime like %s', (_, base) => {
  it.each(Object.entries(VERSIONS))('%s: is read', async (__, version) => {
    const [, client] = await serve(base, version);
    expect(client).toMatchObject({ chainName: 'Fake', specVersion: 900, isLocal: false });
    expect(client.blockTimeMs).toBeGreaterThan(0);
    expect(client.existentialDepositRao()).toBeTypeOf('bigint');
    expect(await client.balanceRao(alice.address)).toBe(123n * TAO);
    expect(await client.balanceRao(bob.address)).toBe(0n);
    expect(await client.burnRao(NETUID)).toBe(TAO);
    expect(await client.uidOf(NETUID, bob.address)).toBe(1);
    expect(await client.uidOf(NETUID, alice.address)).toBeUndefined();
    expect(await client.stakeRao(NETUID, bob.address)).toBe(77n);
    expect(await client.weights(NETUID)).toEqual(new Map([[0, [[1, 65_535]]]]));
    expect(await client.hyperparameters(NETUID)).toMatchObject({
      tempo: 99,
      weightsRateLimit: 100,
      weightsVersionKey: 9n,
      kappaU16: expect.any(Number),
      commitRevealEnabled: expect.any(Boolean),
    });
    const graph = await client.metagraph(NETUID);
    expect(graph).toMatchObject({ n: 2, tempo: 99, block: 0 });
    expect(graph.neurons.map(neuron => ({ ...neuron, hotkeyBytes: undefined }))).toMatchObject(
      NEURONS.map(({ hotkey, coldkey, uid, stake }) => ({
        uid,
        hotkey,
        coldkey,
        stakeRao: stake[0]![1],
        rank: 1,
        emissionRao: 3n * TAO,
        lastUpdate: 42,
        active: true,
        validatorPermit: uid === 0,
        axon: { ip: `1.2.3.${4 + uid}`, port: 8091, block: 7 },
      })),
    );
    expect(await client.blocksUntilEpoch(NETUID)).toBeGreaterThanOrEqual(0);
  });

  it.each(Object.entries(VERSIONS))('%s: tells subnets, settings, stakes and neurons', async (__, version) => {
    const [, client] = await serve(base, version);
    // Without a description of runtime APIs there are no prices.
    const described = <T>(value: T) => (version.isOld ? undefined : value);
    expect(await client.netuids()).toEqual([NETUID]);
    const [subnet, ...others] = await client.subnets();
    expect(others).toEqual([]);
    expect(subnet).toMatchObject({
      netuid: NETUID,
      name: 'digits',
      symbol: 'α',
      owner: alice.address,
      ownerHotkey: undefined,
      n: 2,
      tempo: 99,
      burnRao: TAO,
      priceRao: described(TAO / 2n),
    });
    expect((await client.subnet(NETUID))!.identity).toEqual({
      subnet_name: 'digits',
      subnet_url: 'https://example.org',
    });
    expect(await client.subnet(7)).toBeUndefined();
    const settings = await client.allHyperparameters(NETUID);
    expect(settings!.find(({ name }) => name === 'tempo')).toEqual({ name: 'tempo', value: 99, text: '99' });
    const { neurons } = await client.overview(alice.address);
    expect(neurons.map(({ netuid, uid, hotkey }) => [netuid, uid, hotkey])).toEqual([[NETUID, 1, bob.address]]);
    expect(neurons[0]!.stakeRao).toBe(2n * TAO + 1n);
    expect(await client.accountBalance(alice.address)).toMatchObject({ freeRao: 123n * TAO, frozenRao: 0n });
    expect(await client.priceRao(NETUID)).toBe(described(TAO / 2n));
    expect(await client.quoteStake(NETUID, TAO)).toEqual(described({ taoRao: TAO, alphaRao: 2n * TAO, feeRao: 5n }));
    expect(await client.subnetCreationCost()).toBe(described(9n * TAO));
    if (version.isOld && !version.stakes) {
      expect(await failure(() => client.stakesOf(alice.address))).toMatchObject({ code: 'unsupported' });
      return;
    }
    expect(await client.stakesOf(alice.address)).toMatchObject([
      { hotkey: bob.address, netuid: NETUID, stakeRao: 88n, isRegistered: true },
    ]);
  });

  it.each(Object.entries(VERSIONS))('%s: shows what is to be signed', async (__, version) => {
    const [chain, client] = await serve(base, version);
    const hotkey = bob.address;
    const from = alice.address;
    const actions = [
      await prepareTransfer(client, { from, to: bob.address, amountRao: 4n * TAO }),
      await prepareBurnedRegister(client, { from, netuid: NETUID, hotkey }),
      await prepareAddStake(client, { from, netuid: NETUID, hotkey, amountRao: 5n * TAO }),
      await prepareRemoveStake(client, { from, netuid: NETUID, hotkey, amountRao: 6n * TAO }),
      await prepareServeAxon(client, { from, netuid: NETUID, ip: '1.2.3.4', port: 8091 }),
    ];
    const shown = actions.map(({ args }) => Object.fromEntries(args.map(({ name, value }) => [name, value])));
    expect(shown[0]).toMatchObject({ dest: bob.address, value: '4 TAO' });
    expect(shown[1]).toMatchObject({ netuid: '1', hotkey });
    expect(shown[2]).toMatchObject({ hotkey, amount_staked: '5 TAO' });
    const removed = shown[3]!.amount_unstaked ?? shown[3]!.amount;
    expect(['6 alpha', '6 TAO']).toContain(removed);
    expect(shown[4]).toMatchObject({ ip: '1.2.3.4', port: '8091' });
    for (const action of actions) {
      expect(action.feeRao).toBe(version.isOld ? undefined : 1234n);
      await action.submit(alice);
      // What the chain read is what was shown.
      const { call, args } = chain.submitted.at(-1)!;
      expect(call).toBe(action.call);
      expect(Object.keys(args)).toEqual(action.args.map(({ name }) => name));
    }
    expect(actions[0]!.effect.balanceRao).toBe(-4n * TAO);
    expect(actions[1]!.effect.balanceRao).toBe(-TAO);
  });

  it.each(Object.entries(VERSIONS))('%s: is written to', async (__, version) => {
    const [chain, client] = await serve(base, version);
    const signer = alice;
    const hotkey = bob.address;
    const done = [
      await client.transfer({ to: bob.address, amountRao: 4n, signer }),
      await client.burnedRegister({ netuid: NETUID, hotkey, signer }),
      await client.addStake({ netuid: NETUID, hotkey, amountRao: 5n, signer }),
      await client.removeStake({ netuid: NETUID, hotkey, amountRao: 6n, signer }),
      await client.serveAxon({ netuid: NETUID, ip: '1.2.3.4', port: 8091, signer }),
      await client.setWeights({
        netuid: NETUID,
        uids: [0, 1],
        weightsU16: [1, 65_535],
        signer,
        waitFor: 'finalization',
      }),
    ];
    expect(done.map(({ blockNumber }) => blockNumber)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(done[0]!.events).toEqual([expect.objectContaining({ pallet: 'System', name: 'ExtrinsicSuccess' })]);
    const expected = { ...CALLS, ...version.calls };
    const order = ['transfer', 'burned_register', 'add_stake', 'remove_stake', 'serve_axon', 'set_weights'];
    expect(chain.submitted.map(({ call, args }) => ({ call, args }))).toEqual(
      order.map(name => ({ call: expected[name]!.call, args: expect.objectContaining(expected[name]!.args) })),
    );
    expect(chain.submitted.map(({ signer: from, nonce }) => [from, nonce])).toEqual(
      order.map((_name, nonce) => [alice.address, nonce]),
    );
  });

  it('asks the node for the fee where the runtime does not describe how to', async () => {
    const [chain, client] = await serve(base, { edit: () => {}, isOld: true });
    chain.partialFee = '4321';
    const transfer = { from: alice.address, to: bob.address, amountRao: TAO };
    expect((await prepareTransfer(client, transfer)).feeRao).toBe(4321n);
    chain.partialFee = 'much';
    expect((await prepareTransfer(client, transfer)).feeRao).toBeUndefined();
  });

  it('finds the stakes of a coldkey where they are kept by hotkey and coldkey', async () => {
    const [, client] = await serve(base, {
      edit(metadata) {
        VERSIONS['with stakes by hotkey and coldkey, and other hashers']!.edit(metadata);
        metadata.removeMethod('StakeInfoRuntimeApi.get_stake_info_for_coldkey');
      },
      stakes: [['SubtensorModule.Stake', [bob.address, alice.address], 70n]],
    });
    expect(await client.stakesOf(alice.address)).toEqual([
      {
        hotkey: bob.address,
        netuid: undefined,
        token: 'TAO',
        stakeRao: 70n,
        emissionRao: undefined,
        isRegistered: undefined,
      },
    ]);
    expect(await client.stakesOf(bob.address)).toEqual([]);
  });

  it('reads the time between two blocks anew with a new runtime', async () => {
    const [chain, client] = await serve(base, { edit: () => {} });
    const before = client.blockTimeMs;
    chain.answer('AuraApi.slot_duration', u64le(BigInt(before + 6_000)));
    chain.upgrade(901);
    await pollUntil('the new runtime', { withinMs: 30_000, everyMs: 10 }, () =>
      client.specVersion === 901 ? true : undefined,
    );
    expect(client.blockTimeMs).toBe(before + 6_000);
  });

  it('signs nothing that was shown by another runtime', async () => {
    const [chain, client] = await serve(base, { edit: () => {} });
    const action = await prepareTransfer(client, { from: alice.address, to: bob.address, amountRao: TAO });
    chain.upgrade(901);
    await pollUntil('the new runtime', { withinMs: 30_000, everyMs: 10 }, () =>
      client.specVersion === 901 ? true : undefined,
    );
    expect(await failure(() => action.submit(alice))).toMatchObject({
      code: 'rejected',
      message: expect.stringContaining('runtime has changed'),
    });
    expect(chain.submitted).toEqual([]);
    const again = await prepareTransfer(client, { from: alice.address, to: bob.address, amountRao: TAO });
    await again.submit(alice);
    expect(chain.submitted).toHaveLength(1);
  });

  it('reads the rows of four thousand neurons in answers of bounded size', async () => {
    const [chain, client] = await serve(base, { edit: () => {} });
    chain.set('SubtensorModule.SubnetworkN', [NETUID], 4096);
    const row = Array.from({ length: 50 }, (_, uid) => [uid, 65_535 - uid]);
    chain.set('SubtensorModule.Weights', [NETUID, 4095], row);
    const before = chain.asked.length;
    const rows = await client.weights(NETUID);
    expect(rows).toEqual(
      new Map([
        [0, [[1, 65_535]]],
        [4095, row],
      ]),
    );
    // As many questions as keep an answer below four MiB, if every row named every neuron.
    const asked = chain.asked.slice(before).filter(method => method === 'state_queryStorageAt').length;
    expect(asked).toBe(1 + Math.ceil(4096 / Math.floor(2 ** 22 / (32 + 12 * 4096))));
  });

  it('leaves out what is optional, and nothing else: one clear error names what it lacks', async () => {
    const [chain, client] = await serve(base, {
      edit(metadata) {
        const u32 = metadata.primitive('u32');
        metadata.call('SubtensorModule.burned_register').fields.push(field('proof', option(metadata, u32)));
        metadata.call('SubtensorModule.add_stake').fields.push({ ...field('color', u32), typeName: 'Color' });
        const { fields } = metadata.call('SubtensorModule.serve_axon');
        fields.splice(
          fields.findIndex(entry => entry.name === 'port'),
          1,
        );
        for (const name of ['set_weights', 'set_mechanism_weights']) metadata.removeCall(`SubtensorModule.${name}`);
      },
    });
    const signer = alice;
    await client.burnedRegister({ netuid: NETUID, hotkey: bob.address, signer });
    expect(chain.submitted.at(-1)!.args).toEqual({ netuid: 1, hotkey: bob.address, proof: null });
    const runtime = "this chain's runtime (node-subtensor, spec 900)";
    const attempts: [() => Promise<unknown>, string][] = [
      [
        () => client.addStake({ netuid: NETUID, hotkey: bob.address, amountRao: 1n, signer }),
        `${runtime} needs the argument color: Color of SubtensorModule.add_stake`,
      ],
      [
        () => client.serveAxon({ netuid: NETUID, ip: '1.2.3.4', port: 1, signer }),
        `${runtime} does not have the argument port of SubtensorModule.serve_axon`,
      ],
      [
        () => client.setWeights({ netuid: NETUID, uids: [0], weightsU16: [1], signer }),
        `${runtime} does not have the call SubtensorModule.set_weights, nor SubtensorModule.set_mechanism_weights`,
      ],
      [
        () => client.submit({ call: 'SubtensorModule.mine', args: {}, signer }),
        `${runtime} does not have the call SubtensorModule.mine`,
      ],
      [() => client.read([['SubtensorModule.Nothing']]), `${runtime} has no storage SubtensorModule.Nothing`],
    ];
    for (const [attempt, message] of attempts) {
      expect(await failure(attempt)).toMatchObject({ code: 'unsupported', message });
    }
    const large = await failure(() => client.burnedRegister({ netuid: 70_000, hotkey: bob.address, signer }));
    expect(large).toMatchObject({ code: 'bad_argument', message: expect.stringContaining('burned_register') });
    expect(chain.submitted).toHaveLength(1);
  });

  it('says what of its state it lacks', async () => {
    const [, client] = await serve(base, {
      edit: metadata => metadata.removeStorage('SubtensorModule.TotalHotkeyAlpha'),
      stakes: [],
    });
    const error = await failure(() => client.stakeRao(NETUID, bob.address));
    expect(error).toMatchObject({ code: 'unsupported', message: expect.stringContaining('no storage of stakes') });
  });
});

function argument(metadata: EditedMetadata, call: string, name: string): FieldJson {
  return metadata.call(call).fields.find(entry => entry.name === name)!;
}

function accountOf(metadata: EditedMetadata): number {
  return metadata.struct('NeuronInfoLite')[0]!.type;
}

function option(metadata: EditedMetadata, of: number): number {
  const variants = [
    { name: 'None', fields: [], index: 0, docs: [] },
    { name: 'Some', fields: [field(null, of)], index: 1, docs: [] },
  ];
  const id = metadata.add({ variant: { variants } }, ['Option']);
  metadata.json.lookup.types[id]!.type.params = [{ name: 'T', type: of }];
  return id;
}
