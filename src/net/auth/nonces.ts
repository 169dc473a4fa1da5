/** What the axon says of a nonce. `early` and `late` are outside the window. */
export type NonceVerdict = 'fresh' | 'late' | 'early' | 'replayed';

export interface NonceLimits {
  /** How far back and ahead of this clock a nonce may be, milliseconds. */
  readonly backMs: number;
  readonly aheadMs: number;
  /** Callers remembered. */
  readonly callers: number;
  /** Nonces remembered of each. */
  readonly noncesPerCaller: number;
}

export const defaultNonceLimits: NonceLimits = {
  backMs: 10_000,
  aheadMs: 2_000,
  callers: 16_384,
  noncesPerCaller: 1_024,
};

interface Caller {
  seen: Set<number>;
  newest: number;
  /** Nonces up to this one are refused: what was seen among them is forgotten. */
  floor: number;
}

/**
 * The nonces used lately, in bounded memory. What is forgotten is refused: forgetting raises a floor, so memory that
 * runs out costs late requests a retry and never lets a replay through. Nonces are microseconds since 1970.
 */
export class NonceCache {
  private readonly callers = new Map<string, Caller>();
  private floor: number;

  /** What came before `startMs` may have been seen by an earlier run of this axon, so it is refused as late. */
  constructor(
    startMs: number,
    private readonly limits: NonceLimits = defaultNonceLimits,
  ) {
    this.floor = startMs * 1000;
  }

  /** Looks only: a nonce is remembered when its signature has been verified. */
  check(caller: string, nonce: number, nowMs: number): NonceVerdict {
    if (nonce > (nowMs + this.limits.aheadMs) * 1000) return 'early';
    if (nonce < (nowMs - this.limits.backMs) * 1000) return 'late';
    const known = this.callers.get(caller);
    if (!known) return nonce <= this.floor ? 'late' : 'fresh';
    return nonce <= known.floor || known.seen.has(nonce) ? 'replayed' : 'fresh';
  }

  remember(caller: string, nonce: number): void {
    const known = this.callers.get(caller) ?? { seen: new Set(), newest: 0, floor: this.floor };
    // Moves the caller to the end of the map: its order is that of the last use.
    this.callers.delete(caller);
    this.callers.set(caller, known);
    known.seen.add(nonce);
    known.newest = Math.max(known.newest, nonce);
    if (known.seen.size > this.limits.noncesPerCaller) forgetOlder(known);
    if (this.callers.size > this.limits.callers) this.evict();
  }

  /** Callers remembered. */
  get size(): number {
    return this.callers.size;
  }

  /** Nonces remembered of a caller. */
  noncesOf(caller: string): number {
    return this.callers.get(caller)?.seen.size ?? 0;
  }

  private evict(): void {
    for (const [key, caller] of this.callers) {
      this.callers.delete(key);
      this.floor = Math.max(this.floor, caller.newest);
      return;
    }
  }
}

/** Forgets the older half. */
function forgetOlder(caller: Caller): void {
  const sorted = [...caller.seen].sort((a, b) => a - b);
  caller.floor = Math.max(caller.floor, sorted[sorted.length >> 1]!);
  for (const nonce of sorted) if (nonce <= caller.floor) caller.seen.delete(nonce);
}
