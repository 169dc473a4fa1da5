import { Bucket } from '../bucket.js';
import { originOf } from '../server/origin.js';

export interface StrangerLimits {
  /** Signatures made or verified for addresses that proved nothing, all of them together: per second, and at once. */
  readonly strangersPerSecond: number;
  readonly strangerBurst: number;
}

/** How long an address is known after it last proved a key, milliseconds. */
const KNOWN_MS = 600_000;
/** Addresses that are known; of more, who proved a key longest ago is forgotten. */
const KNOWN = 8_192;

/** Signatures cost a good part of a millisecond: strangers get so many, whatever their number, and the others the rest. */
export class StrangerWork {
  // When each proved a key last, in that order.
  private readonly known = new Map<string, number>();
  private readonly budget: Bucket;

  constructor(
    limits: StrangerLimits,
    /** A clock that never goes back, milliseconds. */
    private readonly nowMs: () => number = () => performance.now(),
  ) {
    this.budget = new Bucket(limits.strangerBurst, limits.strangersPerSecond, nowMs());
  }

  /** Whether a signature may be made or verified for this address now; counts it, where the address proved nothing. */
  take(address: string): boolean {
    const now = this.nowMs();
    const provedMs = this.known.get(originOf(address));
    return (provedMs !== undefined && now - provedMs < KNOWN_MS) || this.budget.take(now);
  }

  /** An admitted caller showed its key from there. */
  prove(address: string): void {
    const origin = originOf(address);
    this.known.delete(origin);
    this.known.set(origin, this.nowMs());
    if (this.known.size <= KNOWN) return;
    for (const oldest of this.known.keys()) {
      this.known.delete(oldest);
      return;
    }
  }
}
