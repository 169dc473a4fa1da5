import { once } from 'node:events';
import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { makeBlock } from '../../localnet/engine/chain/header.js';
import { aliceKeys, signByAlice, transferCall } from '../../localnet/engine/chain/transaction.js';
import { compactBig, hex, join as joinBytes, lengthPrefixed, Reader, unhex } from '../../localnet/engine/codec.js';
import { checkInherents } from '../../localnet/engine/follow/inherents.js';
import { type BlocksAnswer, writeBlock } from '../../localnet/engine/follow/wire.js';
import { readMetadata } from '../../localnet/engine/runtime/metadata.js';
import type { RuntimeVersion } from '../../localnet/engine/runtime/runtime.js';
import { encodeChanges, SNAPSHOT } from '../../localnet/engine/store/segment.js';
import { pollUntil } from '../../src/base/index.js';
import { EngineProcess, type Listening, openSocket } from './engine-process.js';
import { startFalseLeader } from './false-leader.js';
import { account, openChain, temporaryFolder } from './fixture.js';

interface Status {
  number: number;
  head: string;
  oldestState: number;
  memoryBytes: number;
  following: {
    connected: boolean;
    leader: { number: number; hash: string } | undefined;
    refused: { number: number; hash: string; reason: string } | undefined;
    lost: string | undefined;
  };
}

const MANUAL = ['--block-time', 'manual'];

function startLeader(folder: string, ...args: string[]): Promise<Listening> {
  return EngineProcess.start(join(folder, 'leader'), [...MANUAL, ...args]);
}

function startFollower(folder: string, url: string): Promise<Listening> {
  return EngineProcess.start(join(folder, 'follower'), ['--follow', url]);
}

function status(follower: Listening, what: string, is: (status: Status) => boolean): Promise<Status> {
  return pollUntil(what, { withinMs: 30_000 }, async () => {
    const now = await follower.rpc<Status>('dev_status');
    return is(now) ? now : undefined;
  });
}

const reaches = (follower: Listening, head: unknown) =>
  status(follower, `the follower at ${head}`, now => now.head === head);

async function transfer(engine: Listening, amount: bigint, nonce: number): Promise<string> {
  const version = await engine.rpc<RuntimeVersion>('state_getRuntimeVersion');
  const metadata = readMetadata(unhex(await engine.rpc<string>('state_getMetadata')));
  const call = transferCall(metadata, account(7), amount);
  return hex(signByAlice({ metadata, version, genesisHash: engine.genesis, call, nonce }));
}

