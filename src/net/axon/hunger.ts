/** Callers that are remembered; of more, who asked longest ago is forgotten. */
const CALLERS = 4_096;

/** Since when each caller has asked in vain, refusals included: who comes again is not at the end each time. */
export class Hunger {
  // In the order in which they asked last.
  private readonly since = new Map<string, number>();

  /** Since when this caller has waited; a job without one waits since it came. */
  of(caller: string | undefined, cameMs: number): number {
    return caller === undefined ? cameMs : (this.since.get(caller) ?? cameMs);
  }

  asked(caller: string | undefined, nowMs: number): void {
    if (caller === undefined) return;
    const since = this.since.get(caller) ?? nowMs;
    this.since.delete(caller);
    this.since.set(caller, since);
    if (this.since.size <= CALLERS) return;
    for (const oldest of this.since.keys()) {
      this.since.delete(oldest);
      return;
    }
  }

  /** One of its jobs begins; of those that still wait each has waited in vain from now on. */
  served(caller: string | undefined, nowMs: number, hasMore: boolean): void {
    if (caller === undefined) return;
    if (hasMore) this.since.set(caller, nowMs);
    else this.since.delete(caller);
  }
}
