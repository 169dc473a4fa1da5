import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hex, type Key, keyHex, toKey, unhex } from '../../localnet/engine/codec.js';
import { FETCHED, FetchedLog } from '../../localnet/engine/fork/fetched.js';
import { KeyRanges } from '../../localnet/engine/fork/key-ranges.js';
import { layered } from '../../localnet/engine/fork/layered.js';
import { RemoteState } from '../../localnet/engine/fork/remote-state.js';
import type { Source } from '../../localnet/engine/fork/source.js';
import { shownUrl } from '../../localnet/engine/remote/shown-url.js';
import { childPrefix, childRootKey } from '../../localnet/engine/state/child.js';
import { type Changes, Overlay } from '../../localnet/engine/state/overlay.js';
import { StateLog } from '../../localnet/engine/store/state-log.js';
import { silentLog } from '../../src/base/index.js';
import { keepingLog, temporaryFolder } from './fixture.js';

const SEED = 20_261_121;

/** Keys of few letters, so that runs meet. */
const key = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), minLength: 1, maxLength: 4 });

/** A source in this process: what it holds, and which questions it was asked. */
function fakeSource(values: ReadonlyMap<Key, Uint8Array>, children = new Map<Key, Map<Key, Uint8Array>>()) {
  const asked: string[] = [];
  const answer = (method: string, params: readonly unknown[]): unknown => {
    asked.push(method);
    const isChild = method.startsWith('childstate');
    const entries = isChild ? (children.get(toKey(unhex(params[0] as string))) ?? new Map<Key, Uint8Array>()) : values;
    const rest = isChild ? params.slice(1) : params;
    const read = (text: unknown) => {
      const found = entries.get(toKey(unhex(text as string)));
      return found ? hex(found) : null;
    };
    if (method.endsWith('getStorage')) return read(rest[0]);
    if (method === 'childstate_getStorageEntries') return (rest[0] as string[]).map(read);
    if (method === 'state_queryStorageAt') return [{ changes: (rest[0] as string[]).map(text => [text, read(text)]) }];
    const [, count, start] = rest as [string, number, string | null];
    const after = start === null ? '' : toKey(unhex(start));
    const above = [...entries.keys()].filter(found => found > after).sort();
    return above.slice(0, count).map(keyHex);
  };
  const nonsense = (what: string, why: string) => new Error(`${what}: ${why}`);
  const source = {
    ask: (_: string, method: string, params: readonly unknown[]) => answer(method, params),
    askLater: async (_: string, method: string, params: readonly unknown[]) => answer(method, params),
    nonsense,
  };
  return { source: source as unknown as Source, asked };
}

function bytesOf(entries: Record<Key, number>): Map<Key, Uint8Array> {
  return new Map(Object.entries(entries).map(([name, value]) => [name, Uint8Array.of(value)]));
}

describe('an address that is shown', () => {
  it.each([
    ['ws://127.0.0.1:9944', 'ws://127.0.0.1:9944'],
    ['wss://chain.example:443', 'wss://chain.example:443'],
    ['wss://me:secret@chain.example', 'wss://chain.example/...'],
    ['wss://chain.example/secret', 'wss://chain.example/...'],
    ['wss://chain.example:99/?apikey=secret', 'wss://chain.example:99/...'],
    ['wss://chain.example#secret', 'wss://chain.example/...'],
    ['://secret', 'an address that cannot be read'],
  ])('%s has no secrets', (url, shown) => {
    expect(shownUrl(url)).toBe(shown);
  });
});

describe('known stretches of keys', () => {
  it('answer as the set they are stretches of, and nothing else', () => {
    const looks = fc.array(fc.record({ from: fc.oneof(fc.constant(''), key), count: fc.integer({ min: 1, max: 4 }) }));
    fc.assert(
      fc.property(fc.uniqueArray(key), looks, fc.array(key), (all, seen, questions) => {
        const sorted = all.toSorted();
        const ranges = new KeyRanges();
        const whole: { from: Key; to: Key | null }[] = [];
        for (const { from, count } of seen) {
          const page = sorted.filter(name => name > from).slice(0, count);
          const range = { from, to: page.length < count ? null : page.at(-1)! };
          ranges.add(range, page);
          whole.push(range);
        }
        for (const name of [...questions, ...sorted]) {
          const known = whole.some(({ from, to }) => from < name && (to === null || name <= to));
          expect(ranges.has(name)).toBe(known ? sorted.includes(name) : undefined);
          const isNextKnown = whole.some(({ from, to }) => from <= name && (to === null || name < to));
          const next = sorted.find(other => other > name) ?? null;
          expect(ranges.next(name)).toBe(isNextKnown ? next : undefined);
        }
      }),
      { seed: SEED, numRuns: 500 },
    );
  });
});

