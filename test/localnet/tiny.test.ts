import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { calculate_state_root, decode_proof } from '@acala-network/chopsticks-executor';
import { describe, expect, it } from 'vitest';
import { hex, type Key, keyHex, unhex } from '../../localnet/engine/codec.js';
import { Dispatcher } from '../../localnet/engine/rpc/dispatch.js';
import type { Engine } from '../../localnet/engine/rpc/family.js';
import { childStateFamily } from '../../localnet/engine/rpc/methods/child-state.js';
import { stateFamily } from '../../localnet/engine/rpc/methods/state.js';
import { childPrefix, childRootKey, entriesOfTrie, keyInChild } from '../../localnet/engine/state/child.js';
import type { StateReader } from '../../localnet/engine/state/overlay.js';
import type { StateVersion } from '../../localnet/engine/state/trie.js';
import { genesisPath, readGenesis } from '../../localnet/engine/store/genesis-record.js';
import { silentLog } from '../../src/base/index.js';
import { temporaryFolder } from './fixture.js';
import { openTiny, ops, specOf, type TinyChain, tinyCode, tinySpec } from './tiny.js';

const smoldot = calculate_state_root as (entries: [string, string][], version: number) => Promise<string>;
const decode = decode_proof as (root: string, nodes: string[]) => Promise<[string, string | null][]>;
const ROOT = childRootKey('pots');
const LONG = 'v'.repeat(50);

const textOf = (state: StateReader, key: Key) => {
  const value = state.get(key);
  return value && Buffer.from(value).toString('latin1');
};

/** The state roots, of the children and of the whole, that smoldot makes of what the state holds. */
async function smoldotRoots(state: StateReader, version: StateVersion): Promise<{ pots: string; whole: string }> {
  const entries = (prefix: Key, name: (key: Key) => Key): [string, string][] =>
    [...entriesOfTrie(state, prefix)].map(([key, value]) => [keyHex(name(key)), hex(value!)]);
  const pots = await smoldot(entries(childPrefix('pots'), keyInChild), version);
  const top = entries('', key => key).filter(([key]) => key !== keyHex(ROOT));
  if (state.has(ROOT)) top.push([keyHex(ROOT), pots]);
  return { pots, whole: await smoldot(top, version) };
}

it('the tiny runtime is built from the source that is here', () => {
  const parts = ['Cargo.toml', 'src/lib.rs', 'build.sh'].map(name =>
    readFileSync(new URL(`./tiny-runtime/${name}`, import.meta.url)),
  );
  const expected = readFileSync(new URL('./tiny-runtime/built-from', import.meta.url), 'utf8').trim();
  expect(createHash('sha256').update(Buffer.concat(parts)).digest('hex')).toBe(expected);
});

