import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compact, join, type Key } from '../../localnet/engine/codec.js';
import { Overlay, type StateReader } from '../../localnet/engine/state/overlay.js';
import { SortedKeys } from '../../localnet/engine/state/sorted-keys.js';
import { type StateVersion, Trie } from '../../localnet/engine/state/trie.js';

const SEED = 7;

/** A state in a map, written as plainly as possible. */
class PlainState implements StateReader {
  constructor(readonly values: ReadonlyMap<Key, Uint8Array>) {}
  get = (key: Key) => this.values.get(key) ?? null;
  has = (key: Key) => this.values.has(key);
  next = (key: Key) => [...this.values.keys()].sort().find(other => other > key) ?? null;
  trie = (version: StateVersion) => Trie.of(this.values, version);
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
    expect(overlay.clearPrefix('p', 2)).toEqual({ all: false, count: 2 });
    expect(overlay.has('p9')).toBe(false);
    expect(overlay.next('p')).toBe('p3');
    // The deleted ones below are visited again, as in sp-state-machine.
    expect(overlay.clearPrefix('p', undefined)).toEqual({ all: true, count: 3 });
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
