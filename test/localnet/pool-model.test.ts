import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hashOf, names, type Toy, ToyChain } from './toy-chain.js';

/** The pool's rules again, without any index: lists that are searched from end to end. */
class Model {
  readonly ready: Item[] = [];
  readonly future: Item[] = [];
  readonly nonces = new Map<string, number>();
  readonly disliked = new Set<string>();
  readonly heard = new Map<string, string[]>();
  private banned = new Set<string>();
  private number = 0;
  private order = 0;

  constructor(
    private readonly readyMost: number,
    private readonly futureMost: number,
  ) {}

  /** 0, or the code of the refusal. */
  submit(toy: Toy): number {
    const hash = hashOf(toy);
    if (this.banned.has(hash)) return 1012;
    if ([...this.ready, ...this.future].some(item => item.hash === hash)) return 1013;
    if (toy.nonce < this.next(toy.who) || this.disliked.has(toy.who) || (toy.till ?? 1e9) < this.number) {
      this.banned.add(hash);
      return 1010;
    }
    const item: Item = { ...toy, priority: toy.priority ?? 0, till: toy.till ?? 1e9, hash, order: this.order++ };
    const rival = this.rivalOf(item);
    if (this.isPossible(item) && rival && rival.priority >= item.priority) return 1014;
    this.heard.set(hash, []);
    this.place(item);
    for (;;) {
      const worst = this.victim(this.ready, this.readyMost);
      if (!worst) break;
      for (const gone of this.withDependents(worst)) this.remove(gone, 'dropped', true);
    }
    for (let worst = this.victim(this.future, this.futureMost); worst; ) {
      this.remove(worst, 'dropped', true);
      worst = this.victim(this.future, this.futureMost);
    }
    return this.banned.has(hash) ? 1016 : 0;
  }

  build(most: number): Toy[] {
    const included: Item[] = [];
    const used = new Map(this.nonces);
    const skipped = new Set<string>();
    while (included.length < most) {
      const possible = this.ready.filter(
        item => item.nonce === (used.get(item.who) ?? 0) && !included.includes(item) && !skipped.has(item.hash),
      );
      const best = possible.sort(better)[0];
      if (!best) break;
      if (this.disliked.has(best.who)) {
        for (const gone of this.withDependents(best)) this.remove(gone, 'invalid', gone === best);
        skipped.add(best.hash);
        continue;
      }
      used.set(best.who, best.nonce + 1);
      included.push(best);
    }
    for (const [who, nonce] of used) this.nonces.set(who, nonce);
    this.settle(included);
    return included;
  }

  private settle(included: readonly Item[]): void {
    this.number++;
    for (const item of included) this.remove(item, 'inBlock', false);
    for (const item of included) {
      for (const rival of this.future.filter(other => other.who === item.who && other.nonce === item.nonce)) {
        this.remove(rival, 'usurped', false);
      }
    }
    for (const who of new Set(included.map(item => item.who))) this.promote(who);
    for (const item of [...this.ready, ...this.future]) {
      if (item.till > this.number || !this.isIn(item)) continue;
      for (const gone of this.withDependents(item)) this.remove(gone, 'invalid', false);
    }
    this.banned = new Set();
    for (const item of [...this.future, ...this.ready]) {
      if (this.disliked.has(item.who) || item.nonce < this.next(item.who)) this.remove(item, 'invalid', true);
    }
  }

  private place(item: Item): void {
    if (!this.isPossible(item)) {
      this.future.push(item);
      this.heard.get(item.hash)!.push('future');
      return;
    }
    this.makeReady(item);
    this.promote(item.who);
  }

  private makeReady(item: Item): void {
    const rival = this.rivalOf(item);
    if (rival) this.remove(rival, 'usurped', false);
    this.ready.push(item);
    this.heard.get(item.hash)!.push('ready', 'broadcast');
  }

  private promote(who: string): void {
    for (;;) {
      const item = this.future.filter(other => other.who === who && this.isPossible(other)).sort(better)[0];
      if (!item) return;
      const rival = this.rivalOf(item);
      if (rival && rival.priority >= item.priority) {
        this.remove(item, 'usurped', false);
        continue;
      }
      this.future.splice(this.future.indexOf(item), 1);
      this.makeReady(item);
    }
  }

  private next(who: string): number {
    return this.nonces.get(who) ?? 0;
  }

  private isPossible({ who, nonce }: Toy): boolean {
    return nonce === this.next(who) || this.ready.some(item => item.who === who && item.nonce === nonce - 1);
  }

  private isIn(item: Item): boolean {
    return this.ready.includes(item) || this.future.includes(item);
  }