describe('a follower', () => {
  it('gives the answers of its leader, also of one that has discarded its first state and whose chain has a name', async () => {
    using folder = temporaryFolder();
    const patch = '{"balances":{"balances":[["5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY",987654321987654321]]}}';
    await using leader = await startLeader(
      folder.path,
      '--prune',
      '16',
      '--genesis-patch',
      patch,
      '--name',
      'Übung – 链',
    );
    await leader.rpc('author_submitExtrinsic', await transfer(leader, 5_000_000_000n, 0));
    const head = await leader.rpc('dev_newBlock', 40);
    expect((await leader.rpc<Status>('dev_status')).oldestState).toBeGreaterThan(0);
    await using follower = await startFollower(folder.path, leader.url);
    expect(follower.genesis).toBe(leader.genesis);
    await reaches(follower, head);
    const hash = await leader.rpc('chain_getBlockHash', 30);
    for (const [method, ...params] of [
      ['system_chain'],
      ['system_properties'],
      ['chain_getBlock', hash],
      ['chain_getHeader'],
      ['state_getMetadata'],
      ['state_getRuntimeVersion'],
      ['state_getKeysPaged', '0x', 1000, null, hash],
      ['state_call', 'AccountNonceApi_account_nonce', hex(aliceKeys().publicKey)],
      ['state_getReadProof', ['0x3a636f6465']],
    ] as const) {
      const answer = await follower.rpc(method, ...params);
      expect(answer).not.toBeNull();
      expect(answer).toEqual(await leader.rpc(method, ...params));
    }
  });

  it('passes transactions on, tells their fate, and refuses to make blocks', async () => {
    using folder = temporaryFolder();
    await using leader = await startLeader(folder.path);
    await using follower = await startFollower(folder.path, leader.url);
    await status(follower, 'the connection', ({ following }) => following.connected);
    using client = await openSocket(follower.url);
    const watch = async (id: number, extrinsic: string) =>
      client.send({ jsonrpc: '2.0', id, method: 'author_submitAndWatchExtrinsic', params: [extrinsic] });
    await watch(1, await transfer(leader, 7n * 10n ** 9n, 0));
    client.send({ jsonrpc: '2.0', id: 2, method: 'chain_subscribeNewHeads', params: [] });
    await pollUntil('the pool of the leader', { withinMs: 30_000 }, async () =>
      (await leader.rpc<string[]>('author_pendingExtrinsics')).length === 1 ? true : undefined,
    );
    const alice = hex(aliceKeys().publicKey);
    expect(await follower.rpc('system_accountNextIndex', alice)).toBe(1);
    expect(await follower.rpc('author_pendingExtrinsics')).toHaveLength(1);
    const block = await leader.rpc('dev_newBlock');
    const fate = () =>
      client.received
        .filter(message => message['method'] === 'author_extrinsicUpdate')
        .map(message => (message['params'] as { result: unknown }).result);
    await pollUntil('the end of the transaction', { withinMs: 30_000 }, () => (fate().length >= 4 ? true : undefined));
    expect(fate()).toEqual(['ready', { broadcast: [] }, { inBlock: block }, { finalized: block }]);
    expect(await follower.rpc('system_accountNextIndex', alice)).toBe(1);
    const heads = client.received.filter(message => message['method'] === 'chain_newHead');
    expect(heads.length).toBeGreaterThanOrEqual(2);

    // The same in the words of the newer specification.
    const submit = { jsonrpc: '2.0', method: 'transactionWatch_v1_submitAndWatch' };
    client.send({ ...submit, id: 5, params: [await transfer(leader, 6n * 10n ** 9n, 1)] });
    await pollUntil('the pool of the leader', { withinMs: 30_000 }, async () =>
      (await leader.rpc<string[]>('author_pendingExtrinsics')).length === 1 ? true : undefined,
    );
    const second = await leader.rpc<string>('dev_newBlock');
    const events = () =>
      client.received
        .filter(message => message['method'] === 'transactionWatch_v1_watchEvent')
        .map(message => (message['params'] as { result: unknown }).result);
    await pollUntil('its end', { withinMs: 30_000 }, () => (events().length >= 3 ? true : undefined));
    expect(events()).toEqual([
      { event: 'validated' },
      { event: 'bestChainBlockIncluded', block: { hash: second, index: 1 } },
      { event: 'finalized', block: { hash: second, index: 1 } },
    ]);
    client.send({ ...submit, id: 6, params: [await transfer(leader, 6n * 10n ** 9n, 1)] });
    await pollUntil('the refusal', { withinMs: 30_000 }, () => (events().length >= 4 ? true : undefined));
    expect(events()[3]).toEqual({ event: 'invalid', error: 'Invalid Transaction: Transaction is outdated' });

    // The leader's own words.
    await watch(3, await transfer(leader, 7n * 10n ** 9n, 0));
    const refused = await pollUntil('the refusal', { withinMs: 30_000 }, () =>
      client.received.find(message => message['id'] === 3),
    );
    expect(refused).toMatchObject({
      error: { code: 1010, message: 'Invalid Transaction', data: 'Transaction is outdated' },
    });
    for (const method of ['dev_newBlock', 'dev_fund', 'author_removeExtrinsic', 'engine_createBlock']) {
      await expect(follower.rpc(method, 1, 1)).rejects.toThrow(`follows ${leader.url}`);
    }
    expect(await follower.rpc('system_health')).toEqual({ peers: 1, isSyncing: false, shouldHavePeers: true });
    expect(await follower.rpc('chain_getHead')).toBe(second);
  });

  it('goes on after the leader was restarted, the connection was cut, and it was killed itself', async () => {
    using folder = temporaryFolder();
    await using first = await startLeader(folder.path);
    const { port } = first;
    await using follower = await startFollower(folder.path, first.url);
    await reaches(follower, await first.rpc('dev_newBlock', 5));
    first.kill('SIGKILL');
    await first.exited;
    await status(follower, 'the loss', ({ following }) => !following.connected);
    expect(follower.stderr).toContain('cannot be reached');
    await expect(follower.rpc('author_submitExtrinsic', '0x00')).rejects.toThrow(`ws://127.0.0.1:${port}`);
    expect(await follower.rpc('chain_getHeader')).not.toBeNull();
    await using second = await startLeader(folder.path, '--port', String(port));
    const head = await second.rpc('dev_newBlock', 300);
    await reaches(follower, head);

    follower.kill('SIGKILL');
    await follower.exited;
    const later = await second.rpc('dev_newBlock', 3);
    await using again = await startFollower(folder.path, second.url);
    await reaches(again, later);
    await second.stop();
    await again.stop();
    // Without a leader it answers what it has.
    await using alone = await startFollower(folder.path, second.url);
    expect(await alone.rpc('chain_getHead')).toBe(later);
  });

  it('hears what becomes of a transaction although the connection to the leader is lost meanwhile', async () => {
    using folder = temporaryFolder();
    await using leader = await startLeader(folder.path);
    await using between = await startFalseLeader(leader);
    await using follower = await startFollower(folder.path, between.url);
    await status(follower, 'the connection', ({ following }) => following.connected);
    using client = await openSocket(follower.url);
    between.trick = ({ method, params, truth }) =>
      method === 'author_submitAndWatchExtrinsic'
        ? leader.rpc('author_submitExtrinsic', ...params).then(() => 'watched')
        : truth();
    const extrinsic = await transfer(leader, 10n ** 10n, 0);
    client.send({ jsonrpc: '2.0', id: 1, method: 'author_submitAndWatchExtrinsic', params: [extrinsic] });
    await pollUntil('the answer', { withinMs: 30_000 }, () => client.received.find(({ id }) => id === 1));
    between.cut();
    const block = await leader.rpc('dev_newBlock');
    const results = () =>
      client.received.flatMap(({ params }) => (params as { result: unknown } | undefined)?.result ?? []);
    await pollUntil('the end', { withinMs: 30_000 }, () => (results().length === 2 ? true : undefined));
    expect(results()).toEqual([{ inBlock: block }, { finalized: block }]);

    // A leader that has lost its pool.
    between.trick = ({ method, truth }) => (method === 'author_submitAndWatchExtrinsic' ? 'watched' : truth());
    const lost = await transfer(leader, 10n ** 10n, 1);
    client.send({ jsonrpc: '2.0', id: 2, method: 'author_submitAndWatchExtrinsic', params: [lost] });
    await pollUntil('the answer', { withinMs: 30_000 }, () => client.received.find(({ id }) => id === 2));
    between.cut();
    await pollUntil('the end', { withinMs: 30_000 }, () => (results().length === 3 ? true : undefined));
    expect(results()[2]).toBe('dropped');
  });

  it('does not count as dropped what waits for others in the pool of the leader', async () => {
    using folder = temporaryFolder();
    await using leader = await startLeader(folder.path);
    await using between = await startFalseLeader(leader);
    await using follower = await startFollower(folder.path, between.url);
    await status(follower, 'the connection', ({ following }) => following.connected);
    using client = await openSocket(follower.url);
    between.trick = ({ method, params, truth }) =>
      method === 'author_submitAndWatchExtrinsic'
        ? leader.rpc('author_submitExtrinsic', ...params).then(() => 'watched')
        : truth();
    const watch = async (id: number, nonce: number) => {
      const extrinsic = await transfer(leader, 10n ** 10n, nonce);
      client.send({ jsonrpc: '2.0', id, method: 'author_submitAndWatchExtrinsic', params: [extrinsic] });
      const { result } = (await pollUntil('the answer', { withinMs: 30_000 }, () =>
        client.received.find(message => message['id'] === id),
      )) as { result: unknown };
      const said = () =>
        client.received.flatMap(({ params }) => {
          const news = params as { subscription: unknown; result: unknown } | undefined;
          return news?.subscription === result ? [news?.result] : [];
        });
      const hears = (...all: unknown[]) =>
        pollUntil(`${id}: ${JSON.stringify(all)}`, { withinMs: 30_000 }, () =>
          JSON.stringify(said()) === JSON.stringify(all) ? true : undefined,
        );
      return { extrinsic, hears };
    };
    const next = await watch(1, 1);
    const last = await watch(2, 3);
    between.cut();
    await Promise.all([next.hears('future'), last.hears('future')]);
    await leader.rpc('author_submitExtrinsic', await transfer(leader, 10n ** 10n, 0));
    const block = await leader.rpc('dev_newBlock');
    await next.hears('future', { inBlock: block }, { finalized: block });
    await last.hears('future');
    // Nobody tells of it any more: it is asked for with the next block.
    expect(await leader.rpc('author_removeExtrinsic', [{ extrinsic: last.extrinsic }])).toHaveLength(1);
    await leader.rpc('dev_newBlock');
    await last.hears('future', 'dropped');
  });

  it('begins where its leader has, with the block that a dump was of', async () => {
    using folder = temporaryFolder();
    await using origin = await startLeader(folder.path);
    await origin.rpc('dev_newBlock', 3);
    const spec = join(folder.path, 'dump.json');
    writeFileSync(spec, JSON.stringify(await origin.rpc('dev_dumpState')));
    const first = await origin.rpc<string>('chain_getHead');
    await using leader = await EngineProcess.start(join(folder.path, 'dumped'), [...MANUAL, '--chain', spec]);
    const head = await leader.rpc<string>('dev_newBlock', 4);
    await using follower = await startFollower(folder.path, leader.url);
    await reaches(follower, head);
    expect(follower.genesis).toBe(origin.genesis);
    expect(await follower.rpc('chain_getBlockHash', 3)).toBe(first);
    expect(
      await follower.rpc('state_getStorage', '0x26aa394eea5630e07c48ae0c9558cef702a5c1b19ab7a04f536c519aca4983ac'),
    ).toBe('0x07000000');
    // It goes back with it, as far as the first block.
    await leader.rpc('dev_revert', { block: 3 });
    const other = await leader.rpc<string>('dev_newBlock', 2);
    await reaches(follower, other);
    await follower.stop();
    // The state is gone: what the dump held is here all the same.
    const own = join(folder.path, 'follower');
    for (const name of readdirSync(own)) if (name.startsWith('state-')) rmSync(join(own, name));
    const again = await startFollower(folder.path, leader.url);
    expect(await again.rpc('chain_getHead')).toBe(other);
    await again.stop();
    // A chain with the same genesis, which has another block there.
    await origin.rpc('dev_revert', { block: 0 });
    await origin.rpc('dev_newBlock', 5);
    await using lost = await startFollower(folder.path, origin.url);
    const { following } = await status(lost, 'the refusal', now => now.following.refused !== undefined);
    expect(following.refused).toMatchObject({
      number: 3,
      reason: expect.stringContaining(`began with block 3, ${first}`),
    });
    expect(await lost.rpc('chain_getHead')).toBe(other);
  });
});

