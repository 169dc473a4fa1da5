import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freeBalance } from '../../localnet/engine/chain/account-info.js';
import { DEV_ACCOUNTS } from '../../localnet/engine/chain/dev-accounts.js';
import { parseRawSpec } from '../../localnet/engine/chain/genesis.js';
import { aliceKeys, encodeCall, transferCall } from '../../localnet/engine/chain/transaction.js';
import { hex, keyHex, lengthPrefixed, toKey, unhex } from '../../localnet/engine/codec.js';
import { devFamily } from '../../localnet/engine/rpc/dev/family.js';
import { Dispatcher } from '../../localnet/engine/rpc/dispatch.js';
import { Follow } from '../../localnet/engine/rpc/v2/follow.js';
import { decodeAddress, encodeAddress, silentLog } from '../../src/base/index.js';
import { keypairFromSeed, keypairFromUri } from '../../src/wallet/index.js';
import { account, openChain, type TestChain, temporaryFolder } from './fixture.js';

const TAO = 1_000_000_000n;
const BOB = DEV_ACCOUNTS[1]!.keys.publicKey;

/** A chain with its dev methods; blocks come as soon as something is ready. */
function withMethods(test: TestChain) {
  const about = {
    chainName: 'Test',
    properties: { ss58Format: 42, tokenDecimals: 9 },
    version: '1',
    dataFolder: '',
    blockTime: 'instant',
  } as const;
  const dispatcher = new Dispatcher([devFamily({ ...test, about })], silentLog);
  test.pool.onReady(() => setImmediate(() => test.pool.readyCount > 0 && test.author.build()));
  return async <T = { hash: string; block: string }>(method: string, ...params: unknown[]): Promise<T> => {
    const { body } = await dispatcher.handle(undefined, { method, params });
    const { result, error } = JSON.parse(`{${body}}`) as { result?: T; error?: { code: number; message: string } };
    if (error) throw new Error(`${error.code}: ${error.message}`);
    return result as T;
  };
}

describe('the development accounts', () => {
  it('are those of the public phrase, with the seeds that they are said to have', async () => {
    for (const { uri, secretSeed, keys } of DEV_ACCOUNTS) {
      const expected = await keypairFromUri(uri);
      expect(hex(keys.publicKey)).toBe(hex(expected.publicKey));
      expect((await keypairFromSeed(unhex(secretSeed))).address).toBe(expected.address);
    }
    expect(DEV_ACCOUNTS.map(({ uri }) => uri.slice(2))).toEqual(
      'Alice Bob Charlie Dave Eve Ferdie Grace Heidi Ivan Judy'.split(' '),
    );
  });
});

