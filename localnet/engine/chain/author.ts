import { isBittensorError, messageOf } from '../../../src/base/errors.js';
import type { Log } from '../../../src/base/silent-log.js';
import type { Pool } from '../pool/pool.js';
import type { Candidates } from './block-builder.js';
import type { Chain, NewBlock } from './chain.js';

/** A block each N milliseconds, one as soon as something is ready, or only on request. */
export type BlockTime = number | 'instant' | 'manual';

/** How long building waits after a failure. */
const RETRY_MS = 2000;
/** Transactions that arrive together share an instant block. */
const GATHER_MS = 2;

export interface AuthorOptions {
  chain: Chain;
  pool: Pool;
  blockTime: BlockTime;
  log: Log;
}

/**
 * Decides when blocks are built. When one cannot be (a full disk), that is one line in the log, the chain goes on answering,
 * and building is tried again every two seconds.
 */
export class Author {
  private timer: NodeJS.Timeout | undefined;
  private stopped = true;
  private failing = false;
  private nextAtMs = 0;
  private building = false;
  private readonly endings: (() => void)[] = [];

  constructor(private readonly options: AuthorOptions) {}

  start(): void {
    if (!this.stopped) return;
    this.stopped = false;
    const { blockTime, pool, log } = this.options;
    if (typeof blockTime === 'number') {
      this.nextAtMs = performance.now() + blockTime;
      this.schedule(blockTime);
    }
    if (blockTime === 'instant') {
      this.endings.push(pool.onReady(() => this.gather()));
      if (pool.readyCount > 0) this.schedule(GATHER_MS);
    }
    if (blockTime === 'manual') {
      log.info('blocks are made on request: transactions wait for dev_newBlock');
    }
  }

  stop(): void {
    this.stopped = true;
    clearTimeout(this.timer);
    this.timer = undefined;
    for (const end of this.endings.splice(0)) end();
  }

  /** Builds a block now, of that time when one is given; throws when it cannot be. */
  build(timeMs?: number): NewBlock {
    const { pool, blockTime } = this.options;
    const { added, included } = this.buildWith(pool.candidates(), timeMs);
    if (blockTime === 'instant' && pool.readyCount > 0 && included > 0) this.schedule(0);
    return added;
  }

  /** What arrives together depends on the clock; without one, each transaction has a block of its own, at once. */
  private gather(): void {
    if (!this.options.chain.isDeterministic) this.schedule(GATHER_MS);
    else if (!this.building && !this.timer) this.turn();
  }

  private buildWith(candidates: Candidates, timeMs?: number): { added: NewBlock; included: number } {
    const { chain, pool, blockTime, log } = this.options;
    const taken: Uint8Array[] = [];
    const counted: Candidates = {
      next() {
        const candidate = candidates.next();
        if (candidate) taken.push(candidate.bytes);
        return candidate;
      },
      rejected(reason) {
        taken.pop();
        if (reason.isOurs) log.warn(`a transaction is dropped: ${reason.reason}`);
        candidates.rejected(reason);
      },
    };
    const budgetMs = typeof blockTime === 'number' ? Math.max(100, blockTime / 2) : 2000;
    // With fixed times a block ends where its weight does, however slow the machine is.
    const deadlineMs = chain.isDeterministic ? Number.POSITIVE_INFINITY : performance.now() + budgetMs;
    // What the pool has to say of the new block must not begin another one: listeners hear of blocks in order.
    this.building = true;
    try {
      const added = chain.build(counted, { deadlineMs, timeMs });
      if (this.failing) log.info(`building blocks again, at block ${added.block.header.number}`);
      this.failing = false;
      return { added, included: taken.length };
    } catch (error) {
      // A block that does not verify would be built again and again: the chain goes on without its transactions.
      if (isBittensorError(error) && error.code === 'bad_block') for (const bytes of taken) pool.discard(bytes);
      throw error;
    } finally {
      this.building = false;
    }
  }

  private schedule(inMs: number): void {
    if (this.stopped || this.timer) return;
    this.timer = setTimeout(() => {
      this.timer = undefined;
      this.turn();
    }, inMs);
  }

  private turn(): void {
    const { blockTime, pool, log } = this.options;
    let included = 0;
    try {
      included = this.buildWith(pool.candidates()).included;
    } catch (error) {
      // A damaged folder does not heal.
      const hopeless = isBittensorError(error) && error.code === 'bad_data';
      const next = hopeless ? '' : `; trying again every ${RETRY_MS / 1000} s`;
      if (!this.failing) log.error(`no block: ${messageOf(error)}${next}`);
      this.failing = true;
      if (!hopeless) this.schedule(RETRY_MS);
      return;
    }
    if (typeof blockTime === 'number') {
      // Keeps the beat; a beat that was missed is not made up for, and requests get a turn in between.
      const now = performance.now();
      this.nextAtMs = Math.max(this.nextAtMs + blockTime, now + 1);
      this.schedule(this.nextAtMs - now);
    } else if (pool.readyCount > 0 && included > 0) this.schedule(0);
  }
}
