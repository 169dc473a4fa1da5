import { isBittensorError, messageOf } from '../../../src/base/errors.js';
import { hex, toKey } from '../codec.js';
import { POOL, RpcError } from '../rpc/rpc-error.js';
import { blake2b256 } from '../runtime/host/crypto-library.js';
import { type Invalidity, isInvalid, type Validity } from '../runtime/runtime.js';
import type { Candidates } from './chain.js';
import type { Block } from './header.js';
import { Heap } from './heap.js';

/** What a watcher is told, in the words of `author_extrinsicUpdate`. */
export type TransactionStatus =
  | 'future'
  | 'ready'
  | 'invalid'
  | 'dropped'
  | { broadcast: readonly string[] }
  | { inBlock: string }
  | { finalized: string }
  | { usurped: string };

export type Watcher = (status: TransactionStatus) => void;

export interface PoolOptions {
  /** Asks the runtime on the state of the head; throws when the runtime panics. */
  validate(bytes: Uint8Array): Validity | Invalidity;
  /** The number of the head. */
  headNumber(): number;
  limits?: Partial<PoolLimits>;
  /** How long after its block became final a watcher hears `finalized`, which may be at once. */
  finalizedAfterMs?: number;
}

const FINALIZED_AFTER_MS = 250;

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

interface Entry {
  readonly hash: string;
  readonly bytes: Uint8Array;
  /** Order of arrival. */
  readonly order: number;
  priority: bigint;
  /** Tags that must be provided before; those that the chain has provided since are taken out. */
  readonly requires: Set<string>;
  readonly provides: readonly string[];
  /** The last block that may include it: with that one as the head, it is too late. */
  validTill: number;
  validatedAt: number;
  readonly watchers: Set<Watcher>;
}

/**
 * Transactions that wait for a block. Ready ones have all their required tags provided by the chain or by other ready ones;
 * the rest is the future queue. A higher priority replaces what provides the same tags. Both queues are bounded.
 * Source for the rules: sc-transaction-pool, graph/base_pool.rs.
 */
export class Pool {
  private readonly ready = new Queue();
  private readonly future = new Queue();
  /** The ready transaction that provides a tag. */
  private readonly providers = new Map<string, Entry>();
  /** All transactions that require a tag. */
  private readonly requirers = new Map<string, Set<Entry>>();
  private readonly limits: PoolLimits;
  private arrivals = 0;
  private readonly finalizedAfterMs: number;
  private readonly readyListeners = new Set<() => void>();
  /** Included and watched, by the hash of a block that is not final. */
  private readonly unfinal = new Map<string, Entry[]>();

  constructor(private readonly options: PoolOptions) {
    this.limits = { ...LIMITS, ...options.limits };
    this.finalizedAfterMs = options.finalizedAfterMs ?? FINALIZED_AFTER_MS;
  }

  get readyCount(): number {
    return this.ready.entries.size;
  }

  get futureCount(): number {
    return this.future.entries.size;
  }

  /** Calls back when there is something ready to include. */
  onReady(listener: () => void): () => void {
    this.readyListeners.add(listener);
    return () => this.readyListeners.delete(listener);
  }

  /** Takes a transaction in and returns its hash, or throws the RPC error that says why not. */
  submit(bytes: Uint8Array, watcher?: Watcher): string {
    const hash = hex(blake2b256(bytes));
    if (this.find(hash))
      throw new RpcError(POOL.alreadyImported, 'Transaction Already Imported', `transaction ${hash}`);
    const entry = this.makeEntry(hash, bytes, this.validated(bytes));
    if (this.missing(entry).length === 0) this.checkPriority(entry);
    if (watcher) entry.watchers.add(watcher);
    this.admit(entry);
    this.enforceLimits(entry);
    if (this.ready.entries.has(hash)) for (const listener of this.readyListeners) listener();
    return hash;
  }

  /** All ready transactions in the order of arrival. */
  pending(): Uint8Array[] {
    return [...this.ready.entries.values()].map(entry => entry.bytes);
  }

  /** True when a ready transaction provides the tag. */
  provides(tag: string): boolean {
    return this.providers.has(tag);
  }

