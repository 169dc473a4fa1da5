import { setImmediate as turn } from 'node:timers/promises';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type PoolLimits, PriorityThreadPool } from '../../../src/net/axon/priority-pool.js';

/** A pool whose jobs end when they are told to, and a record of the order in which they began. */
function bench(limits: Partial<PoolLimits> = {}) {
  let now = 0;
  const pool = new PriorityThreadPool(
    { maxWorkers: 1, maxSize: 1_000, agingMs: Number.POSITIVE_INFINITY, ...limits },
    () => now,
  );
  const began: number[] = [];
  const open = new Map<number, () => void>();
  const outcomes = new Map<number, string[]>();
  const signals = new Map<number, AbortSignal>();
  const submit = (
    id: number,
    priority: bigint,
    terms: { timeoutMs?: number; signal?: AbortSignal; caller?: string } = {},
  ) => {
    const ends: string[] = [];
    outcomes.set(id, ends);
    const run = ({ signal }: { signal: AbortSignal }) => {
      began.push(id);
      signals.set(id, signal);
      return new Promise<number>(resolve => open.set(id, () => resolve(id)));
    };
    void pool
      .submit({
        priority,
        timeoutMs: terms.timeoutMs ?? Number.POSITIVE_INFINITY,
        signal: terms.signal,
        caller: terms.caller,
        run,
      })
      .then(
        value => ends.push(`value ${value}`),
        error => ends.push(String(error?.returnCode ?? error)),
      );
  };
  const end = async (id: number) => {
    open.get(id)?.();
    open.delete(id);
    await turn();
  };
  /** Ends what runs until nothing does. */
  const drain = async () => {
    while (open.size > 0) for (const id of [...open.keys()]) await end(id);
  };
  return { pool, began, outcomes, signals, open, submit, end, drain, pass: (ms: number) => (now += ms) };
}

const priorities = fc.array(fc.oneof(fc.constant(0n), fc.bigInt(0n, 3n), fc.bigInt(0n, 2n ** 80n)), {
  minLength: 1,
  maxLength: 60,
});

