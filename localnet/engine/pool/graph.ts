import { type Entry, isBetter, type TransactionStatus } from './entry.js';
import { Heap } from './heap.js';
import { Queue, type QueueLimit } from './queue.js';

/**
 * Who waits for whom. Ready transactions have all their required tags provided by the chain or by other ready ones; the rest
 * waits in the future queue. `told` hears of every change that the graph makes by itself. Source for the rules:
 * sc-transaction-pool, graph/base_pool.rs, ready.rs and future.rs.
 */
export class PoolGraph {
  readonly ready: Queue;
  readonly future: Queue;
  /** The ready transaction that provides a tag. */
  private readonly providers = new Map<string, Entry>();
  /** Transactions of the future queue by the tags that they would provide. */
  private readonly offers = new Map<string, Set<Entry>>();
  /** All transactions that require a tag. */
  private readonly requirers = new Map<string, Set<Entry>>();

  constructor(
    limits: { ready: QueueLimit; future: QueueLimit },
    private readonly told: (entry: Entry, status: TransactionStatus) => void,
  ) {
    this.ready = new Queue(limits.ready);
    this.future = new Queue(limits.future);
  }

  find(hash: string): Entry | undefined {
    return this.ready.entries.get(hash) ?? this.future.entries.get(hash);
  }

  *all(): Generator<Entry> {
    yield* this.ready.entries.values();
    yield* this.future.entries.values();
  }

  /** True when a ready transaction provides the tag. */
  provides(tag: string): boolean {
    return this.providers.has(tag);
  }

  /** True when nothing that it requires is missing. */
  isPossible(entry: Entry): boolean {
    for (const tag of entry.requires) if (!this.providers.has(tag)) return false;
    return true;
  }

  /** The sum of the priorities of the ready ones that it would replace. */
  heldAgainst(entry: Entry): bigint {
    return this.rivals(entry).reduce((sum, { priority }) => sum + priority, 0n);
  }

  /** One of the ready ones that keep it out of their place; undefined when it may have it, or has to wait in any case. */
  strongerThan(entry: Entry): Entry | undefined {
    return this.isPossible(entry) && this.heldAgainst(entry) >= entry.priority ? this.rivals(entry)[0] : undefined;
  }

  /** True when it would replace what it cannot be without. */
  isCircular(entry: Entry): boolean {
    const rivals = this.rivals(entry);
    return [...entry.requires].some(tag => entry.provides.includes(tag) || rivals.includes(this.providers.get(tag)!));
  }

  /** Changes something about it that makes it neither ready nor future. */
  update(entry: Entry, change: () => void): void {
    const queue = this.ready.has(entry) ? this.ready : this.future;
    queue.delete(entry);
    change();
    queue.add(entry);
  }

  /** Takes it in, to the queue where it belongs; what it replaces is usurped, what it makes possible becomes ready. */
  admit(entry: Entry): void {
    for (const tag of entry.requires) addTo(this.requirers, tag, entry);
    if (this.isPossible(entry)) this.promote(this.makeReady(entry));
    else {
      this.future.add(entry);
      for (const tag of entry.provides) addTo(this.offers, tag, entry);
      this.told(entry, 'future');
    }
  }

  /** Takes it out, and the ready ones that cannot be without it; all of them in order. */
  take(entry: Entry): Entry[] {
    const taken: Entry[] = [];
    const queue = this.find(entry.hash) ? [entry] : [];
    for (let next = queue.shift(); next; next = queue.shift()) {
      const lost = this.detach(next);
      taken.push(next);
      for (const tag of lost) {
        for (const dependent of this.requirers.get(tag) ?? []) {
          if (this.ready.has(dependent) && !queue.includes(dependent)) queue.push(dependent);
        }
      }
    }
    return taken;
  }

  /** Takes one out that the chain has included: nobody loses anything. */
  takeSettled(entry: Entry): void {
    this.detach(entry);
  }