  /**
   * Ready transactions for a block: highest priority first, then the one that expires sooner, then the older; never one
   * before what it requires, and none that depends on a rejected one.
   */
  candidates(): Candidates {
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
      next: () => {
        if (last) release(last);
        last = queue.pop();
        return last;
      },
      rejected: ({ fate }) => {
        if (last && fate === 'invalid') this.remove(last, 'invalid');
        last = undefined;
      },
    };
  }

  /** Takes a new head into account: what it included is done, what it made possible or impossible is moved or removed. */
  settle(block: Block): void {
    const settled = new Map<string, string>();
    let foreign = 0;
    for (const bytes of block.extrinsics) {
      const hash = hex(blake2b256(bytes));
      const entry = this.find(hash);
      if (!entry) {
        foreign++;
        continue;
      }
      for (const tag of entry.provides) settled.set(tag, hash);
      this.detach(entry);
      tell(entry, { inBlock: block.hash });
      if (entry.watchers.size === 0) continue;
      const others = this.unfinal.get(block.hash);
      if (others) others.push(entry);
      else this.unfinal.set(block.hash, [entry]);
    }
    for (const entry of this.all()) {
      const usurper = entry.provides.map(tag => settled.get(tag)).find(hash => hash !== undefined);
      if (usurper) this.remove(entry, { usurped: usurper });
      else if (entry.validTill <= block.header.number) this.remove(entry, 'invalid');
    }
    for (const tag of settled.keys()) {
      for (const entry of this.requirers.get(tag) ?? []) entry.requires.delete(tag);
    }
    this.sortOut(settled.keys());
    for (const tag of settled.keys()) this.requirers.delete(tag);
    // Inherents are foreign as well; others may have settled tags that future transactions wait for.
    this.revalidate(foreign > 1);
  }

  /** Tells who watches what a block included that the block is final now. */
  finalize(hash: string): void {
    const entries = this.unfinal.get(hash);
    if (!entries) return;
    this.unfinal.delete(hash);
    const finalized = () => {
      for (const entry of entries) tell(entry, { finalized: hash });
    };
    // Some clients (polkadot-js) drop an inBlock that another status follows at once.
    setTimeout(finalized, this.finalizedAfterMs).unref();
  }

  /** Drops all transactions: the chain was rewound. What the dropped blocks had included is forgotten too. */
  clear(): void {
    this.unfinal.clear();
    for (const entry of this.all()) {
      this.detach(entry);
      tell(entry, 'dropped');
    }
  }

  /** Drops a transaction for good. */
  discard(bytes: Uint8Array): void {
    const entry = this.find(hex(blake2b256(bytes)));
    if (entry) this.remove(entry, 'invalid');
  }

  private find(hash: string): Entry | undefined {
    return this.ready.entries.get(hash) ?? this.future.entries.get(hash);
  }

  private all(): Entry[] {
    return [...this.ready.entries.values(), ...this.future.entries.values()];
  }

  private validated(bytes: Uint8Array): Validity {
    let answer: Validity | Invalidity;
    try {
      answer = this.options.validate(bytes);
    } catch (error) {
      throw new RpcError(
        POOL.verification,
        'Verification Error: the runtime could not judge the transaction',
        messageOf(error),
      );
    }
    if (isInvalid(answer)) {
      throw answer.kind === 'invalid'
        ? new RpcError(POOL.invalid, 'Invalid Transaction', answer.reason)
        : new RpcError(POOL.unknown, 'Unknown Transaction Validity', answer.reason);
    }
    if (answer.provides.length === 0) {
      throw new RpcError(POOL.noTags, 'No tags provided', 'the pool cannot tell this transaction from others');
    }
    return answer;
  }

  private makeEntry(hash: string, bytes: Uint8Array, validity: Validity): Entry {
    const at = this.options.headNumber();
    return {
      hash,
      bytes,
      order: this.arrivals++,
      priority: validity.priority,
      requires: new Set(validity.requires),
      provides: validity.provides,
      validTill: lastBlock(at, validity),
      validatedAt: at,
      watchers: new Set(),
    };
  }

  /** Required tags that no ready transaction provides; those that the chain provides are no longer required. */
  private missing(entry: Entry): string[] {
    return [...entry.requires].filter(tag => !this.providers.has(tag));
  }

  private rivals(entry: Entry): Entry[] {
    const found = entry.provides.map(tag => this.providers.get(tag)).filter(other => other !== undefined);
    return [...new Set(found)];
  }

  private checkPriority(entry: Entry): void {
    const rivals = this.rivals(entry);
    const held = rivals.reduce((sum, rival) => sum + rival.priority, 0n);
    if (rivals.length === 0 || held < entry.priority) return;
    throw new RpcError(
      POOL.tooLowPriority,
      `Priority is too low: (${held} vs ${entry.priority})`,
      'The transaction has too low priority to replace another transaction already in the pool.',
    );
  }

  private admit(entry: Entry): void {
    for (const tag of entry.requires) {
      const set = this.requirers.get(tag);
      if (set) set.add(entry);
      else this.requirers.set(tag, new Set([entry]));
    }
    if (this.missing(entry).length > 0) {
      this.future.add(entry);
      tell(entry, 'future');
    } else this.sortOut(this.makeReady(entry));
  }

  /** Returns the tags whose provider changed. */
  private makeReady(entry: Entry): string[] {
    const changed = [...entry.provides];
    for (const rival of this.rivals(entry)) {
      changed.push(...rival.provides);
      this.detach(rival);
      tell(rival, { usurped: entry.hash });
    }
    this.ready.add(entry);
    for (const tag of entry.provides) this.providers.set(tag, entry);
    tell(entry, 'ready');
    // One author, no peers: it has reached everybody.
    tell(entry, { broadcast: [] });
    return changed;
  }

  /** After the providers of these tags changed: moves what became possible to ready, and what lost its base to future. */
  private sortOut(tags: Iterable<string>): void {
    const queue = [...tags];
    for (let tag = queue.pop(); tag !== undefined; tag = queue.pop()) {
      for (const entry of [...(this.requirers.get(tag) ?? [])]) {
        const possible = this.missing(entry).length === 0;
        if (this.ready.entries.has(entry.hash) && !possible) {
          this.ready.delete(entry);
          for (const lost of entry.provides) this.providers.delete(lost);
          this.future.add(entry);
          tell(entry, 'future');
          queue.push(...entry.provides);
        } else if (this.future.entries.has(entry.hash) && possible) {
          this.future.delete(entry);
          const stronger = this.rivals(entry).find(rival => rival.priority >= entry.priority);
          if (stronger) {
            this.detach(entry);
            tell(entry, { usurped: stronger.hash });
          } else queue.push(...this.makeReady(entry));
        }
      }
    }
  }

  /** Validates the longest unchecked again, and the future queue after a block with transactions from elsewhere. */
  private revalidate(foreign: boolean): void {
    const head = this.options.headNumber();
    const all = this.all()
      .filter(entry => entry.validatedAt < head)
      .sort((a, b) => a.validatedAt - b.validatedAt);
    const chosen = new Set(all.slice(0, this.limits.revalidatedPerBlock));
    if (foreign) for (const entry of all) if (this.future.entries.has(entry.hash)) chosen.add(entry);
    for (const entry of chosen) {
      entry.validatedAt = head;
      let answer: Validity | Invalidity;
      try {
        answer = this.options.validate(entry.bytes);
      } catch (error) {
        // A panic condemns it; the engine's own trouble does not.
        if (isBittensorError(error) && error.code === 'runtime_trap') this.remove(entry, 'invalid');
        continue;
      }
      if (isInvalid(answer)) {
        this.remove(entry, 'invalid');
        continue;
      }
      entry.priority = answer.priority;
      entry.validTill = lastBlock(head, answer);
      const still = new Set(answer.requires);
      const settled = [...entry.requires].filter(tag => !still.has(tag));
      for (const tag of settled) entry.requires.delete(tag);
      this.sortOut(settled);
    }
  }

  /** Drops the worst until both queues are within their limits; tells the caller when that is the newcomer. */
  private enforceLimits(newcomer: Entry): void {
    const { readyCount, readyBytes, futureCount, futureBytes } = this.limits;
    this.shrink(this.ready, readyCount, readyBytes);
    this.shrink(this.future, futureCount, futureBytes);
    if (this.find(newcomer.hash)) return;
    throw new RpcError(
      POOL.immediatelyDropped,
      'Immediately Dropped',
      'The transaction could not enter the pool because the pool is full.',
    );
  }

  private shrink(queue: Queue, count: number, bytes: number): void {
    while (queue.entries.size > count || queue.bytes > bytes) {
      let worst: Entry | undefined;
      for (const entry of queue.entries.values()) if (!worst || isBetter(worst, entry)) worst = entry;
      this.remove(worst!, 'dropped');
    }
  }

  /** Takes out; what depended on it goes back to the future queue. */
  private remove(entry: Entry, status: TransactionStatus): void {
    if (!this.find(entry.hash)) return;
    const lost = this.detach(entry);
    tell(entry, status);
    this.sortOut(lost);
  }

  /** Takes out of every index, and returns the tags that it provided. */
  private detach(entry: Entry): readonly string[] {
    this.ready.delete(entry);
    this.future.delete(entry);
    for (const tag of entry.requires) {
      const set = this.requirers.get(tag);
      set?.delete(entry);
      if (set?.size === 0) this.requirers.delete(tag);
    }
    const provided = entry.provides.filter(tag => this.providers.get(tag) === entry);
    for (const tag of provided) this.providers.delete(tag);
    return provided;
  }
}

