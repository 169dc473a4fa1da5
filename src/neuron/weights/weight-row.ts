/** Share of the old row that stays with each step, as the documents have it: `0.97 row + 0.03 mean(scores)`. */
const KEEP = 0.97;

/** What this neuron thinks of its peers: a moving average of the router's scores, by hotkey, with sum 1. */
export class WeightRow {
  private row: Map<string, number>;

  constructor(saved: Readonly<Record<string, number>> = {}) {
    this.row = new Map(Object.entries(saved).filter(([, weight]) => Number.isFinite(weight) && weight > 0));
  }

  /** Mixes in one step's mean scores (hotkey to share). An empty step, where nobody answered, changes nothing. */
  update(scores: Readonly<Record<string, number>>): void {
    const asked = Object.entries(scores).filter(([, score]) => Number.isFinite(score) && score >= 0);
    if (asked.length === 0) return;
    const next = new Map([...this.row].map(([hotkey, weight]) => [hotkey, KEEP * weight]));
    for (const [hotkey, score] of asked) next.set(hotkey, (next.get(hotkey) ?? 0) + (1 - KEEP) * score);
    const total = [...next.values()].reduce((sum, weight) => sum + weight, 0);
    if (total <= 0) return;
    // What has decayed to nothing is dropped, so the row stays as small as the set of live peers.
    this.row = new Map(
      [...next].map(([hotkey, weight]) => [hotkey, weight / total] as const).filter(([, w]) => w > 1e-6),
    );
  }

  /** Shares by hotkey. */
  shares(): ReadonlyMap<string, number> {
    return this.row;
  }

  toJSON(): Record<string, number> {
    return Object.fromEntries(this.row);
  }
}
