import { appendFileSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseRawSpec } from '../../localnet/engine/chain/genesis.js';
import { type Block, encodeHeader, type Header, makeBlock } from '../../localnet/engine/chain/header.js';
import { aliceKeys } from '../../localnet/engine/chain/transaction.js';
import { hex, keyHex, Reader, toKey, unhex } from '../../localnet/engine/codec.js';
import { blake2b, blake2b256, twox } from '../../localnet/engine/runtime/host/crypto-library.js';
import { childPrefix, childRootKey } from '../../localnet/engine/state/child.js';
import { Trie } from '../../localnet/engine/state/trie.js';
import { LogFile } from '../../localnet/engine/store/log-file.js';
import { silentLog } from '../../src/base/index.js';
import { account, inOrder, keepingLog, openChain, runtimeCode, type TestChain, temporaryFolder } from './fixture.js';

const AMOUNT = 1_000_000_000n;

/** The free balance (u64) of System.Account. */
function balance({ chain }: TestChain, who: Uint8Array, at = chain.head.header.number): bigint {
  const prefix = toKey(twox(Buffer.from('System'), 2)) + toKey(twox(Buffer.from('Account'), 2));
  const value = chain.stateAt(at)!.get(prefix + toKey(blake2b(who, 16)) + toKey(who));
  return value ? new Reader(value, 16).u64() : 0n;
}

describe('a chain', () => {
  it('includes transfers in order, moves time forward, and reads old states', () => {
    using folder = temporaryFolder();
    using test = openChain(folder.path);
    const to = account(1);
    const first = test.chain.build(inOrder(test.transfer(to, AMOUNT, 0), test.transfer(to, AMOUNT, 1)));
    expect(first.block.extrinsics).toHaveLength(3);
    expect(balance(test, to)).toBe(2n * AMOUNT);
    const before = test.chain.timestampMs;
    test.time.nowMs = 5;
    test.chain.build(inOrder(test.transfer(to, AMOUNT, 2)));
    expect(test.chain.timestampMs).toBeGreaterThan(before);
    expect([0, 1, 2].map(at => balance(test, to, at))).toEqual([0n, 2n * AMOUNT, 3n * AMOUNT]);
    expect(test.chain.hashAt(1)).toBe(first.block.hash);
    expect(test.chain.numberOf(first.block.hash)).toBe(1);
    expect(test.chain.numberOf(`0x${'00'.repeat(32)}`)).toBeUndefined();
    expect(test.chain.block(1)).toEqual(first.block);
  });

  it('leaves out what is invalid and goes on with the rest', () => {
    using folder = temporaryFolder();
    using test = openChain(folder.path);
    const wrong = Uint8Array.from(test.transfer(account(1), AMOUNT, 0));
    wrong[50]! ^= 1;
    const offered = inOrder(
      wrong,
      Uint8Array.of(8, 1, 2),
      test.transfer(account(1), AMOUNT, 5),
      test.transfer(account(1), AMOUNT, 0),
    );
    const { block } = test.chain.build(offered);
    expect(block.extrinsics).toHaveLength(2);
    expect(offered.refused.map(({ fate }) => fate)).toEqual(['invalid', 'invalid', 'later']);
    expect(offered.refused[0]!.reason).toBe('Transaction has a bad signature');
    expect(offered.refused[1]!.reason).toContain('Bad input data');
  });

  it('is executed again by another chain to the same hashes, and verifies each signature only once', () => {
    using here = temporaryFolder();
    using there = temporaryFolder();
    using author = openChain(here.path);
    using follower = openChain(there.path);
    expect(follower.chain.genesisHash).toBe(author.chain.genesisHash);
    const misses = author.signatures.misses;
    for (let i = 0; i < 5; i++) {
      author.pool.submit(author.transfer(account(i), AMOUNT, i));
      follower.chain.import(author.author.build().block);
    }
    expect(follower.chain.head.hash).toBe(author.chain.head.hash);
    expect(balance(follower, account(4))).toBe(AMOUNT);
    expect(author.signatures.misses - misses).toBe(5);
  });

  it('reports that a transaction cannot pay, as the pool of any node does', () => {
    using folder = temporaryFolder();
    using test = openChain(folder.path);
    const bytes = Uint8Array.from(test.transfer(account(1), AMOUNT, 0));
    bytes[bytes.length - 1]! ^= 1;
    expect(() => test.pool.submit(bytes)).toThrow(
      expect.objectContaining({ code: 1010, data: 'Transaction has a bad signature' }),
    );
    expect(() => test.pool.submit(Uint8Array.of(4, 0))).toThrow(expect.objectContaining({ code: 1002 }));
  });
});

