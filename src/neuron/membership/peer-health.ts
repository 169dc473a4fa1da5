import { type Clock, systemClock } from '../../base/index.js';
import { BackOff } from '../../net/index.js';

/** After so many failures in a row a peer counts as gone until it answers again. */
const LOST_AFTER = 3;

/** Which peers are worth asking: those that failed are left alone for a while. */
export class PeerHealth {
  private readonly backOff: BackOff;

  constructor(clock: Clock = systemClock) {
    this.backOff = new BackOff(clock);
  }

  /** The peers worth asking now. Forgets peers that are no longer known. */
  usable<P extends { readonly hotkey: string }>(peers: readonly P[]): readonly P[] {
    const known = new Set(peers.map(peer => peer.hotkey));
    this.backOff.keep(hotkey => known.has(hotkey));
    return peers.filter(peer => this.backOff.waitMs(peer.hotkey) === 0);
  }

  isLost(hotkey: string): boolean {
    return this.backOff.failures(hotkey) >= LOST_AFTER;
  }

  /** Notes an answer; returns true when a failing peer came back. */
  succeeded(hotkey: string): boolean {
    return this.backOff.succeeded(hotkey);
  }

  /** Notes a failure; returns how many there were in a row. */
  failed(hotkey: string): number {
    return this.backOff.failed(hotkey);
  }
}
