import { describe, expect, it } from 'vitest';
import { connect, openLocalChain, startLocalnet } from '../../src/chain/index.js';
import { keypairFromUri } from '../../src/wallet/index.js';
import { failure } from '../wallet/helpers.js';
import { type FakeNode, fakeNode, freePort, type Handler, NO_ANSWER, temporaryFolder, webServer } from './helpers.js';

const GENESIS = `0x${'ab'.repeat(32)}`;
const HASH = `0x${'cd'.repeat(32)}`;
const ALICE = '5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY';
const STATUS = { pid: 7, blockTime: 250, genesis: GENESIS, head: HASH, number: 5, timestampMs: 9, ready: 0, future: 0 };

/** A node with these methods, and what it was asked. */
async function localNode(methods: Record<string, Handler>): Promise<FakeNode & { asked: [string, unknown[]][] }> {
  const asked: [string, unknown[]][] = [];
  const node = await fakeNode((method, params, socket) => {
    const answer: Handler | undefined = { dev_status: () => STATUS, ...methods }[method];
    if (!answer) throw { code: -32601, message: 'Method not found' };
    if (method !== 'dev_status') asked.push([method, params]);
    return answer(method, params, socket);
  });
  return Object.assign(node, { asked });
}

describe('a local chain', () => {
  it('is asked by the agreed names, and answers in types', async () => {
    const included = () => ({ hash: HASH, block: GENESIS });
    await using node = await localNode({
      dev_newBlock: () => HASH,
      dev_fund: included,
      dev_faucet: included,
      dev_setBalance: included,
      dev_setStorage: included,
      dev_callAs: included,
      dev_sudo: included,
      dev_accounts: () => [{ name: 'Alice', address: ALICE, uri: '//Alice', freeRao: '18446744073709551616' }],
      dev_travel: () => ({ timestampMs: 99, block: HASH }),
      dev_snapshot: () => ({ id: 3, block: 5, hash: HASH }),
      dev_revert: () => ({ block: 4, hash: HASH }),
      dev_dumpState: () => ({ name: 'x', genesis: { raw: { top: {}, childrenDefault: {} } } }),
      dev_checkInvariants: () => ({ ok: false, problems: ['too much'] }),
      dev_setFaults: () => null,
      dev_faults: () => ({ drop: 0.5 }),
    });
    await using chain = await openLocalChain(node.url);
    expect(await chain.status()).toMatchObject({ ...STATUS, snapshots: [] });
    expect(await chain.mine(3)).toBe(HASH);
    const sent = { hash: HASH, block: GENESIS };
    expect(await chain.fund(ALICE, 5n)).toEqual(sent);
    expect(await chain.faucet(ALICE)).toEqual(sent);
    expect(await chain.setBalance(ALICE, 2n ** 63n)).toEqual(sent);
    expect(await chain.setStorage([['0x01', null]])).toEqual(sent);
    expect(await chain.callAs(ALICE, '0x00')).toEqual(sent);
    expect(await chain.sudo('0x00')).toEqual(sent);
    expect(await chain.accounts()).toEqual([
      { name: 'Alice', address: ALICE, uri: '//Alice', secretSeed: '', freeRao: 2n ** 64n },
    ]);
    expect(await chain.travel({ ms: 60_000 })).toEqual({ timestampMs: 99, block: HASH });
    expect(await chain.snapshot()).toEqual({ id: 3, block: 5, hash: HASH });
    expect(await chain.revert({ id: 3 })).toEqual({ block: 4, hash: HASH });
    expect(await chain.revert({ block: 4 })).toEqual({ block: 4, hash: HASH });
    expect(await chain.dumpState(HASH)).toMatchObject({ name: 'x' });
    expect(await chain.checkInvariants()).toEqual({ ok: false, problems: ['too much'] });
    await chain.setFaults({ drop: 0.5 });
    expect(await chain.faults()).toEqual({ drop: 0.5 });
    expect(node.asked).toEqual([
      ['dev_newBlock', [{ count: 3 }]],
      ['dev_fund', [ALICE, '5']],
      ['dev_faucet', [ALICE]],
      ['dev_setBalance', [ALICE, '9223372036854775808']],
      ['dev_setStorage', [[['0x01', null]]]],
      ['dev_callAs', [ALICE, '0x00']],
      ['dev_sudo', ['0x00']],
      ['dev_accounts', []],
      ['dev_travel', [{ ms: 60_000 }]],
      ['dev_snapshot', []],
      ['dev_revert', [{ id: 3 }]],
      ['dev_revert', [{ block: 4 }]],
      ['dev_dumpState', [{ at: HASH }]],
      ['dev_checkInvariants', []],
      ['dev_setFaults', [{ drop: 0.5 }]],
      ['dev_faults', []],
    ]);
  });

  it('goes on after a revert, also when that cuts the connection before its answer', async () => {
    let answers = true;
    await using node = await localNode({
      dev_newBlock: () => HASH,
      dev_revert: (_, __, socket) => {
        setImmediate(() => socket.close(4001, 'the chain was reverted'));
        return answers ? { block: 4, hash: HASH } : NO_ANSWER;
      },
    });
    await using chain = await openLocalChain(node.url);
    expect(await chain.revert({ id: 1 })).toEqual({ block: 4, hash: HASH });
    expect(await chain.mine()).toBe(HASH);
    answers = false;
    expect(await chain.revert({ id: 1 })).toEqual({ block: STATUS.number, hash: HASH });
    expect(await chain.mine()).toBe(HASH);
  });

  it('makes no revert of a connection that is lost for another reason', async () => {
    await using node = await localNode({
      dev_revert: (_, __, socket) => {
        socket.close(1011, 'something else');
        return NO_ANSWER;
      },
    });
    await using chain = await openLocalChain(node.url);
    expect(await failure(() => chain.revert({ id: 1 }))).toMatchObject({ code: 'chain_unreachable' });
  });

  it('says what it lacks, and what is no local chain', async () => {
    await using node = await localNode({ dev_dumpState: () => ({ name: 'x' }), dev_accounts: () => 'none' });
    await using chain = await openLocalChain(node.url);
    const wrong = [() => chain.snapshot(), () => chain.dumpState(), () => chain.accounts()];
    for (const ask of wrong) expect(await failure(ask)).toMatchObject({ code: 'not_local' });
    expect((await failure(() => chain.snapshot())).message).toContain('does not offer dev_snapshot');
    expect(await failure(() => chain.fund('nobody', 1n))).toMatchObject({ code: 'bad_argument' });

    await using plain = await fakeNode(() => {
      throw { code: -32601, message: 'Method not found' };
    });
    expect(await failure(() => openLocalChain(plain.url))).toMatchObject({ code: 'not_local' });
    const finney = '0x2f0555cc76fc2840a25a6ea3b9637146806f1f44b090c175ffde2a7e5ab36c03';
    await using public_ = await fakeNode(() => ({ ...STATUS, genesis: finney }));
    const error = await failure(() => openLocalChain(public_.url));
    expect(error).toMatchObject({ code: 'not_local', message: expect.stringContaining('public network') });
    for (const copy of [{ forkedFrom: { number: 5 } }, { firstBlock: 5 }]) {
      await using node = await localNode({
        dev_status: () => ({ ...STATUS, genesis: finney, ...copy }),
        dev_newBlock: () => HASH,
      });
      await using forked = await openLocalChain(node.url);
      expect(await forked.mine()).toBe(HASH);
    }
    await using web = await webServer();
    expect(await failure(() => openLocalChain(web.url))).toMatchObject({ code: 'chain_unreachable' });
    const nobody = `ws://127.0.0.1:${await freePort()}`;
    expect(await failure(() => openLocalChain(nobody))).toMatchObject({ code: 'chain_unreachable' });
  });

  it('takes no nonsense for a balance or a time', async () => {
    const answers = { address: ALICE, uri: '//Alice', freeRao: 'much' };
    await using node = await localNode({
      dev_status: () => ({ ...STATUS, timestampMs: 'late' }),
      dev_accounts: () => [answers],
      dev_travel: () => ({ timestampMs: 1e300, block: '0x' }),
    });
    await using chain = await openLocalChain(node.url);
    expect(await chain.status()).toMatchObject({ timestampMs: 0 });
    expect(await failure(() => chain.accounts())).toMatchObject({ code: 'not_local' });
    expect(await failure(() => chain.travel({ ms: 1 }))).toMatchObject({ code: 'not_local' });
  });

  it('does not wait for an answer beyond its deadline, its signal, or its end', async () => {
    await using node = await localNode({ dev_newBlock: () => NO_ANSWER });
    const chain = await openLocalChain(node.url);
    expect(await failure(() => chain.mine(1, { timeoutMs: 50 }))).toMatchObject({ code: 'timeout' });
    const stop = new AbortController();
    const waiting = failure(() => chain.mine(1, { signal: stop.signal }));
    stop.abort(new Error('enough'));
    expect((await waiting).message).toBe('enough');
    const closed = failure(() => chain.mine());
    await Promise.all([chain.close(), chain.close()]);
    expect(await closed).toMatchObject({ code: 'closed' });
    expect(await failure(() => chain.mine())).toMatchObject({ code: 'closed' });
  });
});

