import { appendFileSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Key, toKey } from '../../localnet/engine/codec.js';
import { Trie } from '../../localnet/engine/state/trie.js';
import { LogFile } from '../../localnet/engine/store/log-file.js';
import { StateLog } from '../../localnet/engine/store/state-log.js';
import { pollUntil, silentLog } from '../../src/base/index.js';
import { keepingLog, temporaryFolder } from './fixture.js';

const SEED = 11;
const bytes = (text: string) => Buffer.from(text);

function contents(path: string, log = silentLog): string[] {
  const file = LogFile.open(path);
  try {
    return [...file.frames(log)].map(frame => Buffer.from(frame.payload).toString());
  } finally {
    file.close();
  }
}

describe('the log file', () => {
  it('gives back what was appended, and finds it by offset', () => {
    using folder = temporaryFolder();
    const path = join(folder.path, 'log');
    const file = LogFile.open(path);
    const offsets = ['one', 'two', 'three'.repeat(500_000), 'four'].map(text => file.append(bytes(text)));
    expect(Buffer.from(file.readFrame(offsets[1]!)).toString()).toBe('two');
    file.close();
    file.close();
    expect(contents(path).map(text => text.length)).toEqual([3, 3, 2_500_000, 4]);
  });

  it('cuts a torn tail off with one line and loses nothing else, wherever it is torn', () => {
    using folder = temporaryFolder();
    const path = join(folder.path, 'log');
    const file = LogFile.open(path);
    file.append(bytes('first record of some length'));
    const whole = file.bytes;
    file.append(bytes('second record, longer than the first one was'));
    const end = file.bytes;
    file.close();
    const original = readFileSync(path);
    for (let cut = whole + 1; cut < end; cut++) {
      writeFileSync(path, original.subarray(0, cut));
      const log = keepingLog();
      expect(contents(path, log)).toEqual(['first record of some length']);
      expect(log.lines).toEqual([
        `warn: ${path}: cut off ${cut - whole} bytes of a record that a crash left unfinished`,
      ]);
      expect(statSync(path).size).toBe(whole);
    }
    // What a power failure can leave: the right length, but zeros or noise at the end.
    for (const tail of [Buffer.alloc(5000), Buffer.alloc(60, 0xa5)]) {
      writeFileSync(path, Buffer.concat([original.subarray(0, whole), tail]));
      expect(contents(path)).toEqual(['first record of some length']);
    }
  });

  it('refuses to cut where whole records follow', () => {
    using folder = temporaryFolder();
    const path = join(folder.path, 'log');
    const file = LogFile.open(path);
    for (let i = 0; i < 5; i++) file.append(bytes(`record ${i} ${'.'.repeat(40)}`));
    file.close();
    const damaged = readFileSync(path);
    damaged[70]! ^= 1;
    writeFileSync(path, damaged);
    expect(() => contents(path)).toThrow('is damaged at byte');
    expect(statSync(path).size).toBe(damaged.length);
  });

  it('takes nothing more once the disk did not take what was written before', async () => {
    // A device that takes every write and cannot be synced.
    const file = LogFile.open('/dev/null');
    file.append(bytes('one'));
    file.syncSoon();
    const refusal = await pollUntil('a refused write', { withinMs: 30_000 }, () => {
      try {
        file.append(bytes('another'));
        return undefined;
      } catch (error) {
        return error;
      }
    });
    expect(refusal).toMatchObject({ code: 'disk', message: expect.stringContaining('cannot write /dev/null: EINVAL') });
    expect(() => file.append(bytes('another'))).toThrow('EINVAL');
    expect(() => file.close()).toThrow('EINVAL');
    file.close();
  });
});

type Step = readonly (readonly [Key, Uint8Array | null])[];

