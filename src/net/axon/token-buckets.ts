export interface BucketLimits {
  readonly perSecond: number;
  /** How much may be saved up for a burst. */
  readonly burst: number;
  /** Buckets remembered: of more the one used longest ago, the fullest as a rule, is forgotten. */
  readonly keys: number;
}

interface Bucket {
  tokens: number;
  filledMs: number;
}

/** So many per second for each key, in bounded memory. What is beyond is refused at once, never queued. */
export class TokenBuckets {
  // In the order of the last use.
  private readonly buckets = new Map<string, Bucket>();

  constructor(
    private readonly limits: BucketLimits,
    /** A clock that never goes back, milliseconds. */
    private readonly nowMs: () => number = () => performance.now(),
  ) {}

  /** Looks only. */
  has(key: string): boolean {
    return this.tokensOf(key) >= 1;
  }

  /** Takes a token; false when there is none. */
  spend(key: string): boolean {
    const tokens = this.tokensOf(key);
    if (tokens < 1) return false;
    this.store(key, tokens - 1);
    return true;
  }

  /** Gives one back. */
  refund(key: string): void {
    if (this.buckets.has(key)) this.store(key, Math.min(this.limits.burst, this.tokensOf(key) + 1));
  }

  get size(): number {
    return this.buckets.size;
  }

  private tokensOf(key: string): number {
    const bucket = this.buckets.get(key);
    if (!bucket) return this.limits.burst;
    const { perSecond, burst } = this.limits;
    return Math.min(burst, bucket.tokens + ((this.nowMs() - bucket.filledMs) / 1000) * perSecond);
  }

  private store(key: string, tokens: number): void {
    this.buckets.delete(key);
    this.buckets.set(key, { tokens, filledMs: this.nowMs() });
    if (this.buckets.size <= this.limits.keys) return;
    for (const oldest of this.buckets.keys()) {
      this.buckets.delete(oldest);
      return;
    }
  }
}