/** Real blocks but for one, which is changed. */
function withBlock(number: number, change: (block: ReturnType<typeof makeBlock>) => string) {
  return (answer: unknown) => {
    const { blocks, ...rest } = answer as BlocksAnswer;
    return { ...rest, blocks: blocks.map(text => (numberOf(text) === number ? change(parse(text)) : text)) };
  };
}

function parse(text: string): ReturnType<typeof makeBlock> {
  const reader = new Reader(unhex(text));
  const header = reader.vec();
  return makeBlock(
    header,
    Array.from({ length: reader.compact() }, () => lengthPrefixed(reader.vec())),
  );
}

const numberOf = (text: string) => parse(text).header.number;

const FALSE_BLOCKS: readonly (readonly [string, (block: ReturnType<typeof makeBlock>) => string, string])[] = [
  [
    'a wrong state root',
    block => {
      const header = block.encodedHeader.slice();
      header[40] = header[40]! ^ 1;
      return writeBlock(makeBlock(header, block.extrinsics));
    },
    'does not verify',
  ],
  [
    'another extrinsic',
    block => {
      const last = block.extrinsics.at(-1)!.slice();
      last[last.length - 1] = last[last.length - 1]! ^ 1;
      return writeBlock(makeBlock(block.encodedHeader, [...block.extrinsics.slice(0, -1), last]));
    },
    'does not verify',
  ],
  [
    'no extrinsics',
    block => writeBlock(makeBlock(block.encodedHeader, [])),
    'Timestamp must be updated once in the block',
  ],
  [
    'another parent',
    block => {
      const header = block.encodedHeader.slice();
      header[0] = header[0]! ^ 1;
      return writeBlock(makeBlock(header, block.extrinsics));
    },
    'has parent',
  ],
];