describe('PriorityThreadPool', () => {
  it('takes waiting jobs in exact order of priority, equals as they came', async () => {
    await fc.assert(
      fc.asyncProperty(priorities, async list => {
        const { submit, began, drain } = bench();
        submit(-1, 0n);
        for (const [id, priority] of list.entries()) submit(id, priority);
        await drain();
        const expected = list
          .map((priority, id) => ({ priority, id }))
          .sort((a, b) => (a.priority === b.priority ? a.id - b.id : a.priority > b.priority ? -1 : 1));
        expect(began.slice(1)).toEqual(expected.map(({ id }) => id));
      }),
      { seed: 6, numRuns: 100 },
    );
  });

  it('lets no zero stake overtake another, however long it waited', async () => {
    await fc.assert(
      fc.asyncProperty(priorities, async list => {
        const { submit, began, drain, pass } = bench({ agingMs: 10 });
        submit(-1, 1n);
        for (const [id, priority] of list.entries()) {
          submit(id, priority);
          pass(100);
        }
        await drain();
        const zeroAt = began.slice(1).findIndex(id => list[id] === 0n);
        const after = zeroAt < 0 ? [] : began.slice(1 + zeroAt);
        expect(after.every(id => list[id] === 0n)).toBe(true);
      }),
      { seed: 7, numRuns: 100 },
    );
  });

  it('gives every eighth turn to the stake that waited longest, so that a small one does not starve', async () => {
    const { submit, began, end, open, pass } = bench({ agingMs: 1_000 });
    submit(0, 10n);
    submit(1, 1n);
    pass(1);
    submit(2, 2n);
    pass(1_000);
    // A large stake that has two new requests for each that is answered.
    for (let id = 10; id < 60; id += 2) {
      submit(id, 100n);
      submit(id + 1, 100n);
      await end([...open.keys()][0]!);
    }
    expect(began.indexOf(1)).toBe(8);
    expect(began.indexOf(2)).toBe(16);
    expect(began.slice(0, 25).filter(id => id >= 10)).toHaveLength(22);
  });

  it('keeps the line bounded: a larger stake takes the place of the least, an equal one is refused', async () => {
    const { pool, submit, outcomes, drain, began } = bench({ maxSize: 2 });
    submit(0, 5n);
    submit(1, 1n);
    submit(2, 1n);
    submit(3, 1n);
    submit(4, 0n);
    await turn();
    expect([outcomes.get(3), outcomes.get(4)]).toEqual([['NucleusFull'], ['NucleusFull']]);
    submit(5, 2n);
    await turn();
    expect(outcomes.get(2)).toEqual(['NucleusFull']);
    expect(pool.size).toBe(2);
    await drain();
    expect(began).toEqual([0, 5, 1]);
  });

  it('keeps a few places for smaller stakes, where no larger one evicts them and no zero stays', async () => {
    const { pool, submit, outcomes, pass } = bench({ maxSize: 16 });
    submit(0, 9n);
    submit(1, 0n);
    submit(2, 1n, { caller: 'small' });
    submit(3, 1n, { caller: 'other' });
    submit(4, 1n, { caller: 'third' });
    pass(1);
    for (let id = 10; id < 40; id++) submit(id, 100n + BigInt(id), { caller: `rich ${id}` });
    await turn();
    expect(pool.size).toBe(16);
    expect([1, 2, 3, 4].map(id => outcomes.get(id))).toEqual([['NucleusFull'], [], [], ['NucleusFull']]);
    expect([10, 25, 26, 39].map(id => outcomes.get(id))).toEqual([['NucleusFull'], ['NucleusFull'], [], []]);
    submit(50, 2n, { caller: 'late' });
    await turn();
    expect(outcomes.get(50)).toEqual(['NucleusFull']);
  });

  it('gives one caller a quarter of the places that are kept', async () => {
    const { submit, outcomes, pass } = bench({ maxSize: 64 });
    submit(0, 9n);
    for (let id = 100; id < 156; id++) submit(id, 50n, { caller: `rich ${id}` });
    for (let id = 1; id <= 8; id++) submit(id, 1n, { caller: 'greedy' });
    pass(1);
    for (let id = 9; id <= 14; id++) submit(id, 1n, { caller: `small ${id}` });
    for (let id = 200; id < 250; id++) submit(id, 50n, { caller: `rich ${id}` });
    await turn();
    const stays = (id: number) => outcomes.get(id)!.length === 0;
    expect([1, 2, 3, 4, 5, 6, 7, 8].filter(stays)).toHaveLength(2);
    expect([9, 10, 11, 12, 13, 14].every(stays)).toBe(true);
  });

  it('serves a small stake at the ageing rate while 400 rich callers fill the line', async () => {
    const { submit, outcomes, began, open, end, pass } = bench({ maxWorkers: 2, maxSize: 256, agingMs: 1_000 });
    let id = 0;
    const asks = new Map<number, { id: number; served: number }>();
    const ask = (who: number) => {
      const known = asks.get(who) ?? { id: -1, served: 0 };
      const ends = outcomes.get(known.id);
      if (known.id >= 0 && ends!.length === 0) return;
      asks.set(who, { id, served: known.served + (ends?.[0]?.startsWith('value') ? 1 : 0) });
      submit(id++, who === 400 ? 1n : 1_000n, { caller: `caller ${who}` });
    };
    for (let round = 0; round < 800; round++) {
      // The small one comes last each time, when the places are taken.
      for (let who = 0; who <= 400; who++) ask(who);
      pass(10);
      await end([...open.keys()][0]!);
    }
    // Eight seconds, of which it waits one for each turn of its own.
    expect(began.length).toBeGreaterThan(800);
    expect(asks.get(400)!.served).toBeGreaterThanOrEqual(6);
  });

  it('lets no positive stake wait for ever that goes on asking, whatever the others ask and when', async () => {
    const caller = fc.record({ stake: fc.bigInt(1n, 2n ** 70n), jobs: fc.integer({ min: 1, max: 6 }) });
    const setting = fc.record({
      callers: fc.array(caller, { minLength: 2, maxLength: 14 }),
      maxSize: fc.integer({ min: 2, max: 20 }),
      maxWorkers: fc.integer({ min: 1, max: 3 }),
      richLast: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(setting, async ({ callers, maxSize, maxWorkers, richLast }) => {
        const { submit, outcomes, began, open, end, pass } = bench({ maxSize, maxWorkers, agingMs: 20 });
        const order = callers.map((given, who) => ({ ...given, who })).sort((a, b) => (a.stake < b.stake ? 1 : -1));
        if (richLast) order.reverse();
        const owner = new Map<number, number>();
        const under = callers.map((): number[] => []);
        const waited = callers.map(() => 0);
        let id = 0;
        let longest = 0;
        for (let step = 0; step < 40 * (callers.length + 3); step++) {
          for (const { who, stake, jobs } of order) {
            under[who] = under[who]!.filter(job => outcomes.get(job)!.length === 0);
            while (under[who]!.length < jobs) {
              owner.set(id, who);
              under[who]!.push(id);
              submit(id++, stake, { caller: `caller ${who}` });
            }
          }
          submit(id++, 0n, { caller: 'zero' });
          pass(10);
          const before = began.length;
          await end([...open.keys()][0]!);
          for (const who of callers.keys()) waited[who]!++;
          for (const job of began.slice(before)) if (owner.has(job)) waited[owner.get(job)!] = 0;
          longest = Math.max(longest, ...waited);
        }
        // Of sixteen turns one at least is for who waited longest of all.
        expect(longest).toBeLessThanOrEqual(16 * (callers.length + 2));
      }),
      { seed: 11, numRuns: 20 },
    );
  });

  it('refuses everything beyond its workers when nobody may wait', async () => {
    const { submit, outcomes, drain } = bench({ maxSize: 0 });
    submit(0, 0n);
    submit(1, 9n);
    await drain();
    expect([outcomes.get(0), outcomes.get(1)]).toEqual([['value 0'], ['NucleusFull']]);
  });

  it('never runs more than its workers, and each job has one outcome, in whatever order things happen', async () => {
    const step = fc.record({
      what: fc.constantFrom('submit', 'submit', 'submit', 'end', 'cancel', 'pass'),
      priority: fc.bigInt(0n, 4n),
      pick: fc.nat(50),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 80 }), fc.integer({ min: 1, max: 4 }), async (steps, maxWorkers) => {
        const { pool, submit, end, open, outcomes, drain, pass } = bench({ maxWorkers, maxSize: 5, agingMs: 30 });
        const cancels: AbortController[] = [];
        for (const [id, { what, priority, pick }] of steps.entries()) {
          if (what === 'submit') {
            const controller = new AbortController();
            cancels.push(controller);
            submit(id, priority, { signal: controller.signal });
          } else if (what === 'end' && open.size > 0) await end([...open.keys()][pick % open.size]!);
          else if (what === 'cancel' && cancels.length > 0) cancels[pick % cancels.length]!.abort('gone');
          else pass(pick);
          expect(pool.active).toBeLessThanOrEqual(maxWorkers);
          expect(pool.size).toBeLessThanOrEqual(5);
          expect(pool.size === 0 || pool.active === maxWorkers).toBe(true);
        }
        await drain();
        await turn();
        expect([...outcomes.values()].every(ends => ends.length === 1)).toBe(true);
        expect([pool.active, pool.size, pool.abandoned]).toEqual([0, 0, 0]);
      }),
      { seed: 8, numRuns: 60 },
    );
  });

  it('takes a job whose caller leaves out of the line, and tells one that runs', async () => {
    const { pool, submit, signals, outcomes, end, began } = bench();
    const [first, second] = [new AbortController(), new AbortController()];
    submit(0, 0n, { signal: first.signal });
    submit(1, 0n, { signal: second.signal });
    second.abort('gone');
    first.abort('left');
    await turn();
    expect([outcomes.get(0), outcomes.get(1), signals.get(0)!.aborted]).toEqual([['left'], ['gone'], true]);
    // It does not listen to its signal: its place is taken until it ends.
    expect([pool.active, pool.abandoned, pool.size]).toEqual([1, 1, 0]);
    submit(2, 0n);
    expect(began).toEqual([0]);
    await end(0);
    expect([pool.abandoned, began]).toEqual([0, [0, 2]]);
    submit(3, 0n, { signal: AbortSignal.abort('never') });
    await turn();
    expect(outcomes.get(3)).toEqual(['never']);
  });

  it('hands on what a job throws, at once or later', async () => {
    await using pool = new PriorityThreadPool({ maxWorkers: 1 });
    const terms = { priority: 0n, timeoutMs: 1_000 };
    const thrown = () => {
      throw new Error('at once');
    };
    await expect(pool.submit({ ...terms, run: thrown })).rejects.toThrow('at once');
    await expect(pool.submit({ ...terms, run: async () => Promise.reject(new Error('later')) })).rejects.toThrow(
      'later',
    );
    expect(await pool.submit({ ...terms, run: () => 7 })).toBe(7);
  });

  it('refuses everything once it is stopped', async () => {
    const { pool, submit, outcomes, signals } = bench();
    submit(0, 0n);
    submit(1, 0n);
    await Promise.all([pool.stop(), pool.stop()]);
    submit(2, 0n);
    await turn();
    expect([...outcomes.values()]).toEqual([['Unavailable'], ['Unavailable'], ['Unavailable']]);
    expect(signals.get(0)!.aborted).toBe(true);
  });
});

