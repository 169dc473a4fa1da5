/** So many per second, with a reserve for bursts: what is beyond is refused at once, never queued. */
export class Budget {
  private tokens: number;
  private filledMs: number;

  constructor(
    private readonly perSecond: number,
    private readonly burst: number,
    private readonly nowMs: () => number = () => performance.now(),
  ) {
    this.tokens = burst;
    this.filledMs = nowMs();
  }

  /** True when one more may be spent. */
  spend(): boolean {
    const now = this.nowMs();
    const passedMs = Math.max(0, now - this.filledMs);
    this.tokens = Math.min(this.burst, this.tokens + (passedMs / 1000) * this.perSecond);
    this.filledMs = now;
    if (this.tokens < 1) return false;
    this.tokens--;
    return true;
  }
}