describe('a follower of a leader that goes back', () => {
  it('goes back with it, ends the subscriptions of its clients, and takes the other blocks', async () => {
    using folder = temporaryFolder();
    await using leader = await startLeader(folder.path, '--finality-lag', '3');
    await using follower = await startFollower(folder.path, leader.url);
    await leader.rpc('dev_newBlock', 10);
    const { id } = await leader.rpc<{ id: number }>('dev_snapshot');
    const old = await leader.rpc('dev_newBlock', 10);
    await reaches(follower, old);
    expect(await follower.rpc('chain_getFinalizedHead')).toBe(await leader.rpc('chain_getBlockHash', 17));
    using client = await openSocket(follower.url);
    client.send({ jsonrpc: '2.0', id: 1, method: 'chain_subscribeNewHeads', params: [] });
    await pollUntil('the subscription', { withinMs: 30_000 }, () =>
      client.received.find(message => message['id'] === 1),
    );
    const closed = once(client.socket, 'close');

    // Only back, with no other block to take.
    await leader.rpc('dev_revert', { id });
    await reaches(follower, await leader.rpc('chain_getBlockHash', 10));
    const [code] = (await closed) as [number];
    expect(code).toBe(4001);
    expect(client.received.at(-1)).toMatchObject({ params: { error: { code: -32099 } } });
    expect(await follower.rpc('chain_getBlockHash', 11)).toBeNull();

    // Back and on, while the follower does not look.
    await leader.rpc('author_submitExtrinsic', await transfer(leader, 5n * 10n ** 9n, 0));
    const other = await leader.rpc('dev_newBlock', 15);
    await reaches(follower, other);
    follower.kill('SIGKILL');
    await follower.exited;
    await leader.rpc('dev_revert', { block: 12 });
    const last = await leader.rpc('dev_newBlock', 30);
    await using again = await startFollower(folder.path, leader.url);
    await reaches(again, last);
    expect(again.stderr).toContain('rewound from block 25 to 12');
    for (const number of [0, 5, 12, 13, 42]) {
      expect(await again.rpc('chain_getBlockHash', number)).toBe(await leader.rpc('chain_getBlockHash', number));
    }
  });

  it('stays where it is when it has discarded the state to go back to', async () => {
    using folder = temporaryFolder();
    await using leader = await startLeader(folder.path, '--archive');
    const head = await leader.rpc('dev_newBlock', 40);
    await using follower = await EngineProcess.start(join(folder.path, 'follower'), [
      '--follow',
      leader.url,
      '--prune',
      '16',
    ]);
    await reaches(follower, head);
    await leader.rpc('dev_revert', { block: 10 });
    const { following } = await status(follower, 'the refusal', now => now.following.refused !== undefined);
    expect(following.refused).toMatchObject({ number: 40, hash: null });
    expect(following.refused?.reason).toContain('the state of block 10 is no longer kept');
    expect(await follower.rpc('chain_getHead')).toBe(head);
  });
});

