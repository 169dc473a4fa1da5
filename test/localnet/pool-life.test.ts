import { describe, expect, it } from 'vitest';
import type { TransactionStatus } from '../../localnet/engine/pool/entry.js';
import type { PoolOptions } from '../../localnet/engine/pool/pool.js';
import { pollUntil } from '../../src/base/index.js';
import { encode, hashOf, names, type Toy, ToyChain } from './toy-chain.js';

const refusal = (code: number, message: string, data?: string) => expect.objectContaining({ code, message, data });

function watched(chain: ToyChain, toy: Toy): TransactionStatus[] {
  const heard: TransactionStatus[] = [];
  chain.submit(toy, status => heard.push(status));
  return heard;
}

describe('refusals', () => {
  // sc-rpc-api, author/error.rs
  it('have the numbers and the words of a real node', () => {
    const chain = new ToyChain({ readyCount: 1 });
    const toy = { who: 'a', nonce: 0, priority: 3 };
    chain.submit(toy);
    expect(() => chain.submit(toy)).toThrow(
      refusal(1013, 'Transaction Already Imported', `transaction ${hashOf(toy)}`),
    );
    expect(() => chain.submit({ ...toy, priority: 2 })).toThrow(
      refusal(
        1014,
        'Priority is too low: (3 vs 2)',
        'The transaction has too low priority to replace another transaction already in the pool.',
      ),
    );
    expect(() => chain.submit({ who: 'b', nonce: 0, priority: 1 })).toThrow(
      refusal(1016, 'Immediately Dropped', "The transaction couldn't enter the pool because of the limit"),
    );
    chain.disliked.add('c');
    expect(() => chain.submit({ who: 'c', nonce: 0 })).toThrow(refusal(1010, 'Invalid Transaction', 'cannot pay'));
    expect(() => chain.submit({ who: 'c', nonce: 0 })).toThrow(refusal(1012, 'Transaction is temporarily banned'));
    expect(() => chain.submit({ who: 'd', nonce: 0, tags: { requires: [], provides: [] } })).toThrow(
      refusal(1019, 'No tags provided', "Transaction does not provide any tags, so the pool can't identify it"),
    );
    chain.panics.add('e');
    expect(() => chain.submit({ who: 'e', nonce: 0 })).toThrow(
      refusal(1002, 'Verification Error: the runtime could not judge the transaction', 'unreachable'),
    );
  });

  it('say when two transactions need each other', () => {
    const chain = new ToyChain();
    chain.submit({ who: 'a', nonce: 0, tags: { requires: ['first'], provides: ['second', 'shared'] }, priority: 9 });
    expect(() =>
      chain.submit({ who: 'b', nonce: 0, tags: { requires: [], provides: ['first', 'shared'] }, priority: 1 }),
    ).toThrow(refusal(1015, 'Cycle Detected'));
    chain.submit({ who: 'c', nonce: 0, tags: { requires: [], provides: ['own'] } });
    expect(() =>
      chain.submit({ who: 'd', nonce: 0, tags: { requires: ['own'], provides: ['own', 'more'] }, priority: 5 }),
    ).toThrow(refusal(1015, 'Cycle Detected'));
  });
});

