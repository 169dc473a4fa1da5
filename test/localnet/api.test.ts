import { ApiPromise, WsProvider } from '@polkadot/api';
import { Keyring } from '@polkadot/keyring';
import type { ISubmittableResult } from '@polkadot/types/types';
import { cryptoWaitReady } from '@polkadot/util-crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pollUntil, withDeadline } from '../../src/base/index.js';
import { EngineProcess, type Listening } from './engine-process.js';
import { runtimeCode, temporaryFolder } from './fixture.js';

interface Client extends AsyncDisposable {
  engine: Listening;
  api: ApiPromise;
  provider: WsProvider;
}

let keyring: Keyring;
beforeAll(async () => {
  await cryptoWaitReady();
  keyring = new Keyring({ type: 'sr25519' });
});

/** @polkadot/api knows nothing of this project: whatever it understands, others understand. */
async function connect(args: readonly string[]): Promise<Client> {
  const folder = temporaryFolder();
  const engine = await EngineProcess.start(folder.path, args);
  const provider = new WsProvider(engine.url);
  const api = await ApiPromise.create({ provider: provider as never, noInitWarn: true });
  return {
    engine,
    api,
    provider,
    async [Symbol.asyncDispose]() {
      await api.disconnect();
      await engine[Symbol.asyncDispose]();
      folder[Symbol.dispose]();
    },
  };
}

interface AccountInfo {
  nonce: { toNumber(): number };
  data: { free: { toBigInt(): bigint } };
}

const TAO = 1_000_000_000n;

