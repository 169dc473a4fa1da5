import { isBittensorError, messageOf } from '../../../src/base/errors.js';
import type { Candidates } from '../chain/block-builder.js';
import type { Block } from '../chain/header.js';
import { hex } from '../codec.js';
import { poolError } from '../rpc-error.js';
import { blake2b256 } from '../runtime/host/crypto-library.js';
import { type Invalidity, isInvalid, type Validity } from '../runtime/runtime.js';
import { Bans } from './bans.js';
import { type Entry, lastBlock, senderOf, type TransactionStatus, tell, type Watcher } from './entry.js';
import { PoolGraph } from './graph.js';
import { Included, type Place } from './included.js';

export type { TransactionStatus } from './entry.js';

export interface PoolOptions {
  /** Asks the runtime on the state of the head; throws when the runtime panics. */
  validate(bytes: Uint8Array): Validity | Invalidity;
  /** The number of the head. */
  headNumber(): number;
  limits?: Partial<PoolLimits>;
  /** How long what was invalid or dropped is refused; 0, as with `--dev`, until the next block. */
  banMs?: number;
  /** The least time between `inBlock` and `finalized`. */
  finalizedAfterMs?: number;
  nowMs?: () => number;
}

export interface PoolLimits {
  readyCount: number;
  readyBytes: number;
  futureCount: number;
  futureBytes: number;
  /** Transactions that are validated again after each block. */
  revalidatedPerBlock: number;
}

/** Substrate's defaults, with room for a few more that wait. */
const LIMITS: PoolLimits = {
  readyCount: 8192,
  readyBytes: 20 * 2 ** 20,
  futureCount: 1024,
  futureBytes: 4 * 2 ** 20,
  revalidatedPerBlock: 32,
};
/** Some clients (polkadot-js) drop an `inBlock` that another status follows at once. */
const FINALIZED_AFTER_MS = 250;

/**
 * Transactions that wait for a block, as a real node keeps them: in memory alone, so that a restart forgets them (what was
 * included is refused as outdated after that, by its nonce). Source for the rules: sc-transaction-pool, graph/pool.rs and
 * validated_pool.rs. Where we differ: of several with equal priority the newest is dropped, and nobody's mere number pushes
 * out others (`Queue.victim`).
 */
export class Pool {
  private readonly graph: PoolGraph;
  private readonly bans: Bans;
  private readonly limits: PoolLimits;
  private readonly included: Included;
  private readonly readyListeners = new Set<() => void>();
  private arrivals = 0;

  constructor(private readonly options: PoolOptions) {
    const limits = { ...LIMITS, ...options.limits };
    this.limits = limits;
    const { banMs = 0, finalizedAfterMs = FINALIZED_AFTER_MS, nowMs = () => performance.now() } = options;
    this.bans = new Bans(banMs, nowMs);
    this.included = new Included({ finalizedAfterMs, nowMs });
    const ready = { count: limits.readyCount, bytes: limits.readyBytes };
    const future = { count: limits.futureCount, bytes: limits.futureBytes };
    this.graph = new PoolGraph({ ready, future }, (entry, status) => {
      // Where it is already, as far as anybody was told.
      if (status === entry.said) return;
      entry.said = status;
      tell(entry, status);
      // One author, no peers: it has reached everybody.
      if (status === 'ready') tell(entry, { broadcast: [] });
    });
  }

  get readyCount(): number {
    return this.graph.ready.entries.size;
  }

  get futureCount(): number {
    return this.graph.future.entries.size;
  }

  get bannedCount(): number {
    return this.bans.size;
  }

  /** Calls back when there is something ready to include. */
  onReady(listener: () => void): () => void {
    this.readyListeners.add(listener);
    return () => this.readyListeners.delete(listener);
  }

