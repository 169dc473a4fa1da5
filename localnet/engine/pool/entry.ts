import { toKey } from '../codec.js';
import type { Validity } from '../runtime/runtime.js';

/**
 * What a watcher is told, in the words of `author_extrinsicUpdate`. There is no `retracted`: a chain with one author goes back
 * only by a revert, which ends all watching.
 */
export type TransactionStatus =
  | 'future'
  | 'ready'
  | 'invalid'
  | 'dropped'
  | { broadcast: readonly string[] }
  | { inBlock: string }
  | { finalityTimeout: string }
  | { finalized: string }
  | { usurped: string };

/** `index` is the transaction's place in the block, where a status names one. */
export type Watcher = (status: TransactionStatus, index?: number) => void;

/** True when nothing follows. */
export function isLast(status: TransactionStatus): boolean {
  if (typeof status === 'string') return status === 'invalid' || status === 'dropped';
  return 'finalized' in status || 'usurped' in status || 'finalityTimeout' in status;
}

/** A transaction in the pool. */
export interface Entry {
  readonly hash: string;
  readonly bytes: Uint8Array;
  /** Order of arrival. */
  readonly order: number;
  readonly sender: string;
  readonly provides: readonly string[];
  priority: bigint;
  /** Tags that must be provided before; those that the chain has provided since are taken out. */
  requires: Set<string>;
  /** The last block that may include it: with that one as the head, it is too late. */
  validTill: number;
  validatedAt: number;
  /** Where the watchers were last told that it is. */
  said: TransactionStatus | undefined;
  readonly watchers: Set<Watcher>;
}

export function tell(entry: Entry, status: TransactionStatus, index?: number): void {
  for (const watcher of entry.watchers) watcher(status, index);
}

/** Higher priority first, then the one that expires sooner, then the older. */
export function isBetter(a: Entry, b: Entry): boolean {
  if (a.priority !== b.priority) return a.priority > b.priority;
  if (a.validTill !== b.validTill) return a.validTill < b.validTill;
  return a.order < b.order;
}

/** The last block for which a validity holds that was found at block `at`. */
export function lastBlock(at: number, { longevity }: Validity): number {
  const last = BigInt(at) + longevity;
  return last > BigInt(Number.MAX_SAFE_INTEGER) ? Number.MAX_SAFE_INTEGER : Number(last);
}

const NONCE_BYTES = 4;

/** The tag that frame's `CheckNonce` gives a transaction: account and nonce. */
export function nonceTag(account: Uint8Array, nonce: number): string {
  const bytes = new Uint8Array(account.length + NONCE_BYTES);
  bytes.set(account);
  new DataView(bytes.buffer).setUint32(account.length, nonce, true);
  return toKey(bytes);
}

/** Whose it is, as far as a pool can tell that knows only tags: what is in front of the nonce of `CheckNonce`'s tag. */
export function senderOf(provides: readonly string[]): string {
  const tag = provides[0] ?? '';
  return tag.length > NONCE_BYTES ? tag.slice(0, -NONCE_BYTES) : tag;
}