describe('bans', () => {
  function timed(banMs: number) {
    const time = { nowMs: 1000 };
    const options: Partial<PoolOptions> = { banMs, nowMs: () => time.nowMs };
    return { time, chain: new ToyChain({ readyCount: 2 }, options) };
  }

  it('hold for their time, and end with a block after that', () => {
    const { time, chain } = timed(60_000);
    const toy = { who: 'a', nonce: 0 };
    chain.disliked.add('a');
    expect(() => chain.submit(toy)).toThrow(expect.objectContaining({ code: 1010 }));
    chain.disliked.clear();
    time.nowMs += 59_999;
    chain.settle([]);
    expect(() => chain.submit(toy)).toThrow(expect.objectContaining({ code: 1012 }));
    // Other bytes are another transaction.
    chain.submit({ ...toy, salt: 1 });
    chain.build();
    time.nowMs += 1;
    chain.settle([]);
    expect(() => chain.submit(toy)).toThrow(expect.objectContaining({ code: 1010 }));
  });

  it('hold until the next block where they have no time, as with --dev', () => {
    const { chain } = timed(0);
    const toy = { who: 'a', nonce: 0 };
    chain.disliked.add('a');
    expect(() => chain.submit(toy)).toThrow(expect.objectContaining({ code: 1010 }));
    chain.disliked.clear();
    expect(() => chain.submit(toy)).toThrow(expect.objectContaining({ code: 1012 }));
    chain.settle([]);
    chain.submit(toy);
  });

  it('meet what was included, dropped, expired or removed, and spare the runtime', () => {
    const { chain } = timed(60_000);
    const [included, weak, strong, late] = [
      { who: 'a', nonce: 0 },
      { who: 'b', nonce: 0 },
      { who: 'c', nonce: 0, priority: 1 },
      { who: 'd', nonce: 5, till: 2 },
    ];
    chain.submit(included!);
    chain.build();
    chain.submit(strong!);
    chain.submit({ who: 'e', nonce: 0, priority: 1 });
    expect(() => chain.submit(weak!)).toThrow(expect.objectContaining({ code: 1016 }));
    chain.submit(late!);
    chain.settle([]);
    const removed = chain.pool.remove([hashOf(strong!), hashOf(included!)]);
    expect(removed).toEqual([hashOf(strong!)]);
    const before = chain.validations;
    for (const toy of [included, weak, strong, late]) {
      expect(() => chain.submit(toy!)).toThrow(expect.objectContaining({ code: 1012 }));
    }
    expect(chain.validations).toBe(before);
  });

  it('are bounded', () => {
    const { chain } = timed(60_000);
    chain.disliked.add('a');
    for (let salt = 0; salt < 30_000; salt++) {
      try {
        chain.submit({ who: 'a', nonce: 0, salt });
      } catch {
        // As it should.
      }
    }
    expect(chain.pool.bannedCount).toBeLessThan(20_000);
    expect(() => chain.submit({ who: 'a', nonce: 0, salt: 29_999 })).toThrow(expect.objectContaining({ code: 1012 }));
    expect(() => chain.submit({ who: 'a', nonce: 0, salt: 0 })).toThrow(expect.objectContaining({ code: 1010 }));
  });
});

describe('the end of a transaction', () => {
  it('is finalized with its block, not with another', async () => {
    const chain = new ToyChain({}, {}, 'never');
    const heard = watched(chain, { who: 'a', nonce: 0 });
    const block = chain.settle([encode({ who: 'a', nonce: 0 })]);
    const next = chain.settle([]);
    chain.pool.finalize(next);
    chain.pool.finalize(block);
    chain.pool.finalize(block);
    await pollUntil('finality', { withinMs: 10_000, everyMs: 5 }, () => (heard.length > 3 ? true : undefined));
    expect(heard.slice(2)).toEqual([{ inBlock: block }, { finalized: block }]);
  });

  it('is finalityTimeout when 513 blocks with transactions have come since', () => {
    const chain = new ToyChain({}, {}, 'never');
    const heard = watched(chain, { who: 'a', nonce: 0 });
    const [block] = [chain.settle([encode({ who: 'a', nonce: 0 })])];
    for (let i = 0; i < 513; i++) {
      expect(heard).toHaveLength(3);
      chain.submit({ who: 'b', nonce: i });
      chain.build();
    }
    expect(heard.at(-1)).toEqual({ finalityTimeout: block });
  });

  it('is dropped when the chain is rewound, unless it was included', () => {
    const chain = new ToyChain({}, {}, 'never');
    const heard = [0, 1, 5].map(nonce => watched(chain, { who: 'a', nonce }));
    chain.settle([encode({ who: 'a', nonce: 0 })]);
    chain.nonces.set('a', 1);
    chain.pool.clear();
    expect(names(heard.map(list => list.at(-1)!))).toEqual(['inBlock', 'dropped', 'dropped']);
    expect([chain.pool.readyCount, chain.pool.futureCount, chain.pool.bannedCount]).toEqual([0, 0, 0]);
  });

  it('says where in the block it is', () => {
    const chain = new ToyChain({}, {}, 'never');
    const places: unknown[] = [];
    for (const who of ['a', 'b']) {
      chain.submit({ who, nonce: 0 }, (status, index) => {
        if (typeof status === 'object' && 'inBlock' in status) places.push([who, index]);
      });
    }
    chain.settle([encode({ who: 'x', nonce: 0 }), encode({ who: 'b', nonce: 0 }), encode({ who: 'a', nonce: 0 })]);
    expect(places).toEqual([
      ['b', 1],
      ['a', 2],
    ]);
  });
});