describe('the state of a source', () => {
  it('is what the source has, in any order of reading, and each thing is asked for once', () => {
    const entries = fc.dictionary(key, fc.nat(255));
    const reads = fc.array(
      fc.record({ key: fc.oneof(key, fc.constant('')), what: fc.constantFrom('get', 'has', 'next') }),
    );
    fc.assert(
      fc.property(entries, reads, (held, questions) => {
        const values = bytesOf(held);
        const { source, asked } = fakeSource(values);
        const state = new RemoteState({ source, at: '0x' });
        const sorted = [...values.keys()].sort();
        const check = () => {
          for (const { key: name, what } of questions) {
            if (what === 'get') expect(state.get(name)).toEqual(values.get(name) ?? null);
            if (what === 'has') expect(state.has(name)).toBe(values.has(name));
            if (what === 'next') expect(state.next(name)).toBe(sorted.find(other => other > name) ?? null);
          }
        };
        check();
        const before = asked.length;
        check();
        expect(asked.length).toBe(before);
      }),
      { seed: SEED, numRuns: 300 },
    );
  });

  it('is fetched in pages when keys are gone through in order, and values together', () => {
    const item = 'i'.repeat(32);
    const entries = Array.from(
      { length: 3000 },
      (_, i) => [item + String(i).padStart(4, '0'), Uint8Array.of(i % 256)] as const,
    );
    const { source, asked } = fakeSource(new Map(entries));
    const state = new RemoteState({ source, at: '0x' });
    let count = 0;
    for (let name = state.next(item); name !== null; name = state.next(name)) {
      expect(state.get(name)).toEqual(entries[count]![1]);
      count++;
    }
    expect(count).toBe(3000);
    expect(asked.filter(method => method === 'state_getKeysPaged').length).toBeLessThanOrEqual(5);
    expect(asked.filter(method => method === 'state_queryStorageAt').length).toBeLessThanOrEqual(16);
    expect(asked.filter(method => method === 'state_getStorage').length).toBeLessThanOrEqual(4);
  });

  it('is fetched value by value from a source that refuses to send several', () => {
    const item = 'i'.repeat(32);
    const entries = Array.from({ length: 40 }, (_, i) => [`${item}${100 + i}`, Uint8Array.of(i)] as const);
    const { source, asked } = fakeSource(new Map(entries));
    const { ask } = source;
    Object.assign(source, {
      ask(what: string, method: string, params: readonly unknown[]) {
        const answer = ask(what, method, params);
        if (method === 'state_queryStorageAt') throw new Error('unsafe');
        return answer;
      },
    });
    const state = new RemoteState({ source, at: '0x' });
    for (let name = state.next(item), i = 0; name !== null; name = state.next(name), i++) {
      expect(state.get(name)).toEqual(Uint8Array.of(i));
    }
    expect(asked.filter(method => method === 'state_queryStorageAt')).toHaveLength(1);
    Object.assign(source, { isDown: true });
    const other = new RemoteState({ source, at: '0x' });
    const first = other.next(item)!;
    expect(() => other.get(first)).toThrow('unsafe');
  });

  it('has child tries', () => {
    const child = bytesOf({ x: 1, y: 2, z: 3 });
    const { source, asked } = fakeSource(bytesOf({ a: 9 }), new Map([[childRootKey('one'), child]]));
    const state = new RemoteState({ source, at: '0x' });
    const prefix = childPrefix('one');
    expect(state.get(`${prefix}y`)).toEqual(Uint8Array.of(2));
    expect([state.next(prefix), state.next(`${prefix}y`), state.next(`${prefix}z`)]).toEqual([
      `${prefix}x`,
      `${prefix}z`,
      null,
    ]);
    expect(state.has(`${prefix}w`)).toBe(false);
    expect(state.get(`${childPrefix('two')}x`)).toBeNull();
    expect(asked.every(method => method.startsWith('childstate_'))).toBe(true);
  });

  it('can be fetched before it is read, as a whole or up to a number of keys', async () => {
    const values = new Map(Array.from({ length: 2500 }, (_, i) => [`k${i}`, Uint8Array.of(i % 256)] as const));
    const all = bytesOf({ [childRootKey('one')]: 7 });
    for (const [name, value] of values) all.set(name, value);
    const { source, asked } = fakeSource(all, new Map([[childRootKey('one'), bytesOf({ x: 1 })]]));
    const state = new RemoteState({ source, at: '0x' });
    expect(await state.fetchAhead(1000)).toBe(false);
    expect(await state.fetchAhead(10_000)).toBe(true);
    const before = asked.length;
    for (const [name, value] of values) expect(state.get(name)).toEqual(value);
    expect(state.get(`${childPrefix('one')}x`)).toEqual(Uint8Array.of(1));
    expect(state.next(`k${2499}`)).toBe('k25');
    expect(asked.length).toBe(before);
    expect(await state.fetchAhead(0)).toBe(false);
  });

  it('does not count as whole when the source leaves values out', async () => {
    const values = bytesOf({ a: 1, b: 2, c: 3 });
    const { source } = fakeSource(values);
    const { askLater } = source;
    source.askLater = async (what, method, params) => {
      const answer = await askLater(what, method, params);
      if (method !== 'state_queryStorageAt') return answer;
      const [{ changes }] = answer as [{ changes: [string, unknown][] }];
      return [{ changes: changes.slice(1) }];
    };
    const state = new RemoteState({ source, at: '0x' });
    expect(await state.fetchAhead(100)).toBe(false);
    expect(state.get('a')).toEqual(Uint8Array.of(1));
    expect(await state.fetchAhead(100)).toBe(true);
  });

  it.each([
    ['state_getStorage', 7, 'no value'],
    ['state_getStorage', '0x1', 'no value'],
    ['state_getKeysPaged', { length: 1 }, 'no page of keys'],
    ['state_getKeysPaged', ['0x62', '0x61'], 'keys out of order'],
    ['state_getKeysPaged', ['0x61', '0x61'], 'keys out of order'],
    ['state_getKeysPaged', ['0x00'], 'keys out of order'],
    ['state_getKeysPaged', [null], 'no value'],
    ['state_getKeysPaged', Array.from({ length: 2000 }, (_, i) => keyHex(`b${1000 + i}`)), 'no page of keys'],
  ])('does not take %s with %j', (method, answer, text) => {
    const source = {
      ask: (_: string, asked: string) => (asked === method ? answer : null),
      nonsense: (what: string, why: string) => new Error(`${what}: ${why}`),
    };
    const state = new RemoteState({ source: source as unknown as Source, at: '0x' });
    expect(() => (method === 'state_getStorage' ? state.get('a') : state.next('a'))).toThrow(text);
  });

  it('is kept on the disk, but for a torn end, and read back as it was', () => {
    using folder = temporaryFolder();
    const { source, asked } = fakeSource(
      bytesOf({ a: 1, b: 2, c: 3 }),
      new Map([[childRootKey('n'), bytesOf({ x: 5 })]]),
    );
    const read = (log = silentLog) => {
      let kept: FetchedLog | undefined;
      const state = new RemoteState({ source, at: '0x', onFetched: what => kept?.add(what) });
      kept = FetchedLog.open(folder.path, log, what => state.restore(what));
      const found = [
        state.get('a'),
        state.next('a'),
        state.get('zz'),
        state.get(`${childPrefix('n')}x`),
        state.has('b'),
      ];
      kept.close();
      return found;
    };
    const first = read();
    expect(first).toEqual([Uint8Array.of(1), 'b', null, Uint8Array.of(5), true]);
    const questions = asked.length;
    expect(read()).toEqual(first);
    expect(asked.length).toBe(questions);
    appendFileSync(join(folder.path, FETCHED), Uint8Array.of(9, 9, 9, 9, 9));
    const log = keepingLog();
    expect(read(log)).toEqual(first);
    expect(asked.length).toBe(questions);
    expect(log.lines.filter(line => line.includes('cut off 5 bytes'))).toHaveLength(1);
  });

  it('is fetched again where the file is damaged, and only there', () => {
    using folder = temporaryFolder();
    const names = Array.from({ length: 20 }, (_, i) => `key ${String(i).padStart(60, '0')}`);
    const { source, asked } = fakeSource(bytesOf(Object.fromEntries(names.map((name, i) => [name, i]))));
    const read = (log = silentLog) => {
      let kept: FetchedLog | undefined;
      const state = new RemoteState({ source, at: '0x', onFetched: what => kept?.add(what) });
      kept = FetchedLog.open(folder.path, log, what => state.restore(what));
      const found = names.map(name => state.get(name)?.[0]);
      kept.close();
      return found;
    };
    const first = read();
    expect(first).toEqual(names.map((_, i) => i));
    const path = join(folder.path, FETCHED);
    const bytes = readFileSync(path);
    const middle = bytes.indexOf(names[7]!);
    bytes[middle] = bytes[middle]! ^ 1;
    writeFileSync(path, bytes);
    const before = asked.length;
    const log = keepingLog();
    expect(read(log)).toEqual(first);
    expect(asked.length).toBe(before + 1);
    expect(log.lines).toEqual([
      expect.stringMatching(/fork\.log is damaged: \d+ bytes are fetched again.*fork\.log\.damaged/),
    ]);
    expect(readFileSync(`${path}.damaged`)).toEqual(bytes);
    const again = keepingLog();
    expect(read(again)).toEqual(first);
    expect(asked.length).toBe(before + 1);
    expect(again.lines).toEqual([]);
  });
});

