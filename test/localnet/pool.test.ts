import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Block } from '../../localnet/engine/chain/header.js';
import { Pool, type PoolLimits, type TransactionStatus } from '../../localnet/engine/chain/pool.js';
import { hex } from '../../localnet/engine/codec.js';
import { blake2b256 } from '../../localnet/engine/runtime/host/crypto-library.js';
import type { Invalidity, Validity } from '../../localnet/engine/runtime/runtime.js';
import { pollUntil } from '../../src/base/index.js';

const SEED = 5;

/** A toy chain: a transaction is JSON of account, nonce, priority, and `till`, and is valid when its nonce is not used up. */
interface Toy {
  who: string;
  nonce: number;
  priority?: number;
  till?: number;
  salt?: number;
}

class ToyChain {
  nonces = new Map<string, number>();
  number = 0;
  readonly pool: Pool;
  /** Transactions that the runtime no longer likes. */
  readonly banned = new Set<string>();

  constructor(limits: Partial<PoolLimits> = {}) {
    this.pool = new Pool({
      validate: bytes => this.validate(bytes),
      headNumber: () => this.number,
      limits,
      finalizedAfterMs: 0,
    });
  }

  submit(toy: Toy, told?: (status: TransactionStatus) => void): string {
    return this.pool.submit(encode(toy), told);
  }

  validate(bytes: Uint8Array): Validity | Invalidity {
    const { who, nonce, priority = 0, till } = decode(bytes);
    const now = this.nonces.get(who) ?? 0;
    if (nonce < now) return { kind: 'invalid', variant: 'Stale', reason: 'Transaction is outdated' };
    if (this.banned.has(who)) return { kind: 'invalid', variant: 'Payment', reason: 'cannot pay' };
    return {
      priority: BigInt(priority),
      requires: nonce > now ? [`${who}/${nonce - 1}`] : [],
      provides: [`${who}/${nonce}`],
      longevity: till === undefined ? 2n ** 64n - 1n : BigInt(Math.max(0, till - this.number)),
      propagate: true,
    };
  }

  /** Includes what the pool offers, at most `most`, checking the nonces as a runtime would; returns it. */
  build(most = 1e9): Toy[] {
    const candidates = this.pool.candidates();
    const included: Uint8Array[] = [];
    while (included.length < most) {
      const next = candidates.next();
      if (!next) break;
      const { who, nonce } = decode(next.bytes);
      if (nonce !== (this.nonces.get(who) ?? 0) || this.banned.has(who)) {
        candidates.rejected({ fate: 'invalid', reason: 'toy' });
        continue;
      }
      this.nonces.set(who, nonce + 1);
      included.push(next.bytes);
    }
    this.settle(included);
    return included.map(decode);
  }

  settle(extrinsics: Uint8Array[]): void {
    this.number++;
    const hash = hex(blake2b256(Buffer.from(String(this.number))));
    this.pool.settle({ hash, header: { number: this.number }, extrinsics } as unknown as Block);
    this.pool.finalize(hash);
  }
}

const encode = (toy: Toy) => Buffer.from(JSON.stringify(toy));
const decode = (bytes: Uint8Array) => JSON.parse(Buffer.from(bytes).toString()) as Toy;
const names = (statuses: TransactionStatus[]) =>
  statuses.map(status => (typeof status === 'string' ? status : Object.keys(status)[0]));

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
          else if (step.do === 'ban') chain.banned.add(step.who);
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
    await pollUntil('finality', { withinMs: 2000, everyMs: 5 }, () => (second.length === 5 ? true : undefined));
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

  it('sends what depended on a rejected transaction back to wait', () => {
    const chain = new ToyChain();
    for (const nonce of [0, 1, 2]) chain.submit({ who: 'a', nonce });
    chain.banned.add('a');
    expect(chain.build()).toEqual([]);
    expect(chain.pool.readyCount).toBe(0);
    chain.banned.clear();
    chain.submit({ who: 'a', nonce: 0, salt: 1 });
    expect(
      chain
        .build()
        .map(item => item.nonce)
        .slice(0, 1),
    ).toEqual([0]);
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
    chain.banned.add('b');
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