  private rivalOf({ who, nonce }: Toy): Item | undefined {
    return this.ready.find(item => item.who === who && item.nonce === nonce);
  }

  private withDependents(item: Item): Item[] {
    if (!this.ready.includes(item)) return [item];
    return this.ready.filter(other => other.who === item.who && other.nonce >= item.nonce);
  }

  private victim(queue: readonly Item[], most: number): Item | undefined {
    if (queue.length <= most) return undefined;
    const worstOf = (items: readonly Item[]) => [...items].sort(better).at(-1)!;
    const heavy = [...new Set(queue.map(item => item.who))]
      .map(who => queue.filter(item => item.who === who))
      .filter(own => own.length > 1 && own.length > most / 8);
    if (heavy.length === 0) return worstOf(queue);
    const largest = Math.max(...heavy.map(own => own.length));
    return worstOf(heavy.filter(own => own.length === largest).map(worstOf));
  }

  private remove(item: Item, status: string, ban: boolean): void {
    for (const queue of [this.ready, this.future]) {
      const place = queue.indexOf(item);
      if (place >= 0) queue.splice(place, 1);
    }
    this.heard.get(item.hash)!.push(status);
    if (ban) this.banned.add(item.hash);
  }
}

interface Item extends Toy {
  hash: string;
  order: number;
  priority: number;
  till: number;
}

function better(a: Item, b: Item): number {
  return b.priority - a.priority || a.till - b.till || a.order - b.order;
}

const WHO = ['a', 'b', 'c', 'd'];
const submit = fc.record({
  do: fc.constant('submit' as const),
  who: fc.constantFrom(...WHO),
  nonce: fc.integer({ min: 0, max: 7 }),
  priority: fc.integer({ min: 0, max: 3 }),
  salt: fc.integer({ min: 0, max: 2 }),
  life: fc.option(fc.integer({ min: 0, max: 5 }), { nil: undefined, freq: 2 }),
});
const action = fc.oneof(
  { weight: 8, arbitrary: submit },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('build' as const), most: fc.integer({ min: 0, max: 5 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('dislike' as const), who: fc.constantFrom('c', 'd') }) },
);

describe('the pool and a naive model of it', () => {
  it('say the same of every transaction, whatever happens', () => {
    const seen = new Set<string | number>();
    fc.assert(
      fc.property(
        fc.array(action, { minLength: 1, maxLength: 80 }),
        fc.integer({ min: 2, max: 20 }),
        fc.integer({ min: 1, max: 10 }),
        (actions, readyCount, futureCount) => {
          const chain = new ToyChain({ readyCount, futureCount, revalidatedPerBlock: 1000 }, {}, 'never');
          const model = new Model(readyCount, futureCount);
          const heard = new Map<string, string[]>();
          for (const step of actions) {
            if (step.do === 'dislike') {
              chain.disliked.add(step.who);
              model.disliked.add(step.who);
            } else if (step.do === 'build') {
              expect(chain.build(step.most).map(hashOf)).toEqual(model.build(step.most).map(toy => (toy as Item).hash));
            } else {
              const { who, nonce, priority, salt, life } = step;
              const till = life === undefined ? {} : { till: chain.number + life };
              const toy: Toy = { who, nonce, priority, salt, ...till };
              const told: string[] = [];
              let code = 0;
              try {
                chain.submit(toy, status => told.push(...names([status])));
                heard.set(hashOf(toy), told);
              } catch (error) {
                code = (error as { code: number }).code;
              }
              const expected = model.submit(toy);
              seen.add(expected);
              // Of several that are no longer liked, which are banned as well depends on which was looked at first.
              const refused = [1010, 1012];
              if (chain.disliked.has(who) && refused.includes(code)) expect(refused).toContain(expected);
              else expect(code).toBe(expected);
            }
            const pending = model.ready.map(({ hash }) => hash).sort();
            expect(
              chain.pool
                .pending()
                .map(bytes => hashOf(JSON.parse(String(bytes)) as Toy))
                .sort(),
            ).toEqual(pending);
            expect(chain.pool.futureCount).toBe(model.future.length);
          }
          for (const [hash, told] of heard) {
            expect(told).toEqual(model.heard.get(hash));
            for (const word of told) seen.add(word);
          }
        },
      ),
      { seed: 11, numRuns: 1500 },
    );
    // The run was worth something.
    const all = [0, 1010, 1012, 1013, 1014, 1016, 'future', 'ready', 'inBlock', 'usurped', 'invalid', 'dropped'];
    expect([...seen]).toEqual(expect.arrayContaining(all));
  });
});
