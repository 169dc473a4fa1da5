import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { concat, toHex } from '../../src/base/index.js';
import { openLocalChain } from '../../src/chain/index.js';
import { twox128 } from '../../src/explorer/data/scale/hashers.js';
import { type Keypair, keypairFromUri } from '../../src/wallet/index.js';
import { CliOnChain, TAO } from './on-chain.js';

const NEWCOMER = keypairFromUri('//CliTest//newcomer').address;

type Keys = { coldkey: Keypair; hotkey: Keypair };

let chain: CliOnChain;
let alice: Keys;
let bob: Keys;
let poor: Keys;

beforeAll(async () => {
  chain = await CliOnChain.start();
  alice = await chain.wallet('alice');
  bob = await chain.wallet('bob');
  poor = await chain.wallet('poor', 0n);
});
afterAll(() => chain?.[Symbol.asyncDispose]());

const balanceOf = (keys: Keys) => chain.client.balanceRao(keys.coldkey.address);

/** The error of a command that must fail so. */
async function failure(line: string, code: number): Promise<Record<string, unknown>> {
  const { error } = (await chain.json(line, code)) as { error: Record<string, unknown> };
  return error;
}

describe('registering', () => {
  it('is shown without being done by --dry-run', async () => {
    const before = await balanceOf(alice);
    const { code, out } = await chain.run('subnet register --wallet.name alice --dry-run');
    expect(code).toBe(0);
    expect(out).toMatch(/Call +SubtensorModule.burned_register/);
    expect(out).toContain(alice.hotkey.address);
    expect(out).toMatch(/Balance +1,000 TAO -> 9\d\d/);
    const json = await chain.json('register --wallet.name alice --dry-run --max-cost 10');
    expect(json).toMatchObject({ dryRun: true, call: 'SubtensorModule.register_limit', signer: alice.coldkey.address });
    expect(json).not.toHaveProperty('hash');
    expect(await balanceOf(alice)).toBe(before);
    expect(await chain.client.uidOf(1, alice.hotkey.address)).toBeUndefined();
  });

  it('is refused before anything is signed when it costs too much, is not affordable, or makes no sense', async () => {
    expect(await failure('register --wallet.name alice --max-cost 0.000001', 4)).toMatchObject({
      code: 'too_dear',
      message: expect.stringContaining('nothing was signed'),
    });
    const short = await failure('register --wallet.name poor', 4);
    expect(short).toMatchObject({ code: 'insufficient_balance', data: { address: poor.coldkey.address } });
    expect(await failure('register --wallet.name nobody', 5)).toMatchObject({ code: 'wallet_not_found' });
    expect(await failure('register --wallet.name alice --hotkey-ss58 nonsense', 2)).toMatchObject({ code: 'usage' });
    expect(await failure('register --wallet.name alice --max-cost -1', 2)).toMatchObject({ exit: 2 });
    expect(await chain.client.uidOf(1, alice.hotkey.address)).toBeUndefined();
  });

  it('gives a neuron, and says which', async () => {
    const { code, out } = await chain.run('subnet register --wallet.name alice');
    expect(code).toBe(0);
    expect(out).toContain(`Registered ${alice.hotkey.address} as uid 0 on subnet 1`);
    expect(out).toMatch(/Balance +1,000 TAO -> 9\d\d/);
    expect(out).toMatch(/Price paid: [\d.]+ TAO/);
    const before = await balanceOf(bob);
    const json = await chain.json('subnet register --wallet.name bob --max-cost 100 --wait finalization');
    expect(BigInt(json.paidRao as string) + BigInt(json.paidFeeRao as string)).toBe(before - (await balanceOf(bob)));
    expect(json).toMatchObject({ dryRun: false, netuid: 1, uid: 1, hotkey: bob.hotkey.address, finalized: true });
    expect(await chain.client.uidOf(1, bob.hotkey.address)).toBe(1);
  });

  it('is refused a second time, and on a subnet that does not exist', async () => {
    expect(await failure('register --wallet.name alice', 4)).toMatchObject({
      code: 'already_registered',
      data: { uid: 0 },
    });
    const nowhere = await failure('register --wallet.name alice --netuid 77', 4);
    expect(nowhere.message).toMatch(/no subnet 77/);
  });

  it('by work finds and proves it', async () => {
    const { hotkey } = await chain.wallet('worker');
    const { code, out } = await chain.run('pow_register --wallet.name worker --dry-run');
    expect(code).toBe(0);
    expect(out).not.toMatch(/^Balance /m);
    const json = await chain.json('pow_register --wallet.name worker --threads 2');
    expect(json).toMatchObject({ call: 'SubtensorModule.register', netuid: 1, uid: 2, hotkey: hotkey.address });
    expect(await chain.client.uidOf(1, hotkey.address)).toBe(2);
    expect(await failure('pow-register --wallet.name worker', 4)).toMatchObject({ code: 'already_registered' });
  });
});

