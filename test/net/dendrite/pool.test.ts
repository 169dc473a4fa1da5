import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Pool } from '../../../src/net/dendrite/pool.js';

class Thing {
  active = 0;
  closed = 0;
  close(): void {
    this.closed++;
  }
}

describe('a pool', () => {
  it('makes one for each key, and gives up the one used longest ago', () => {
    const pool = new Pool<Thing>(2);
    const [a, b, c] = [new Thing(), new Thing(), new Thing()];
    expect(pool.get('a', () => a)).toBe(a);
    expect(pool.get('b', () => b)).toBe(b);
    expect(pool.get('a', () => expect.fail('made twice'))).toBe(a);
    pool.get('c', () => c);
    expect([a.closed, b.closed, c.closed]).toEqual([0, 1, 0]);
    expect(pool.peek('b')).toBeUndefined();
    pool.close();
    pool.close();
    expect([a.closed, b.closed, c.closed]).toEqual([1, 1, 1]);
  });

  it('gives up idle ones first, and a busy one only when all are', () => {
    const pool = new Pool<Thing>(2);
    const [a, b, c, d] = [new Thing(), new Thing(), new Thing(), new Thing()];
    a.active = 1;
    pool.get('a', () => a);
    pool.get('b', () => b);
    pool.get('c', () => c);
    expect([a.closed, b.closed]).toEqual([0, 1]);
    c.active = 1;
    pool.get('d', () => d);
    expect([a.closed, c.closed, d.closed]).toEqual([1, 0, 0]);
  });

  it('never holds more than it may, and closes each thing exactly once', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5 }),
        fc.array(fc.record({ key: fc.integer({ min: 0, max: 9 }), busy: fc.boolean() }), { maxLength: 100 }),
        (most, uses) => {
          const pool = new Pool<Thing>(most);
          const made: Thing[] = [];
          for (const { key, busy } of uses) {
            const thing = pool.get(String(key), () => {
              made.push(new Thing());
              return made.at(-1)!;
            });
            thing.active = busy ? 1 : 0;
            expect(thing.closed).toBe(0);
            expect(pool.size).toBeLessThanOrEqual(most);
            expect(made.filter(one => one.closed === 0)).toHaveLength(pool.size);
          }
          pool.close();
          expect(made.every(one => one.closed === 1)).toBe(true);
        },
      ),
      { seed: 22, numRuns: 200 },
    );
  });
});