describe.each([0, 1] as const)('a chain of state version %i', version => {
  const spec = tinySpec(tinyCode(1, version), { top: LONG }, { pots: { tea: LONG, cup: 'two' } });

  it('has the roots of smoldot while its children come, change in transactions and go', async () => {
    using folder = temporaryFolder();
    using tiny = openTiny(folder.path, spec.source);
    const { chain } = tiny;
    const check = async () => {
      const { pots, whole } = await smoldotRoots(chain.state, version);
      expect(hex(chain.head.header.stateRoot)).toBe(whole);
      expect(hex(chain.state.child('pots', version).root)).toBe(pots);
      expect(chain.state.has(ROOT)).toBe(chain.state.next(childPrefix('pots')) !== null);
    };
    await check();
    tiny.block([ops.childSet('pots', 'jam', LONG), ops.childRoot('pots', 'root')], [ops.set('other', 'value')]);
    expect(hex(chain.state.get('root')!)).toBe(hex(chain.state.get(ROOT)!));
    await check();
    tiny.block([ops.start, ops.childSet('pots', 'jam', 'less'), ops.start, ops.kill('pots'), ops.rollback, ops.commit]);
    expect(textOf(chain.state, `${childPrefix('pots')}jam`)).toBe('less');
    await check();
    tiny.block([ops.start, ops.childSet('pots', 'jam', 'none'), ops.childRoot('pots', 'root'), ops.rollback]);
    expect(textOf(chain.state, `${childPrefix('pots')}jam`)).toBe('less');
    await check();
    tiny.block([ops.childSet('pans', 'x', 'y')], [ops.childClear('pans', 'x')]);
    expect(chain.state.has(childRootKey('pans'))).toBe(false);
    tiny.block([ops.kill('pots')]);
    expect(chain.state.has(ROOT)).toBe(false);
    await check();
    tiny.block([ops.childSet('pots', 'new', LONG)]);
    await check();
  });

  it('is begun by a follower with the same children, from the first state that the folder keeps', () => {
    using here = temporaryFolder();
    using there = temporaryFolder();
    using tiny = openTiny(here.path, spec.source, { keepBlocks: 16 });
    for (let i = 0; i < 20; i++) tiny.block([ops.childSet('pots', `${i}`, LONG)]);
    const { values } = readGenesis(genesisPath(here.path), silentLog);
    using follower = openTiny(there.path, { kind: 'stored', read: () => values });
    expect(follower.chain.genesisHash).toBe(tiny.chain.genesisHash);
    expect(textOf(follower.chain.state, `${childPrefix('pots')}cup`)).toBe('two');
    for (let number = 1; number <= 20; number++) follower.chain.import(tiny.chain.block(number)!);
    expect(follower.chain.head.hash).toBe(tiny.chain.head.hash);
  });

  it('answers about children of the head and of old blocks, with proofs that smoldot reads', async () => {
    using folder = temporaryFolder();
    using tiny = openTiny(folder.path, spec.source);
    const { chain } = tiny;
    const rpc = dispatcherOf(tiny);
    tiny.block([ops.childSet('pots', 'jam', LONG), ops.childClear('pots', 'cup')]);
    tiny.block([ops.kill('pots')]);
    const root = keyHex(ROOT);
    const [first, second, third] = [0, 1, 2].map(number => chain.hashAt(number)!);
    const keys = ['cup', 'tea'].map(keyHex);
    expect(await rpc('childstate_getKeys', root, '0x', first)).toEqual(keys);
    expect(await rpc('childstate_getKeysPaged', root, '0x', 1, null, first)).toEqual([keys[0]]);
    expect(await rpc('childstate_getKeysPagedAt', root, '0x', 9, keys[0], first)).toEqual([keys[1]]);
    expect(await rpc('childstate_getKeysPaged', root, keyHex('t'), 9, null, first)).toEqual([keys[1]]);
    expect(await rpc('childstate_getKeys', root, '0x', second)).toEqual(['jam', 'tea'].map(keyHex));
    expect(await rpc('childstate_getKeys', root, '0x')).toEqual([]);
    expect(await rpc('childstate_getStorage', root, keyHex('cup'), first)).toBe(keyHex('two'));
    expect(await rpc('childstate_getStorage', root, keyHex('cup'), second)).toBe(null);
    expect(await rpc('childstate_getStorageEntries', root, [keyHex('jam'), keyHex('cup')], second)).toEqual([
      keyHex(LONG),
      null,
    ]);
    expect(await rpc('childstate_getStorageSize', root, keyHex('jam'), second)).toBe(50);
    expect(await rpc('childstate_getStorageSize', root, keyHex('jam'), third)).toBe(null);
    // blake2b-256 of "two", by b2sum.
    expect(await rpc('childstate_getStorageHash', root, keyHex('cup'), first)).toBe(
      '0x7a52b251a3428a1b64967851157047d22919cc610c6b138e98a25280b1534b21',
    );
    await expect(rpc('childstate_getStorage', keyHex('pots'), keyHex('cup'))).rejects.toThrow(
      'Invalid child storage key',
    );
    await expect(rpc('childstate_getKeysPaged', root, '0x', 1001)).rejects.toThrow('exceeds maximum');
    // The keys of children are no keys of the top trie.
    const top = ['top', ':code', ROOT].sort().map(keyHex);
    expect(await rpc('state_getKeysPaged', '0x', 100, null, first)).toEqual(top);
    expect(await rpc('state_getKeysPaged', '0x', 100, null, third)).toEqual(top.filter(key => key !== root));

    for (const hash of [first!, second!, third!]) {
      const number = chain.numberOf(hash)!;
      const stateRoot = hex(chain.block(number)!.header.stateRoot);
      const read = (await rpc('state_getReadProof', [keyHex('top'), root, keyHex('no')], hash)) as Proof;
      expect(read.at).toBe(hash);
      const held = new Map(await decode(stateRoot, read.proof));
      expect(held.get(keyHex('top'))).toBe(keyHex(LONG));
      const childRoot = chain.stateAt(number)!.get(ROOT);
      expect(held.get(root)).toBe(childRoot ? hex(childRoot) : undefined);
      const child = (await rpc('state_getChildReadProof', root, [keyHex('tea'), keyHex('jam')], hash)) as Proof;
      expect(child.at).toBe(hash);
      // One list proves both tries; smoldot takes the nodes of one.
      const mine = new Set(chain.stateAt(number)!.child('pots', version).proof(['tea', 'jam']).map(hex));
      const above = child.proof.filter(node => !mine.has(node));
      expect(new Map(await decode(stateRoot, above)).get(root)).toBe(held.get(root));
      if (!childRoot) continue;
      const below = new Map(
        await decode(
          hex(childRoot),
          child.proof.filter(node => mine.has(node)),
        ),
      );
      expect(below.get(keyHex('tea'))).toBe(keyHex(LONG));
      expect(below.get(keyHex('jam'))).toBe(number === 1 ? keyHex(LONG) : undefined);
    }
  });
});

interface Proof {
  at: string;
  proof: string[];
}

function dispatcherOf({ chain }: TinyChain): (method: string, ...params: unknown[]) => Promise<unknown> {
  const engine = { chain } as Engine;
  const dispatcher = new Dispatcher([stateFamily(engine), childStateFamily(engine)], silentLog);
  return async (method, ...params) => {
    const { body } = await dispatcher.handle(undefined, { method, params });
    const { result, error } = JSON.parse(`{${body}}`) as { result?: unknown; error?: { message: string } };
    if (error) throw new Error(error.message);
    return result;
  };
}

