import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { aliceKeys, signByAlice, transferCall } from '../../localnet/engine/chain/transaction.js';
import { hex, join as joinBytes, Reader, unhex } from '../../localnet/engine/codec.js';
import { twox } from '../../localnet/engine/runtime/host/crypto-library.js';
import { type Metadata, readMetadata } from '../../localnet/engine/runtime/metadata.js';
import type { RuntimeVersion } from '../../localnet/engine/runtime/runtime.js';
import { messageOf, pollUntil } from '../../src/base/index.js';
import { EngineProcess, type Listening, openSocket } from './engine-process.js';
import { startFalseLeader } from './false-leader.js';
import { account, temporaryFolder } from './fixture.js';

interface Status {
  number: number;
  head: string;
  timestampMs: number;
  ready: number;
  memoryBytes: number;
  forkedFrom: { url: string; number: number; hash: string; isWhole: boolean };
}

interface Header {
  number: string;
  parentHash: string;
}

const MANUAL = ['--block-time', 'manual'];
const SECOND = 10n ** 9n;
const ALICE = '5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY';
const BOB = '5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty';
/** What the source begins with: another sudo key, and little money. */
const PATCH = `{"balances":{"balances":[["${ALICE}",900000000000000]]},"sudo":{"key":"${BOB}"}}`;

const item = (pallet: string, name: string) => joinBytes(twox(Buffer.from(pallet), 2), twox(Buffer.from(name), 2));

async function metadataOf(engine: Listening): Promise<Metadata> {
  return readMetadata(unhex(await engine.rpc<string>('state_getMetadata')));
}

async function sign(engine: Listening, call: Uint8Array): Promise<string> {
  const version = await engine.rpc<RuntimeVersion>('state_getRuntimeVersion');
  const nonce = await engine.rpc<number>('system_accountNextIndex', ALICE);
  return hex(signByAlice({ metadata: await metadataOf(engine), version, genesisHash: engine.genesis, call, nonce }));
}

/** Submits and puts it into a block, whose hash it returns. */
async function send(engine: Listening, call: Uint8Array): Promise<string> {
  const extrinsic = await sign(engine, call);
  await engine.rpc('author_submitExtrinsic', extrinsic);
  const hash = await engine.rpc<string>('dev_newBlock');
  const { block } = await engine.rpc<{ block: { extrinsics: string[] } }>('chain_getBlock', hash);
  expect(block.extrinsics).toContain(extrinsic);
  return hash;
}

const transfer = async (engine: Listening, to: number, amount: bigint) =>
  send(engine, transferCall(await metadataOf(engine), account(to), amount));

async function registerNetwork(engine: Listening): Promise<string> {
  const found = (await metadataOf(engine)).call('SubtensorModule', 'register_network')!;
  return send(engine, joinBytes(Uint8Array.of(found.pallet, found.call), account(500)));
}

async function freeOf(engine: Listening, who: Uint8Array): Promise<bigint> {
  const keys = await engine.rpc<string[]>('state_getKeysPaged', hex(item('System', 'Account')), 1000);
  const key = keys.find(text => text.endsWith(hex(who).slice(2)));
  if (!key) return 0n;
  return new Reader(unhex(await engine.rpc<string>('state_getStorage', key)), 16).u64();
}

async function subnets(engine: Listening): Promise<number> {
  const value = await engine.rpc<string>('state_getStorage', hex(item('SubtensorModule', 'TotalNetworks')));
  return unhex(value)[0]!;
}

/** A chain with its own balances, a subnet and transfers. */
async function startSource(folder: string): Promise<Listening> {
  const source = await EngineProcess.start(join(folder, 'source'), [
    ...MANUAL,
    '--genesis-patch',
    PATCH,
    '--name',
    'Source',
  ]);
  for (let i = 0; i < 3; i++) await transfer(source, i, BigInt(i + 1) * SECOND);
  await registerNetwork(source);
  await source.rpc('dev_newBlock', 20);
  return source;
}

function startFork(folder: string, url: string, ...args: string[]): Promise<Listening> {
  return EngineProcess.start(join(folder, 'fork'), [...MANUAL, '--fork', url, ...args]);
}

