import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { pollUntil } from '../../src/base/index.js';
import {
  type ChainClient,
  connect,
  type LocalChain,
  type Localnet,
  openLocalChain,
  prepareTransfer,
  startLocalnet,
  type TransactionStatus,
} from '../../src/chain/index.js';
import { generateMnemonic, keypairFromMnemonic, keypairFromUri, ready } from '../../src/wallet/index.js';
import { goBetween, type Judge } from './go-between.js';
import { temporaryFolder } from './helpers.js';

const TAO = 1_000_000_000n;
/** What the public chains answer, so that an era has few blocks; here they come when they are asked for. */
const TWELVE_SECONDS = '0xe02e000000000000';
const NEXT_NONCE = 'system_accountNextIndex';
const SUBMIT = 'author_submitAndWatchExtrinsic';
const alice = keypairFromUri('//Alice');
const bob = keypairFromUri('//Bob');

const seen = <T>(what: string, check: () => T | undefined | Promise<T | undefined>) =>
  pollUntil(what, { withinMs: 30_000, everyMs: 20 }, check);

describe('a transaction whose time runs out', () => {
  const folder = temporaryFolder();
  let net: Localnet;
  let local: LocalChain;
  let between: Awaited<ReturnType<typeof goBetween>>;
  let client: ChainClient;
  let judge: Judge;
  let friend: string;
  let statuses: TransactionStatus[];

  beforeAll(async () => {
    await ready();
    net = await startLocalnet({ port: 0, dataFolder: folder.path, blockTime: 'manual', detached: false });
    local = await openLocalChain(net.url);
    await local.mine();
    between = await goBetween(net.url, (message, from) => {
      const asked = Array.isArray(message.params) ? (message.params[0] as unknown) : undefined;
      return asked === 'AuraApi_slot_duration' ? { answer: TWELVE_SECONDS } : judge(message, from);
    });
    judge = () => 'pass';
    client = await connect({ endpoints: [between.url] });
  });

  afterAll(async () => {
    await client?.close();
    await between?.[Symbol.asyncDispose]();
    await local?.close();
    await net?.stop();
    folder[Symbol.dispose]();
  });

  beforeEach(() => {
    judge = () => 'pass';
    friend = keypairFromMnemonic(generateMnemonic()).address;
    statuses = [];
  });

  const kinds = () => statuses.map(({ kind }) => kind);

  async function send(signer = alice) {
    const action = await prepareTransfer(client, { from: signer.address, to: friend, amountRao: TAO });
    expect(action.era).toEqual({ blocks: 32, minutes: 6.4 });
    const own = statuses;
    const done = action.submit(signer, { timeoutMs: 60_000, onStatus: status => own.push(status) });
    done.catch(() => {});
    return { done, blocks: action.era.blocks };
  }

  it('is signed and sent again when no block holds it', async () => {
    let lost = 0;
    judge = ({ method }) => (method === SUBMIT && lost++ === 0 ? { answer: 'lost' } : 'pass');
    const { done, blocks } = await send();
    await seen('it lost', () => (lost === 1 ? true : undefined));
    await local.mine(blocks - 2);
    // Not as long as a block might hold it.
    expect(lost).toBe(1);
    await local.mine(4);
    await seen('it sent again', () => (kinds().includes('resubmitted') ? true : undefined));
    await local.mine();
    const { hash } = await done;
    expect(kinds()).toEqual(['sent', 'resubmitted', 'in_block']);
    expect(statuses[1]).toEqual({ kind: 'resubmitted', hash, reason: 'its time ran out' });
    expect(statuses[0]!.hash).not.toBe(hash);
    expect(await client.balanceRao(friend)).toBe(TAO);
  });

  it('is not sent again when a block holds it, even if nobody told', async () => {
    let sent = 0;
    judge = ({ method }) => {
      if (method === SUBMIT) sent++;
      return method === 'author_extrinsicUpdate' ? 'lose' : 'pass';
    };
    const { done, blocks } = await send();
    await seen('it in the pool', async () => ((await local.status()).ready === 1 ? true : undefined));
    const before = (await local.status()).number;
    await local.mine(blocks + 2);
    expect((await done).blockNumber).toBe(before + 1);
    expect([sent, kinds()]).toEqual([1, ['sent', 'in_block']]);
    expect(await client.balanceRao(friend)).toBe(TAO);
  });

  it('is sent again with another number when another transaction took its own', async () => {
    let lost = 0;
    judge = ({ method }) => (method === SUBMIT && lost++ === 0 ? { answer: 'lost' } : 'pass');
    const { done, blocks } = await send(bob);
    await seen('it lost', () => (lost === 1 ? true : undefined));
    await using other = await connect({ endpoints: [net.url] });
    const faster = other.transfer({ to: alice.address, amountRao: TAO, signer: bob });
    await seen('the other in the pool', async () => ((await local.status()).ready === 1 ? true : undefined));
    await local.mine(blocks + 2);
    await faster;
    await seen('it sent again', () => (kinds().includes('resubmitted') ? true : undefined));
    await local.mine();
    await done;
    expect(statuses[1]).toMatchObject({ reason: 'another transaction took its nonce' });
    expect(await client.balanceRao(friend)).toBe(TAO);
  });

  it('is sent again with another number when the pool prefers a call of another process of its account', async () => {
    let asked: number | undefined;
    let nonce: unknown;
    judge = (message, from) => {
      if (message.method === NEXT_NONCE) asked = message.id;
      if (from === 'node' && message.id === asked) nonce = (message as { result?: unknown }).result;
      return 'pass';
    };
    const { done } = await send(bob);
    await seen('it in the pool', async () => ((await local.status()).ready === 1 ? true : undefined));
    // Asked for its number a moment before the first came.
    await using late = await goBetween(net.url, ({ method }) => (method === NEXT_NONCE ? { answer: nonce } : 'pass'));
    await using other = await connect({ endpoints: [late.url] });
    // Cheaper to execute, and so the pool prefers it.
    let isTaken = false;
    const onStatus = () => {
      isTaken = true;
    };
    const preferred = other.submit({ call: 'System.remark', args: { remark: '0x' }, signer: bob, onStatus });
    await seen('the other in its place', () => (isTaken ? true : undefined));
    expect((await local.status()).ready).toBe(1);
    await local.mine();
    await preferred;
    await seen('it sent again', () => (kinds().includes('resubmitted') ? true : undefined));
    await local.mine();
    await done;
    expect(kinds()).toEqual(['sent', 'resubmitted', 'in_block']);
    expect(statuses[1]).toMatchObject({ reason: 'another transaction took its nonce' });
    expect(await client.balanceRao(friend)).toBe(TAO);
  });

  it('is not sent again when its block came just after the pool had dropped it', async () => {
    let news: 'none' | 'dropped' | 'mined' = 'none';
    judge = async ({ method }, from) => {
      if (method === 'author_extrinsicUpdate' && news === 'none') {
        news = 'dropped';
        return { answer: 'dropped' };
      }
      if (method === 'author_extrinsicUpdate') return 'lose';
      // Its blocks have been looked at; now its nonce is.
      if (from === 'client' && method === 'state_queryStorageAt' && news === 'dropped') {
        news = 'mined';
        await local.mine();
      }
      return 'pass';
    };
    const { done } = await send();
    await seen('what became of it', () => (statuses.length > 1 ? true : undefined));
    expect(kinds()).toEqual(['sent', 'in_block']);
    expect((await done).hash).toBe(statuses[0]!.hash);
    expect((await local.status()).ready).toBe(0);
    expect(await client.balanceRao(friend)).toBe(TAO);
  });

  it('is not signed again by another runtime, for which its bytes may mean something else', async () => {
    let submitted = 0;
    const version = {
      specName: 'node-subtensor',
      specVersion: client.specVersion + 1,
      transactionVersion: 1,
      apis: [],
    };
    judge = ({ method }) => {
      if (method === 'state_getRuntimeVersion') return { answer: version };
      if (method === SUBMIT) submitted++;
      return method === SUBMIT || method === 'author_submitExtrinsic' ? { answer: 'lost' } : 'pass';
    };
    const { done, blocks } = await send();
    await seen('it lost', () => (submitted === 1 ? true : undefined));
    between.cut();
    await seen('the new runtime', () => (client.specVersion === version.specVersion ? true : undefined));
    await local.mine(blocks + 2);
    await expect(done).rejects.toMatchObject({ code: 'rejected', data: { reason: 'the runtime has changed' } });
    expect([submitted, kinds()]).toEqual([1, ['sent']]);
    judge = () => 'pass';
    between.cut();
    await seen('the old runtime', () => (client.specVersion < version.specVersion ? true : undefined));
  });

  it('is named by its hash when nobody knows whether it has arrived', async () => {
    judge = ({ method }) => (method === SUBMIT ? 'lose' : 'pass');
    const action = await prepareTransfer(client, { from: alice.address, to: friend, amountRao: TAO });
    const signed: string[] = [];
    const done = action.submit(alice, { timeoutMs: 2_000, onSigned: hash => signed.push(hash) });
    await expect(done).rejects.toMatchObject({
      code: 'timeout',
      data: { hash: expect.stringMatching(/^0x[0-9a-f]{64}$/) },
    });
    await expect(done).rejects.toMatchObject({ data: { hash: signed[0] } });
  });
});
