import { type Clock, systemClock } from '../../base/index.js';
import type { ReturnCode } from '../wire/codes.js';

export interface BackOffLimits {
  /** The pause after the first failure, milliseconds; each further one in a row doubles it. */
  readonly firstMs: number;
  readonly longestMs: number;
  /** Failing peers remembered; beyond that the one that failed longest ago is forgotten. */
  readonly peers: number;
}

export const defaultBackOffLimits: BackOffLimits = { firstMs: 500, longestMs: 60_000, peers: 4_096 };

interface Failing {
  readonly failures: number;
  readonly untilMs: number;
}

/** Leaves peers that failed alone for a while, by time. Peers are named by hotkey. */
export class BackOff {
  // In the order of the last failure.
  private readonly failing = new Map<string, Failing>();
  private readonly limits: BackOffLimits;

  constructor(
    private readonly clock: Clock = systemClock,
    limits: Partial<BackOffLimits> = {},
  ) {
    this.limits = { ...defaultBackOffLimits, ...limits };
  }

  /** How long this peer is still to be left alone, milliseconds; 0: ask it. */
  waitMs(peer: string): number {
    const known = this.failing.get(peer);
    if (!known) return 0;
    const leftMs = known.untilMs - this.clock.nowMs();
    // A clock that was set back must not lengthen a pause: what no pause can have left is over.
    return leftMs > this.limits.longestMs ? 0 : Math.min(Math.max(0, leftMs), this.pauseMs(known.failures));
  }

  /** Failures in a row. */
  failures(peer: string): number {
    return this.failing.get(peer)?.failures ?? 0;
  }

  /** Notes an answer; true when a failing peer came back. */
  succeeded(peer: string): boolean {
    return this.failing.delete(peer);
  }

  /** Notes a failure; returns how many there were in a row. */
  failed(peer: string): number {
    const failures = this.failures(peer) + 1;
    this.failing.delete(peer);
    this.failing.set(peer, { failures, untilMs: this.clock.nowMs() + this.pauseMs(failures) });
    for (const oldest of this.failing.keys()) {
      if (this.failing.size <= this.limits.peers) break;
      this.failing.delete(oldest);
    }
    return failures;
  }

  /** Forgets the peers that `isKnown` does not know. */
  keep(isKnown: (peer: string) => boolean): void {
    for (const peer of this.failing.keys()) if (!isKnown(peer)) this.failing.delete(peer);
  }

  get size(): number {
    return this.failing.size;
  }

  private pauseMs(failures: number): number {
    return Math.min(this.limits.longestMs, this.limits.firstMs * 2 ** Math.min(failures - 1, 30));
  }
}

/** What is not the peer's fault, or only a matter of this very request. */
const INNOCENT: ReadonlySet<ReturnCode> = new Set([
  'Success',
  'Cancelled',
  'Stale',
  'NotImplemented',
  'NotServingNucleus',
  'EmptyRequest',
  'InvalidRequest',
  'RequestShapeException',
  'RequestSerializationException',
  'RequestDeserializationException',
  'TooLarge',
]);

/** Whether a peer that gave this code, or caused it, is to be left alone for a while. */
export function isFault(code: ReturnCode): boolean {
  return !INNOCENT.has(code);
}
