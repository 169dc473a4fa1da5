/**
 * The weights that this node gave to synapses, for itself alone: nothing of them is told to others. Bounded; the one that
 * was set longest ago goes.
 */
export class LocalWeights {
  private readonly weights = new Map<string, number>();

  constructor(private readonly size: number) {}

  /** 0 for a synapse that got none. */
  get(name: string): number {
    return this.weights.get(name) ?? 0;
  }

  /** Throws a `RangeError` for what is no weight: they are finite and not negative. */
  set(name: string, weight: number): void {
    if (!Number.isFinite(weight) || weight < 0) throw new RangeError(`not a weight: ${weight}`);
    this.weights.delete(name);
    if (weight === 0) return;
    this.weights.set(name, weight);
    if (this.weights.size > this.size) {
      for (const oldest of this.weights.keys()) {
        this.weights.delete(oldest);
        return;
      }
    }
  }
}
