import type { Clock } from '../../base/index.js';

interface PeerClock {
  offsetMs: number;
  correctedMs: number;
}

/** Peers whose clocks are remembered. */
const PEERS = 4_096;
/** A peer's clock is believed once in this time, so that none can make this side try again and again. */
const BELIEVE_MS = 60_000;
/** Ten years: what is further off is no clock, and its nonces would leave the safe integers. */
const LARGEST_OFFSET_MS = 10 * 365 * 86_400_000;

/** Makes nonces: microseconds since 1970 by the peer's clock, strictly increasing. */
export class NonceSource {
  // Two dendrites of one hotkey started in one millisecond should not make the same nonces.
  private last = Math.floor(Math.random() * 1000);
  private readonly peers = new Map<string, PeerClock>();

  constructor(private readonly clock: Clock) {}

  next(peer: string): number {
    this.last = Math.max(this.last + 1, this.clock.nowMs() * 1000 + (this.last % 1000));
    return this.last + this.offsetMs(peer) * 1000;
  }

  /** What is added to this clock to get the peer's, whole milliseconds. */
  offsetMs(peer: string): number {
    return this.peers.get(peer)?.offsetMs ?? 0;
  }

  /** Takes over the peer's signed time. False when that is absurd, or was done a moment ago and so is not the reason. */
  correct(peer: string, peerTimeMs: number): boolean {
    const now = this.clock.nowMs();
    const known = this.peers.get(peer);
    if (known && Math.abs(now - known.correctedMs) < BELIEVE_MS) return false;
    const offsetMs = Math.round(peerTimeMs - now);
    if (Math.abs(offsetMs) > LARGEST_OFFSET_MS) return false;
    this.peers.delete(peer);
    this.peers.set(peer, { offsetMs, correctedMs: now });
    for (const oldest of this.peers.keys()) {
      if (this.peers.size <= PEERS) break;
      this.peers.delete(oldest);
    }
    return true;
  }
}
