import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compact, hex as hexOf, join, type Key, toKey } from '../../localnet/engine/codec.js';
import {
  childNameIn,
  childNameOf,
  childPrefix,
  childRootKey,
  inSameTrie,
  keyFromDisk,
  keyInChild,
  keyToDisk,
  splitByTrie,
} from '../../localnet/engine/state/child.js';
import { Overlay, type StateReader } from '../../localnet/engine/state/overlay.js';
import { SortedKeys } from '../../localnet/engine/state/sorted-keys.js';
import { type StateVersion, Trie } from '../../localnet/engine/state/trie.js';

const SEED = 7;

/** A state in a map, written as plainly as possible. */
class PlainState implements StateReader {
  constructor(readonly values: ReadonlyMap<Key, Uint8Array>) {}
  get = (key: Key) => this.values.get(key) ?? null;
  has = (key: Key) => this.values.has(key);
  next = (key: Key) => inSameTrie(key, [...this.values.keys()].sort().find(other => other > key) ?? null);
  trie = (version: StateVersion) => Trie.of(splitByTrie(this.values).top, version);
  child = (name: Key, version: StateVersion) => Trie.of(splitByTrie(this.values).children.get(name) ?? [], version);
}

/** What an overlay should do: whole copies for transactions. */
class Model {
  stack: Map<Key, Uint8Array>[];
  constructor(readonly base: ReadonlyMap<Key, Uint8Array>) {
    this.stack = [new Map(base)];
  }
  get top() {
    return this.stack[this.stack.length - 1]!;
  }
  next(key: Key) {
    return [...this.top.keys()].sort().find(other => other > key) ?? null;
  }
}

const key = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 3 });
const value = fc.uint8Array({ maxLength: 4 });
const command = fc.oneof(
  fc.record({ do: fc.constant('set' as const), key, value }),
  fc.record({ do: fc.constant('clear' as const), key }),
  fc.record({ do: fc.constant('append' as const), key: fc.constantFrom('list', 'a'), value }),
  fc.record({ do: fc.constant('clearPrefix' as const), key }),
  fc.record({ do: fc.constantFrom('start' as const, 'commit' as const, 'rollback' as const) }),
);

function appended(list: Uint8Array | undefined, item: Uint8Array): Uint8Array {
  // Lists here stay below 64 items, so the count is one byte; anything else is no list and is replaced.
  if (!list || list.length === 0) return join(compact(1), item);
  return join(compact((list[0]! >> 2) + 1), list.subarray(1), item);
}

