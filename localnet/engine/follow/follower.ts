import { sleep } from '../../../src/base/abort.js';
import type { Clock } from '../../../src/base/clock.js';
import { isBittensorError, messageOf } from '../../../src/base/errors.js';
import type { Log } from '../../../src/base/silent-log.js';
import type { Chain } from '../chain/chain.js';
import type { Block } from '../chain/header.js';
import { engineError } from '../errors.js';
import { Connection } from '../remote/connection.js';
import { shownUrl } from '../remote/shown-url.js';
import { checkInherents } from './inherents.js';
import { readBlocks, readHash, writeBlock } from './wire.js';

const RETRY_FIRST_MS = 100;
const RETRY_LAST_MS = 2000;
/** How often a leader that says nothing is asked. */
const LOOK_EVERY_MS = 5000;

export interface FollowerOptions {
  chain: Chain;
  url: string;
  /** Makes an older block the head again; throws when its state is not kept. */
  rewind(number: number): void;
  clock: Clock;
  log: Log;
}

/** A block of the leader that is not taken; as long as the leader has it, nothing behind it is. */
export interface Refused {
  number: number;
  /** Null: the leader has none with that number. */
  hash: string | null;
  reason: string;
}

export interface FollowerStatus {
  /** As it may be shown. */
  url: string;
  connected: boolean;
  /** The leader's newest block, as far as known. */
  leader: { number: number; hash: string } | undefined;
  refused: Refused | undefined;
  /** Why there is no connection. */
  lost: string | undefined;
}

/**
 * Keeps a chain equal to that of its leader: fetches blocks, executes each again, and rewinds when the leader has. What the
 * leader sends is believed only as far as it verifies; a block that does not is said once, and the last good state stays.
 */
export class Follower {
  private readonly stopping = new AbortController();
  private connection: Connection | undefined;
  private work: Promise<void> | undefined;
  private leader: { number: number; hash: string } | undefined;
  private refused: Refused | undefined;
  /** Asks whether the leader still has what was refused. */
  private isOffered: ((connection: Connection) => Promise<boolean>) | undefined;
  private lost: string | undefined;
  private readonly agreeing = new Set<() => void>();

  /** The leader's address as it may be shown. */
  private readonly url: string;

  constructor(private readonly options: FollowerOptions) {
    this.url = shownUrl(options.url);
  }

  start(): void {
    this.work ??= this.run();
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    this.connection?.close();
    await this.work;
  }

  get status(): FollowerStatus {
    return {
      url: this.url,
      connected: this.connection !== undefined,
      leader: this.leader,
      refused: this.refused,
      lost: this.lost,
    };
  }

  /** The connection to the leader, or an error that names it. */
  get toLeader(): Connection {
    if (this.connection) return this.connection;
    throw engineError('unreachable', `the leader ${this.url} cannot be reached: ${this.lost ?? 'connecting'}`);
  }

  /** Calls back whenever a connection is new and everything that the leader has is here; returns what ends it. */
  onAgreement(listener: () => void): () => void {
    this.agreeing.add(listener);
    return () => this.agreeing.delete(listener);
  }

  private async run(): Promise<void> {
    const { log } = this.options;
    const { url } = this;
    const { signal } = this.stopping;
    let waitMs = RETRY_FIRST_MS;
    while (!signal.aborted) {
      try {
        using connection = await Connection.open(this.options.url, { signal });
        await this.followOn(connection, () => {
          waitMs = RETRY_FIRST_MS;
        });
      } catch (error) {
        if (signal.aborted) return;
        const reason = messageOf(error);
        // A damaged folder does not heal.
        if (isBittensorError(error) && error.code === 'bad_data') {
          log.error(`following ${url} has ended at block ${this.options.chain.head.header.number}: ${reason}`);
          this.lost = reason;
          return;
        }
        if (reason !== this.lost) log.warn(`not following: ${reason}; trying again`);
        this.lost = reason;
      } finally {
        this.connection = undefined;
      }
      await sleep(waitMs, signal).catch(() => {});
      waitMs = Math.min(2 * waitMs, RETRY_LAST_MS);
    }
  }