  /** The chain provides these tags from now on, each by a transaction of that hash: no other can. */
  settle(settled: ReadonlyMap<string, string>): void {
    const freed: Entry[] = [];
    for (const tag of settled.keys()) {
      for (const entry of this.requirers.get(tag) ?? []) {
        entry.requires.delete(tag);
        freed.push(entry);
      }
      this.requirers.delete(tag);
    }
    for (const [tag, usurped] of settled) {
      const ready = this.providers.get(tag);
      for (const rival of [...(ready ? [ready] : []), ...(this.offers.get(tag) ?? [])]) {
        for (const gone of this.take(rival)) this.told(gone, { usurped });
      }
    }
    this.promoteThose(freed);
  }

  /** Ready transactions for a block, best first; never one before what it requires, and none below a rejected one. */
  inOrder(): { next(): Entry | undefined; reject(): void } {
    const waiting = new Map<Entry, number>();
    const queue = new Heap<Entry>(isBetter);
    for (const entry of this.ready.entries.values()) {
      let count = 0;
      for (const tag of entry.requires) if (this.providers.has(tag)) count++;
      if (count === 0) queue.push(entry);
      else waiting.set(entry, count);
    }
    let last: Entry | undefined;
    const release = (entry: Entry) => {
      for (const tag of entry.provides) {
        for (const dependent of this.requirers.get(tag) ?? []) {
          const left = (waiting.get(dependent) ?? 0) - 1;
          waiting.set(dependent, left);
          if (left === 0) queue.push(dependent);
        }
      }
    };
    return {
      next() {
        if (last) release(last);
        last = queue.pop();
        return last;
      },
      reject() {
        last = undefined;
      },
    };
  }

  private rivals(entry: Entry): Entry[] {
    const found = entry.provides.map(tag => this.providers.get(tag)).filter(other => other !== undefined);
    return [...new Set(found)];
  }

  /** Returns the tags that it provides. */
  private makeReady(entry: Entry): readonly string[] {
    const rivals = this.rivals(entry);
    const lost = rivals.flatMap(rival => this.detach(rival));
    this.ready.add(entry);
    for (const tag of entry.provides) this.providers.set(tag, entry);
    for (const rival of rivals) this.told(rival, { usurped: entry.hash });
    for (const tag of lost) {
      if (this.providers.has(tag)) continue;
      for (const dependent of [...(this.requirers.get(tag) ?? [])]) {
        if (!this.ready.has(dependent)) continue;
        for (const taken of this.take(dependent)) this.told(taken, { usurped: entry.hash });
      }
    }
    if (this.ready.has(entry)) this.told(entry, 'ready');
    return entry.provides;
  }

  private promote(tags: readonly string[]): void {
    this.promoteThose(tags.flatMap(tag => [...(this.requirers.get(tag) ?? [])]));
  }

  /** Moves what has become possible to ready, the best first. */
  private promoteThose(some: readonly Entry[]): void {
    let round = some;
    while (round.length > 0) {
      const changed: string[] = [];
      for (const entry of [...new Set(round)].sort((a, b) => (isBetter(a, b) ? -1 : 1))) {
        if (!this.future.has(entry) || !this.isPossible(entry)) continue;
        const stronger = this.strongerThan(entry);
        if (stronger) {
          this.detach(entry);
          this.told(entry, { usurped: stronger.hash });
          continue;
        }
        this.leaveFuture(entry);
        changed.push(...this.makeReady(entry));
      }
      round = changed.flatMap(tag => [...(this.requirers.get(tag) ?? [])]);
    }
  }

  private leaveFuture(entry: Entry): void {
    if (!this.future.delete(entry)) return;
    for (const tag of entry.provides) removeFrom(this.offers, tag, entry);
  }

  /** Takes out of every index, and returns the tags that nobody provides any more. */
  private detach(entry: Entry): readonly string[] {
    this.ready.delete(entry);
    this.leaveFuture(entry);
    for (const tag of entry.requires) removeFrom(this.requirers, tag, entry);
    const provided = entry.provides.filter(tag => this.providers.get(tag) === entry);
    for (const tag of provided) this.providers.delete(tag);
    return provided;
  }
}

function addTo(index: Map<string, Set<Entry>>, tag: string, entry: Entry): void {
  const set = index.get(tag);
  if (set) set.add(entry);
  else index.set(tag, new Set([entry]));
}

function removeFrom(index: Map<string, Set<Entry>>, tag: string, entry: Entry): void {
  const set = index.get(tag);
  set?.delete(entry);
  if (set?.size === 0) index.delete(tag);
}