describe('what the sudo account does', () => {
  let folder: ReturnType<typeof temporaryFolder>;
  let test: TestChain;
  let call: ReturnType<typeof withMethods>;
  const free = (who: Uint8Array) => freeBalance(test.metadata, test.chain.state, who);

  beforeAll(() => {
    folder = temporaryFolder();
    test = openChain(folder.path);
    call = withMethods(test);
  });

  afterAll(() => {
    // Everything above was transactions: another chain that executes the same blocks agrees.
    using elsewhere = temporaryFolder();
    using replay = openChain(elsewhere.path);
    for (let number = 1; number <= test.chain.head.header.number; number++) {
      replay.chain.import(test.chain.block(number)!);
    }
    expect(replay.chain.head.hash).toBe(test.chain.head.hash);
    test.close();
    folder[Symbol.dispose]();
  });

  it('sets a balance', async () => {
    const { hash, block } = await call('dev_setBalance', encodeAddress(account(1)), String(7n * TAO));
    expect(hash).toMatch(/^0x[0-9a-f]{64}$/);
    expect(block).toBe(test.chain.head.hash);
    expect(free(account(1))).toBe(7n * TAO);
    await call('dev_setBalance', encodeAddress(account(1)), 0);
    expect(free(account(1))).toBe(0n);
    await expect(call('dev_setBalance', encodeAddress(account(1)), '-1')).rejects.toThrow('-32602');
    // More than the runtime's balances hold would not even be a call.
    for (const method of ['dev_setBalance', 'dev_fund']) {
      await expect(call(method, encodeAddress(account(1)), String(2n ** 64n))).rejects.toThrow(
        '-32602: Invalid params: amount out of range, 18446744073709551616: balances have 64 bits',
      );
    }
  });

  it('says so when the runtime panics over what is to be sent', async () => {
    // It reads as a call, but for the length of the amount.
    const transfer = transferCall(test.metadata, account(3), 2n ** 64n);
    await expect(call('dev_callAs', encodeAddress(account(1)), hex(transfer))).rejects.toThrow(
      /-32000: the sudo account cannot send this: .*Codec error/,
    );
  });

  it('counts what a balance was set to among all TAO there is', async () => {
    const { prefix } = test.metadata.storage('SubtensorModule', 'TotalIssuance')!;
    const issuance = () => Buffer.from(test.chain.state.get(prefix)!).readBigUInt64LE();
    const minted = async (rao: bigint) => {
      const before = issuance();
      await call('dev_setBalance', encodeAddress(account(4)), String(rao));
      expect(await call('dev_checkInvariants')).toEqual({ ok: true, problems: [] });
      return issuance() - before;
    };
    // A block makes 1 TAO, and what the sudo account pays for its transaction is burned.
    const close = (rao: bigint, to: bigint) => rao > to - TAO / 10n && rao <= to;
    const [risen, fallen, gone] = [await minted(900n * TAO), await minted(100n * TAO), await minted(0n)];
    expect([close(risen, 901n * TAO), close(fallen, -799n * TAO), close(gone, -99n * TAO)]).toEqual([true, true, true]);
  });

  it('sets and removes any storage, several at a time', async () => {
    const [one, two] = ['one', 'two'].map(name => hex(Buffer.from(`:test:${name}`)));
    await call('dev_setStorage', [
      [one, '0x0102'],
      [two, '0x'],
    ]);
    const value = (key: string) => test.chain.state.get(toKey(unhex(key)));
    expect([hex(value(one!)!), hex(value(two!)!)]).toEqual(['0x0102', '0x']);
    const { block } = await call('dev_setStorage', [
      [one, null],
      [two, '0x03'],
    ]);
    expect([value(one!), hex(value(two!)!)]).toEqual([null, '0x03']);
    expect(block).toBe(test.chain.head.hash);
    await call('dev_setStorage', [[two, null]]);
    expect(value(two!)).toBeNull();
    for (const wrong of [[], [[one]], [[one, 5]], [['xyz', '0x']], 'no list']) {
      await expect(call('dev_setStorage', wrong)).rejects.toThrow('-32602');
    }
  });

  it('acts as any account', async () => {
    await call('dev_setBalance', encodeAddress(account(2)), String(10n * TAO));
    const transfer = transferCall(test.metadata, account(3), 4n * TAO);
    await call('dev_callAs', encodeAddress(account(2)), hex(transfer));
    expect([free(account(2)), free(account(3))]).toEqual([6n * TAO, 4n * TAO]);
  });

  it('says by name why a call fails, and does not send it', async () => {
    const before = test.chain.head.hash;
    const transfer = hex(transferCall(test.metadata, account(3), 400n * TAO));
    await expect(call('dev_callAs', encodeAddress(account(2)), transfer)).rejects.toThrow(
      '-32000: the sudo account cannot send this: Token.FundsUnavailable',
    );
    const remark = encodeCall(test.metadata, 'System', 'set_heap_pages', () => [new Uint8Array(8)])!;
    await expect(call('dev_callAs', encodeAddress(account(2)), hex(remark))).rejects.toThrow('BadOrigin');
    // A call of root's that fails by itself.
    const sudo = encodeCall(test.metadata, 'Sudo', 'sudo', () => [remark])!;
    await expect(call('dev_callAs', encodeAddress(account(2)), hex(sudo))).rejects.toThrow('Sudo.RequireSudo');
    expect(test.chain.head.hash).toBe(before);
  });

  it('makes any call as root, and refuses what is none', async () => {
    const value = lengthPrefixed(Uint8Array.of(9));
    const set = encodeCall(test.metadata, 'System', 'set_storage', () => [
      Uint8Array.of(4),
      lengthPrefixed(Buffer.from(':test:root')),
      value,
    ])!;
    await call('dev_sudo', hex(set));
    expect(hex(test.chain.state.get(':test:root')!)).toBe('0x09');
    for (const wrong of ['0x', '0xffff', `${hex(set)}00`, hex(set).slice(0, -2)]) {
      await expect(call('dev_sudo', wrong)).rejects.toThrow('is no call of this runtime');
    }
    await expect(call('dev_sudo')).rejects.toThrow('call has to be a 0x-hexadecimal string');
  });

  it('notices what fails only in its block', async () => {
    const to = account(20);
    await call('dev_setBalance', encodeAddress(account(21)), String(5n * TAO));
    const transfer = hex(transferCall(test.metadata, to, 3n * TAO));
    // Each can be paid, not both; the second is judged before the first is in a block.
    const both = await Promise.allSettled([0, 1].map(() => call('dev_callAs', encodeAddress(account(21)), transfer)));
    expect(both.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
    expect(String((both[1] as PromiseRejectedResult).reason)).toMatch(
      /transaction 0x[0-9a-f]{64} is in block 0x[0-9a-f]{64} and failed: Token\.FundsUnavailable/,
    );
    expect(free(to)).toBe(3n * TAO);
  });

  it('gives a fixed sum to who asks, and from another account when the first has too little', async () => {
    await call('dev_faucet', encodeAddress(account(30)));
    expect(free(account(30))).toBe(1000n * TAO);
    const alice = encodeAddress(aliceKeys().publicKey);
    const rich = free(aliceKeys().publicKey)!;
    const bob = free(BOB)!;
    await call('dev_setBalance', alice, String(500n * TAO));
    await call('dev_faucet', encodeAddress(account(31)));
    expect(free(account(31))).toBe(1000n * TAO);
    expect(free(BOB)).toBeLessThan(bob - 1000n * TAO + 1n);
    await call('dev_setBalance', alice, String(rich));
  });

  it('lists ten accounts with what they have', async () => {
    const accounts =
      await call<{ name: string; address: string; freeRao: string; uri: string; secretSeed: string }[]>('dev_accounts');
    expect(accounts).toHaveLength(10);
    for (const { address, freeRao, name, uri, secretSeed } of accounts) {
      expect(freeRao).toBe(String(free(decodeAddress(address))));
      expect(uri).toBe(name);
      expect((await keypairFromSeed(unhex(secretSeed))).address).toBe(address);
    }
  });

  it('can no longer when the key is somebody else’s, and says so', async () => {
    const { prefix } = test.metadata.storage('Sudo', 'Key')!;
    const other = account(50);
    await call('dev_setStorage', [[keyHex(prefix), hex(BOB)]]);
    await call('dev_setStorage', [[keyHex(prefix), hex(aliceKeys().publicKey)]]);
    const { id } = test.chain.takeSnapshot();
    const { header } = test.chain.head;
    await call('dev_setStorage', [[keyHex(prefix), hex(other)]]);
    await expect(call('dev_sudo', '0x0000')).rejects.toThrow(
      `the sudo key of this chain is ${encodeAddress(other)}, which is no development account`,
    );
    test.chain.revert(header.number);
    test.chain.dropSnapshot(id);
    await call('dev_setBalance', encodeAddress(other), String(TAO));
  });

  it('checks what has to be true, by the runtime', async () => {
    using mine = temporaryFolder();
    using fresh = openChain(mine.path);
    const ask = withMethods(fresh);
    await ask('dev_fund', encodeAddress(account(1)), String(TAO));
    await ask('dev_setBalance', encodeAddress(account(2)), String(TAO));
    expect(await ask('dev_checkInvariants')).toEqual({ ok: true, problems: [] });
    // More networks than there are.
    const { prefix } = fresh.metadata.storage('SubtensorModule', 'TotalNetworks')!;
    await ask('dev_setStorage', [[keyHex(prefix), '0x0700']]);
    const { ok, problems } = await ask<{ ok: boolean; problems: string[] }>('dev_checkInvariants');
    expect(ok).toBe(false);
    expect(problems).toEqual(['the number of networks is wrong']);
  });
});

describe('a dumped state', () => {
  it('begins another chain with the same root, in which everything goes on', async () => {
    using folder = temporaryFolder();
    using test = openChain(folder.path);
    const call = withMethods(test);
    await call('dev_fund', encodeAddress(account(1)), String(5n * TAO));
    const first = test.chain.head;
    await call('dev_fund', encodeAddress(account(2)), String(5n * TAO));
    for (const [at, block] of [
      [undefined, test.chain.head],
      [first.hash, first],
    ] as const) {
      const text = JSON.stringify(await call<object>('dev_dumpState', ...(at ? [{ at }] : [])));
      using other = temporaryFolder();
      const source = { kind: 'raw', spec: parseRawSpec(text), text } as const;
      const loaded = openChain(other.path, { source });
      // The same block, and a chain that goes on from there: with its transactions, reverts and starts.
      expect(loaded.chain.head.hash).toBe(block.hash);
      expect(hex(loaded.chain.state.trie(1).root)).toBe(hex(block.header.stateRoot));
      expect(loaded.chain.finalized).toEqual({ number: block.header.number, hash: block.hash });
      expect([loaded.chain.genesisHash, loaded.chain.hashAt(0)]).toEqual([
        test.chain.genesisHash,
        test.chain.genesisHash,
      ]);
      expect(freeBalance(loaded.metadata, loaded.chain.state, account(1))).toBe(5n * TAO);
      loaded.pool.submit(loaded.transfer(account(3), TAO, loaded.nonce()));
      const next = loaded.author.build().block;
      expect(next.header.number).toBe(block.header.number + 1);
      expect(next.extrinsics).toHaveLength(2);
      loaded.author.build();
      loaded.chain.revert(next.header.number);
      loaded.close();
      using again = openChain(other.path, { source });
      expect(again.chain.head.hash).toBe(next.hash);
      expect(freeBalance(again.metadata, again.chain.state, account(3))).toBe(TAO);
      again.author.build();
      const told: object[] = [];
      new Follow({ chain: again.chain, withRuntime: false, push: event => told.push(event), done() {} }).end();
      const finalizedBlockHashes = [block.hash, next.hash, again.chain.head.hash];
      expect(told[0]).toEqual({ event: 'initialized', finalizedBlockHashes });
      expect(await withMethods(again)('dev_status')).toMatchObject({ firstBlock: block.header.number });
      expect(() => again.chain.revert(block.header.number - 1)).toThrow('is no longer kept');
    }
    const spec = JSON.parse(JSON.stringify(await call<object>('dev_dumpState'))) as Record<string, unknown>;
    for (const [localnet, hash] of [
      [undefined, undefined],
      [{ header: hex(first.encodedHeader) }, 'is not the header of block 2'],
    ] as const) {
      const text = JSON.stringify({ ...spec, localnet });
      using other = temporaryFolder();
      const source = { kind: 'raw', spec: parseRawSpec(text), text } as const;
      if (hash) expect(() => openChain(other.path, { source })).toThrow(hash);
      else {
        // As other programs export states: the number is known from the state, the header is not.
        using loaded = openChain(other.path, { source });
        expect(loaded.author.build().block.header.number).toBe(3);
      }
    }
    await expect(call('dev_dumpState', { at: `0x${'11'.repeat(32)}` })).rejects.toThrow('UnknownBlock');
  });
});