describe('a tampered block', () => {
  const change = (bytes: Uint8Array, at: number) => {
    const copy = Uint8Array.from(bytes);
    copy[at]! ^= 1;
    return copy;
  };
  const withHeader = (block: Block, changed: Partial<Header>) =>
    makeBlock(encodeHeader({ ...block.header, ...changed }), block.extrinsics);
  const cases: Record<string, (block: Block) => Block> = {
    'with a changed call': ({ encodedHeader, extrinsics: [time, transfer] }) =>
      makeBlock(encodedHeader, [time!, change(transfer!, transfer!.length - 1)]),
    'with a changed signature': ({ encodedHeader, extrinsics: [time, transfer] }) =>
      makeBlock(encodedHeader, [time!, change(transfer!, 60)]),
    'with a dropped extrinsic': ({ encodedHeader, extrinsics }) => makeBlock(encodedHeader, extrinsics.slice(0, 1)),
    'without its timestamp': ({ encodedHeader, extrinsics }) => makeBlock(encodedHeader, extrinsics.slice(1)),
    'with a repeated extrinsic': ({ encodedHeader, extrinsics }) =>
      makeBlock(encodedHeader, [...extrinsics, extrinsics[1]!]),
    'with another time': ({ encodedHeader, extrinsics: [time, ...rest] }) =>
      makeBlock(encodedHeader, [change(time!, time!.length - 2), ...rest]),
    'with another state root': block => withHeader(block, { stateRoot: change(block.header.stateRoot, 0) }),
    'with another extrinsics root': block =>
      withHeader(block, { extrinsicsRoot: change(block.header.extrinsicsRoot, 5) }),
    'with another slot': block => withHeader(block, { digest: block.header.digest.map(item => change(item, 7)) }),
    'with a further digest item': block =>
      withHeader(block, { digest: [...block.header.digest, Uint8Array.of(0, 4, 9)] }),
    'without its digest': block => withHeader(block, { digest: [] }),
    'with another parent': block => withHeader(block, { parentHash: change(block.header.parentHash, 3) }),
    'with another number': block => withHeader(block, { number: block.header.number + 1 }),
    'with another hash': block => ({ ...block, hash: hex(blake2b256(unhex(block.hash))) }),
  };

  it.each(Object.keys(cases))('%s is refused, and nothing changes', name => {
    using here = temporaryFolder();
    using there = temporaryFolder();
    using author = openChain(here.path);
    using follower = openChain(there.path);
    author.chain.build(inOrder(author.transfer(account(1), AMOUNT, 0)));
    follower.chain.import(author.chain.head);
    const { block } = author.chain.build(inOrder(author.transfer(account(2), AMOUNT, 1)));
    const root = hex(follower.chain.state.trie(1).root);
    const sizes = () => readdirSync(there.path).map(file => statSync(join(there.path, file)).size);
    const before = sizes();
    let refused: unknown;
    try {
      follower.chain.import(cases[name]!(block));
    } catch (error) {
      refused = error;
    }
    expect(refused).toMatchObject({ code: 'bad_block' });
    expect(hex(follower.chain.state.trie(1).root)).toBe(root);
    expect(follower.chain.head.header.number).toBe(1);
    expect(sizes()).toEqual(before);
    follower.chain.import(block);
    expect(follower.chain.head.hash).toBe(author.chain.head.hash);
    expect(() => follower.chain.import(block)).toThrow('does not follow block 2');
  });
});

