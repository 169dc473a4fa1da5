import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TransactionStatus } from '../../localnet/engine/pool/entry.js';
import { pollUntil } from '../../src/base/index.js';
import { decode, encode, names, type Toy, ToyChain } from './toy-chain.js';

const SEED = 5;

const toy = fc.record({
  who: fc.constantFrom('a', 'b', 'c'),
  nonce: fc.integer({ min: 0, max: 6 }),
  priority: fc.integer({ min: 0, max: 5 }),
  salt: fc.integer({ min: 0, max: 3 }),
});

describe('the pool', () => {
  it('offers nothing before what it requires, and the best of what is possible first', () => {
    fc.assert(
      fc.property(fc.array(toy, { maxLength: 40 }), list => {
        const chain = new ToyChain();
        const accepted = list.filter(item => {
          try {
            chain.submit(item);
            return true;
          } catch {
            return false;
          }
        });
        expect(chain.pool.readyCount + chain.pool.futureCount).toBeLessThanOrEqual(accepted.length);
        const candidates = chain.pool.candidates();
        const done = new Map<string, number>();
        const offered: Toy[] = [];
        for (let next = candidates.next(); next; next = candidates.next()) {
          const { who, nonce } = decode(next.bytes);
          expect(nonce).toBe(done.get(who) ?? 0);
          done.set(who, nonce + 1);
          offered.push(decode(next.bytes));
        }
        // All ready ones are offered, and each account's run of nonces from 0 is ready.
        expect(offered).toHaveLength(chain.pool.readyCount);
        for (const who of ['a', 'b', 'c']) {
          const nonces = new Set(accepted.filter(item => item.who === who).map(item => item.nonce));
          let run = 0;
          while (nonces.has(run)) run++;
          expect(done.get(who) ?? 0).toBe(run);
        }
        offered.forEach((item, i) => {
          const before = offered.slice(0, i);
          const possible = offered
            .slice(i)
            .filter(other => before.filter(({ who }) => who === other.who).length === other.nonce);
          expect(item.priority).toBe(Math.max(...possible.map(other => other.priority!)));
        });
      }),
      { seed: SEED, numRuns: 500 },
    );
  });

  it('includes everything in the end, in whatever order it came', () => {
    fc.assert(
      fc.property(
        fc.shuffledSubarray([...Array(30).keys()], { minLength: 30 }),
        fc.integer({ min: 1, max: 7 }),
        (order, most) => {
          const chain = new ToyChain();
          for (const nonce of order) chain.submit({ who: 'a', nonce });
          const included: number[] = [];
          for (let i = 0; i < 40; i++) included.push(...chain.build(most).map(item => item.nonce));
          expect(included).toEqual([...Array(30).keys()]);
          expect([chain.pool.readyCount, chain.pool.futureCount]).toEqual([0, 0]);
        },
      ),
      { seed: SEED, numRuns: 100 },
    );
  });

  it('stays consistent whatever is submitted, included, or turns invalid', () => {
    const action = fc.oneof(
      { weight: 4, arbitrary: fc.record({ do: fc.constant('submit' as const), toy }) },
      fc.record({ do: fc.constant('build' as const), most: fc.integer({ min: 0, max: 4 }) }),
      fc.record({ do: fc.constant('elsewhere' as const), who: fc.constantFrom('a', 'b') }),
      fc.record({ do: fc.constant('ban' as const), who: fc.constantFrom('a', 'b', 'c') }),
    );
    fc.assert(
      fc.property(fc.array(action, { maxLength: 60 }), actions => {
        const chain = new ToyChain({ readyCount: 6, futureCount: 4 });
        const open = new Map<string, TransactionStatus[]>();
        for (const step of actions) {
          if (step.do === 'submit') {
            const heard: TransactionStatus[] = [];
            try {
              open.set(
                chain.submit(step.toy, status => heard.push(status)),
                heard,
              );
            } catch {
              // Refused: nobody watches it.
            }
          } else if (step.do === 'build') chain.build(step.most);
          else if (step.do === 'ban') chain.disliked.add(step.who);
          else {
            // Included without ever having been in this pool.
            const nonce = chain.nonces.get(step.who) ?? 0;
            chain.nonces.set(step.who, nonce + 1);
            chain.settle([encode({ who: 'x', nonce: 0 }), encode({ who: step.who, nonce, salt: 99 })]);
          }
          expect(chain.pool.readyCount).toBeLessThanOrEqual(6);
          expect(chain.pool.futureCount).toBeLessThanOrEqual(4);
        }
        // Whoever watches has heard how it stands, and nothing after the end.
        let waiting = 0;
        for (const heard of open.values()) {
          const said = names(heard);
          const ends = said.filter(name => ['inBlock', 'usurped', 'invalid', 'dropped'].includes(name!));
          expect(ends.length).toBeLessThanOrEqual(1);
          if (ends.length === 0) waiting++;
          else expect(['finalized', ends[0]]).toContain(said.at(-1));
        }
        expect(waiting).toBe(chain.pool.readyCount + chain.pool.futureCount);
      }),
      { seed: SEED, numRuns: 500 },
    );
  });

  it('tells watchers each step', async () => {
    const chain = new ToyChain();
    const second: TransactionStatus[] = [];
    const first: TransactionStatus[] = [];
    chain.submit({ who: 'a', nonce: 1 }, status => second.push(status));
    expect(names(second)).toEqual(['future']);
    chain.submit({ who: 'a', nonce: 0 }, status => first.push(status));
    expect(names(second)).toEqual(['future', 'ready', 'broadcast']);
    chain.build();
    await pollUntil('finality', { withinMs: 10_000, everyMs: 5 }, () => (second.length === 5 ? true : undefined));
    expect(names(first)).toEqual(['ready', 'broadcast', 'inBlock', 'finalized']);
    expect(names(second)).toEqual(['future', 'ready', 'broadcast', 'inBlock', 'finalized']);
  });

  it('replaces by priority, refuses what is not better, and does not take the same one twice', () => {
    const chain = new ToyChain();
    const old: TransactionStatus[] = [];
    chain.submit({ who: 'a', nonce: 0, priority: 3 }, status => old.push(status));
    chain.submit({ who: 'a', nonce: 1, priority: 1 });
    expect(() => chain.submit({ who: 'a', nonce: 0, priority: 3 })).toThrow(expect.objectContaining({ code: 1013 }));
    expect(() => chain.submit({ who: 'a', nonce: 0, priority: 3, salt: 1 })).toThrow(
      expect.objectContaining({ code: 1014 }),
    );
    const better = chain.submit({ who: 'a', nonce: 0, priority: 4 });
    expect(old.at(-1)).toEqual({ usurped: better });
    expect(chain.build().map(item => [item.nonce, item.priority])).toEqual([
      [0, 4],
      [1, 1],
    ]);
  });

  it('drops what depended on an invalid transaction with it, and takes that again', () => {
    const chain = new ToyChain();
    const heard: TransactionStatus[] = [];
    for (const nonce of [0, 1, 2]) chain.submit({ who: 'a', nonce }, status => heard.push(status));
    chain.disliked.add('a');
    expect(chain.build()).toEqual([]);
    expect([chain.pool.readyCount, chain.pool.futureCount]).toEqual([0, 0]);
    expect(heard.filter(status => status === 'invalid')).toHaveLength(3);
    chain.disliked.clear();
    for (const nonce of [2, 1, 0]) chain.submit({ who: 'a', nonce });
    expect(chain.build().map(item => item.nonce)).toEqual([0, 1, 2]);
  });

  it('drops what has expired, and what became invalid', () => {
    const chain = new ToyChain();
    const heard: TransactionStatus[] = [];
    chain.submit({ who: 'a', nonce: 1, till: 2 }, status => heard.push(status));
    chain.submit({ who: 'b', nonce: 1 }, status => heard.push(status));
    chain.settle([]);
    expect(names(heard)).toEqual(['future', 'future']);
    chain.settle([]);
    chain.settle([]);
    expect(heard.at(-1)).toBe('invalid');
    chain.disliked.add('b');
    chain.settle([]);
    expect(chain.pool.futureCount).toBe(0);
    expect(names(heard)).toEqual(['future', 'future', 'invalid', 'invalid']);
  });

  it('is bounded: the worst leaves, and a newcomer that is the worst is told', () => {
    const chain = new ToyChain({ readyCount: 3, futureCount: 2, futureBytes: 1000 });
    const dropped: TransactionStatus[] = [];
    chain.submit({ who: 'a', nonce: 0, priority: 1 }, status => dropped.push(status));
    for (const who of ['b', 'c']) chain.submit({ who, nonce: 0, priority: 5 });
    expect(() => chain.submit({ who: 'd', nonce: 0, priority: 0 })).toThrow(expect.objectContaining({ code: 1016 }));
    chain.submit({ who: 'e', nonce: 0, priority: 2 });
    expect(dropped.at(-1)).toBe('dropped');
    for (let i = 1; i < 10; i++) {
      try {
        chain.submit({ who: 'f', nonce: i, priority: i });
      } catch {
        // Full.
      }
    }
    expect([chain.pool.readyCount, chain.pool.futureCount]).toEqual([3, 2]);
  });

  it('takes thousands without slowing down', () => {
    const chain = new ToyChain();
    const started = performance.now();
    for (let i = 0; i < 8000; i++) chain.submit({ who: `w${i % 80}`, nonce: Math.floor(i / 80) });
    expect(chain.pool.readyCount).toBe(8000);
    expect(chain.build()).toHaveLength(8000);
    // A square of the count would take minutes.
    expect(performance.now() - started).toBeLessThan(10_000);
  });
});
