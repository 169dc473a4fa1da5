import { Bucket } from '../bucket.js';

/** Origins that are remembered; beyond, those that were quiet longest are forgotten. */
export const ORIGINS = 8_192;

/** So many of each origin at once, and then so many a second. */
export class OriginRates {
  // In the order of the last use.
  private readonly buckets = new Map<string, Bucket>();

  constructor(
    private readonly burst: number,
    private readonly perSecond: number,
  ) {}

  /** False: none is left. */
  take(origin: string, nowMs: number): boolean {
    const bucket = this.buckets.get(origin) ?? new Bucket(this.burst, this.perSecond, nowMs);
    this.buckets.delete(origin);
    this.buckets.set(origin, bucket);
    for (const [oldest, other] of this.buckets) {
      if (this.buckets.size <= ORIGINS && !other.isFull(nowMs)) break;
      if (oldest === origin) break;
      this.buckets.delete(oldest);
    }
    return bucket.take(nowMs);
  }
}