const pairs = async (engine: Listening, at?: string) =>
  new Map(await engine.rpc<[string, string][]>('state_getPairs', '0x', at));

const whole = (fork: Listening) =>
  pollUntil('the whole state', { withinMs: 30_000 }, async () =>
    (await fork.rpc<Status>('dev_status')).forkedFrom.isWhole ? true : undefined,
  );

describe('a fork of another chain', () => {
  it('begins with its state, builds on its block, and goes on without it and after a restart', async () => {
    using folder = temporaryFolder();
    await using source = await startSource(folder.path);
    const head = await source.rpc<Status>('dev_status');
    await using fork = await startFork(folder.path, source.url);
    expect(fork.genesis).toBe(source.genesis);
    const first = await fork.rpc<Status>('dev_status');
    expect(first).toMatchObject({ number: head.number, head: head.head });
    expect(first.forkedFrom).toMatchObject({ url: source.url, number: head.number, hash: head.head });
    expect(fork.stderr).toContain('//Alice is its sudo key');
    expect(await fork.rpc('system_chain')).toBe('Source');

    // All but the gifts is equal.
    const theirs = await pairs(source);
    const ours = await pairs(fork);
    const all = new Set([...theirs.keys(), ...ours.keys()]);
    const different = [...all].filter(key => ours.get(key) !== theirs.get(key));
    // Ten accounts, their sum, and the sudo key.
    expect(different).toHaveLength(12);
    const account0 = hex(item('System', 'Account'));
    const issuance = hex(item('Balances', 'TotalIssuance'));
    const sudo = hex(item('Sudo', 'Key'));
    expect(different.every(key => key.startsWith(account0) || key === issuance || key === sudo)).toBe(true);
    expect(await fork.rpc('state_getStorage', sudo)).toBe(hex(aliceKeys().publicKey));
    expect(await freeOf(fork, aliceKeys().publicKey)).toBe(1_000_000n * SECOND);
    expect(await freeOf(source, aliceKeys().publicKey)).toBeLessThan(900_000n * SECOND);
    for (const to of [0, 1, 2]) expect(await freeOf(fork, account(to))).toBe(BigInt(to + 1) * SECOND);
    expect(await subnets(fork)).toBe(await subnets(source));

    // Each goes its own way from here.
    const next = await transfer(fork, 7, 5n * SECOND);
    expect(await fork.rpc<Header>('chain_getHeader', next)).toMatchObject({
      number: `0x${(head.number + 1).toString(16)}`,
      parentHash: head.head,
    });
    expect((await fork.rpc<Status>('dev_status')).timestampMs).toBeGreaterThan(head.timestampMs);
    await source.rpc('dev_newBlock', 3);
    expect(await fork.rpc('chain_getBlockHash', head.number + 2)).toBeNull();
    expect(await source.rpc('chain_getBlockHash', head.number + 1)).not.toBe(next);

    // What lies before the fork is that of the source.
    const hashes = [0, 5, head.number - 1];
    expect(await fork.rpc('chain_getBlockHash', hashes)).toEqual(await source.rpc('chain_getBlockHash', hashes));
    const fifth = await source.rpc<string>('chain_getBlockHash', 5);
    expect(await fork.rpc('chain_getBlock', fifth)).toEqual(await source.rpc('chain_getBlock', fifth));
    expect(await pairs(fork, fifth)).toEqual(await pairs(source, fifth));
    expect(await fork.rpc('chain_getHeader', `0x${'77'.repeat(32)}`)).toBeNull();
    await expect(fork.rpc('state_getReadProof', ['0x00'])).rejects.toThrow('no proofs');
    await expect(fork.rpc('dev_genesis')).rejects.toThrow('cannot be followed');
    await using follower = EngineProcess.spawn(join(folder.path, 'follower'), ['--follow', fork.url]);
    expect(await follower.exited).toBe(2);
    expect(follower.stderr).toContain(`${fork.url} cannot be followed: it is a fork of ${source.url}`);

    await whole(fork);
    source.kill('SIGKILL');
    await source.exited;
    await transfer(fork, 8, 6n * SECOND);
    const networks = await subnets(fork);
    await registerNetwork(fork);
    expect(await subnets(fork)).toBe(networks + 1);
    // The comforts of a local chain, by the sudo key that the fork has.
    const accounts = await fork.rpc<{ address: string; freeRao: string }[]>('dev_accounts');
    expect(accounts).toHaveLength(10);
    expect(accounts.slice(1).every(({ freeRao }) => BigInt(freeRao) === 1_000_000n * SECOND)).toBe(true);
    const given = fork.rpc('dev_setBalance', hex(account(3)), '123456789');
    await pollUntil('the pool', { withinMs: 30_000 }, async () =>
      (await fork.rpc<Status>('dev_status')).ready === 1 ? true : undefined,
    );
    await fork.rpc('dev_newBlock');
    await given;
    expect(await freeOf(fork, account(3))).toBe(123_456_789n);
    // Through epochs.
    const last = await fork.rpc('dev_newBlock', 400);
    const state = await pairs(fork);
    await fork.stop();
    await using again = await startFork(folder.path, source.url);
    expect(await again.rpc('chain_getHead')).toBe(last);
    expect(await pairs(again)).toEqual(state);
    expect(await freeOf(again, account(7))).toBe(5n * SECOND);
    await transfer(again, 9, 7n * SECOND);
    expect(await freeOf(again, account(9))).toBe(7n * SECOND);
    again.kill('SIGKILL');
    await again.exited;
    await using third = await startFork(folder.path, `${source.url}/?apikey=mine`);
    expect(await freeOf(third, account(9))).toBe(7n * SECOND);
    const missing = await third.rpc('chain_getBlockHash', 5).catch(messageOf);
    expect(missing).toContain('block 5 is not here');
    const { forkedFrom } = await third.rpc<Status>('dev_status');
    expect(forkedFrom.url).toBe(`${source.url}/...`);
    expect(`${missing}${JSON.stringify(forkedFrom)}${third.stderr}`).not.toContain('mine');
  });

  it('gives the same blocks for the same transactions, whatever was fetched when', async () => {
    using folder = temporaryFolder();
    await using source = await startSource(folder.path);
    const start = (name: string, ahead: string) =>
      EngineProcess.start(join(folder.path, name), [
        ...['--deterministic', '--block-time', 'manual', '--fork', source.url, '--fork-block', '10'],
        ...['--fork-ahead', ahead],
      ]);
    const heads: string[] = [];
    await using lazy = await start('lazy', '0');
    expect((await lazy.rpc<Status>('dev_status')).number).toBe(10);
    heads.push(await transfer(lazy, 3, SECOND));
    // Removes what the source has.
    const metadata = await metadataOf(lazy);
    const { pallet, call } = metadata.call('System', 'kill_prefix')!;
    const sudo = metadata.call('Sudo', 'sudo')!;
    const prefix = item('SubtensorModule', 'NetworksAdded');
    const kill = joinBytes(Uint8Array.of(pallet, call, prefix.length << 2), prefix, Uint8Array.of(10, 0, 0, 0));
    heads.push(await send(lazy, joinBytes(Uint8Array.of(sudo.pallet, sudo.call), kill)));
    expect(await lazy.rpc('state_getKeysPaged', hex(prefix), 10)).toEqual([]);
    heads.push(await lazy.rpc<string>('dev_newBlock', 5));

    await using eager = await start('eager', '100000');
    await whole(eager);
    for (const [i, head] of heads.entries()) {
      const { block } = await lazy.rpc<{ block: { extrinsics: string[] } }>('chain_getBlock', head);
      const last = block.extrinsics.at(-1)!;
      if (i < 2) await eager.rpc('author_submitExtrinsic', last);
      expect(await eager.rpc('dev_newBlock', i < 2 ? 1 : 5)).toBe(head);
    }
  });

  it('says what is not here when the source is gone, and goes on with what is', async () => {
    using folder = temporaryFolder();
    await using source = await startSource(folder.path);
    await using fork = await startFork(folder.path, source.url, '--fork-ahead', '0', '--fork-timeout', '1');
    const { number } = await fork.rpc<Status>('dev_status');
    await transfer(fork, 7, 5n * SECOND);
    source.kill('SIGKILL');
    await source.exited;
    const never = hex(item('Balances', 'Locks'));
    await expect(fork.rpc('state_getStorage', never)).rejects.toThrow(`storage ${never} is not here`);
    await expect(fork.rpc('state_getKeysPaged', never, 10)).rejects.toThrow('is not here');
    await expect(fork.rpc('chain_getBlockHash', 3)).rejects.toThrow('block 3 is not here');
    // Without it no client can begin.
    expect(await fork.rpc('chain_getBlockHash', 0)).toBe(source.genesis);
    // Blocks and transfers of accounts that are here need nothing else.
    await transfer(fork, 7, 6n * SECOND);
    expect((await fork.rpc<Status>('dev_status')).number).toBe(number + 2);
    // One to somebody of whom nothing is known: it is dropped, with the reason in the log, and the chain goes on.
    using client = await openSocket(fork.url);
    const unknown = await sign(fork, transferCall(await metadataOf(fork), account(4321), SECOND));
    client.send({ jsonrpc: '2.0', id: 1, method: 'author_submitAndWatchExtrinsic', params: [unknown] });
    await pollUntil('the pool', { withinMs: 30_000 }, async () =>
      (await fork.rpc<Status>('dev_status')).ready === 1 ? true : undefined,
    );
    await fork.rpc('dev_newBlock');
    await pollUntil('the end', { withinMs: 30_000 }, () =>
      client.received.find(({ params }) => (params as { result: unknown } | undefined)?.result === 'invalid'),
    );
    expect(fork.stderr).toMatch(/a transaction is dropped: storage 0x26aa394eea5630e07c48ae0c9558cef7\w+ is not here/);
    // A block that needs more than is here fails, says what, and leaves the chain as it is.
    const { head } = await fork.rpc<Status>('dev_status');
    await expect(fork.rpc('dev_newBlock', 400)).rejects.toThrow(/storage 0x\w+ is not here/);
    const { head: later } = await fork.rpc<Status>('dev_status');
    expect(later).not.toBe(head);
    await fork.stop();
    await using again = await startFork(folder.path, source.url, '--fork-ahead', '0', '--fork-timeout', '1');
    expect(await again.rpc('chain_getHead')).toBe(later);
    await expect(again.rpc('dev_newBlock')).rejects.toThrow('is not here');
    // And goes on when the source is back.
    await using back = await EngineProcess.start(join(folder.path, 'source'), [
      ...MANUAL,
      '--port',
      String(source.port),
      '--genesis-patch',
      PATCH,
    ]);
    expect(back.genesis).toBe(again.genesis);
    await pollUntil('blocks again', { withinMs: 30_000, everyMs: 500 }, () =>
      again.rpc('dev_newBlock', 2).catch(() => undefined),
    );
  });

  it('survives a source that hangs, lies, or is another chain', async () => {
    using folder = temporaryFolder();
    await using source = await startSource(folder.path);
    await using liar = await startFalseLeader(source);
    const options = ['--fork-ahead', '0', '--fork-timeout', '1'];
    const begin = async () => {
      await using fork = EngineProcess.spawn(join(folder.path, 'fork'), [...MANUAL, '--fork', liar.url, ...options]);
      expect(await fork.exited).not.toBe(0);
      expect(existsSync(join(folder.path, 'fork', 'chain.json'))).toBe(false);
      return fork.stderr;
    };
    liar.trick = () => undefined;
    expect(await begin()).toContain('no answer to chain_getBlockHash within 1000 ms');
    liar.trick = ({ socket }) => socket.send('{nonsense');
    expect(await begin()).toContain('no JSON-RPC');
    liar.trick = ({ method, truth }) => (method === 'chain_getBlock' ? { block: { header: 7 } } : truth());
    expect(await begin()).toContain('what is no block');
    liar.trick = async ({ method, truth }) => {
      const answer = (await truth()) as { block: { header: Header } };
      if (method === 'chain_getBlock') answer.block.header.number = '0x7';
      return answer;
    };
    expect(await begin()).toContain('a block whose hash is');
    liar.trick = ({ method, params, truth }) =>
      method === 'state_getStorage' && params[0] === '0x3a636f6465' ? '0xdeadbeef' : truth();
    expect(await begin()).toContain('not a usable wasm module');

    liar.trick = undefined;
    await using fork = await startFork(folder.path, liar.url, ...options);
    await fork.rpc('dev_newBlock');
    const never = hex(item('Balances', 'Locks'));
    for (const trick of [() => undefined, () => '0x0', () => 7] as const) {
      liar.trick = trick;
      liar.cut();
      const before = performance.now();
      await expect(fork.rpc('state_getStorage', never)).rejects.toThrow(`storage ${never} is not here`);
      // Others are not kept waiting for the same silence.
      await expect(fork.rpc('state_getStorage', `${never}00`)).rejects.toThrow('is not here');
      expect(performance.now() - before).toBeLessThan(20_000);
      await fork.rpc('dev_newBlock');
    }
    // The block that it was forked from is another one there now.
    liar.trick = ({ method, truth }) => (method === 'chain_getBlockHash' ? `0x${'12'.repeat(32)}` : truth());
    liar.cut();
    const reason = await pollUntil('the reason', { withinMs: 30_000, everyMs: 500 }, () =>
      fork.rpc('state_getStorage', never).then(
        () => undefined,
        (error: Error) => (error.message.includes('another chain now') ? error.message : undefined),
      ),
    );
    expect(reason).toContain(liar.url);
    liar.trick = undefined;
    liar.cut();
    await pollUntil('an answer', { withinMs: 30_000, everyMs: 500 }, () =>
      fork.rpc('state_getStorage', never).then(
        value => (value === null ? true : undefined),
        () => undefined,
      ),
    );
    const { memoryBytes } = await fork.rpc<Status>('dev_status');
    expect(memoryBytes).toBeLessThan(700 * 2 ** 20);
  });

  it.each([
    [['--fork', 'nonsense'], '--fork has to be an address'],
    [['--fork', 'ws://127.0.0.1:1', '--chain', 'x.json'], '--fork excludes --chain'],
    [['--fork', 'ws://127.0.0.1:1', '--fork-block', 'newest'], '--fork-block has to be the hash or the number'],
    [['--fork', 'ws://127.0.0.1:1', '--fork-timeout', '0'], '--fork-timeout has to be seconds'],
    [['--fork', 'ws://127.0.0.1:1', '--fork-ahead', 'all'], '--fork-ahead has to be a number of keys'],
    [['--fork-block', '7'], '--fork-block needs --fork'],
    [['--follow', 'ws://127.0.0.1:1', '--fork', 'ws://127.0.0.1:1'], '--follow excludes --fork'],
    [['--follow', 'ws://127.0.0.1:1', '--preset', 'x'], '--follow excludes --preset'],
    [['--follow', 'ftp://127.0.0.1:1'], '--follow has to be an address'],
  ])('refuses %j with exit code 2', async (args, text) => {
    using folder = temporaryFolder();
    await using engine = EngineProcess.spawn(folder.path, args);
    expect(await engine.exited).toBe(2);
    expect(engine.stderr).toContain(text);
  });

  it('refuses a folder that holds something else', async () => {
    using folder = temporaryFolder();
    await using source = await startSource(folder.path);
    const begin = async (...args: string[]) => {
      await using engine = EngineProcess.spawn(join(folder.path, 'fork'), [...MANUAL, ...args]);
      return [await engine.exited, engine.stderr] as const;
    };
    await using fork = await startFork(folder.path, source.url);
    const { number } = await fork.rpc<Status>('dev_status');
    await fork.stop();
    const [code, text] = await begin('--fork', source.url, '--fork-block', '3');
    expect([code, text]).toEqual([5, expect.stringContaining(`holds a fork of block ${number}`)]);
    expect((await begin())[1]).toContain('holds another chain');
    await using own = await EngineProcess.start(join(folder.path, 'own'), MANUAL);
    await own.stop();
    await using engine = EngineProcess.spawn(join(folder.path, 'own'), ['--fork', source.url]);
    expect(await engine.exited).toBe(5);
    expect(engine.stderr).toContain('holds a chain that is no fork');
  });
});
