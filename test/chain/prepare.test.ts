import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type ChainClient,
  connect,
  formatTao,
  type Localnet,
  type PreparedAction,
  prepareAddStake,
  prepareBurnedRegister,
  prepareRegisterNetwork,
  prepareRemoveStake,
  prepareServeAxon,
  prepareSetSubnetIdentity,
  prepareSetWeights,
  prepareStartCall,
  prepareTransfer,
  prepareTransferAll,
  prepareUnstakeAll,
  type Submitted,
  startLocalnet,
  type TransactionStatus,
  whatHappened,
} from '../../src/chain/index.js';
import { generateMnemonic, type Keypair, keypairFromMnemonic, keypairFromUri, ready } from '../../src/wallet/index.js';
import { failure } from '../wallet/helpers.js';
import { temporaryFolder } from './helpers.js';

const TAO = 1_000_000_000n;
const NETUID = 1;
const alice = keypairFromUri('//Alice');

const newKey = () => keypairFromMnemonic(generateMnemonic());

/** What a person is shown: the call and its arguments. */
const shown = ({ call, args }: PreparedAction) => [call, ...args.map(({ name, value }) => `${name}: ${value}`)];

describe('a transaction before it is signed', () => {
  const folder = temporaryFolder();
  let net: Localnet;
  let client: ChainClient;
  const [coldkey, hotkey] = [newKey(), newKey()];

  beforeAll(async () => {
    await ready();
    net = await startLocalnet({ port: 0, dataFolder: folder.path, blockTime: 'instant', detached: false });
    client = await connect({ endpoints: [net.url] });
    await client.devFund({ address: coldkey.address, amountRao: 5_000n * TAO });
    await client.devFund({ address: hotkey.address, amountRao: TAO });
  });

  afterAll(async () => {
    await client?.close();
    await net?.stop();
    folder[Symbol.dispose]();
  });

  /** The bytes of the call within the transaction that the block holds. */
  async function callInBlock({ blockHash }: Submitted, action: PreparedAction): Promise<boolean> {
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'chain_getBlock', params: [blockHash] });
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(net.url.replace('ws:', 'http:'), { method: 'POST', headers, body });
    const { result } = (await answer.json()) as { result: { block: { extrinsics: string[] } } };
    return result.block.extrinsics.some(hex => hex.endsWith(action.callHex.slice(2)));
  }

  /** Signs, and holds what was foreseen against what came of it. */
  async function carryOut(action: PreparedAction, signer: Keypair): Promise<Submitted> {
    const before = await client.balanceRao(signer.address);
    const done = await action.submit(signer);
    expect(await callInBlock(done, action)).toBe(true);
    expect(done.feeRao ?? 0n).toBe(action.feeRao);
    expect((await client.balanceRao(signer.address)) - before).toBe(action.effect.balanceRao - (done.feeRao ?? 0n));
    return done;
  }

  it('shows a transfer as its bytes say, with its fee and how long it is valid', async () => {
    const friend = newKey().address;
    const action = await prepareTransfer(client, { from: coldkey.address, to: friend, amountRao: 1_500_000_000n });
    expect(shown(action)).toEqual(['Balances.transfer_keep_alive', `dest: ${friend}`, 'value: 1.5 TAO']);
    expect(action.args[1]).toMatchObject({ type: 'Compact<u64>', raw: 1_500_000_000 });
    expect(action.effect).toEqual({ balanceRao: -1_500_000_000n, more: [] });
    expect(action.feeRao).toBeGreaterThan(0n);
    expect(action.era.minutes).toBeGreaterThanOrEqual(5);
    const statuses: TransactionStatus[] = [];
    const done = await action.submit(coldkey, { waitFor: 'finalization', onStatus: status => statuses.push(status) });
    expect(done.feeRao).toBe(action.feeRao);
    expect(statuses[0]).toEqual({ kind: 'sent', hash: done.hash });
    expect(statuses.at(-1)).toEqual({ kind: 'finalized', hash: done.hash, blockHash: done.blockHash });
    expect(await client.balanceRao(friend)).toBe(1_500_000_000n);
    expect(whatHappened(done)).toEqual([
      `Transferred 1.5 TAO from ${coldkey.address} to ${friend}`,
      `Fee: ${formatTao(done.feeRao!)}`,
    ]);
  });

  it('lets an account end only where that was asked for', async () => {
    const [poor, friend] = [newKey(), newKey().address];
    await client.devFund({ address: poor.address, amountRao: TAO });
    const from = { from: poor.address, to: friend };
    const careful = await prepareTransfer(client, { ...from, amountRao: TAO / 2n });
    const careless = await prepareTransfer(client, { ...from, amountRao: TAO / 2n, mayEmpty: true });
    expect([careful.call, careless.call]).toEqual(['Balances.transfer_keep_alive', 'Balances.transfer_allow_death']);
    const rest = await prepareTransferAll(client, from);
    expect(shown(rest)).toEqual(['Balances.transfer_all', `dest: ${friend}`, 'keep_alive: yes']);
    await carryOut(rest, poor);
    const last = await prepareTransferAll(client, { ...from, mayEmpty: true });
    expect(shown(last).at(-1)).toBe('keep_alive: no');
  });

  it('says what each action does before, and does that', async () => {
    const from = coldkey.address;
    const [cost, before] = [await client.registrationCost(NETUID), await client.balanceRao(from)];
    const join = await prepareBurnedRegister(client, { from, netuid: NETUID, hotkey: hotkey.address });
    expect(shown(join)).toEqual(['SubtensorModule.burned_register', `netuid: ${NETUID}`, `hotkey: ${hotkey.address}`]);
    expect(join.effect.balanceRao).toBeGreaterThanOrEqual(-cost);
    expect(join.effect.balanceRao).toBeLessThan(0n);
    // Its price may fall before it is there.
    const joined = whatHappened(await join.submit(coldkey));
    expect(await client.balanceRao(from)).toBeGreaterThanOrEqual(before - cost);
    expect(joined[0]).toMatch(new RegExp(`^Registered ${hotkey.address} as uid \\d+ on subnet ${NETUID}$`));
    expect(joined.at(-1)).toBe('No fee was taken');

    const stake = { from, netuid: NETUID, hotkey: hotkey.address };
    const add = await prepareAddStake(client, { ...stake, amountRao: 100n * TAO });
    expect(shown(add)).toEqual([
      'SubtensorModule.add_stake',
      `hotkey: ${hotkey.address}`,
      `netuid: ${NETUID}`,
      'amount_staked: 100 TAO',
    ]);
    expect(add.effect.more[0]![1]).toContain('about 100 alpha of subnet 1');
    const added = await carryOut(add, coldkey);
    expect(whatHappened(added)).toEqual([
      `Added stake: 100 TAO on ${hotkey.address} in subnet ${NETUID}; received 100 alpha`,
      `Fee: ${formatTao(added.feeRao!)}`,
    ]);
    const limit = { priceRao: 2n * TAO, allowPartial: false };
    const limited = await prepareAddStake(client, { ...stake, amountRao: TAO, limit });
    expect(shown(limited).slice(4)).toEqual(['limit_price: 2 TAO for one alpha', 'allow_partial: no']);
    await carryOut(limited, coldkey);
    expect(await client.stakesOf(from)).toMatchObject([
      { hotkey: hotkey.address, netuid: NETUID, stakeRao: 101n * TAO },
    ]);

    const remove = await prepareRemoveStake(client, { ...stake, amountRao: TAO });
    expect(shown(remove).at(-1)).toBe('amount_unstaked: 1 alpha');
    expect(remove.effect.balanceRao).toBe(TAO);
    const removed = whatHappened(await carryOut(remove, coldkey));
    expect(removed[0]).toBe(`Removed stake: 1 alpha from ${hotkey.address} in subnet ${NETUID}; received 1 TAO`);
    const all = await prepareUnstakeAll(client, { from, hotkey: hotkey.address });
    expect(all.effect).toEqual({ balanceRao: 100n * TAO, more: [['Subnet 1', '100 alpha brings about 100 TAO']] });
    await carryOut(all, coldkey);
    expect(await client.stakesOf(from)).toEqual([]);
    const none = await failure(() => prepareRemoveStake(client, { ...stake, amountRao: 'all' }));
    expect(none).toMatchObject({ code: 'rejected', data: { name: 'NotEnoughStakeToWithdraw' } });
  });

  it('shows addresses of axons, weights cut short, and texts', async () => {
    const axon = await prepareServeAxon(client, { from: hotkey.address, netuid: NETUID, ip: '1.2.3.4', port: 8091 });
    expect(shown(axon)).toContain('ip: 1.2.3.4');
    expect(axon.effect.balanceRao).toBe(0n);
    expect(axon.feeRao).toBe(0n);
    const uids = Array.from({ length: 253 }, (_, i) => i);
    const weights = await prepareSetWeights(client, { from: hotkey.address, netuid: NETUID, uids, weightsU16: uids });
    expect(shown(weights)).toContain('dests: [0, 1, 2, 3, 4, 5, 6, 7, ...] (253 in all)');
    expect(weights.args[1]!.raw).toEqual(uids);
    const identity = { name: 'digits', url: 'https://example.org', description: 'a \u202e trap' };
    const text = await prepareSetSubnetIdentity(client, { from: alice.address, netuid: NETUID, identity });
    expect(shown(text)).toContain('subnet_name: "digits"');
    // What would turn the line around is shown as bytes.
    expect(shown(text)).toContain('description: 0x6120e280ae2074726170');
  });

  it('creates a subnet and opens it', async () => {
    const from = coldkey.address;
    const cost = await client.subnetCreationCost();
    const first = newKey();
    const create = await prepareRegisterNetwork(client, { from, hotkey: first.address, identity: { name: 'mine' } });
    expect(create.call).toBe('SubtensorModule.register_network_with_identity');
    expect(create.effect.balanceRao).toBeGreaterThanOrEqual(-cost!);
    expect(create.effect.balanceRao).toBeLessThan(0n);
    const done = await create.submit(coldkey);
    const netuid = Number(done.events.find(({ name }) => name === 'NetworkAdded')!.data[0]);
    expect(whatHappened(done)).toContain(`Created subnet ${netuid}`);
    const opened = await carryOut(await prepareStartCall(client, { from, netuid }), coldkey);
    expect(whatHappened(opened)[0]).toContain(`Opened subnet ${netuid}`);
  });

  it('shows calls within calls', async () => {
    const transfer = { to: hotkey.address, amountRao: TAO, from: coldkey.address };
    const { callHex } = await prepareTransfer(client, transfer);
    const batch = await client.prepare({
      call: 'Utility.batch_all',
      args: { calls: [callHex, callHex] },
      from: coldkey.address,
    });
    expect(batch.args[0]).toMatchObject({ name: 'calls', value: '2 calls' });
    expect(batch.args[0]!.calls!.map(({ call }) => call)).toEqual(Array(2).fill('Balances.transfer_keep_alive'));
    expect(batch.args[0]!.calls![1]!.args[1]!.value).toBe('1 TAO');
    const proxy = await client.prepare({
      call: 'Proxy.proxy',
      args: { real: { Id: alice.address }, force_proxy_type: null, call: batch.callHex },
      from: coldkey.address,
    });
    expect(proxy.args.map(({ value }) => value)).toEqual([alice.address, 'none', 'Utility.batch_all']);
    expect(proxy.args[2]!.calls![0]!.args[0]!.calls![0]!.call).toBe('Balances.transfer_keep_alive');
  });

  it('tells what failed within a call that succeeded, and shows events without words as they are', async () => {
    const transfer = { from: coldkey.address, to: hotkey.address };
    const [good, bad] = [
      await prepareTransfer(client, { ...transfer, amountRao: TAO }),
      await prepareTransfer(client, { ...transfer, amountRao: 10n ** 16n }),
    ];
    const calls = [good.callHex, bad.callHex];
    const batch = await client.prepare({ call: 'Utility.batch', args: { calls }, from: coldkey.address });
    const lines = whatHappened(await batch.submit(coldkey));
    expect(lines).toContain(`Transferred 1 TAO from ${coldkey.address} to ${hotkey.address}`);
    expect(lines.find(line => line.startsWith('The batch stopped at call 2: '))).toMatch(/Token|Balances|Arithmetic/);
    const remark = { call: 'System.remark_with_event', args: { remark: '0x00' }, from: coldkey.address };
    const [said] = whatHappened(await (await client.prepare(remark)).submit(coldkey));
    expect(said).toMatch(new RegExp(`^System.Remarked\\(sender: ${coldkey.address}, hash: 0x`));
    const silent = { call: 'System.remark', args: { remark: '0x00' }, from: coldkey.address };
    const [nothing] = whatHappened(await (await client.prepare(silent)).submit(coldkey));
    expect(nothing).toContain('the chain tells nothing else');
  });

  it('is signed by nobody else, and refused where it cannot be', async () => {
    const action = await prepareTransfer(client, { from: coldkey.address, to: hotkey.address, amountRao: 1n });
    expect(await failure(() => action.submit(hotkey))).toMatchObject({ code: 'bad_argument' });
    const dear = { from: coldkey.address, netuid: NETUID, hotkey: newKey().address, limitRao: 1n };
    expect(await failure(() => prepareBurnedRegister(client, dear))).toMatchObject({
      code: 'rejected',
      data: { name: 'RegistrationPriceLimitExceeded' },
    });
    const limited = await prepareBurnedRegister(client, { ...dear, limitRao: 1_000n * TAO });
    expect(shown(limited).at(-1)).toBe('limit_price: 1,000 TAO');
    const unknown = { call: 'Governance.vote', args: {}, from: coldkey.address };
    expect(await failure(() => client.prepare(unknown))).toMatchObject({ code: 'unsupported' });
  });
});