describe('the overlay', () => {
  it('behaves as whole copies of the state would', () => {
    const base = fc.dictionary(key, value).map(entries => new Map<Key, Uint8Array>(Object.entries(entries)));
    fc.assert(
      fc.property(base, fc.array(command, { maxLength: 40 }), fc.array(key), (start, commands, probes) => {
        // Appending is defined for lists only.
        for (const [k, v] of start) if ((v[0] ?? 0) & 3) start.delete(k);
        const overlay = new Overlay(new PlainState(start));
        const model = new Model(start);
        for (const step of commands) {
          const top = model.top;
          if (step.do === 'set') {
            if ((step.value[0] ?? 0) & 3) continue;
            overlay.set(step.key, step.value);
            top.set(step.key, step.value);
          } else if (step.do === 'clear') {
            overlay.set(step.key, null);
            top.delete(step.key);
          } else if (step.do === 'append') {
            overlay.append(step.key, step.value);
            top.set(step.key, appended(top.get(step.key), step.value));
          } else if (step.do === 'clearPrefix') {
            overlay.clearPrefix(step.key, undefined);
            for (const k of [...top.keys()]) if (k.startsWith(step.key)) top.delete(k);
          } else if (step.do === 'start') {
            overlay.start();
            model.stack.push(new Map(top));
          } else if (model.stack.length > 1) {
            const done = model.stack.pop()!;
            if (step.do === 'commit') {
              overlay.commit();
              model.stack[model.stack.length - 1] = done;
            } else overlay.rollback();
          }
        }
        for (const probe of [...probes, '', 'a', 'list']) {
          expect(overlay.get(probe) && [...overlay.get(probe)!]).toEqual(
            model.top.has(probe) ? [...model.top.get(probe)!] : null,
          );
          expect(overlay.has(probe)).toBe(model.top.has(probe));
          expect(overlay.next(probe)).toBe(model.next(probe));
        }
        expect(overlay.root(1)).toEqual(Trie.of(model.top, 1).root);
        const after = new Map(start);
        for (const [k, v] of overlay.changes()) {
          if (v) after.set(k, v);
          else after.delete(k);
        }
        expect(new Set(after.keys())).toEqual(new Set(model.top.keys()));
      }),
      { seed: SEED, numRuns: 2000 },
    );
  });

  it('appends thousands of items without copying what is there', () => {
    const overlay = new Overlay(new PlainState(new Map()));
    const item = new Uint8Array(100).fill(1);
    for (let i = 0; i < 20_000; i++) {
      overlay.start();
      overlay.append('events', item);
      if (i % 3 === 0) overlay.rollback();
      else overlay.commit();
    }
    const kept = overlay.get('events')!;
    expect(kept.length).toBe(2 + 13_333 * 100);
    expect([...kept.subarray(0, 2)]).toEqual([...compact(13_333)]);
  });

  it('replaces a value that is no list when something is appended', () => {
    const overlay = new Overlay(new PlainState(new Map([['x', Uint8Array.of(3)]])));
    overlay.append('x', Uint8Array.of(9));
    expect([...overlay.get('x')!]).toEqual([4, 9]);
  });

  it('clears at most the limit of keys below, and all that were written on top', () => {
    const base = new Map<Key, Uint8Array>(['p1', 'p2', 'p3', 'q'].map(k => [k, Uint8Array.of(1)] as const));
    const overlay = new Overlay(new PlainState(base));
    overlay.set('p9', Uint8Array.of(2));
    expect(overlay.clearPrefix('p', 2)).toEqual({ cursor: 'p3', backend: 2, unique: 3, loops: 2 });
    expect(overlay.has('p9')).toBe(false);
    expect(overlay.next('p')).toBe('p3');
    // The deleted ones below are visited again, as in sp-state-machine.
    expect(overlay.clearPrefix('p', undefined)).toEqual({ cursor: null, backend: 1, unique: 1, loops: 3 });
    expect(overlay.next('')).toBe('q');
  });

  it('refuses to close a transaction that was never opened', () => {
    const overlay = new Overlay(new PlainState(new Map()));
    expect(() => overlay.commit()).toThrow('no open transaction');
    overlay.start();
    overlay.start();
    overlay.unwind(0);
    expect(overlay.depth).toBe(0);
  });
});

