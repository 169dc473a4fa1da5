import { isBittensorError, sleep } from '../../base/browser.js';
import type { Chain } from '../connection/chain.js';
import type { Connection } from '../connection/connection.js';
import type { Heads } from '../connection/heads.js';
import { chainError, isWithoutAnswer } from '../errors.js';
import { rejected } from '../refusals/pool-errors.js';
import { type Era, lastBlockOf } from './era.js';
import { accountNonce, blockHolds } from './outcome.js';
import type { StatusQueue } from './pool-status.js';
import type { SignedExtrinsic } from './signing.js';

export interface Signed extends SignedExtrinsic {
  readonly nonce: number;
  readonly era: Era;
  /** How many reverts there had been when it was signed. */
  readonly reverts: number;
}

export interface Sent extends Signed {
  /** The next thing that the pool says of it. */
  readonly statuses: StatusQueue;
  readonly stop: () => void;
}

/** How a transaction ended: in a block, or certainly in none, and why it can never be. */
export type Fate = { readonly blockHash: string } | { readonly over: string };

const NONCE_TAKEN: Fate = { over: 'another transaction took its nonce' };
export const ERA_PASSED: Fate = { over: 'its time ran out' };

export interface Following {
  readonly connection: Connection<Chain>;
  /** The finalized blocks. */
  readonly heads: Pick<Heads, 'newest'>;
  /** Reverts of the chain so far. */
  readonly reverts: () => number;
  /** Names the call in messages. */
  readonly what: string;
  readonly sent: Sent;
  /** Who signed it. */
  readonly publicKey: Uint8Array;
  readonly waitFor: 'inclusion' | 'finalization';
  readonly signal: AbortSignal;
  /** Where finalization is waited for: each block that holds it meanwhile. */
  readonly onBlock: (blockHash: string) => void;
}

/**
 * Follows a transaction that the pool was given, by what the pool says, and without its help where the connection is lost. Errors:
 * `rejected` when the pool drops it, or the chain was reverted; the signal's reason.
 */
export async function followTransaction(following: Following): Promise<Fate> {
  const { connection, what, sent, publicKey, waitFor, signal, onBlock } = following;
  const { hash, era } = sent;
  let isGone = false;
  let seenIn = '';
  try {
    for (;;) {
      const status = await sent.statuses.next(signal);
      if (status.kind === 'inBlock' || status.kind === 'finalized') {
        const { kind, blockHash } = status;
        if (kind === 'finalized' || waitFor === 'inclusion') return { blockHash };
        if (blockHash !== seenIn) onBlock(blockHash);
        seenIn = blockHash;
      }
      if (following.reverts() !== sent.reverts) throw revertedAway(what, sent);
      // Only blocks decide between it and what took its place.
      if (status.kind === 'lost' || status.kind === 'usurped') return await search(following);
      if (status.kind === 'expired') {
        const fate = await decided(following);
        if (fate) return fate;
      }
      if (status.kind !== 'gone' || isGone) continue;
      const found = await find(following, era.birth);
      if (found && waitFor === 'inclusion') return { blockHash: found };
      // What used up its nonce may be this very transaction, a moment ago, or go away with its block again.
      const isUsed = (await accountNonce(connection, publicKey, { signal })) > sent.nonce;
      if (found || isUsed) return await search(following);
      // A pool drops what is too old before it is sure that no other branch of the chain has it.
      if ((await bestNumber(following)) < lastBlockOf(era) - 1) throw rejected(what, status.reason, { hash });
      isGone = true;
    }
  } finally {
    sent.stop();
  }
}

/** What the finalized blocks say for good: it is in one of them, or can be in none any more; until then undefined. */
async function decided(following: Following): Promise<Fate | undefined> {
  const { connection, heads, sent, publicKey, signal } = following;
  const { number, hash } = await heads.newest({ signal });
  const last = lastBlockOf(sent.era);
  // Without a look into blocks: whoever's transaction has this nonce, it is not there yet. (Another node may lag behind
  // the one that told of the last block.)
  const nonce = await accountNonce(connection, publicKey, { at: hash, signal });
  if (nonce <= sent.nonce) return number < last ? undefined : ERA_PASSED;
  const found = await find(following, sent.era.birth, Math.min(number, last));
  return found ? { blockHash: found } : NONCE_TAKEN;
}

/** Without the pool's help, after its connection was lost: gives it again, reads the blocks. */
async function search(following: Following): Promise<Fate> {
  const { connection, heads, what, sent, waitFor, signal } = following;
  const pauseMs = Math.min(1_000, Math.max(50, connection.chain.blockTimeMs / 2));
  for (let from = sent.era.birth; ; ) {
    if (following.reverts() !== sent.reverts) throw revertedAway(what, sent);
    try {
      const fate = await decided(following);
      if (fate) return fate;
      // The same bytes: at worst the pool has them already, or a block has.
      await connection.call('author_submitExtrinsic', [sent.hex], { signal }).catch(ignoreRefusal);
      const { number: finalized } = await heads.newest({ signal });
      const head = waitFor === 'finalization' ? finalized : await bestNumber(following);
      const found = await find(following, from, head);
      if (found) return { blockHash: found };
      // The last blocks again next time: the newest may have been replaced.
      from = Math.max(sent.era.birth, head - 8);
    } catch (error) {
      // The connection may come and go until the submission's own deadline.
      if (signal.aborted || !isWithoutAnswer(error)) throw error;
    }
    await sleep(pauseMs, signal);
  }
}

async function find(following: Following, from: number, until?: number): Promise<string | undefined> {
  const { connection, sent, signal } = following;
  const last = until ?? (await bestNumber(following));
  for (let number = Math.max(1, from); number <= last; number++) {
    signal.throwIfAborted();
    const hash = await connection.call('chain_getBlockHash', [number], { signal });
    if (typeof hash === 'string' && (await blockHolds(connection, hash, sent.hex))) return hash;
  }
  return undefined;
}

async function bestNumber({ connection, signal }: Following): Promise<number> {
  const header = await connection.call('chain_getHeader', [], { signal });
  const number = Number((header as { number?: unknown } | null)?.number);
  if (!Number.isSafeInteger(number)) throw chainError('unsupported', 'the node gives a header without a number');
  return number;
}

export function revertedAway(what: string, { hash }: Signed, cause?: unknown) {
  return rejected(what, 'the chain was reverted to an earlier block while it waited', { hash }, cause);
}

function ignoreRefusal(error: unknown): void {
  if (!isBittensorError(error) || error.code !== 'rpc') throw error;
}