describe('stake', () => {
  it('is added, listed and taken back', async () => {
    const preview = await chain.json('stake add --wallet.name alice --amount 100 --dry-run');
    expect(preview).toMatchObject({ dryRun: true, effect: { balanceRao: String(-100n * TAO) } });
    const added = await chain.json('stake add --wallet.name alice --amount 100');
    expect(added).toMatchObject({ netuid: 1, hotkey: alice.hotkey.address, stakeRao: String(100n * TAO) });
    const limited = await chain.json('stake add --wallet.name alice --amount 10 --max-price 1.5 --max-cost 11');
    expect(limited).toMatchObject({ call: 'SubtensorModule.add_stake_limit' });
    const list = await chain.json('stake list --wallet.name alice');
    expect(list).toMatchObject({
      coldkey: alice.coldkey.address,
      stakes: [{ netuid: 1, hotkey: alice.hotkey.address, token: 'TAO' }],
    });
    const [{ stakeRao }] = list.stakes as [{ stakeRao: string }];
    expect(BigInt(stakeRao)).toBeGreaterThanOrEqual(110n * TAO);
    const removed = await chain.json('stake remove --wallet.name alice --amount 5 --min-price 0.5');
    expect(removed).toMatchObject({ call: 'SubtensorModule.remove_stake_limit', stakeRao: String(5n * TAO) });
    const text = await chain.run(`stake list --coldkey-ss58 ${alice.coldkey.address}`);
    expect(text.out).toMatch(new RegExp(`1 +${alice.hotkey.address} +[\\d.,]+ τ +[\\d.,]+ +yes`));
    expect(text.out).toMatch(/Free +\d/);
  });

  it('goes to a hotkey of somebody else by its address', async () => {
    const { code, out } = await chain.run(
      `stake add --wallet.name bob --amount 3 --hotkey-ss58 ${alice.hotkey.address}`,
    );
    expect(code).toBe(0);
    expect(out).toContain(alice.hotkey.address);
    expect(await chain.json('stake list --wallet.name bob')).toMatchObject({
      stakes: [{ hotkey: alice.hotkey.address, stakeRao: String(3n * TAO) }],
    });
  });

  it('takes everything with --all, but what the fee and the account need', async () => {
    const carol = await chain.wallet('carol', 50n);
    await chain.json('register --wallet.name carol');
    const capped = await chain.json('stake add --wallet.name carol --all --max-cost 10 --dry-run');
    expect(BigInt((capped.effect as { balanceRao: string }).balanceRao)).toBeGreaterThan(-10n * TAO);
    const all = await chain.json('stake add --wallet.name carol --all --dry-run');
    expect(all).toMatchObject({ effect: { more: { 'Kept back': expect.stringMatching(/^0\.\d+ TAO for the fees/) } } });
    await chain.json('stake add --wallet.name carol --all');
    const left = await chain.client.accountBalance(carol.coldkey.address);
    expect(left.transferableRao).toBeLessThan(TAO / 100n);
    expect(left.freeRao).toBeGreaterThan(0n);
    // What was kept back pays for taking the stake back.
    const back = await chain.json('stake remove --wallet.name carol --all --netuid 1');
    expect(back).toMatchObject({ netuid: 1, hotkey: carol.hotkey.address });
    await chain.json('stake add --wallet.name carol --amount 7');
    const everywhere = await chain.json('stake remove --wallet.name carol --all');
    expect(everywhere).toMatchObject({ call: 'SubtensorModule.unstake_all', netuid: null });
    expect(await chain.json('stake list --wallet.name carol')).toMatchObject({ stakes: [], totalValueRao: '0' });
  });

  it('is refused where there is too little, too much to pay, or nothing said', async () => {
    expect(await failure('stake add --wallet.name alice --amount 99999', 4)).toMatchObject({
      code: 'insufficient_balance',
    });
    expect(await failure('stake add --wallet.name alice --amount 5 --max-cost 5', 4)).toMatchObject({
      code: 'too_dear',
    });
    expect(await failure('stake remove --wallet.name bob --amount 4', 4)).toMatchObject({ code: 'insufficient_stake' });
    expect(await failure('stake remove --wallet.name poor --all', 4)).toMatchObject({ code: 'rejected' });
    for (const [line, name] of [
      ['stake add --amount 1 --max-price 0.5', 'SlippageTooHigh'],
      ['stake remove --amount 1 --min-price 1.5', 'SlippageTooHigh'],
      ['stake add --amount 0.000001', 'AmountTooLow'],
      [`transfer --amount 0.0000001 --dest ${NEWCOMER}`, 'BelowMinimum'],
      ['weights set --uids 99 --weights 1', 'UidVecContainInvalidOne'],
    ] as const) {
      for (const wish of ['', ' --dry-run']) {
        expect(await failure(`${line} --wallet.name alice${wish}`, 4), line).toMatchObject({
          code: 'rejected',
          message: expect.stringContaining('nothing was signed'),
          hint: `bittensor-cli explain ${name}`,
        });
      }
    }
    for (const line of ['stake add --amount 1', 'stake remove --all']) {
      expect(await failure(`${line} --netuid 77 --wallet.name alice`, 4)).toMatchObject({ code: 'no_subnet' });
    }
    for (const line of ['stake add', 'stake add --amount 1 --all', 'stake remove', 'stake add --amount 1 --partial']) {
      expect(await failure(`${line} --wallet.name alice`, 2)).toMatchObject({ code: 'usage' });
    }
    expect(await failure('stake add --wallet.name alice --amount 0', 2)).toMatchObject({ exit: 2 });
    expect(await failure('stake add --wallet.name alice --amount 1e3', 2)).toMatchObject({ exit: 2 });
    expect(await failure('stake list --coldkey-ss58 5abc', 2)).toMatchObject({ code: 'usage' });
  });
});

