/** So many per second, with a reserve for bursts: what is beyond is refused at once, never queued. */
export class Budget {
  private tokens: number;
  private filledMs = performance.now();

  constructor(
    private readonly perSecond: number,
    private readonly burst: number,
  ) {
    this.tokens = burst;
  }

  /** True when one more may be spent. */
  spend(): boolean {
    const now = performance.now();
    this.tokens = Math.min(this.burst, this.tokens + ((now - this.filledMs) / 1000) * this.perSecond);
    this.filledMs = now;
    if (this.tokens < 1) return false;
    this.tokens--;
    return true;
  }
}