describe('validating again', () => {
  it('takes a few after each block, and all in turn', () => {
    const chain = new ToyChain({ revalidatedPerBlock: 10 });
    for (let i = 0; i < 40; i++) chain.submit({ who: `w${i}`, nonce: i % 2 });
    for (let block = 0; block < 4; block++) {
      const before = chain.validations;
      chain.settle([]);
      expect(chain.validations - before).toBe(10);
    }
    for (let i = 0; i < 40; i++) chain.disliked.add(`w${i}`);
    for (let block = 0; block < 4; block++) chain.settle([]);
    expect([chain.pool.readyCount, chain.pool.futureCount]).toEqual([0, 0]);
  });

  it('finds what transactions from elsewhere have made possible', () => {
    const chain = new ToyChain();
    const heard = watched(chain, { who: 'a', nonce: 1 });
    chain.nonces.set('a', 1);
    chain.settle([encode({ who: 'a', nonce: 0 })]);
    expect(names(heard)).toEqual(['future', 'ready', 'broadcast']);
  });

  it('says nothing to those for whom nothing has changed', () => {
    const chain = new ToyChain();
    const heard = [0, 1, 3].map(nonce => watched(chain, { who: 'a', nonce }));
    for (let block = 0; block < 5; block++) chain.settle([]);
    expect(heard.map(names)).toEqual([['ready', 'broadcast'], ['ready', 'broadcast'], ['future']]);
  });
});

describe('a flood', () => {
  it('of one account, of whatever nonces and priority, pushes out nobody else', () => {
    const chain = new ToyChain({ readyCount: 64, futureCount: 32 });
    const others = Array.from({ length: 40 }, (_, i) => watched(chain, { who: `w${i}`, nonce: i % 2 }));
    let refused = 0;
    for (let i = 0; i < 3000; i++) {
      try {
        // The same nonce again and again, and a chain of ready ones.
        chain.submit({ who: 'evil', nonce: i % 3 === 0 ? 900 : Math.floor(i / 3), priority: 1000 });
      } catch {
        refused++;
      }
    }
    expect(refused).toBeGreaterThan(1000);
    expect(others.map(list => list.at(-1)).filter(status => status === 'dropped')).toEqual([]);
    expect([chain.pool.readyCount, chain.pool.futureCount]).toEqual([64, 32]);
    // There is room for a newcomer, too.
    expect(names(watched(chain, { who: 'late', nonce: 0 }))).toEqual(['ready', 'broadcast']);
    expect(names(watched(chain, { who: 'later', nonce: 7 }))).toEqual(['future']);
  });

  it('of 100,000 leaves the best, within the limits', () => {
    const chain = new ToyChain();
    const all = Array.from({ length: 100_000 }, (_, i) => ({
      who: `w${i}`,
      nonce: i % 10 === 0 ? 1 : 0,
      priority: (i * 7919) % 1009,
    }));
    for (const toy of all) {
      try {
        chain.submit(toy);
      } catch (error) {
        expect((error as { code: number }).code).toBe(1016);
      }
    }
    expect([chain.pool.readyCount, chain.pool.futureCount]).toEqual([8192, 1024]);
    // Sorting is stable: of equals, the older.
    const best = all.filter(toy => toy.nonce === 0).sort((a, b) => b.priority - a.priority);
    expect(chain.build()).toEqual(best.slice(0, 8192));
  }, 120_000);

  it('of huge ones is bounded in bytes', () => {
    const chain = new ToyChain({ readyBytes: 1_000_000, futureBytes: 200_000 });
    const small = watched(chain, { who: 'small', nonce: 0 });
    const padding = 'x'.repeat(90_000);
    for (let i = 0; i < 200; i++) {
      try {
        chain.submit({ who: `w${i}`, nonce: i % 2, padding, priority: 0 });
      } catch (error) {
        expect(error).toMatchObject({ code: 1016 });
      }
    }
    expect(chain.pool.readyCount).toBeLessThanOrEqual(12);
    expect(chain.pool.futureCount).toBeLessThanOrEqual(2);
    expect(small.at(-1)).toEqual({ broadcast: [] });
  });
});
