/** A block's place in the chain. */
export interface BlockId {
  number: number;
  /** `0x` and 64 digits. */
  hash: string;
}

/**
 * Which block counts as final: the head, or one `lag` blocks behind it. It never goes back, but when the chain is rewound
 * below it.
 */
export class Finality {
  private reached: number;

  constructor(
    public lag: number,
    head: number,
    /** What was final already, in an earlier run with a shorter lag. */
    floor: number,
  ) {
    this.reached = Math.min(head, Math.max(floor, head - lag, 0));
  }

  /** The number of the newest final block. */
  get number(): number {
    return this.reached;
  }

  /** After a new head: the numbers that became final, ascending. */
  advance(head: number): number[] {
    const first = this.reached + 1;
    const last = head - this.lag;
    if (last < first) return [];
    this.reached = last;
    return Array.from({ length: last - first + 1 }, (_, i) => first + i);
  }

  rewind(head: number): void {
    this.reached = Math.min(this.reached, head);
  }
}