describe('child tries', () => {
  const name = fc.constantFrom('', 'a', 'ab', '\u00ff');
  const small = fc.string({ unit: fc.constantFrom('a', 'b', '\u00ff', '\u0000'), maxLength: 3 });
  const bytes = fc.oneof(
    value,
    fc.constantFrom(32, 33).map(length => new Uint8Array(length).fill(length)),
  );
  const step = fc.oneof(
    fc.record({ do: fc.constant('set' as const), child: fc.option(name), key: small, value: fc.option(bytes) }),
    fc.record({ do: fc.constantFrom('kill' as const, 'root' as const), child: name }),
    fc.record({ do: fc.constant('clear' as const), child: fc.option(name), key: small }),
    fc.record({ do: fc.constantFrom('start' as const, 'commit' as const, 'rollback' as const) }),
  );
  /** A state as one map per trie; '\u0100' stands for the top. */
  type Plain = Map<Key, Map<Key, Uint8Array>>;
  const TOP = '\u0100';
  const space = (child: string | null) => (child === null ? '' : childPrefix(child));
  const trieOf = (plain: Plain, child: string | null) => plain.get(child ?? TOP) ?? new Map<Key, Uint8Array>();
  const copy = (plain: Plain): Plain => new Map([...plain].map(([child, entries]) => [child, new Map(entries)]));
  /** What the whole state has to be: roots of what is not empty among the top's values. */
  const expectedRoot = (plain: Plain, version: StateVersion) => {
    const top = new Map(trieOf(plain, null));
    for (const [child, entries] of plain) {
      if (child !== TOP && entries.size > 0) top.set(childRootKey(child), Trie.of(entries, version).root);
    }
    return Trie.of(top, version).root;
  };

  it('behave as maps of their own would, through nested transactions and blocks', () => {
    const blocks = fc.array(fc.array(step, { maxLength: 25 }), { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(blocks, fc.constantFrom<StateVersion>(0, 1), fc.array(small), (all, version, probes) => {
        let plain: Plain = new Map();
        let values = new Map<Key, Uint8Array>();
        for (const steps of all) {
          const overlay = new Overlay(new PlainState(values));
          const stack = [plain];
          for (const action of steps) {
            const now = stack.at(-1)!;
            if (action.do === 'set') {
              overlay.set(space(action.child) + action.key, action.value);
              const entries = trieOf(now, action.child);
              if (action.value) entries.set(action.key, action.value);
              else entries.delete(action.key);
              now.set(action.child ?? TOP, entries);
            } else if (action.do === 'kill') {
              overlay.clearPrefix(childPrefix(action.child), undefined);
              now.delete(action.child);
            } else if (action.do === 'clear') {
              if (action.child === null && action.key === '') continue;
              overlay.clearPrefix(space(action.child) + action.key, undefined);
              const entries = trieOf(now, action.child);
              for (const key of [...entries.keys()]) if (key.startsWith(action.key)) entries.delete(key);
            } else if (action.do === 'root') {
              const expected = Trie.of(trieOf(now, action.child), version).root;
              expect(hexOf(overlay.childRoot(action.child, version))).toBe(hexOf(expected));
            } else if (action.do === 'start') {
              overlay.start();
              stack.push(copy(now));
            } else if (stack.length > 1) {
              const done = stack.pop()!;
              if (action.do === 'commit') {
                overlay.commit();
                stack[stack.length - 1] = done;
              } else overlay.rollback();
            }
          }
          overlay.unwind(0);
          plain = stack[0]!;
          for (const child of [null, '', 'a', 'ab', '\u00ff']) {
            const entries = trieOf(plain, child);
            for (const probe of ['', ...probes]) {
              const key = space(child) + probe;
              expect(overlay.get(key)).toEqual(entries.get(probe) ?? null);
              let next = overlay.next(key);
              // Roots are keys of the top trie as well; asked for in the block, they are there already.
              while (child === null && next?.startsWith(':child_storage:')) next = overlay.next(next);
              const expected = [...entries.keys()].sort().find(other => other > probe);
              expect(next).toBe(expected === undefined ? null : space(child) + expected);
            }
          }
          const { changes, trie, top } = overlay.outcome(version);
          expect(hexOf(trie.root)).toBe(hexOf(expectedRoot(plain, version)));
          expect([...top.keys()].some(key => key.includes(TOP))).toBe(false);
          values = new Map(values);
          for (const [key, changed] of changes) {
            if (changed) values.set(key, changed);
            else values.delete(key);
          }
          const again = Trie.of(splitByTrie(values).top, version);
          expect(hexOf(again.root)).toBe(hexOf(trie.root));
        }
      }),
      { seed: SEED, numRuns: 400 },
    );
  });

  it('have keys that survive the disk, whatever their bytes', () => {
    const any = fc.uint8Array({ maxLength: 80 }).map(toKey);
    fc.assert(
      fc.property(any, any, (child, key) => {
        const entry = childPrefix(child) + key;
        expect(keyFromDisk(keyToDisk(entry))).toBe(entry);
        expect(childNameOf(entry)).toBe(child);
        expect(keyInChild(entry)).toBe(key);
        expect(keyFromDisk(keyToDisk(key))).toBe(key);
        expect(childNameIn(childRootKey(child))).toBe(child);
      }),
      { seed: SEED },
    );
  });
});

describe('sorted keys', () => {
  it('are a sorted set, also when chunks split and vanish', () => {
    const many = Array.from({ length: 3000 }, (_, i) => `k${(i * 7919) % 3000}`);
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.boolean(), fc.constantFrom(...many)), { maxLength: 1500 }), steps => {
        const set = new SortedKeys();
        const model = new Set<string>();
        for (const k of many) {
          set.add(k);
          model.add(k);
        }
        for (const [add, k] of steps) {
          if (add) {
            set.add(k);
            model.add(k);
          } else {
            set.delete(k);
            model.delete(k);
          }
        }
        const sorted = [...model].sort();
        expect([...set]).toEqual(sorted);
        expect(set.size).toBe(sorted.length);
        for (const probe of ['', 'k1', 'k1500', 'k2999', 'z']) {
          expect(set.after(probe)).toBe(sorted.find(k => k > probe) ?? null);
          expect(set.has(probe)).toBe(model.has(probe));
        }
        expect([...SortedKeys.from(sorted.toReversed())]).toEqual(sorted);
      }),
      { seed: SEED, numRuns: 20 },
    );
  });
});
