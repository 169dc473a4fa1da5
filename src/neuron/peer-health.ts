import { type Clock, systemClock } from '../base/index.js';

/** Leaves a peer that failed alone for a while: 0.5 s after the first failure, twice as long after each further one. */
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 60_000;
/** After so many failures in a row a peer counts as gone until it answers again. */
const LOST_AFTER = 3;

export class PeerHealth {
  private readonly failing = new Map<string, { failures: number; retryAtMs: number }>();

  constructor(private readonly clock: Clock = systemClock) {}

  /** The peers worth asking now. Forgets peers that are no longer known. */
  usable<P extends { readonly hotkey: string }>(peers: readonly P[]): readonly P[] {
    const known = new Set(peers.map(peer => peer.hotkey));
    for (const hotkey of this.failing.keys()) if (!known.has(hotkey)) this.failing.delete(hotkey);
    const now = this.clock.nowMs();
    return peers.filter(peer => (this.failing.get(peer.hotkey)?.retryAtMs ?? 0) <= now);
  }

  isLost(hotkey: string): boolean {
    return (this.failing.get(hotkey)?.failures ?? 0) >= LOST_AFTER;
  }

  /** Notes an answer; returns true when a failing peer came back. */
  succeeded(hotkey: string): boolean {
    return this.failing.delete(hotkey);
  }

  /** Notes a failure; returns how many there were in a row. */
  failed(hotkey: string): number {
    const failures = (this.failing.get(hotkey)?.failures ?? 0) + 1;
    const pause = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(failures - 1, 16));
    this.failing.set(hotkey, { failures, retryAtMs: this.clock.nowMs() + pause });
    return failures;
  }
}
