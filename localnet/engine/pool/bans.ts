/** As many as Substrate keeps for its default limits, which are nearly ours. */
const BANS_AT_MOST = 2 * 9216;

/**
 * Hashes that are refused unseen for a while: transactions that were invalid, too old, dropped, or included. A ban that has
 * run out ends with the next block. Source: sc-transaction-pool, graph/rotator.rs.
 */
export class Bans {
  private readonly until = new Map<string, number>();

  constructor(
    private readonly banMs: number,
    private readonly nowMs: () => number,
  ) {}

  get size(): number {
    return this.until.size;
  }

  has(hash: string): boolean {
    return this.until.has(hash);
  }

  add(hash: string): void {
    this.until.delete(hash);
    this.until.set(hash, this.nowMs() + this.banMs);
    if (this.until.size > BANS_AT_MOST) this.until.delete(this.until.keys().next().value!);
  }

  /** Oldest first, and all last equally long. */
  expire(): void {
    const now = this.nowMs();
    for (const [hash, end] of this.until) {
      if (end > now) return;
      this.until.delete(hash);
    }
  }

  clear(): void {
    this.until.clear();
  }
}