describe('the state log', () => {
  const key = fc.constantFrom('a', 'b', 'bb', 'c');
  const value = fc.uint8Array({ maxLength: 50 });
  const steps = fc.array(fc.array(fc.tuple(key, fc.option(value, { freq: 2 })), { maxLength: 4 }), { maxLength: 25 });
  const genesis = new Map([
    ['a', Uint8Array.of(1)],
    ['z', new Uint8Array(40)],
  ] as [Key, Uint8Array][]);

  function run(folder: string, list: readonly Step[], keepBlocks?: number) {
    const state = StateLog.create(folder, genesis, 1, { keepBlocks, log: silentLog });
    const all = [new Map(genesis)];
    list.forEach((step, i) => {
      const next = new Map(all[i]);
      for (const [k, v] of step) v === null ? next.delete(k) : next.set(k, v);
      const changes = new Map(step);
      state.append(i + 1, changes, state.head().trie(1).with(changes, 1), 1);
      all.push(next);
    });
    return { state, all };
  }

  function check(state: StateLog, all: readonly ReadonlyMap<Key, Uint8Array>[], from = 0) {
    all.slice(from).forEach((expected, i) => {
      const reader = state.at(from + i)!;
      expect(reader.trie(1).root).toEqual(Trie.of(expected, 1).root);
      for (const k of ['', 'a', 'b', 'bb', 'c', 'z']) {
        expect(reader.get(k) && Buffer.from(reader.get(k)!)).toEqual(
          expected.has(k) ? Buffer.from(expected.get(k)!) : null,
        );
        expect(reader.has(k)).toBe(expected.has(k));
        expect(reader.next(k)).toBe([...expected.keys()].sort().find(other => other > k) ?? null);
      }
    });
  }

  it('answers for every old block as if it were the head, also after opening it again', () => {
    fc.assert(
      fc.property(steps, list => {
        using folder = temporaryFolder();
        const { state, all } = run(folder.path, list);
        check(state, all);
        state.close();
        const again = StateLog.open(folder.path, list.length, { keepBlocks: undefined, log: silentLog });
        check(again, all);
        again.close();
      }),
      { seed: SEED, numRuns: 50 },
    );
  });

  it('opens up to an earlier block when asked to, and goes on from there', () => {
    using folder = temporaryFolder();
    const list: Step[] = [[['a', null]], [['b', Uint8Array.of(2)]], [['c', Uint8Array.of(3)]]];
    const { state, all } = run(folder.path, list);
    state.close();
    const earlier = StateLog.open(folder.path, 1, { keepBlocks: undefined, log: silentLog });
    expect(earlier.headNumber).toBe(1);
    check(earlier, all.slice(0, 2));
    earlier.append(2, new Map([['x', Uint8Array.of(9)]]), earlier.head().trie(1), 1);
    expect(earlier.head().has('b')).toBe(false);
    earlier.close();
  });

  it('forgets old states, writes snapshots, deletes what nobody needs, and still knows the rest', () => {
    using folder = temporaryFolder();
    const list: Step[] = Array.from({ length: 3500 }, (_, i) => [
      ['a', Uint8Array.of(i & 255, i >> 8)],
      [`k${i % 7}`, i % 3 === 0 ? null : new Uint8Array(30).fill(i & 255)],
    ]);
    const { state, all } = run(folder.path, list, 20);
    expect(state.oldestNumber).toBe(3480);
    expect(state.at(3479)).toBeUndefined();
    const roots = (log: StateLog) => Array.from({ length: 21 }, (_, i) => log.at(3480 + i)!.trie(1).root);
    const expected = all.slice(3480).map(values => Trie.of(values, 1).root);
    expect(roots(state)).toEqual(expected);
    const files = readdirSync(folder.path).sort();
    expect(files).toEqual(['state-0000003000.log']);
    state.close();
    const again = StateLog.open(folder.path, 3500, { keepBlocks: 20, log: silentLog });
    expect(again.oldestNumber).toBe(3480);
    expect(roots(again)).toEqual(expected);
    again.close();
  });

  it('survives a crash while a snapshot is written', () => {
    using folder = temporaryFolder();
    const { state, all } = run(folder.path, [[['b', Uint8Array.of(1)]]]);
    state.close();
    writeFileSync(join(folder.path, 'state-0000000001.log.tmp'), 'half');
    const again = StateLog.open(folder.path, 1, { keepBlocks: undefined, log: silentLog });
    check(again, all);
    again.close();
  });

  it('says what is wrong with a file that is not whole', () => {
    using folder = temporaryFolder();
    const { state } = run(folder.path, []);
    state.close();
    const path = join(folder.path, 'state-0000000000.log');
    truncateSync(path, statSync(path).size - 3);
    const open = () => StateLog.open(folder.path, 0, { keepBlocks: undefined, log: silentLog });
    expect(open).toThrow('has no whole snapshot');
    appendFileSync(path, 'x');
    expect(open).toThrow('has no whole snapshot');
  });

  it('keeps the form that values have in the trie when the state version changes', () => {
    const long = (fill: number) => new Uint8Array(50).fill(fill);
    const old = new Map(['a', 'b', 'c', 'd'].map(k => [k, long(1)] as [Key, Uint8Array]));
    using folder = temporaryFolder();
    const state = StateLog.create(folder.path, old, 0, { keepBlocks: 20, log: silentLog });
    const roots: Uint8Array[] = [state.head().trie(0).root];
    const append = (changes: Map<Key, Uint8Array | null>, version: 0 | 1) => {
      const trie = state.head().trie(version).with(changes, version);
      roots.push(trie.root);
      state.append(roots.length - 1, changes, trie, version);
    };
    const reopened = () => {
      state.sync();
      const options = { keepBlocks: 20, log: silentLog, rootOf: (block: number) => roots[block]! };
      return StateLog.open(folder.path, roots.length - 1, options);
    };
    append(new Map([['b', long(2)]]), 0);
    // The upgrade came with block 1: the same value, written anew, takes the new form.
    append(new Map([['c', long(1)]]), 1);
    expect(roots[2]).not.toEqual(roots[1]);
    {
      const again = reopened();
      expect([0, 1, 2].map(block => again.at(block)!.trie(1).root)).toEqual(roots);
      again.close();
    }
    // Long enough for a snapshot.
    for (let i = 0; i < 1500; i++) append(new Map([['d', new Uint8Array(30).fill(i)]]), 1);
    expect(readdirSync(folder.path)).toEqual(['state-0000001000.log']);
    const again = reopened();
    expect(again.head().trie(1).root).toEqual(roots.at(-1));
    expect(again.at(1490)!.trie(1).root).toEqual(roots[1490]);
    again.close();
    state.close();
  });

  it('compares what it reads with the header of the head, once', () => {
    using folder = temporaryFolder();
    const { state } = run(folder.path, [[['b', Uint8Array.of(1)]]]);
    state.close();
    const asked: number[] = [];
    const rootOf = (block: number) => {
      asked.push(block);
      return new Uint8Array(32);
    };
    const again = StateLog.open(folder.path, 1, { keepBlocks: undefined, log: silentLog, rootOf });
    expect(again.head().get('b')).toEqual(Uint8Array.of(1));
    expect(asked).toEqual([]);
    for (let i = 0; i < 2; i++) expect(() => again.head().trie(1)).toThrow(/the state of block 1 is damaged.* restore/);
    expect(asked).toEqual([1]);
    again.close();
  });

  it('keeps keys of any bytes', () => {
    using folder = temporaryFolder();
    const odd = toKey(Uint8Array.from({ length: 256 }, (_, i) => i));
    const { state } = run(folder.path, [[[odd, Uint8Array.of(5)]]]);
    state.close();
    const again = StateLog.open(folder.path, 1, { keepBlocks: undefined, log: silentLog });
    expect(again.head().get(odd)).toEqual(Uint8Array.of(5));
    again.close();
  });
});