describe('@polkadot/api', () => {
  let client: Client;
  beforeAll(async () => {
    client = await connect(['--block-time', '100']);
  });
  afterAll(() => client[Symbol.asyncDispose]());

  const free = async (address: string) =>
    ((await client.api.query.system!.account!(address)) as unknown as AccountInfo).data.free.toBigInt();

  it('learns what the chain is', async () => {
    const { api, engine } = client;
    expect(api.genesisHash.toHex()).toBe(engine.genesis);
    expect(api.runtimeChain.toString()).toBe('Bittensor Local');
    expect(api.registry.chainSS58).toBe(42);
    expect(api.registry.chainTokens).toEqual(['TAO']);
    expect(api.registry.chainDecimals).toEqual([9]);
    expect((await api.rpc.system.health()).peers.toNumber()).toBe(0);
    expect(api.consts.aura!.slotDuration!.toString()).not.toBe('');
    expect((await api.rpc.chain.getBlock()).block.header.number.toNumber()).toBeGreaterThanOrEqual(0);
  });

  it('sends a transfer and hears each step, with its events', async () => {
    const { api } = client;
    const alice = keyring.addFromUri('//Alice');
    const bob = keyring.addFromUri('//Bob//api');
    const seen: string[] = [];
    const done = new Promise<ISubmittableResult>((resolve, reject) => {
      api.tx.balances!.transferKeepAlive!(bob.address, 3n * TAO)
        .signAndSend(alice, result => {
          seen.push(result.status.type);
          if (result.status.isFinalized) resolve(result);
        })
        .catch(reject);
    });
    const result = await withDeadline(done, 30_000, 'the transfer');
    // On a busy machine polkadot-js skips the block when finality overtakes what it asks about the block.
    expect(seen.filter(status => status !== 'InBlock')).toEqual(['Ready', 'Broadcast', 'Finalized']);
    const events = result.events.map(({ event }) => `${event.section}.${event.method}`);
    expect(events).toContain('balances.Transfer');
    expect(events).toContain('system.ExtrinsicSuccess');
    expect(await free(bob.address)).toBe(3n * TAO);
    // The state before is still there.
    const header = await api.rpc.chain.getHeader(result.status.asFinalized);
    const before = await api.at(header.parentHash);
    expect(((await before.query.system!.account!(bob.address)) as unknown as AccountInfo).data.free.toBigInt()).toBe(
      0n,
    );
  });

  it('follows heads and storage by subscription', async () => {
    const { api } = client;
    const heads: number[] = [];
    const balances: bigint[] = [];
    const target = keyring.addFromUri('//Subscribed').address;
    const stopHeads = await api.rpc.chain.subscribeFinalizedHeads(head => void heads.push(head.number.toNumber()));
    const stopBalance = await api.query.system!.account!(target, (info: unknown) => {
      balances.push((info as AccountInfo).data.free.toBigInt());
    });
    await client.provider.send('dev_fund', [target, String(TAO)]);
    await pollUntil('both', { withinMs: 30_000 }, () => (heads.length >= 4 && balances.length >= 2 ? true : undefined));
    (stopHeads as () => void)();
    (stopBalance as unknown as () => void)();
    expect(balances).toEqual([0n, TAO]);
    expect(heads.every((number, i) => i === 0 || number === heads[i - 1]! + 1)).toBe(true);
  });

  it('sends many transfers at once, in any order of nonces, and none is lost', async () => {
    const { api } = client;
    const sender = keyring.addFromUri('//Charlie');
    const target = keyring.addFromUri('//Many').address;
    const start = (await api.rpc.system.accountNextIndex(sender.address)).toNumber();
    const order = [3, 0, 4, 1, 2, 9, 8, 7, 6, 5];
    const sent = order.map(
      i =>
        new Promise<string>((resolve, reject) => {
          api.tx.balances!.transferKeepAlive!(target, TAO)
            .signAndSend(sender, { nonce: start + i }, ({ status }) => {
              // Finality may overtake the other, see above.
              if (status.isInBlock || status.isFinalized) resolve(status.hash.toHex());
              if (status.isInvalid || status.isDropped) reject(new Error(status.type));
            })
            .catch(reject);
        }),
    );
    await withDeadline(Promise.all(sent), 30_000, 'all transfers');
    expect(await free(target)).toBe(10n * TAO);
    expect((await api.rpc.system.accountNextIndex(sender.address)).toNumber()).toBe(start + 10);
  });

  it('hears why a transaction is refused', async () => {
    const { api } = client;
    const alice = keyring.addFromUri('//Alice');
    const poor = keyring.addFromUri('//Nobody has this');
    const transfer = api.tx.balances!.transferKeepAlive!(alice.address, 1n);
    await expect(transfer.signAndSend(alice, { nonce: 0 })).rejects.toThrow(
      '1010: Invalid Transaction: Transaction is outdated',
    );
    await expect(transfer.signAndSend(poor)).rejects.toThrow('1010: Invalid Transaction: Inability to pay some fees');
    const { partialFee } = await transfer.paymentInfo(alice);
    expect(partialFee.toBigInt()).toBeGreaterThan(0n);
  });

  it('pages through keys, reads proofs, and calls the runtime', async () => {
    const { api, provider } = client;
    const prefix = api.query.system!.account!.keyPrefix();
    const all = (await provider.send('state_getKeys', [prefix])) as string[];
    const paged: string[] = [];
    for (;;) {
      const page = (await provider.send('state_getKeysPaged', [prefix, 3, paged.at(-1) ?? null])) as string[];
      paged.push(...page);
      if (page.length < 3) break;
    }
    expect(paged).toEqual(all);
    expect(paged).toEqual([...all].sort());
    expect((await api.query.system!.account!.entries()).length).toBe(all.length);
    const { proof } = await api.rpc.state.getReadProof([all[0]!]);
    expect(proof.length).toBeGreaterThan(1);
    const lite = await api.call.neuronInfoRuntimeApi!.getNeuronsLite!(1);
    expect(lite.toJSON()).toEqual([]);
  });

  it('gets coins from the development account, one request after the other', async () => {
    const { provider } = client;
    const targets = Array.from({ length: 5 }, (_, i) => keyring.addFromUri(`//Fund${i}`).address);
    const answers = (await Promise.all(targets.map(to => provider.send('dev_fund', [to, Number(TAO)])))) as {
      hash: string;
      block: string;
    }[];
    for (const { block } of answers) expect(block).toMatch(/^0x[0-9a-f]{64}$/);
    for (const to of targets) expect(await free(to)).toBe(TAO);
    await expect(provider.send('dev_fund', [targets[0]!, '1000000000000000000'])).rejects.toThrow(
      'the development account cannot send this: ',
    );
    const fresh = keyring.addFromUri('//TooLittle').address;
    await expect(provider.send('dev_fund', [fresh, '1'])).rejects.toThrow('Token.BelowMinimum');
  });
});