describe('the metagraph and weights', () => {
  beforeAll(async () => {
    // Two epochs, so that there are permits.
    await chain.mine(90);
  });

  it('are set by lists with commas or spaces, by shares or as they are', async () => {
    const preview = await chain.json('set_weights --wallet.name alice --uids 1 2 --weights 1 3 --dry-run');
    expect(preview).toMatchObject({ dryRun: true, signer: alice.hotkey.address });
    expect(await chain.json('weights show')).toMatchObject({ rows: [] });
    const json = await chain.json('weights set --wallet.name alice --uids 1,2 --weights 0.25,0.75');
    expect(json).toMatchObject({
      netuid: 1,
      uid: 0,
      weights: [
        { uid: 1, weightU16: 21_845, share: expect.closeTo(0.25, 4) },
        { uid: 2, weightU16: 65_535, share: expect.closeTo(0.75, 4) },
      ],
    });
    const shown = await chain.json('weights show --uid 0');
    expect(shown).toMatchObject({
      rows: [{ uid: 0, hotkey: alice.hotkey.address, weights: [{ uid: 1 }, { uid: 2 }] }],
    });
    const { out } = await chain.run('set_weights --wallet.name alice --uids "1 2" --weights 100 300');
    expect(out).toContain('uid 1: 25.00 %, uid 2: 75.00 %');
    expect((await chain.run('weights --netuid 1')).out).toMatch(/0 +5\w+ +1: 0.2500 {2}2: 0.7500/);
  });

  it('are refused of a key that is no neuron, and when the lists do not fit', async () => {
    expect(await failure('set_weights --wallet.name poor --uids 0 --weights 1', 4)).toMatchObject({
      code: 'not_registered',
      message: expect.stringContaining('subnet register --netuid 1'),
    });
    for (const lists of [
      '--uids 0,1 --weights 1',
      '--uids 0 0 --weights 1 1',
      '--uids x --weights 1',
      '--uids 0',
      '--uids 0 --weights 0',
    ]) {
      expect(await failure(`weights set --wallet.name alice ${lists}`, 2)).toMatchObject({ code: 'usage' });
    }
    const unknown = await failure('weights set --wallet.name alice --uids 999 --weights 1', 4);
    expect(unknown).toMatchObject({
      code: expect.stringMatching(/dispatch|rejected/),
      hint: expect.stringContaining('explain'),
    });
  });

  it('shows all neurons, in any order, as a table, CSV and JSON', async () => {
    const { out } = await chain.run('metagraph');
    const [title, head, ...rows] = out.trimEnd().split('\n');
    expect(title).toMatch(/^Subnet 1 at block \d+: 4 neurons, tempo \d+, next epoch in \d+ blocks$/);
    expect(head!.split(/ {2,}/)).toHaveLength(16);
    expect(head).toMatch(/^UID +STAKE\(τ\) +RANK .* HOTKEY +COLDKEY$/);
    expect(rows).toHaveLength(5);
    expect(rows[0]).toContain(alice.hotkey.address);
    const narrow = await chain.run('metagraph', { columns: 80, env: { NO_COLOR: '1' } });
    const table = narrow.out.trimEnd().split('\n').slice(1, -1);
    expect(table).toHaveLength(6);
    for (const line of table) expect(line.length, line).toBeLessThanOrEqual(80);
    expect(narrow.out).toMatch(/^UID +STAKE.* HOTKEY$/m);
    expect(narrow.out).toMatch(/\(no room for .*RANK/);
    const json = (await chain.json('metagraph --sort stake')) as { neurons: { uid: number; stakeRao: string }[] };
    const stakes = json.neurons.map(({ stakeRao }) => BigInt(stakeRao));
    expect(stakes).toEqual(stakes.toSorted((a, b) => (a < b ? 1 : -1)));
    expect(json.neurons[0]).toMatchObject({ uid: 0, hotkey: alice.hotkey.address, axon: null });
    const csv = (await chain.run('subnet metagraph --csv')).out.trimEnd().split('\n');
    expect(csv).toHaveLength(5);
    expect(csv[0]!.split(',')).toHaveLength(16);
    expect(csv[1]!.split(',')[14]).toBe(alice.hotkey.address);
    expect(await failure('metagraph --sort colour', 2)).toMatchObject({ code: 'bad_setting' });
    expect(await failure('metagraph --netuid 77', 4)).toMatchObject({ code: 'no_subnet' });
  });
});

describe('subnets', () => {
  it('count in alpha where they have a token of their own', async () => {
    const mechanism = toHex(concat(twox128('SubtensorModule'), twox128('SubnetMechanism'), Uint8Array.of(1, 0)));
    await using local = await openLocalChain(chain.net.url);
    await local.setStorage([[mechanism, '0x0100']]);
    const { out } = await chain.run('metagraph');
    expect(out).toMatch(/^UID +STAKE\(α\) .* α\/DAY /m);
    expect(out).not.toContain('τ');
    expect(await chain.json('metagraph')).toMatchObject({ token: 'alpha' });
    await local.setStorage([[mechanism, null]]);
    expect(await chain.json('metagraph')).toMatchObject({ token: 'TAO' });
  });

  it('are made and started by their owner alone', async () => {
    const preview = await chain.json('subnet create --wallet.name bob --dry-run');
    expect(preview).toMatchObject({ call: 'SubtensorModule.register_network' });
    expect(await failure('subnet create --wallet.name bob --max-cost 0.001', 4)).toMatchObject({ code: 'too_dear' });
    const before = await balanceOf(bob);
    const made = await chain.json('subnet create --wallet.name bob --max-cost 1000');
    const spentRao = before - (await balanceOf(bob));
    expect(BigInt(made.paidRao as string) + BigInt(made.paidFeeRao as string)).toBe(spentRao);
    const netuid = made.netuid as number;
    expect(netuid).toBeGreaterThan(1);
    const stranger = await failure(`subnet start --netuid ${netuid} --wallet.name alice`, 4);
    expect(stranger).toMatchObject({
      code: 'rejected',
      message: expect.stringMatching(new RegExp(`only its owner .*${bob.coldkey.address}.*nothing was signed`)),
      hint: expect.stringMatching(/bittensor-cli explain \w+/),
    });
    const started = await chain.json(`subnet start --netuid ${netuid} --wallet.name bob`);
    expect(started).toMatchObject({ netuid, signer: bob.coldkey.address });
    for (const wish of ['', ' --dry-run']) {
      expect(await failure(`subnet start --netuid ${netuid} --wallet.name bob${wish}`, 4)).toMatchObject({
        code: 'rejected',
        message: expect.stringContaining('open already'),
      });
    }
    expect(await chain.json(`subnet show --netuid ${netuid}`)).toMatchObject({
      owner: bob.coldkey.address,
      started: true,
    });
  });

  it('are listed and shown with all their settings', async () => {
    const list = (await chain.json('subnet list')) as { subnets: { netuid: number; n: number }[] };
    expect(list.subnets.map(({ netuid }) => netuid)).toEqual([0, 1, 2]);
    expect(list.subnets[1]).toMatchObject({ n: 4 });
    expect((await chain.run('subnets list')).out).toMatch(/NETUID +NAME/);
    expect((await chain.run('subnet show')).out).toMatch(/Tempo +\d+ blocks, the next epoch in \d+/);
    // Of mechanism 0: it pays out TAO, and has neither pool nor price.
    const { out } = await chain.run('subnet show');
    expect(out).toMatch(/Emission +[\d.,]+ TAO per block/);
    expect(out).not.toMatch(/alpha/);
    expect((await chain.run('subnet list')).out).toMatch(/[\d.,]+ τ/);
    const { hyperparameters } = (await chain.json('subnet hyperparameters')) as { hyperparameters: object };
    expect(hyperparameters).toMatchObject({ tempo: 40, registration_allowed: true });
    expect(Object.keys(hyperparameters).length).toBeGreaterThan(20);
    expect((await chain.run('subnet hyperparameters')).out).toMatch(/tempo +40/);
    for (const line of ['subnet show --netuid 77', 'subnet hyperparameters --netuid 77']) {
      expect(await failure(line, 4)).toMatchObject({ code: 'no_subnet' });
    }
  });
});

describe('a chain that is not there', () => {
  it('is exit code 3, with a word on how to start one', async () => {
    const nowhere = '--subtensor.chain_endpoint ws://127.0.0.1:9';
    for (const line of [
      'subnet list',
      'metagraph',
      'weights show',
      'stake list --wallet.name alice',
      'register --wallet.name alice',
    ]) {
      expect(await failure(`${line} ${nowhere}`, 3)).toMatchObject({
        code: 'chain_unreachable',
        message: expect.stringContaining('localnet start'),
      });
    }
    expect(await failure('subnet list --subtensor.network nonsense', 2)).toMatchObject({ code: 'bad_network' });
  });
});
