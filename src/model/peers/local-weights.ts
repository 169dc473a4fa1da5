/** How a weight follows the router's scores: `0.99 w + 0.01 score`, as the documents have it. */
const KEPT = 0.99;

/** Peers that are remembered; the one updated longest ago gives way. */
const CAPACITY = 4096;

/**
 * The metagraph's local weights: a slow average of how much the router made of each peer. They say whom it considers next when there
 * are more peers than it looks at. Peers that were never considered start as if the router had spread its trust evenly.
 */
export class LocalWeights {
  private readonly byPeer = new Map<string, number>();

  constructor(
    /** The weight of a peer that was never considered. */
    private readonly initial: number,
  ) {}

  getWeights(peers: readonly string[]): number[] {
    return peers.map(peer => this.byPeer.get(peer) ?? this.initial);
  }

  setWeights(peers: readonly string[], weights: readonly number[]): void {
    peers.forEach((peer, i) => {
      this.byPeer.delete(peer);
      this.byPeer.set(peer, weights[i]!);
    });
    for (const peer of this.byPeer.keys()) {
      if (this.byPeer.size <= CAPACITY) break;
      this.byPeer.delete(peer);
    }
  }

  /** Follows the mean scores of one step. */
  follow(scores: ReadonlyMap<string, number>): void {
    const peers = [...scores.keys()];
    const weights = this.getWeights(peers).map((weight, i) => KEPT * weight + (1 - KEPT) * scores.get(peers[i]!)!);
    this.setWeights(peers, weights);
  }

  /**
   * The `count` peers of the largest weight, each once, in the order of their names so that equal sets look equal. Of equal weights,
   * as all have that were never considered, those named first come first.
   */
  select(names: readonly string[], count: number): string[] {
    const peers = [...new Set(names)];
    const weights = this.getWeights(peers);
    const order = peers.map((_, i) => i).sort((a, b) => weights[b]! - weights[a]! || a - b);
    return order
      .slice(0, count)
      .map(i => peers[i]!)
      .sort();
  }

  state(): [peer: string, weight: number][] {
    return [...this.byPeer];
  }

  load(state: readonly (readonly [peer: string, weight: number])[]): void {
    this.byPeer.clear();
    for (const [peer, weight] of state) this.byPeer.set(peer, weight);
  }
}
