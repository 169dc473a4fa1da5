import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Log, pollUntil, silentLog } from '../../src/base/index.js';
import { type ChainClient, connect, openLocalChain, startLocalnet } from '../../src/chain/index.js';
import { generateMnemonic, keypairFromMnemonic, keypairFromUri, ready } from '../../src/wallet/index.js';
import { failure } from '../wallet/helpers.js';
import { EditedMetadata } from './edit-metadata.js';
import { FakeChain } from './fake-chain.js';
import { temporaryFolder } from './helpers.js';
import { ownMetadata } from './metadata-vectors.js';

const alice = keypairFromUri('//Alice');
const bob = keypairFromUri('//Bob');
const TAO = 1_000_000_000n;

function seen<T>(what: string, check: () => T | undefined | Promise<T | undefined>): Promise<T> {
  return pollUntil(what, { withinMs: 30_000, everyMs: 10 }, check);
}

const open: AsyncDisposable[] = [];
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one[Symbol.asyncDispose]();
});
beforeAll(ready);

describe('a client of a chain that is reverted', () => {
  async function fake(log: Log = silentLog): Promise<[FakeChain, ChainClient]> {
    const { metadata, version } = await ownMetadata();
    const chain = await FakeChain.start({ metadata, version });
    open.push(chain);
    chain.set('System.Account', [alice.address], { data: { free: 9n * TAO } });
    const client = await connect({ endpoints: [chain.url], log });
    open.push(client);
    return [chain, client];
  }

  it('is there again by itself, with the head that the chain has then, which may be a lower one', async () => {
    const said: string[] = [];
    const [chain, client] = await fake({ ...silentLog, warn: line => said.push(line), info: line => said.push(line) });
    const blocks: number[] = [];
    client.onBlock(({ number }) => blocks.push(number));
    for (let i = 0; i < 5; i++) chain.mine();
    await seen('block 5', () => (client.headBlock() === 5 ? true : undefined));
    chain.revert(2);
    expect(await client.balanceRao(alice.address)).toBe(9n * TAO);
    await seen('block 2', () => (client.headBlock() === 2 ? true : undefined));
    expect((await client.metagraph(1, { timeoutMs: 5000 }).catch(error => error)).code).toBe('rpc');
    chain.mine();
    await seen('block 3', () => (client.headBlock() === 3 ? true : undefined));
    expect(blocks.slice(-2)).toEqual([2, 3]);
    expect(blocks[blocks.length - 3]).toBe(5);
    expect(said).toEqual([
      expect.stringMatching(/was reverted to an earlier block/),
      expect.stringMatching(/connected again/),
    ]);
  });

  it('asks for the head before anybody tells it', async () => {
    const [chain, client] = await fake();
    for (let i = 0; i < 3; i++) chain.mine();
    await seen('block 3', () => (client.headBlock() === 3 ? true : undefined));
    chain.revert(1);
    expect(await client.blocksUntilEpoch(1)).toBeGreaterThanOrEqual(0);
    expect(client.headBlock()).toBe(1);
  });

  it('refuses what waited in the pool, and forgets the nonces that it counted', async () => {
    const [chain, client] = await fake();
    await client.transfer({ to: bob.address, amountRao: 1n, signer: alice });
    chain.minesAtOnce = false;
    const transfers = [1n, 2n, 3n].map(amountRao => client.transfer({ to: bob.address, amountRao, signer: alice }));
    const waiting = transfers.map(transfer => failure(() => transfer));
    await seen('them in the pool', () => (chain.submitted.length === 4 ? true : undefined));
    chain.revert(0);
    for (const refused of waiting) {
      const error = await refused;
      expect(error).toMatchObject({ code: 'rejected', data: { hash: expect.stringMatching(/^0x/) } });
      expect(error.message).toContain('the chain was reverted to an earlier block while it waited');
    }
    chain.minesAtOnce = true;
    const { blockNumber } = await client.transfer({ to: bob.address, amountRao: 7n, signer: alice });
    expect(blockNumber).toBe(1);
    expect(chain.submitted.at(-1)).toMatchObject({ nonce: 0, args: { value: 7 } });
  });

  it('reads the runtime again, which may be another one of the same version', async () => {
    const { metadata, version } = await ownMetadata();
    const options = { metadata, version };
    const chain = await FakeChain.start(options);
    open.push(chain);
    const client = await connect({ endpoints: [chain.url] });
    open.push(client);
    await client.addStake({ netuid: 1, hotkey: bob.address, amountRao: 1n, signer: alice });
    const before = chain.asked.filter(method => method === 'state_getRuntimeVersion').length;
    const edited = new EditedMetadata(metadata);
    edited.call('SubtensorModule.add_stake').name = 'add_stake_otherwise';
    options.metadata = edited.bytes();
    chain.revert(0);
    await seen('the connection', () =>
      chain.asked.filter(method => method === 'state_getRuntimeVersion').length > before ? true : undefined,
    );
    const error = await failure(async () => {
      await client.balanceRao(alice.address);
      await client.addStake({ netuid: 1, hotkey: bob.address, amountRao: 1n, signer: alice });
    });
    expect(error).toMatchObject({ code: 'unsupported', message: expect.stringContaining('add_stake') });
  });
});

describe('our own chain', () => {
  it('is reverted under a client and goes on', async () => {
    using folder = temporaryFolder();
    const net = await startLocalnet({ port: 0, dataFolder: folder.path, blockTime: 'instant', detached: false });
    open.push({ [Symbol.asyncDispose]: () => net.stop() });
    const client = await connect({ endpoints: [net.url] });
    open.push(client);
    const local = await openLocalChain(net.url);
    open.push(local);
    const friend = keypairFromMnemonic(generateMnemonic());
    await client.devFund({ address: friend.address, amountRao: 10n * TAO });
    const graphs: number[] = [];
    client.onMetagraph(1, ({ block }) => graphs.push(block));
    const { id, block } = await local.snapshot();
    for (const amountRao of [1n, 2n, 3n]) {
      await client.transfer({ to: bob.address, amountRao: amountRao * TAO, signer: friend });
    }
    expect(await client.balanceRao(friend.address)).toBeLessThan(4n * TAO);
    expect((await local.status()).snapshots).toEqual([expect.objectContaining({ id, block })]);

    expect(await local.revert({ id })).toMatchObject({ block });
    expect(await client.balanceRao(friend.address)).toBe(10n * TAO);
    await seen('the head', () => (client.headBlock() === block ? true : undefined));
    const again = await client.transfer({ to: bob.address, amountRao: TAO, signer: friend });
    expect(again.blockNumber).toBe(block + 1);
    await seen('its metagraph', () => (graphs.at(-1) === block + 1 ? true : undefined));

    const { timestampMs } = await local.status();
    const travelled = await local.travel({ ms: 3_600_000 });
    expect(travelled.timestampMs).toBeGreaterThanOrEqual(timestampMs + 3_600_000);
    expect(await local.revert({ block: 0 })).toMatchObject({ block: 0, hash: net.genesis });
    expect(await client.balanceRao(friend.address)).toBe(0n);
    expect((await local.status()).snapshots).toEqual([]);
    expect(await failure(() => local.revert({ id }))).toMatchObject({ code: 'rpc' });
  });
});