  /** Takes a transaction in and returns its hash, or throws the RPC error that says why not. */
  submit(bytes: Uint8Array, watcher?: Watcher): string {
    const hash = hashOf(bytes);
    if (this.bans.has(hash)) throw poolError('banned');
    if (this.graph.find(hash)) throw poolError('alreadyImported', `transaction ${hash}`);
    const entry = this.makeEntry(hash, bytes, this.validated(hash, bytes));
    if (this.graph.isCircular(entry)) throw poolError('cycle');
    if (this.graph.strongerThan(entry)) {
      const held = this.graph.heldAgainst(entry);
      throw poolError('tooLowPriority', undefined, `: (${held} vs ${entry.priority})`);
    }
    if (watcher) entry.watchers.add(watcher);
    this.graph.admit(entry);
    if (!this.graph.find(hash)) throw poolError('cycle');
    this.enforceLimits();
    if (!this.graph.find(hash)) throw poolError('immediatelyDropped');
    this.announce(entry);
    return hash;
  }

  /** All ready transactions, the best first. */
  pending(): Uint8Array[] {
    const order = this.graph.inOrder();
    const all: Uint8Array[] = [];
    for (let entry = order.next(); entry; entry = order.next()) all.push(entry.bytes);
    return all;
  }

  /** In which queue a transaction waits; undefined: in none. */
  placeOf(hash: string): 'ready' | 'future' | undefined {
    const entry = this.graph.find(hash);
    return entry && (this.graph.ready.has(entry) ? 'ready' : 'future');
  }

  /** True when a ready transaction provides the tag. */
  provides(tag: string): boolean {
    return this.graph.provides(tag);
  }

  /** Ready transactions for a block: the best first, never one before what it requires, none that depends on a rejected one. */
  candidates(): Candidates {
    const order = this.graph.inOrder();
    let last: Entry | undefined;
    return {
      next: () => {
        last = order.next();
        return last;
      },
      rejected: ({ fate }) => {
        order.reject();
        if (last && fate === 'invalid') this.condemn(last);
      },
    };
  }

  /** Takes a new head into account: what it included is done, what it made possible or impossible is moved or removed. */
  settle(block: Block): void {
    const settled = new Map<string, string>();
    const entries: Place[] = [];
    block.extrinsics.forEach((bytes, index) => {
      const hash = hashOf(bytes);
      const entry = this.graph.find(hash);
      if (!entry) return;
      this.bans.add(hash);
      for (const tag of entry.provides) settled.set(tag, hash);
      this.graph.takeSettled(entry);
      entries.push({ entry, index });
    });
    this.included.add(block.hash, entries);
    this.graph.settle(settled);
    for (const entry of [...this.graph.all()]) if (entry.validTill <= block.header.number) this.condemn(entry);
    this.bans.expire();
    this.revalidate();
    this.included.expire();
    this.announce();
  }

  /** A block cannot go away any more: who watches its transactions hears it. */
  finalize(hash: string): void {
    this.included.finalize(hash);
  }

  /** Drops all transactions and lifts all bans: the chain was rewound. What it had included is forgotten, and says no more. */
  clear(): void {
    this.bans.clear();
    this.included.clear();
    for (const entry of [...this.graph.all()]) this.drop(entry, 'dropped');
  }

  /** Drops a transaction for good. */
  discard(bytes: Uint8Array): void {
    const entry = this.graph.find(hashOf(bytes));
    if (entry) this.condemn(entry);
  }

  /** Takes transactions out, and what depends on them; returns the hashes of all that went. They are banned. */
  remove(hashes: readonly string[]): string[] {
    return hashes.flatMap(hash => {
      const entry = this.graph.find(hash);
      return entry ? this.condemn(entry) : [];
    });
  }

  private validated(hash: string, bytes: Uint8Array): Validity {
    let answer: Validity | Invalidity;
    try {
      answer = this.options.validate(bytes);
    } catch (error) {
      if (isTrap(error)) this.bans.add(hash);
      throw poolError('verification', messageOf(error), ': the runtime could not judge the transaction');
    }
    if (isInvalid(answer)) {
      if (answer.kind === 'unknown') throw poolError('unknown', answer.reason);
      this.bans.add(hash);
      throw poolError('invalid', answer.reason);
    }
    if (answer.provides.length > 0) return answer;
    this.bans.add(hash);
    throw poolError('noTags');
  }

