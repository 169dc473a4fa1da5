import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { hex, type Key } from '../../localnet/engine/codec.js';
import type { Engine } from '../../localnet/engine/rpc/family.js';
import { childStateFamily } from '../../localnet/engine/rpc/methods/child-state.js';
import { Params } from '../../localnet/engine/rpc/params.js';
import { childPrefix, childRootKey, childRoots, keyInChild } from '../../localnet/engine/state/child.js';
import { Overlay, type StateReader } from '../../localnet/engine/state/overlay.js';
import { type StateVersion, Trie } from '../../localnet/engine/state/trie.js';
import { StateLog } from '../../localnet/engine/store/state-log.js';
import { silentLog } from '../../src/base/index.js';
import { temporaryFolder } from './fixture.js';

const KEPT = 40;
const NAMES = ['', 'one', 'one more', '\u00fe\u00ff'];

/** Numbers that look random and are always the same. */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return below => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return (state >> 8) % below;
  };
}

type Plain = Map<Key, Uint8Array>;

function entriesBelow(state: StateReader, prefix: Key): [Key, string][] {
  const found: [Key, string][] = [];
  if (state.has(prefix)) found.push([prefix, hex(state.get(prefix)!)]);
  for (let key = state.next(prefix); key !== null; key = state.next(key)) found.push([key, hex(state.get(key)!)]);
  return found;
}

/** The state is what the plain map says, read in every way. */
function check(state: StateReader, plain: Plain, version: StateVersion): void {
  const expected = new Map([...plain, ...childRoots(plain, version)]);
  const sorted = (list: Iterable<[Key, Uint8Array]>) =>
    [...list].sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, value]) => [key, hex(value)]);
  const top = [...expected].filter(([key]) => !key.startsWith('\u0100'));
  expect(entriesBelow(state, '')).toEqual(sorted(top));
  expect(hex(state.trie(version).root)).toBe(hex(Trie.of(top, version).root));
  for (const name of NAMES) {
    const prefix = childPrefix(name);
    const mine = [...plain].filter(([key]) => key.startsWith(prefix));
    expect(entriesBelow(state, prefix)).toEqual(sorted(mine));
    const root = Trie.of(
      mine.map(([key, value]) => [keyInChild(key), value] as const),
      version,
    ).root;
    expect(hex(state.child(name, version).root)).toBe(hex(root));
    expect(state.get(childRootKey(name)) === null).toBe(mine.length === 0);
  }
}

describe('child tries on the disk', () => {
  it.each([0, 1] as const)('are read back at every kept block, state version %i, through many segments', version => {
    using folder = temporaryFolder();
    const next = numbers(5 + version);
    const value = () => new Uint8Array([1, 20, 33, 50][next(4)]!).fill(next(256));
    let plain: Plain = new Map([[childPrefix('one'), value()]]);
    for (let i = 0; i < 20; i++) plain.set(childPrefix(NAMES[next(4)]!) + String.fromCharCode(next(256)), value());
    const genesis = new Map([...plain, ['top', value()] as const]);
    plain = new Map(genesis);
    for (const [key, root] of childRoots(genesis, version)) genesis.set(key, root);
    const options = { keepBlocks: KEPT, log: silentLog };
    const state = StateLog.create(folder.path, genesis, version, options);
    const all = new Map<number, Plain>([[0, plain]]);
    const blocks = 2300;
    for (let block = 1; block <= blocks; block++) {
      const overlay = new Overlay(state.head());
      plain = new Map(plain);
      for (let i = next(4); i >= 0; i--) {
        const name = NAMES[next(4)]!;
        const key = next(5) === 0 ? `t${next(9)}` : childPrefix(name) + String.fromCharCode(next(40));
        const change = next(3) === 0 ? null : value();
        overlay.set(key, change);
        if (change) plain.set(key, change);
        else plain.delete(key);
      }
      if (next(25) === 0) {
        const prefix = childPrefix(NAMES[next(4)]!);
        overlay.clearPrefix(prefix, undefined);
        for (const key of [...plain.keys()]) if (key.startsWith(prefix)) plain.delete(key);
      }
      const { changes, trie, children } = overlay.outcome(version);
      // The tries of children may also be left to be made again.
      state.append(block, changes, trie, version, block % 2 === 0 ? children : undefined);
      all.set(block, plain);
      all.delete(block - KEPT - 1);
    }
    expect(readdirSync(folder.path)).not.toContain('state-0000000000.log');
    for (const [block, expected] of all) check(state.at(block)!, expected, version);
    state.close();
    const again = StateLog.open(folder.path, blocks, options);
    for (const [block, expected] of all) check(again.at(block)!, expected, version);
    again.rewind(blocks - 2)();
    check(again.head(), all.get(blocks - 2)!, version);
    again.close();
    const earlier = StateLog.open(folder.path, blocks - 5, options);
    check(earlier.head(), all.get(blocks - 5)!, version);
    earlier.close();
  });

  it('that do not have the root that the top trie names are damage, not data', () => {
    using folder = temporaryFolder();
    const values = new Map<Key, Uint8Array>([
      [`${childPrefix('one')}key`, Uint8Array.of(1)],
      [childRootKey('one'), new Uint8Array(32)],
    ]);
    const state = StateLog.create(folder.path, values, 1, { keepBlocks: undefined, log: silentLog });
    expect(() => state.head().child('one', 1)).toThrow(
      expect.objectContaining({ code: 'bad_data', message: expect.stringContaining('the root of a child is') }),
    );
    state.close();
  });
});

describe('many entries of a child in one answer', () => {
  it('are read only as far as an answer may go', () => {
    let reads = 0;
    const state = {
      get() {
        reads++;
        return new Uint8Array(2 ** 20);
      },
    };
    const chain = { head: { header: { number: 0 } }, hashAt: () => '0x00', stateAt: () => state };
    const { methods } = childStateFamily({ chain } as unknown as Engine);
    const child = hex(Buffer.from(childRootKey('one'), 'latin1'));
    const ask = (count: number) =>
      methods['childstate_getStorageEntries']!(new Params([child, Array(count).fill('0x01')]), {
        connection: undefined,
        onClosed() {},
      });
    expect(ask(10)).toHaveLength(10);
    reads = 0;
    expect(() => ask(1000)).toThrow(expect.objectContaining({ code: -32008 }));
    expect(reads).toBeLessThan(20);
  });
});
