import type { Chain } from '../chain/chain.js';
import { hex } from '../codec.js';
import type { Connection } from '../remote/connection.js';
import { blake2b256 } from '../runtime/host/crypto-library.js';
import type { Follower } from './follower.js';

/** As the pool has it: some clients drop an inBlock that another status follows at once. */
const FINALIZED_AFTER_MS = 250;
const WATCHED_AT_MOST = 8192;
const WATCH = { subscribe: 'author_submitAndWatchExtrinsic', unsubscribe: 'author_unwatchExtrinsic' };

interface Watched {
  readonly bytes: Uint8Array;
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

  constructor(
    chain: Chain,
    private readonly follower: Follower,
  ) {
    chain.onBlock(({ block }) => {
      if (this.watched.size === 0) return;
      block.extrinsics.forEach((bytes, index) => {
        this.included(hex(blake2b256(bytes)), block.hash, index);
      });
    });
    chain.onFinalized(({ hash }) => this.finalized(hash));
    // Those of clients end with their subscriptions.
    chain.onRevert(() => this.unfinal.clear());
    follower.onAgreement(() => void this.findLost().catch(() => {}));
  }

  /** Hands the transaction to the leader; rejects with the leader's error. Resolves with what ends the watching. */
  async watch(bytes: Uint8Array, push: Watched['push'], done: () => void): Promise<() => void> {
    const connection = this.follower.toLeader;
    if (this.count >= WATCHED_AT_MOST) throw new RangeError(`${WATCHED_AT_MOST} transactions are watched already`);
    const hash = hex(blake2b256(bytes));
    let unwatch = () => {};
    let over = false;
    const watched: Watched = {
      bytes,
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

  /** After a lost connection: what is neither in a block here nor in the leader's pool any more was dropped. */
  private async findLost(): Promise<void> {
    if (this.watched.size === 0) return;
    const known = [...this.watched.entries()];
    const connection: Connection = this.follower.toLeader;
    const pending = await connection.request('author_pendingExtrinsics');
    const there = new Set(Array.isArray(pending) ? pending : []);
    for (const [hash, all] of known) {
      for (const watched of all) {
        if (there.has(hex(watched.bytes)) || !this.watched.get(hash)?.has(watched)) continue;
        watched.push('dropped');
        watched.end();
      }
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
