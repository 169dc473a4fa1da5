/** So many at once, and then so many a second. */
export class Bucket {
  private tokens: number;

  constructor(
    private readonly burst: number,
    private readonly perSecond: number,
    private filledMs: number,
  ) {
    this.tokens = burst;
  }

  /** False: none is left. */
  take(nowMs: number, count = 1): boolean {
    if (!this.has(nowMs, count)) return false;
    this.tokens -= count;
    return true;
  }

  /** Looks only. */
  has(nowMs: number, count = 1): boolean {
    this.fill(nowMs);
    return this.tokens >= count;
  }

  isFull(nowMs: number): boolean {
    this.fill(nowMs);
    return this.tokens >= this.burst;
  }

  private fill(nowMs: number): void {
    // A clock that went back fills nothing.
    const passedMs = Math.max(0, nowMs - this.filledMs);
    this.filledMs = nowMs;
    this.tokens = Math.min(this.burst, this.tokens + (passedMs / 1000) * this.perSecond);
  }
}