  private async followOn(connection: Connection, well: () => void): Promise<void> {
    const { log, chain } = this.options;
    const { url } = this;
    let ended: Error | undefined;
    let wake = () => {};
    void connection.closed.then(reason => {
      ended = reason;
      wake();
    });
    let stale = true;
    const heads = { subscribe: 'chain_subscribeNewHeads', unsubscribe: 'chain_unsubscribeNewHeads' };
    await connection.subscribe(heads, [], () => {
      stale = true;
      wake();
    });
    const { finalityLag } = ((await connection.request('dev_status')) ?? {}) as { finalityLag?: unknown };
    if (Number.isSafeInteger(finalityLag) && (finalityLag as number) >= 0) chain.finalityLag = finalityLag as number;
    this.connection = connection;
    let first = true;
    while (!ended) {
      stale = false;
      await this.catchUp(connection);
      if (first && !this.refused) {
        well();
        log.info(`following ${url}, at block ${chain.head.header.number}`);
        this.lost = undefined;
        first = false;
        for (const listener of this.agreeing) listener();
      }
      if (stale || ended) continue;
      await new Promise<void>(resolve => {
        const timer = setTimeout(resolve, LOOK_EVERY_MS);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
      wake = () => {};
    }
    throw ended;
  }

  /** Takes over all that the leader has; returns early when a block is refused. */
  private async catchUp(connection: Connection): Promise<void> {
    const { chain, log } = this.options;
    if (await this.isStillRefused(connection)) return;
    for (const number of new Set([0, chain.oldestBlock])) {
      const hash = await this.hashAt(connection, number);
      if (hash === chain.hashAt(number)) continue;
      const at = number === 0 ? '' : `block ${number}, `;
      const reason = `it is another chain; this one began with ${at}${chain.hashAt(number)}`;
      this.refuse({ number, hash, reason }, async again => hash === (await this.hashAt(again, number)));
      return;
    }
    let next = this.fetch(connection, chain.head.header.number, chain.head.hash);
    for (;;) {
      const { head, known, blocks } = await next;
      this.leader = head;
      if (!known) {
        if (!(await this.rewind(connection, head.number))) return;
        next = this.fetch(connection, chain.head.header.number, chain.head.hash);
        continue;
      }
      const last = blocks.at(-1);
      if (!last) return;
      // The next ones travel while these are executed.
      next = this.fetch(connection, last.header.number, last.hash);
      next.catch(() => {});
      if (blocks.length > 100) log.info(`block ${chain.head.header.number} of ${head.number}`);
      for (const block of blocks) {
        if (this.stopping.signal.aborted) return;
        if (!this.take(block)) return;
        // Readers get their turn between two blocks.
        await new Promise(resolve => setImmediate(resolve));
      }
    }
  }

  private async fetch(connection: Connection, number: number, hash: string, most?: number) {
    return readBlocks(connection.url, await connection.request('dev_blocks', [number, hash, most ?? null]));
  }

  private async hashAt(connection: Connection, number: number): Promise<string | null> {
    const answer = await connection.request('chain_getBlockHash', [number]);
    return answer === null ? null : readHash(connection.url, answer);
  }

  /** False when the block does not verify. */
  private take(block: Block): boolean {
    const { chain, clock } = this.options;
    try {
      if (block.header.number === chain.head.header.number + 1) {
        checkInherents(chain.runtime, chain.state, block, clock.nowMs());
      }
      chain.import(block);
      return true;
    } catch (error) {
      if (!isBittensorError(error) || error.code === 'bad_data' || error.code === 'disk') throw error;
      const { number } = chain.head.header;
      this.refuse({ number: number + 1, hash: block.hash, reason: messageOf(error) }, this.offers(block));
      return false;
    }
  }

  private refuse(refused: Refused, isOffered: NonNullable<Follower['isOffered']>): void {
    const { chain, log } = this.options;
    const { url } = this;
    if (this.refused?.reason !== refused.reason) {
      log.error(
        `block ${refused.number} of ${url} is refused: ${refused.reason}; this follower stays at block ${chain.head.header.number} (${chain.head.hash}) until the leader has another`,
      );
    }
    this.refused = refused;
    this.isOffered = isOffered;
  }

  private async isStillRefused(connection: Connection): Promise<boolean> {
    if (this.isOffered && (await this.isOffered(connection))) return true;
    this.refused = undefined;
    this.isOffered = undefined;
    return false;
  }

  /** Asks whether the leader offers this very block, header and body, on top of our head. */
  private offers(block: Block): NonNullable<Follower['isOffered']> {
    const { chain } = this.options;
    return async connection => {
      const { known, blocks } = await this.fetch(connection, chain.head.header.number, chain.head.hash, 1);
      return known && blocks[0] !== undefined && writeBlock(blocks[0]) === writeBlock(block);
    };
  }

  /** Goes back to the newest block that both have; false when that is not possible. */
  private async rewind(connection: Connection, leaderNumber: number): Promise<boolean> {
    const { chain, log } = this.options;
    // Both have our first block, and what two chains share is a beginning.
    let low = chain.oldestBlock;
    let high = Math.min(chain.head.header.number, leaderNumber) + 1;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((await this.hashAt(connection, middle)) === chain.hashAt(middle)) low = middle;
      else high = middle;
    }
    const head = chain.head.header.number;
    // The leader has moved meanwhile: ask again.
    if (low === head) return true;
    try {
      this.options.rewind(low);
    } catch (error) {
      const reason = `the leader has gone back to block ${low}: ${messageOf(error)}`;
      const hash = await this.hashAt(connection, head);
      this.refuse({ number: head, hash, reason }, async again => hash === (await this.hashAt(again, head)));
      return false;
    }
    log.info(`the leader has gone back: rewound from block ${head} to ${low}`);
    return true;
  }
}
