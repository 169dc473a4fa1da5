import { Bucket } from './bucket.js';

export interface BucketLimits {
  readonly perSecond: number;
  /** How much may be saved up for a burst. */
  readonly burst: number;
  /** Buckets remembered: of more the one used longest ago, the fullest as a rule, is forgotten. */
  readonly keys: number;
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
    const bucket = this.buckets.get(key);
    return bucket ? bucket.has(this.nowMs()) : this.limits.burst >= 1;
  }

  /** Takes a token; false when there is none. */
  spend(key: string): boolean {
    const { perSecond, burst, keys } = this.limits;
    const nowMs = this.nowMs();
    const bucket = this.buckets.get(key) ?? new Bucket(burst, perSecond, nowMs);
    this.buckets.delete(key);
    this.buckets.set(key, bucket);
    for (const [oldest, other] of this.buckets) {
      // One that is full says no more than none.
      if (oldest === key || (this.buckets.size <= keys && !other.isFull(nowMs))) break;
      this.buckets.delete(oldest);
    }
    return bucket.take(nowMs);
  }

  get size(): number {
    return this.buckets.size;
  }
}