describe('a deadline', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('counts waiting and running together, and each has its own code', async () => {
    const { pool, submit, outcomes, signals, end } = bench();
    submit(0, 0n, { timeoutMs: 100 });
    submit(1, 0n, { timeoutMs: 60 });
    submit(2, 0n, { timeoutMs: 150 });
    vi.advanceTimersByTime(60);
    await turn();
    expect([outcomes.get(0), outcomes.get(1)]).toEqual([[], ['NucleusTimeout']]);
    vi.advanceTimersByTime(40);
    await turn();
    expect([outcomes.get(0), signals.get(0)!.aborted]).toEqual([['Timeout'], true]);
    await end(0);
    vi.advanceTimersByTime(50);
    await turn();
    expect(outcomes.get(2)).toEqual(['Timeout']);
    await end(2);
    expect([pool.active, vi.getTimerCount()]).toEqual([0, 0]);
  });
});

describe('work in threads', () => {
  const source = `
    export const add = ({ a, b }) => a + b;
    export const sum = bytes => bytes.reduce((total, byte) => total + byte, 0);
    export const spin = () => { for (;;); };
    export const fail = () => { throw new TypeError('wrong digits'); };
    export const exit = () => process.exit(3);
    export const odd = () => () => {};`;
  const module = new URL(`data:text/javascript,${encodeURIComponent(source)}`);
  const terms = { priority: 0n, timeoutMs: 30_000 };

  it('answers, moves buffers, and hands on errors', async () => {
    await using pool = new PriorityThreadPool({ maxWorkers: 2 });
    expect(await pool.compute({ module, name: 'add', argument: { a: 2, b: 3 } }, terms)).toBe(5);
    const bytes = Uint8Array.of(1, 2, 3);
    expect(await pool.compute({ module, name: 'sum', argument: bytes, transfer: [bytes.buffer] }, terms)).toBe(6);
    expect(bytes.length).toBe(0);
    await expect(pool.compute({ module, name: 'fail', argument: 0 }, terms)).rejects.toThrow('wrong digits');
    await expect(pool.compute({ module, name: 'none', argument: 0 }, terms)).rejects.toThrow(
      'exports no function none',
    );
    await expect(pool.compute({ module, name: 'odd', argument: 0 }, terms)).rejects.toThrow('could not be cloned');
    expect(await pool.compute({ module, name: 'add', argument: { a: 4, b: 3 } }, terms)).toBe(7);
  });

  it('ends a computation that is given up, and a thread that died is replaced', async () => {
    await using pool = new PriorityThreadPool({ maxWorkers: 1 });
    const late = pool.compute({ module, name: 'spin', argument: 0 }, { ...terms, timeoutMs: 300 });
    const next = pool.compute({ module, name: 'add', argument: { a: 1, b: 1 } }, terms);
    await expect(late).rejects.toMatchObject({ returnCode: 'Timeout' });
    expect(await next).toBe(2);
    await expect(pool.compute({ module, name: 'exit', argument: 0 }, terms)).rejects.toMatchObject({
      returnCode: 'Unavailable',
    });
    expect(await pool.compute({ module, name: 'add', argument: { a: 1, b: 2 } }, terms)).toBe(3);
    const spinning = pool.compute({ module, name: 'spin', argument: 0 }, terms);
    await Promise.all([expect(spinning).rejects.toMatchObject({ returnCode: 'Unavailable' }), pool.stop()]);
  });
});
