/** How often something may happen: `burst` at once, then `perSecond`. */
export class Allowance {
  private left: number;
  private atMs = performance.now();

  constructor(
    private readonly burst: number,
    private readonly perSecond: number,
  ) {
    this.left = burst;
  }

  /** False: too often. */
  take(): boolean {
    if (this.left < 1) {
      const now = performance.now();
      this.left = Math.min(this.burst, this.left + ((now - this.atMs) / 1000) * this.perSecond);
      this.atMs = now;
    }
    this.left--;
    return this.left >= 0;
  }
}