describe('a chain that is opened again', () => {
  const grown = (folder: string, blocks = 4) => {
    const test = openChain(folder);
    for (let i = 0; i < blocks; i++) test.chain.build(inOrder(test.transfer(account(i), AMOUNT, i)));
    return test;
  };

  it('has the same genesis, head, time and old states', () => {
    using folder = temporaryFolder();
    const test = grown(folder.path);
    const { genesisHash, head, timestampMs } = test.chain;
    test.close();
    using again = openChain(folder.path);
    expect(again.chain.genesisHash).toBe(genesisHash);
    expect(again.chain.head).toEqual(head);
    expect(again.chain.timestampMs).toBe(timestampMs);
    expect(balance(again, account(3), 3)).toBe(0n);
    expect(balance(again, account(3))).toBe(AMOUNT);
    again.chain.build(inOrder(again.transfer(account(9), AMOUNT, 4)));
    expect(balance(again, account(9))).toBe(AMOUNT);
  });

  it.each(['blocks.log', 'state-0000000000.log'])('loses at most the torn block when %s has a torn tail', name => {
    using folder = temporaryFolder();
    const test = grown(folder.path);
    const hashes = [1, 2, 3, 4].map(number => test.chain.hashAt(number));
    test.close();
    const path = join(folder.path, name);
    truncateSync(path, statSync(path).size - 5);
    const log = keepingLog();
    using again = openChain(folder.path, { log });
    // The state of a block that is there is made again by executing it.
    expect(again.chain.head.hash).toBe(hashes[name === 'blocks.log' ? 2 : 3]);
    expect(log.lines[0]).toContain('cut off');
    expect(hex(again.chain.state.trie(1).root)).toBe(hex(again.chain.head.header.stateRoot));
    again.chain.build(inOrder());
  });

  it('executes blocks again whose states were lost', () => {
    using folder = temporaryFolder();
    using other = temporaryFolder();
    openChain(other.path).close();
    const test = grown(folder.path);
    const { head } = test.chain;
    test.close();
    const state = 'state-0000000000.log';
    writeFileSync(join(folder.path, state), readFileSync(join(other.path, state)));
    const log = keepingLog();
    using again = openChain(folder.path, { log });
    expect(log.lines).toContain('warn: executing 4 blocks again whose state was not on the disk');
    expect(again.chain.head.hash).toBe(head.hash);
    expect(balance(again, account(3))).toBe(AMOUNT);
  });

  it('refuses a folder of another chain, and keeps its own runtime when a newer one comes', () => {
    using folder = temporaryFolder();
    grown(folder.path, 1).close();
    expect(() => openChain(folder.path, { patch: '{"balances":{"balances":[]}}' })).toThrow('holds another chain');
    const log = keepingLog();
    const code = Buffer.concat([runtimeCode, Buffer.from([0, 2, 1, 0x78])]);
    using again = openChain(folder.path, {
      log,
      source: { kind: 'runtime', code, preset: 'local_testnet', defaults: '{}', patch: '{}' },
    });
    expect(log.lines.join()).toContain('goes on with its own runtime');
    expect(again.chain.state.get(':code')).toHaveLength(runtimeCode.length);
  });

  it('says what is wrong with a damaged folder', () => {
    using folder = temporaryFolder();
    grown(folder.path).close();
    const path = join(folder.path, 'chain.json');
    const description = readFileSync(path, 'utf8');
    writeFileSync(path, '{');
    expect(() => openChain(folder.path)).toThrow('is not JSON');
    writeFileSync(path, '{"format":99}');
    expect(() => openChain(folder.path)).toThrow('has format 99');
    writeFileSync(path, description.replace(/"genesis": "0x./, '"genesis": "0xg'));
    expect(() => openChain(folder.path)).toThrow('names genesis');
    rmSync(path);
    expect(() => openChain(folder.path)).toThrow('has blocks but no chain.json');
    writeFileSync(path, description);
    const blocks = join(folder.path, 'blocks.log');
    const bytes = readFileSync(blocks);
    bytes[300]! ^= 1;
    writeFileSync(blocks, bytes);
    expect(() => openChain(folder.path)).toThrow('is damaged at byte');
    appendFileSync(blocks, 'x');
    expect(() => openChain(folder.path)).toThrow('is damaged at byte');
  });

  it('answers, but builds nothing on a state that is not the one its head names', () => {
    using folder = temporaryFolder();
    const test = grown(folder.path);
    const { head } = test.chain;
    const candidate = test.transfer(account(9), AMOUNT, 4);
    test.close();
    const path = join(folder.path, 'state-0000000000.log');
    const file = LogFile.open(path);
    const frames = [...file.frames(silentLog)].map(({ payload }) => Uint8Array.from(payload));
    // One bit of a balance, in a record that is whole.
    const key = Buffer.from(blake2b(account(3), 16));
    const frame = frames.at(-1)!;
    frame[Buffer.from(frame.buffer).indexOf(key) + 16 + 32 + 1 + 16]! ^= 1;
    file.truncate(0);
    for (const payload of frames) file.append(payload);
    file.close();
    using again = openChain(folder.path);
    expect(again.chain.head).toEqual(head);
    expect(balance(again, account(3))).toBe(AMOUNT + 1n);
    again.pool.submit(candidate);
    const damaged = { code: 'bad_data', message: expect.stringContaining('the state of block 4 is damaged') };
    for (let i = 0; i < 2; i++) expect(() => again.author.build()).toThrow(expect.objectContaining(damaged));
    expect(again.chain.head).toEqual(head);
    expect(again.pool.readyCount).toBe(1);
  });

  it('makes a start again that was interrupted before it was complete', () => {
    using folder = temporaryFolder();
    const test = openChain(folder.path);
    const { genesisHash } = test.chain;
    test.close();
    rmSync(join(folder.path, 'chain.json'));
    using again = openChain(folder.path);
    expect(again.chain.genesisHash).toBe(genesisHash);
    again.chain.build(inOrder());
  });
});

describe('a raw chain specification', () => {
  it('gives the same chain as the runtime that it was made from', () => {
    using folder = temporaryFolder();
    using other = temporaryFolder();
    using test = openChain(folder.path);
    const top: Record<string, string> = {};
    for (let key = test.chain.state.next(''); key !== null; key = test.chain.state.next(key)) {
      top[keyHex(key)] = hex(test.chain.state.get(key)!);
    }
    const text = JSON.stringify({ name: 'raw', genesis: { raw: { top, childrenDefault: {} } } });
    using raw = openChain(other.path, { source: { kind: 'raw', spec: parseRawSpec(text), text } });
    expect(raw.chain.genesisHash).toBe(test.chain.genesisHash);
    raw.chain.import(test.chain.build(inOrder(test.transfer(aliceKeys().publicKey, AMOUNT, 0))).block);
  });

  it('may have child tries, whose roots are in the state root and which survive a restart', () => {
    using folder = temporaryFolder();
    using other = temporaryFolder();
    const top: Record<string, string> = {};
    let head: string;
    {
      using test = openChain(folder.path);
      for (let key = test.chain.state.next(''); key !== null; key = test.chain.state.next(key)) {
        top[keyHex(key)] = hex(test.chain.state.get(key)!);
      }
      head = test.chain.genesisHash;
    }
    const childrenDefault = {
      '0x6f6e65': { '0x01': '0x0203', '0x': '0x04' },
      '0xff': { '0x00': `0x${'05'.repeat(40)}` },
    };
    const open = (raw: object) => {
      const text = JSON.stringify({ name: 'raw', genesis: { raw } });
      return openChain(other.path, { source: { kind: 'raw', spec: parseRawSpec(text), text } });
    };
    const root = hex(
      Trie.of(
        [
          ['\u0001', Uint8Array.of(2, 3)],
          ['', Uint8Array.of(4)],
        ],
        1,
      ).root,
    );
    for (let i = 0; i < 2; i++) {
      using raw = open({ top, childrenDefault });
      expect(raw.chain.genesisHash).not.toBe(head);
      const old = raw.chain.stateAt(0)!;
      expect(hex(old.get(childRootKey('one'))!)).toBe(root);
      expect(hex(old.child('one', 1).root)).toBe(root);
      expect(hex(old.get(`${childPrefix('one')}\u0001`)!)).toBe('0x0203');
      expect(hex(old.trie(1).root)).toBe(hex(raw.chain.block(0)!.header.stateRoot));
      raw.chain.build(inOrder());
      expect(hex(raw.chain.state.child('one', 1).root)).toBe(root);
    }
    expect(() => open({ top: { ...top, [keyHex(childRootKey('two'))]: root } })).toThrow('holds another chain');
    using empty = temporaryFolder();
    const refused = (raw: object) => {
      const text = JSON.stringify({ genesis: { raw } });
      return () => openChain(empty.path, { source: { kind: 'raw', spec: parseRawSpec(text), text } });
    };
    expect(refused({ top: { ...top, [keyHex(childRootKey('two'))]: root } })).toThrow(
      'the root of a child trie that childrenDefault lacks',
    );
    expect(refused({ top, childrenDefault: { '0x01': { '0x02': 'value' } } })).toThrow('is not 0x-hexadecimal: value');
    // A root that belongs to a child says nothing new.
    const text = JSON.stringify({
      genesis: { raw: { top: { ...top, [keyHex(childRootKey('one'))]: '0x00' }, childrenDefault } },
    });
    using again = openChain(empty.path, { source: { kind: 'raw', spec: parseRawSpec(text), text } });
    expect(hex(again.chain.state.get(childRootKey('one'))!)).toBe(root);
  });

  it('is checked before it is used', () => {
    expect(() => parseRawSpec('{')).toThrow('is not JSON');
    expect(() => parseRawSpec('{"genesis":{"runtimeGenesis":{}}}')).toThrow('genesis.raw.top');
    expect(() => parseRawSpec('{"genesis":{"raw":{"top":{},"childrenDefault":{"0x00":3}}}}')).toThrow('child trie');
  });

  it('that names a preset or a field that the runtime lacks is refused in words', () => {
    using folder = temporaryFolder();
    const source = { kind: 'runtime', code: runtimeCode, preset: 'nothing', defaults: '{}', patch: '{}' } as const;
    expect(() => openChain(folder.path, { source })).toThrow(/no preset nothing; it has .*local_testnet/);
    expect(() => openChain(folder.path, { patch: '{"nonsense":1}' })).toThrow('refuses its genesis');
  });
});
