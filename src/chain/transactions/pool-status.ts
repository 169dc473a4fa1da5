/** What the pool says of a watched transaction; `lost`: the connection is gone. */
export type PoolStatus =
  | { kind: 'waiting' }
  | { kind: 'inBlock' | 'finalized'; blockHash: string }
  | { kind: 'gone'; reason: string }
  /** One with the same nonce and a higher priority has its place; it may still come into a block by way of another node. */
  | { kind: 'usurped' }
  | { kind: 'lost' }
  /** The last block of its era is finalized. */
  | { kind: 'expired' };

/** Statuses in the order in which they came. What nobody waits for any more is small: a pool says few words. */
export class StatusQueue {
  private readonly waiting: PoolStatus[] = [];
  private wake: (() => void) | undefined;

  push(status: PoolStatus): void {
    if (this.waiting.length < 1000) this.waiting.push(status);
    this.wake?.();
  }

  async next(signal: AbortSignal): Promise<PoolStatus> {
    while (this.waiting.length === 0) {
      signal.throwIfAborted();
      await new Promise<void>((resolve, reject) => {
        const onAbort = () => reject(signal.reason);
        signal.addEventListener('abort', onAbort, { once: true });
        this.wake = () => {
          signal.removeEventListener('abort', onAbort);
          resolve();
        };
      });
    }
    return this.waiting.shift()!;
  }
}

/** Source: polkadot-sdk `TransactionStatus`. */
export function readStatus(status: unknown): PoolStatus {
  if (status === 'invalid' || status === 'dropped') return { kind: 'gone', reason: `the pool calls it ${status}` };
  if (typeof status !== 'object' || status === null) return { kind: 'waiting' };
  const { inBlock, finalized, usurped, invalid } = status as Record<string, unknown>;
  if (typeof finalized === 'string') return { kind: 'finalized', blockHash: finalized };
  if (typeof inBlock === 'string') return { kind: 'inBlock', blockHash: inBlock };
  if (usurped !== undefined) return { kind: 'usurped' };
  if (invalid !== undefined) return { kind: 'gone', reason: 'the pool calls it invalid' };
  return { kind: 'waiting' };
}
