import type { Clock } from '../../../src/base/clock.js';

/** From a block on, the chain's time runs that far ahead of the clock. */
export interface Travel {
  block: number;
  offsetMs: number;
}

/** The time of the first block when no clock is asked: 2026-01-01, in UTC. */
export const FIXED_START_MS = 1_767_225_600_000;
/** Journeys that are remembered; older ones can no longer be undone one by one. */
const TRAVELS_KEPT = 1000;

/** Blocks on request are that far apart then, as those of the default interval. */
const FIXED_STEP_MS = 250;

export function fixedStepMs(blockTime: number | 'instant' | 'manual'): number {
  return typeof blockTime === 'number' ? blockTime : FIXED_STEP_MS;
}

export interface BlockTimesOptions {
  clock: Clock;
  /** Milliseconds between two blocks when no clock is to be asked; a slot, when that is longer. */
  fixedStepMs?: number | undefined;
  travels?: readonly Travel[];
}

/** The time that each block gets: the clock's, moved forward by `travel`, or the block before and a fixed step. Never backwards. */
export class BlockTimes {
  private journeys: Travel[];

  constructor(private readonly options: BlockTimesOptions) {
    this.journeys = [...(options.travels ?? [])];
  }

  get isFixed(): boolean {
    return this.options.fixedStepMs !== undefined;
  }

  /** To be written down, ascending by block. */
  get travels(): readonly Travel[] {
    return this.journeys;
  }

  /** What the next block's time would be now. `lastMs` is 0 before the first block. */
  next({ block, lastMs, slotMs }: { block: number; lastMs: number; slotMs: number }): number {
    const { clock, fixedStepMs } = this.options;
    if (fixedStepMs !== undefined) return lastMs === 0 ? FIXED_START_MS : lastMs + Math.max(fixedStepMs, slotMs);
    const offset = this.journeys.findLast(travel => travel.block <= block)?.offsetMs ?? 0;
    return Math.max(clock.nowMs() + offset, lastMs + 1);
  }

  /** From this block on, the clock counts from `toMs`; returns what undoes it. With fixed steps the chain itself remembers. */
  travel(block: number, toMs: number): () => void {
    const before = this.journeys;
    if (this.isFixed) return () => {};
    this.rewind(block - 1);
    this.journeys.push({ block, offsetMs: toMs - this.options.clock.nowMs() });
    this.journeys = this.journeys.slice(-TRAVELS_KEPT);
    return () => {
      this.journeys = before;
    };
  }

  /** After the chain was rewound: what came with later blocks has not happened. */
  rewind(block: number): void {
    this.journeys = this.journeys.filter(travel => travel.block <= block);
  }
}