/** Transactions by hash, and the sum of their sizes. */
class Queue {
  readonly entries = new Map<string, Entry>();
  bytes = 0;

  add(entry: Entry): void {
    this.entries.set(entry.hash, entry);
    this.bytes += entry.bytes.length;
  }

  delete(entry: Entry): void {
    if (this.entries.delete(entry.hash)) this.bytes -= entry.bytes.length;
  }
}

function tell(entry: Entry, status: TransactionStatus): void {
  for (const watcher of entry.watchers) watcher(status);
}

function isBetter(a: Entry, b: Entry): boolean {
  if (a.priority !== b.priority) return a.priority > b.priority;
  if (a.validTill !== b.validTill) return a.validTill < b.validTill;
  return a.order < b.order;
}

function lastBlock(at: number, validity: Validity): number {
  const last = BigInt(at) + validity.longevity;
  return last > BigInt(Number.MAX_SAFE_INTEGER) ? Number.MAX_SAFE_INTEGER : Number(last);
}

/** The tag that frame's `CheckNonce` gives a transaction: account and nonce. */
export function nonceTag(account: Uint8Array, nonce: number): string {
  const bytes = new Uint8Array(account.length + 4);
  bytes.set(account);
  new DataView(bytes.buffer).setUint32(account.length, nonce, true);
  return toKey(bytes);
}