describe('our own local chain', () => {
  it('does what is asked of it', async () => {
    using folder = temporaryFolder();
    const net = await startLocalnet({ port: 0, dataFolder: folder.path, blockTime: 'instant', detached: false });
    try {
      await using chain = await openLocalChain(net.url);
      await using client = await connect({ endpoints: [net.url] });
      const accounts = await chain.accounts();
      expect(accounts).toHaveLength(10);
      for (const { address, uri, secretSeed, freeRao } of accounts) {
        expect(keypairFromUri(uri).address).toBe(address);
        expect(secretSeed).toMatch(/^0x[0-9a-f]{64}$/);
        expect(await client.balanceRao(address)).toBe(freeRao);
      }
      const bob = accounts[1]!;
      expect(await chain.setBalance(bob.address, 12_345n)).toMatchObject({ block: expect.stringMatching(/^0x/) });
      expect(await client.balanceRao(bob.address)).toBe(12_345n);
      await chain.faucet(bob.address);
      expect(await client.balanceRao(bob.address)).toBeGreaterThan(12_345n);
      await chain.setStorage([['0xabcd', '0x0102']]);
      const dump = (await chain.dumpState()) as { genesis: { raw: { top: Record<string, string> } } };
      expect(dump.genesis.raw.top['0xabcd']).toBe('0x0102');
      expect(await chain.checkInvariants()).toEqual({ ok: true, problems: [] });
      expect(await chain.faults()).toBeNull();
      await chain.setFaults({ delayMs: 1 });
      expect(await chain.faults()).toMatchObject({ delayMs: 1 });
      await chain.setFaults(null);
    } finally {
      await net.stop();
    }
  });
});
