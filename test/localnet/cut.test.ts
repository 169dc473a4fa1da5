import { once } from 'node:events';
import { cpSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { hex } from '../../localnet/engine/codec.js';
import { encodeAddress, pollUntil, withDeadline } from '../../src/base/index.js';
import { connect } from '../../src/chain/index.js';
import { EngineProcess, openSocket, type Socket } from './engine-process.js';
import { account, openChain, temporaryFolder } from './fixture.js';

const AMOUNT = 1_000_000_000n;
const MANUAL = ['--block-time', 'manual'];

interface Message {
  id?: number;
  method?: string;
  params?: { subscription: string; result?: unknown; error?: unknown };
  result?: unknown;
}

function hear(socket: Socket, what: string, which: (message: Message) => boolean): Promise<Message> {
  return pollUntil(what, { withinMs: 30_000, everyMs: 5 }, () => (socket.received as Message[]).find(which));
}

async function closing(socket: Socket): Promise<{ code: number; reason: string }> {
  const [code, reason] = (await withDeadline(once(socket.socket, 'close'), 10_000, 'closing')) as [number, Buffer];
  return { code, reason: reason.toString() };
}

describe('clients of a chain that is rewound', () => {
  it('hear it on every subscription, get the answers that are due, and are cut off with a code', async () => {
    using folder = temporaryFolder();
    await using engine = await EngineProcess.start(folder.path, MANUAL);
    const hash = await engine.rpc<string>('dev_newBlock', 3);
    using one = await openSocket(engine.url);
    using other = await openSocket(engine.url);
    const subscriptions = ['chain_subscribeNewHeads', 'chain_subscribeFinalizedHeads', 'state_subscribeStorage'];
    subscriptions.forEach((method, id) => {
      one.send({ jsonrpc: '2.0', id, method, params: [] });
    });
    for (const id of subscriptions.keys()) await hear(one, 'a subscription', message => message.id === id);
    const before = one.received.length;
    const ends = [closing(one), closing(other)];
    other.send({ jsonrpc: '2.0', id: 1, method: 'dev_revert', params: [{ block: 1 }] });
    expect(await Promise.all(ends)).toEqual([
      { code: 4001, reason: 'reverted' },
      { code: 4001, reason: 'reverted' },
    ]);
    expect(other.received).toEqual([
      { jsonrpc: '2.0', id: 1, result: { block: 1, hash: await engine.rpc('chain_getBlockHash', 1) } },
    ]);
    const last = (one.received as Message[]).slice(before).map(({ params }) => params);
    expect(last.map(params => params?.error)).toEqual(subscriptions.map(() => ({ code: -32099, message: 'reverted' })));
    expect(new Set(last.map(params => params?.subscription)).size).toBe(3);
    // A new connection finds the older head.
    using again = await openSocket(engine.url);
    again.send({ jsonrpc: '2.0', id: 1, method: 'chain_getHeader', params: [] });
    expect((await hear(again, 'a header', ({ id }) => id === 1)).result).toMatchObject({ number: '0x1' });
    expect(await engine.rpc('chain_getHeader', hash)).toBeNull();
  });

  it('hear nothing more of a watched transaction than the end of its subscription', async () => {
    using folder = temporaryFolder();
    await using engine = await EngineProcess.start(folder.path, MANUAL);
    using helper = temporaryFolder();
    // Only to sign for the other one.
    using local = openChain(helper.path);
    const transfer = hex(local.transfer(account(1), AMOUNT, 0, engine.genesis));
    using watcher = await openSocket(engine.url);
    const end = closing(watcher);
    watcher.send({ jsonrpc: '2.0', id: 1, method: 'author_submitAndWatchExtrinsic', params: [transfer] });
    await hear(watcher, 'ready', ({ params }) => params?.result === 'ready');
    const waiting = engine
      .rpc('dev_fund', encodeAddress(account(2)), String(AMOUNT))
      .catch((error: Error) => error.message);
    await pollUntil('two in the pool', { withinMs: 30_000, everyMs: 5 }, async () =>
      (await engine.rpc<{ ready: number }>('dev_status')).ready === 2 ? true : undefined,
    );
    await engine.rpc('dev_revert', { block: 0 });
    expect((await end).code).toBe(4001);
    expect((watcher.received.at(-1) as Message).params?.error).toEqual({ code: -32099, message: 'reverted' });
    expect(await waiting).toMatch(/was not included: "dropped"/);
    expect(await engine.rpc('author_pendingExtrinsics')).toEqual([]);
    expect(await engine.rpc('dev_status')).toMatchObject({ number: 0, ready: 0, future: 0 });
  });

  it('say which block cannot be gone back to', async () => {
    using folder = temporaryFolder();
    await using engine = await EngineProcess.start(folder.path, [...MANUAL, '--prune', '16']);
    await engine.rpc('dev_newBlock', 40);
    await expect(engine.rpc('dev_revert', { block: 3 })).rejects.toMatchObject({
      code: -32000,
      data: 'state_discarded',
      message: expect.stringContaining('the state of block 3 is no longer kept: go back to block 24 or a later one'),
    });
    await expect(engine.rpc('dev_revert', { id: 5 })).rejects.toMatchObject({ code: -32602 });
    await expect(engine.rpc('dev_revert')).rejects.toMatchObject({ code: -32602 });
    expect(await engine.rpc('dev_status')).toMatchObject({ number: 40 });
  });
});

describe('our own client', () => {
  it('comes back after a revert, and goes on with the chain as it is then', async () => {
    using folder = temporaryFolder();
    await using engine = await EngineProcess.start(folder.path, MANUAL);
    await using client = await connect({ endpoints: [engine.url] });
    const seen: number[] = [];
    client.onBlock(({ number }) => seen.push(number));
    const to = encodeAddress(account(5));
    const fund = async (amountRao: bigint) => {
      const funded = client.devFund({ address: to, amountRao });
      await pollUntil('the transfer in the pool', { withinMs: 30_000, everyMs: 5 }, async () =>
        (await engine.rpc<{ ready: number }>('dev_status')).ready > 0 ? true : undefined,
      );
      await engine.rpc('dev_newBlock', 1);
      await funded;
    };
    await fund(AMOUNT);
    const { id } = await engine.rpc<{ id: number }>('dev_snapshot');
    await fund(2n * AMOUNT);
    await engine.rpc('dev_newBlock', 5);
    expect(await client.balanceRao(to)).toBe(3n * AMOUNT);
    await engine.rpc('dev_revert', { id });
    expect(await client.balanceRao(to)).toBe(AMOUNT);
    await pollUntil('the older head', { withinMs: 30_000, everyMs: 5 }, () =>
      client.headBlock() === 1 ? true : undefined,
    );
    seen.length = 0;
    await fund(4n * AMOUNT);
    expect(await client.balanceRao(to)).toBe(5n * AMOUNT);
    await pollUntil('the next block', { withinMs: 30_000, everyMs: 5 }, () => (seen.includes(2) ? true : undefined));
    expect(client.headBlock()).toBe(2);
  });
});

describe('a revert that is cut short', () => {
  it('leaves the old head or the new one, wherever it stopped', () => {
    using before = temporaryFolder();
    const test = openChain(before.path);
    const hashes = [test.chain.genesisHash];
    for (let i = 0; i < 6; i++) {
      test.pool.submit(test.transfer(account(i), AMOUNT, i));
      hashes.push(test.author.build().block.hash);
      if (i % 2 === 0) test.chain.takeSnapshot();
    }
    test.close();
    using after = temporaryFolder();
    cpSync(before.path, after.path, { recursive: true });
    const rewound = openChain(after.path);
    rewound.chain.revert(3);
    rewound.close();
    // The order in which files change: blocks, states, notes. A stop leaves a beginning of it.
    const order = ['blocks.log', 'state-0000000000.log', 'notes.json'];
    expect(readdirSync(after.path)).toEqual(expect.arrayContaining(order));
    for (let done = 0; done <= order.length; done++) {
      using mixed = temporaryFolder();
      cpSync(before.path, mixed.path, { recursive: true });
      for (const name of order.slice(0, done)) {
        rmSync(join(mixed.path, name));
        cpSync(join(after.path, name), join(mixed.path, name));
      }
      using again = openChain(mixed.path);
      const number = done === 0 ? 6 : 3;
      expect(again.chain.head.hash).toBe(hashes[number]);
      expect(again.chain.snapshots.map(({ block }) => block)).toEqual([1, 3, 5].filter(block => block <= number));
      again.pool.submit(again.transfer(account(9), AMOUNT, number));
      expect(again.author.build().block.extrinsics).toHaveLength(2);
    }
  });

  it('survives kill -9 at any moment', async () => {
    using folder = temporaryFolder();
    for (let round = 0; round < 6; round++) {
      const engine = await EngineProcess.start(folder.path, MANUAL);
      const { number } = await engine.rpc<{ number: number }>('dev_status');
      // Back and forth without a pause, until the process is gone.
      const busy = (async () => {
        for (;;) {
          await engine.rpc('dev_newBlock', 4);
          await engine.rpc('dev_revert', { block: number + 1 });
        }
      })();
      busy.catch(() => {});
      await pollUntil('some reverts', { withinMs: 30_000, everyMs: 3 + 7 * round }, async () =>
        (await engine.rpc<{ number: number }>('dev_status')).number > number ? true : undefined,
      );
      engine.kill('SIGKILL');
      await engine.exited;
      await expect(busy).rejects.toThrow();
      using again = openChain(folder.path);
      const head = again.chain.head.header;
      expect(head.number).toBeGreaterThan(number);
      expect(head.number).toBeLessThanOrEqual(number + 5);
      expect(hex(again.chain.state.trie(1).root)).toBe(hex(head.stateRoot));
      for (let at = 1; at <= head.number; at++) {
        expect(hex(again.chain.block(at)!.header.parentHash)).toBe(again.chain.hashAt(at - 1));
      }
      again.author.build();
    }
  });
});
