import type { Chain } from '../chain/chain.js';
import { hex } from '../codec.js';
import { blake2b256 } from '../runtime/host/crypto-library.js';
import type { Follower } from './follower.js';
import { readPoolStatus } from './wire.js';

/** As the pool has it: some clients drop an inBlock that another status follows at once. */
const FINALIZED_AFTER_MS = 250;
const WATCHED_AT_MOST = 8192;
const WATCH = { subscribe: 'author_submitAndWatchExtrinsic', unsubscribe: 'author_unwatchExtrinsic' };

interface Watched {
  /** The connection on which the leader says what becomes of it has ended. */
  isCut: boolean;
  /** Where the client was last told that it waits. */
  place: 'ready' | 'future' | undefined;
  /** With the place in the block, once it is in one. */
  push(status: unknown, index?: number): void;
  end(): void;
}

/**
 * Transactions that clients of a follower watch. The leader says what becomes of them in its pool; that one is in a block, and
 * final, is said when the block is here, so that a client can read what it is told about.
 */
export class Submissions {
  private readonly watched = new Map<string, Set<Watched>>();
  /** Included, by the hash of a block that is not final. */
  private readonly unfinal = new Map<string, { watched: Watched; index: number }[]>();
  private count = 0;
  private isAsking = false;

  constructor(
    private readonly chain: Chain,
    private readonly follower: Follower,
  ) {
    chain.onBlock(({ block }) => {
      if (this.watched.size === 0) return;
      block.extrinsics.forEach((bytes, index) => {
        this.included(hex(blake2b256(bytes)), block.hash, index);
      });
      void this.askAgain();
    });
    chain.onFinalized(({ hash }) => this.finalized(hash));
    // Those of clients end with their subscriptions.
    chain.onRevert(() => this.unfinal.clear());
    follower.onAgreement(() => void this.askAgain());
  }

  /** Hands the transaction to the leader; rejects with the leader's error. Resolves with what ends the watching. */
  async watch(bytes: Uint8Array, push: Watched['push'], done: () => void): Promise<() => void> {
    const connection = this.follower.toLeader;
    if (this.count >= WATCHED_AT_MOST) throw new RangeError(`${WATCHED_AT_MOST} transactions are watched already`);
    const hash = hex(blake2b256(bytes));
    let unwatch = () => {};
    let over = false;
    const watched: Watched = {
      isCut: false,
      place: undefined,
      push: (status, index) => {
        if (!over) push(status, index);
      },
      end: () => {
        if (over) return;
        over = true;
        this.forget(hash, watched);
        unwatch();
        done();
      },
    };
    // Before it is sent: the block may be here before the answer is.
    this.remember(hash, watched);
    void connection.closed.then(() => {
      watched.isCut = true;
    });
    try {
      unwatch = await connection.subscribe(WATCH, [hex(bytes)], status => this.heard(watched, status));
    } catch (error) {
      over = true;
      this.forget(hash, watched);
      throw error;
    }
    if (over) unwatch();
    return () => {
      over = true;
      this.forget(hash, watched);
      unwatch();
    };
  }

  private heard(watched: Watched, status: unknown): void {
    if (typeof status !== 'string' && (typeof status !== 'object' || status === null)) return;
    if (typeof status === 'object' && ('inBlock' in status || 'finalized' in status)) return;
    if (status === 'ready' || status === 'future') watched.place = status;
    watched.push(status);
    if (status === 'invalid' || status === 'dropped') watched.end();
    if (typeof status === 'object' && 'usurped' in status) watched.end();
  }

  private included(hash: string, block: string, index: number): void {
    for (const watched of this.watched.get(hash) ?? []) {
      watched.push({ inBlock: block }, index);
      // The leader's pool has no more to say of it.
      this.forget(hash, watched);
      const others = this.unfinal.get(block);
      if (others) others.push({ watched, index });
      else this.unfinal.set(block, [{ watched, index }]);
    }
  }

  private finalized(block: string): void {
    const all = this.unfinal.get(block);
    if (!all) return;
    this.unfinal.delete(block);
    const tell = () => {
      for (const { watched, index } of all) {
        watched.push({ finalized: block }, index);
        watched.end();
      }
    };
    setTimeout(tell, FINALIZED_AFTER_MS).unref();
  }

  /** After a lost connection, now and with each block: what is in no block and waits in the leader's pool no more was dropped. */
  private async askAgain(): Promise<void> {
    const cut = [...this.watched].flatMap(([hash, all]) =>
      [...all].filter(({ isCut }) => isCut).map(watched => ({ hash, watched })),
    );
    if (cut.length === 0 || this.isAsking) return;
    this.isAsking = true;
    try {
      const { toLeader } = this.follower;
      const answer = await toLeader.request('dev_poolStatus', [cut.map(({ hash }) => hash)]);
      const { head, status } = readPoolStatus(toLeader.url, answer, cut.length);
      cut.forEach(({ hash, watched }, i) => {
        if (this.watched.get(hash)?.has(watched)) this.found(watched, status[i]!, head);
      });
    } catch {
      // The next block, or the next connection, comes.
    } finally {
      this.isAsking = false;
    }
  }

  private found(watched: Watched, place: 'ready' | 'future' | null, head: number): void {
    if (place === null) {
      // It may be in a block that is not here yet.
      if (this.chain.head.header.number < head) return;
      watched.push('dropped');
      watched.end();
    } else if (place !== watched.place) {
      watched.place = place;
      watched.push(place);
    }
  }

  private remember(hash: string, watched: Watched): void {
    const known = this.watched.get(hash);
    if (known) known.add(watched);
    else this.watched.set(hash, new Set([watched]));
    this.count++;
  }

  private forget(hash: string, watched: Watched): void {
    const known = this.watched.get(hash);
    if (!known?.delete(watched)) return;
    this.count--;
    if (known.size === 0) this.watched.delete(hash);
  }
}