describe('a state in two layers', () => {
  const step = fc.record({ key, value: fc.option(fc.nat(255)) });

  it('reads like one state with all changes, over blocks, removals and a new start', () => {
    fc.assert(
      fc.property(fc.dictionary(key, fc.nat(255)), fc.array(fc.array(step), { maxLength: 6 }), (held, blocks) => {
        using folder = temporaryFolder();
        const lower = new RemoteState({ source: fakeSource(bytesOf(held)).source, at: '0x' });
        const expected = bytesOf(held);
        const options = { keepBlocks: undefined, log: silentLog };
        let states = StateLog.create(folder.path, new Map(), 1, { ...options, first: 7 });
        for (const [i, changes] of blocks.entries()) {
          const overlay = new Overlay(layered(states.head(), lower));
          for (const { key: name, value } of changes) {
            overlay.set(name, value === null ? null : Uint8Array.of(value));
            if (value === null) expected.delete(name);
            else expected.set(name, Uint8Array.of(value));
          }
          const { changes: entered, trie, children } = overlay.outcome(1);
          states.append(8 + i, entered, trie, 1, children);
        }
        const root = states.head().trie(1).root;
        states.close();
        states = StateLog.open(folder.path, 7 + blocks.length, options);
        const state = layered(states.head(), lower);
        const sorted = [...expected.keys()].sort();
        const found: [Key, Uint8Array | null][] = [];
        for (let name = state.next(''); name !== null; name = state.next(name)) found.push([name, state.get(name)]);
        expect(found).toEqual(sorted.map(name => [name, expected.get(name)!]));
        for (const name of ['a', 'b', 'ab', 'abc', 'cc']) expect(state.has(name)).toBe(expected.has(name));
        expect(states.head().trie(1).root).toEqual(root);
        states.close();
      }),
      { seed: SEED, numRuns: 60 },
    );
  });

  it('has a root of what was written, in whatever order and whatever the source holds of it', () => {
    const rootOf = (held: Record<Key, number>, changes: readonly Changes[]) => {
      using folder = temporaryFolder();
      const lower = new RemoteState({ source: fakeSource(bytesOf(held)).source, at: '0x' });
      const states = StateLog.create(folder.path, new Map(), 1, { keepBlocks: undefined, log: silentLog });
      for (const [i, change] of changes.entries()) {
        const overlay = new Overlay(layered(states.head(), lower));
        for (const [name, value] of change) overlay.set(name, value);
        const { changes: entered, trie, children } = overlay.outcome(1);
        states.append(i + 1, entered, trie, 1, children);
      }
      const { root } = states.head().trie(1);
      states.close();
      return hex(root);
    };
    const one = Uint8Array.of(1);
    const root = rootOf({ a: 1 }, [
      new Map([
        ['a', null],
        ['b', one],
      ]),
    ]);
    expect(rootOf({ a: 1 }, [new Map([['b', one]]), new Map([['a', null]])])).toBe(root);
    expect(
      rootOf({ a: 2, z: 3 }, [
        new Map([
          ['a', one],
          ['b', one],
        ]),
        new Map([['a', null]]),
      ]),
    ).toBe(root);
    expect(rootOf({ a: 1 }, [new Map([['b', one]])])).not.toBe(root);
    expect(
      rootOf({ a: 1 }, [
        new Map([
          ['a', null],
          ['b', one],
        ]),
        new Map([['a', one]]),
      ]),
    ).toBe(
      rootOf({}, [
        new Map([
          ['a', one],
          ['b', one],
        ]),
      ]),
    );
  });
});
