import { type Clock, type LossPoint, type NodeStatus, type PeerStatus, systemClock } from '../../base/index.js';

/** What is known from the start. */
export type FirstStatus = Pick<NodeStatus, 'role' | 'neuron' | 'name' | 'hotkey' | 'version' | 'network'>;

const MOST_POINTS = 500;
/** Peers that a status shows. */
export const MOST_PEERS = 256;

/** What a node is doing, written by its parts and read by pages, terminals and tests. Bounded, however long it runs. */
export class StatusBoard {
  private known: Omit<NodeStatus, 'history'>;
  /** Of so many steps one point is kept, so that the whole run fits. */
  private stride = 1;
  private seen = 0;
  private kept: LossPoint[] = [];
  private newest: LossPoint | undefined;
  private readonly sources: (() => Partial<NodeStatus>)[] = [];
  private readonly checks = new Map<string, () => string | undefined>();
  private readonly listeners = new Set<() => void>();

  constructor(
    first: FirstStatus,
    private readonly clock: Clock = systemClock,
  ) {
    this.known = { ...first, startedAt: clock.nowMs(), step: 0, epoch: 0, peers: [] };
  }

  /** Writes what has changed. A step with losses joins the history. */
  set(part: Partial<Omit<NodeStatus, 'history'>>): void {
    this.known = { ...this.known, ...part };
    if (part.losses) this.note({ step: this.known.step, timeMs: this.clock.nowMs(), ...part.losses });
    this.changed();
  }

  /** What is read when it is asked for, such as a table of peers that nobody may ever look at. It wins over what was set. */
  derive(source: () => Partial<Omit<NodeStatus, 'history'>>): void {
    this.sources.push(source);
  }

  /** Tells listeners that something derived is new. */
  changed(): void {
    for (const listener of this.listeners) listener();
  }

  /** Returns what ends the listening. */
  onChange(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }

  /** Names something that `GET /health` looks at: undefined while it is well, else what is wrong and what to do. */
  check(name: string, problem: () => string | undefined): void {
    this.checks.set(name, problem);
  }

  /** What is wrong now, by the names of the checks; empty when all is well. */
  problems(): Record<string, string> {
    const found: Record<string, string> = {};
    for (const [name, check] of this.checks) {
      const problem = check();
      if (problem !== undefined) found[name] = problem;
    }
    return found;
  }

  get(): NodeStatus {
    const status = Object.assign({}, this.known, ...this.sources.map(source => source()), { history: this.history() });
    return { ...status, peers: best(status.peers) };
  }

  private note(point: LossPoint): void {
    this.newest = point;
    if (this.seen++ % this.stride !== 0) return;
    this.kept.push(point);
    // One place is for the newest.
    if (this.kept.length < MOST_POINTS) return;
    this.kept = this.kept.filter((_, i) => i % 2 === 0);
    this.stride *= 2;
  }

  private history(): LossPoint[] {
    const { kept } = this;
    return this.newest && this.newest !== kept.at(-1) ? [...kept, this.newest] : [...kept];
  }
}

function best(peers: readonly PeerStatus[]): readonly PeerStatus[] {
  return [...peers].sort((a, b) => b.score - a.score || (a.uid ?? 0) - (b.uid ?? 0)).slice(0, MOST_PEERS);
}