describe('an upgrade to another state version', () => {
  it('takes effect with the next block, leaves what it does not touch, and survives a restart', async () => {
    using folder = temporaryFolder();
    const { source } = tinySpec(tinyCode(1, 0), { old: LONG, fresh: LONG }, { pots: { old: LONG, fresh: LONG } });
    const versions = (tiny: TinyChain) =>
      Array.from({ length: tiny.chain.head.header.number + 1 }, (_, number) => {
        const state = tiny.chain.stateAt(number)!;
        const { specVersion, stateVersion } = tiny.chain.runtimeOf(state).version;
        return [specVersion, stateVersion];
      });
    const roots: string[] = [];
    {
      using tiny = openTiny(folder.path, source);
      const { chain } = tiny;
      tiny.block([ops.set('before', LONG)]);
      expect(hex(chain.head.header.stateRoot)).toBe((await smoldotRoots(chain.state, 0)).whole);
      const upgrade = tiny.block([ops.set(':code', tinyCode(2, 1)), ops.set('during', LONG)]);
      expect(upgrade.newRuntime).toBe(true);
      // Made by the old runtime, whose state version is 0: nothing is hashed, the code neither.
      expect(hex(chain.head.header.stateRoot)).toBe((await smoldotRoots(chain.state, 0)).whole);
      expect(chain.runtime.version).toMatchObject({ specVersion: 2, stateVersion: 1 });
      const next = tiny.block([
        ops.set('after', LONG),
        ops.set('fresh', 'w'.repeat(50)),
        ops.childSet('pots', 'fresh', LONG),
      ]);
      expect(next.newRuntime).toBe(false);
      // A mixture, unlike either.
      for (const version of [0, 1] as const) {
        expect(hex(chain.head.header.stateRoot)).not.toBe((await smoldotRoots(chain.state, version)).whole);
      }
      for (let number = 0; number <= 3; number++) roots.push(hex(chain.block(number)!.header.stateRoot));
      expect(versions(tiny)).toEqual([
        [1, 0],
        [1, 0],
        [2, 1],
        [2, 1],
      ]);
    }
    using tiny = openTiny(folder.path, source);
    const { chain } = tiny;
    for (let number = 0; number <= 3; number++) {
      expect(hex(chain.stateAt(number)!.trie(1).root)).toBe(roots[number]);
      const state = chain.stateAt(number)!;
      expect(hex(state.child('pots', 1).root)).toBe(hex(state.get(ROOT)!));
    }
    const rpc = dispatcherOf(tiny);
    const metadata = async (number: number) =>
      specOf(unhex((await rpc('state_getMetadata', chain.hashAt(number)!)) as string));
    expect([await metadata(0), await metadata(1), await metadata(2), await metadata(3)]).toEqual([1, 1, 2, 2]);
    // Written again one by one, everything becomes version 1, and so does the root.
    const rewrite = ['old', 'before', 'during'].map(key => [ops.set(key, LONG)]);
    tiny.block(...rewrite, [ops.set(':code', tinyCode(3, 1)), ops.childSet('pots', 'old', LONG)]);
    expect(hex(chain.head.header.stateRoot)).toBe((await smoldotRoots(chain.state, 1)).whole);
    expect(chain.runtime.version.specVersion).toBe(3);
    tiny.block();
    expect(hex(chain.head.header.stateRoot)).toBe((await smoldotRoots(chain.state, 1)).whole);
  });

  it('is followed by another chain that executes the same blocks', () => {
    using here = temporaryFolder();
    using there = temporaryFolder();
    const { source } = tinySpec(tinyCode(1, 0));
    using author = openTiny(here.path, source);
    using follower = openTiny(there.path, source);
    const blocks = [
      author.block([ops.childSet('pots', 'a', LONG)]),
      author.block([ops.set(':code', tinyCode(2, 1)), ops.set('a', LONG)]),
      author.block([ops.childSet('pots', 'b', LONG), ops.set('b', LONG)]),
    ];
    for (const { block } of blocks) follower.chain.import(block);
    expect(follower.chain.head.hash).toBe(author.chain.head.hash);
  });
});

describe('an extrinsic that fails', () => {
  it.each([
    ['by itself', ops.fail, 'asked to fail'],
    ['in a host function that is missing', ops.missing, 'the runtime called ext_tiny_nowhere_version_1'],
  ])('%s leaves nothing behind, in children neither', (_, operation, reason) => {
    using folder = temporaryFolder();
    using tiny = openTiny(folder.path, tinySpec(tinyCode(1, 1)).source);
    expect(() => tiny.block([ops.childSet('pots', 'a', LONG), ops.start, operation])).toThrow(reason);
    tiny.block();
    expect(tiny.chain.state.has(ROOT)).toBe(false);
    expect(tiny.chain.state.has(`${childPrefix('pots')}a`)).toBe(false);
  });
});