describe('the check of inherents', () => {
  it('takes a block from the future, and refuses one from before its parent', () => {
    using folder = temporaryFolder();
    using test = openChain(folder.path);
    const { chain, author, time } = test;
    author.build();
    time.nowMs += 10 ** 9;
    const { block } = author.build();
    const parent = chain.stateAt(1)!;
    expect(() => checkInherents(chain.runtime, parent, block, time.nowMs - 10 ** 9)).not.toThrow();
    // Length, version, pallet and call, then the time.
    const [first, ...others] = block.extrinsics;
    const past = lengthPrefixed(joinBytes(first!.subarray(1, 4), compactBig(1_800_000_000_000n)));
    const stale = { ...block, extrinsics: [past, ...others] };
    expect(() => checkInherents(chain.runtime, parent, stale, time.nowMs)).toThrow('refuses its inherents: timstap0');
  });
});

describe('a follower of a leader that lies', () => {
  it.each(
    FALSE_BLOCKS,
  )('stops at a block with %s, says so, serves what it has, and goes on when there is another', async (_, change, text) => {
    using folder = temporaryFolder();
    await using leader = await startLeader(folder.path);
    await leader.rpc('dev_newBlock', 20);
    await using liar = await startFalseLeader(leader);
    const lie = withBlock(12, change);
    liar.trick = async ({ method, params, truth }) => {
      const answer = await truth();
      if (method === 'chain_getBlockHash' && params[0] === 12) return `0x${'12'.repeat(32)}`;
      return method === 'dev_blocks' ? lie(answer) : answer;
    };
    await using follower = await startFollower(folder.path, liar.url);
    const { following, head } = await status(follower, 'the refusal', now => now.following.refused !== undefined);
    expect(following.refused).toMatchObject({ number: 12, reason: expect.stringContaining(text) });
    expect(head).toBe(await leader.rpc('chain_getBlockHash', 11));
    expect(await follower.rpc('state_getMetadata')).toBe(await leader.rpc('state_getMetadata'));
    await pollUntil('the line', { withinMs: 30_000 }, () => follower.stderr.includes('block 12 of') || undefined);
    expect(follower.stderr).toContain(`stays at block 11 (${head})`);
    liar.trick = undefined;
    liar.cut();
    await reaches(follower, await leader.rpc('chain_getHead'));
    expect(follower.stderr.split('is refused')).toHaveLength(2);
  });

  it('stops when the leader begins another chain', async () => {
    using folder = temporaryFolder();
    await using first = await startLeader(folder.path);
    await using follower = await startFollower(folder.path, first.url);
    const head = await first.rpc('dev_newBlock', 3);
    await reaches(follower, head);
    const { port } = first;
    await first.stop();
    rmSync(join(folder.path, 'leader'), { recursive: true });
    const patch = '{"balances":{"balances":[["5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY",1000000000000]]}}';
    await using other = await startLeader(folder.path, '--port', String(port), '--genesis-patch', patch);
    await other.rpc('dev_newBlock', 5);
    const { following } = await status(follower, 'the refusal', now => now.following.refused !== undefined);
    expect(following.refused).toMatchObject({ number: 0, hash: other.genesis });
    expect(following.refused?.reason).toContain('another chain');
    expect(await follower.rpc('chain_getHead')).toBe(head);
  });

  it('outlives nonsense, silence, endless data and huge frames', async () => {
    using folder = temporaryFolder();
    await using leader = await startLeader(folder.path);
    await leader.rpc('dev_newBlock', 3);
    await using liar = await startFalseLeader(leader);
    await using follower = await startFollower(folder.path, liar.url);
    const head = await leader.rpc('chain_getHead');
    await reaches(follower, head);
    const hashOf = (answer: unknown) => ({ ...(answer as object), head: 'none' });
    const tricks: NonNullable<typeof liar.trick>[] = [
      ({ socket }) => socket.send('{nonsense'),
      ({ socket }) => socket.send('[1,2,3]'),
      ({ socket }) => socket.send(Buffer.alloc(1000, 255)),
      () => 'no blocks',
      () => ({ head: { number: 1e30, hash: '0x' }, known: true, blocks: [] }),
      async ({ truth }) => hashOf(await truth()),
      ({ method, truth }) =>
        method === 'dev_blocks'
          ? { head: { number: 9, hash: `0x${'00'.repeat(32)}` }, known: true, blocks: ['0xffffffffffffff', 7] }
          : truth(),
      // One frame of 80 MiB, and a message that never ends.
      ({ socket }) => socket.send(Buffer.alloc(80 * 2 ** 20, 32)),
      ({ socket }) => {
        const chunk = Buffer.alloc(2 ** 20, 32);
        const more = () => {
          if (socket.readyState === socket.OPEN) socket.send(chunk, { fin: false }, () => setImmediate(more));
        };
        more();
      },
      // Notifications that nobody asked for, as fast as they are taken.
      ({ socket }) => {
        const notice = JSON.stringify({
          jsonrpc: '2.0',
          method: 'x',
          params: { subscription: 'x', result: 'y'.repeat(1e5) },
        });
        const more = () => {
          if (socket.readyState === socket.OPEN) socket.send(notice, () => setImmediate(more));
        };
        more();
      },
      () => undefined,
    ];
    for (const trick of tricks) {
      let played = 0;
      liar.trick = request => {
        played++;
        return trick(request);
      };
      liar.cut();
      await pollUntil(`trick ${tricks.indexOf(trick)}`, { withinMs: 30_000 }, () => (played > 0 ? true : undefined));
      expect(await follower.rpc('chain_getHead')).toBe(head);
    }
    liar.trick = undefined;
    liar.cut();
    const later = await leader.rpc('dev_newBlock', 2);
    const { memoryBytes } = await reaches(follower, later);
    expect(memoryBytes).toBeLessThan(700 * 2 ** 20);
  });

  it('does not begin with a first state that is not that of the leader, and begins when it is', async () => {
    using folder = temporaryFolder();
    await using leader = await startLeader(folder.path);
    await using liar = await startFalseLeader(leader);
    const begin = async () => {
      await using follower = EngineProcess.spawn(join(folder.path, 'follower'), ['--follow', liar.url]);
      await follower.exited;
      return follower.stderr;
    };
    const whole: Uint8Array[] = [];
    for (let bytes = 0, total = 1; bytes < total; ) {
      const part = await leader.rpc<{ bytes: string; total: number }>('dev_genesis', bytes);
      whole.push(unhex(part.bytes));
      bytes += whole.at(-1)!.length;
      total = part.total;
    }
    const answers = (...parts: Uint8Array[]) => {
      const bytes = joinBytes(...parts);
      liar.trick = ({ method, params, truth }) =>
        method === 'dev_genesis'
          ? { bytes: hex(bytes.subarray(params[0] as number, (params[0] as number) + 2 ** 20)), total: bytes.length }
          : truth();
    };
    // One more entry, in a record of its own in front.
    const { payload } = encodeChanges(0, new Map([['more', Uint8Array.of(1)]]), SNAPSHOT[1]);
    const frame = new DataView(new ArrayBuffer(8));
    frame.setUint32(0, payload.length, true);
    frame.setUint32(4, crc32(payload), true);
    answers(new Uint8Array(frame.buffer), payload, ...whole);
    expect(await begin()).toContain('the first state that was sent gives block 0 the hash');
    answers(new Uint8Array(1000).fill(7));
    expect(await begin()).toContain('what is no first state');
    answers(...whole.slice(0, -1), whole.at(-1)!.subarray(0, -1));
    expect(await begin()).toContain('what is no first state');
    liar.trick = ({ method, truth }) => (method === 'dev_genesis' ? { bytes: '0x00', total: 2 ** 40 } : truth());
    expect(await begin()).toContain('no part of a first state');
    liar.trick = ({ method, truth }) => (method === 'dev_genesis' ? { bytes: '0x', total: 10 } : truth());
    expect(await begin()).toContain('no part of a first state');
    expect(existsSync(join(folder.path, 'follower', 'chain.json'))).toBe(false);
    liar.trick = undefined;
    await using follower = await startFollower(folder.path, liar.url);
    expect(follower.genesis).toBe(leader.genesis);
  });
});