  private makeEntry(hash: string, bytes: Uint8Array, validity: Validity): Entry {
    const at = this.options.headNumber();
    return {
      hash,
      bytes,
      order: this.arrivals++,
      sender: senderOf(validity.provides),
      provides: validity.provides,
      priority: validity.priority,
      requires: new Set(validity.requires),
      validTill: lastBlock(at, validity),
      validatedAt: at,
      said: undefined,
      watchers: new Set(),
    };
  }

  /** Validates some again, of either queue those that were checked longest ago. */
  private revalidate(): void {
    const head = this.options.headNumber();
    const most = this.limits.revalidatedPerBlock;
    const { ready, future } = this.graph;
    const waiting = oldest(future.entries.values(), head, most / 2);
    const chosen = [...waiting, ...oldest(ready.entries.values(), head, most - waiting.length)];
    for (const entry of chosen) if (this.graph.find(entry.hash)) this.judgeAgain(entry);
  }

  private judgeAgain(entry: Entry): void {
    if (!this.graph.find(entry.hash)) return;
    const answer = this.judge(entry);
    if (!answer) return;
    if (answer.requires.length === entry.requires.size && answer.requires.every(tag => entry.requires.has(tag))) {
      this.graph.update(entry, () => this.renew(entry, answer));
      return;
    }
    const others = this.graph.take(entry).slice(1);
    this.resume(entry, answer);
    for (const other of others) this.graph.admit(other);
  }

  /** What the runtime says now; undefined when the transaction stays as it is, or was condemned. */
  private judge(entry: Entry): Validity | undefined {
    entry.validatedAt = this.options.headNumber();
    let answer: Validity | Invalidity;
    try {
      answer = this.options.validate(entry.bytes);
    } catch (error) {
      // A panic condemns it; the engine's own trouble does not.
      if (isTrap(error)) this.condemn(entry);
      return undefined;
    }
    if (!isInvalid(answer)) return answer;
    this.condemn(entry);
    return undefined;
  }

  private resume(entry: Entry, validity: Validity): void {
    this.renew(entry, validity);
    const usurped = this.graph.strongerThan(entry)?.hash;
    if (usurped === undefined) this.graph.admit(entry);
    else tell(entry, { usurped });
  }

  private renew(entry: Entry, validity: Validity): void {
    entry.priority = validity.priority;
    entry.validTill = lastBlock(entry.validatedAt, validity);
    entry.requires = new Set(validity.requires);
  }

  /** Drops the worst, with what depends on them, until both queues are within their limits. */
  private enforceLimits(): void {
    for (const queue of [this.graph.ready, this.graph.future]) {
      for (let victim = queue.victim(); victim; victim = queue.victim()) {
        for (const { hash } of this.drop(victim, 'dropped')) this.bans.add(hash);
      }
    }
  }

  /** Invalid: it goes, what depends on it goes, and it does not come back for a while. */
  private condemn(entry: Entry): string[] {
    this.bans.add(entry.hash);
    if (this.graph.find(entry.hash)) return this.drop(entry, 'invalid').map(({ hash }) => hash);
    tell(entry, 'invalid');
    return [];
  }

  private drop(entry: Entry, status: TransactionStatus): Entry[] {
    const gone = this.graph.take(entry);
    for (const one of gone) tell(one, status);
    return gone;
  }

  private announce(entry?: Entry): void {
    const news = entry ? this.graph.ready.has(entry) : this.readyCount > 0;
    if (news) for (const listener of this.readyListeners) listener();
  }
}

function hashOf(bytes: Uint8Array): string {
  return hex(blake2b256(bytes));
}

function isTrap(error: unknown): boolean {
  return isBittensorError(error) && error.code === 'runtime_trap';
}

/** The first that were not checked at this block; the queues keep them in that order. */
function oldest(entries: Iterable<Entry>, head: number, most: number): Entry[] {
  const found: Entry[] = [];
  for (const entry of entries) {
    if (found.length >= most || entry.validatedAt >= head) break;
    found.push(entry);
  }
  return found;
}