describe('a runtime upgrade', () => {
  it('takes effect with the next block, and subscribers hear of it', async () => {
    await using client = await connect(['--block-time', '100']);
    const { api, provider } = client;
    const versions: unknown[] = [];
    await provider.subscribe('state_runtimeVersion', 'state_subscribeRuntimeVersion', [], (_, version) => {
      versions.push(version);
    });
    // The same runtime with a custom section at its end: other bytes, another hash, the same behaviour.
    const code = Buffer.concat([runtimeCode, Buffer.from([0, 2, 1, 0x78])]);
    const upgrade = api.tx.system!.setCodeWithoutChecks!(`0x${code.toString('hex')}`);
    await api.tx.sudo!.sudo!(upgrade).signAndSend(keyring.addFromUri('//Alice'));
    await pollUntil('the new code', { withinMs: 30_000 }, async () =>
      (await provider.send('state_getStorageSize', ['0x3a636f6465'])) === code.length ? true : undefined,
    );
    await pollUntil('the notice', { withinMs: 30_000 }, () => (versions.length >= 2 ? true : undefined));
    const { block } = (await provider.send('dev_fund', [keyring.addFromUri('//Later').address, String(TAO)])) as {
      block: string;
    };
    // Reading before and after the upgrade uses the runtime of its time.
    const first = (await provider.send('chain_getBlockHash', [0])) as string;
    for (const hash of [first, block]) {
      expect((await provider.send('state_getRuntimeVersion', [hash])) as object).toMatchObject({
        specName: 'node-subtensor',
      });
    }
    expect(await provider.send('state_getStorageSize', ['0x3a636f6465', first])).toBe(runtimeCode.length);
  });
});

describe('block times', () => {
  it('instant: a block for each transaction, none without', async () => {
    await using client = await connect(['--block-time', 'instant']);
    const { provider } = client;
    const head = () => provider.send('chain_getHeader', []) as Promise<{ number: string }>;
    expect((await head()).number).toBe('0x0');
    const target = keyring.addFromUri('//Instant').address;
    const first = (await provider.send('dev_fund', [target, String(TAO)])) as { block: string };
    expect((await head()).number).toBe('0x1');
    expect(await provider.send('chain_getBlockHash', [1])).toBe(first.block);
    await provider.send('dev_fund', [target, String(TAO)]);
    expect((await head()).number).toBe('0x2');
  });

  it('manual: blocks on request only, and transactions wait', async () => {
    await using client = await connect(['--block-time', 'manual']);
    const { api, provider } = client;
    const alice = keyring.addFromUri('//Alice');
    const bob = keyring.addFromUri('//Bob');
    await api.tx.balances!.transferKeepAlive!(bob.address, TAO).signAndSend(alice);
    expect((await provider.send('author_pendingExtrinsics', [])) as string[]).toHaveLength(1);
    const funded = provider.send('dev_fund', [keyring.addFromUri('//Manual').address, String(TAO)]) as Promise<{
      block: string;
    }>;
    await pollUntil('both to wait', { withinMs: 30_000 }, async () =>
      ((await provider.send('author_pendingExtrinsics', [])) as string[]).length === 2 ? true : undefined,
    );
    const head = await provider.send('dev_newBlock', [{ count: 1 }]);
    expect((await funded).block).toBe(head);
    expect((await provider.send('author_pendingExtrinsics', [])) as string[]).toEqual([]);
    expect(await provider.send('dev_newBlock', [])).toBe(await provider.send('chain_getHead', []));
    expect((await provider.send('chain_getHeader', [])) as { number: string }).toMatchObject({ number: '0x2' });
  });
});
