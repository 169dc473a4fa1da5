/** The blocks in which a transaction is valid. */
export interface Era {
  /** Length in blocks, a power of two from 4 to 65536. */
  readonly period: number;
  /** First block of it, and its hash. */
  readonly birth: number;
  readonly birthHash: string;
}

/** Least wall-clock time for which a transaction stays valid. */
const ERA_MS = 5 * 60_000;

/** The power of two that covers at least five minutes of blocks. */
export function eraPeriod(blockTimeMs: number): number {
  const blocks = Math.max(4, ERA_MS / Math.max(1, blockTimeMs));
  return Math.min(65_536, 2 ** Math.ceil(Math.log2(blocks)));
}

/** The last block not after `current` at which an era of this period can begin: eras longer than 4096 are coarser. */
export function eraBirth(period: number, current: number): number {
  const step = Math.max(1, period >> 12);
  return current - (current % step);
}

/** The last block that may hold a transaction of this era. */
export function lastBlockOf({ birth, period }: Era): number {
  return birth + period - 1;
}
