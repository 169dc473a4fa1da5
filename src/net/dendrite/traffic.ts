import type { ReturnCode } from '../wire/codes.js';
import type { Reply } from './calls.js';

/** What went to and from one peer. */
export interface PeerTraffic {
  readonly hotkey: string;
  readonly requests: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
  /** How often each code came. */
  readonly codes: Readonly<Partial<Record<ReturnCode, number>>>;
  /** Milliseconds per answered request: a moving average in which the last twenty count most. 0 before the first. */
  readonly latencyMs: number;
}

type Row = { -readonly [K in keyof Omit<PeerTraffic, 'codes'>]: PeerTraffic[K] } & {
  codes: Partial<Record<ReturnCode, number>>;
};

const SMOOTHING = 0.05;

/** Counts traffic by peer, of those asked last. */
export class TrafficBook {
  // In the order of the last request.
  private readonly rows = new Map<string, Row>();

  constructor(private readonly peers: number) {}

  note(hotkey: string, { code, bytesIn, bytesOut, elapsedMs }: Reply): void {
    const row = this.rows.get(hotkey) ?? { hotkey, requests: 0, bytesIn: 0, bytesOut: 0, codes: {}, latencyMs: 0 };
    this.rows.delete(hotkey);
    this.rows.set(hotkey, row);
    row.requests++;
    row.bytesIn += bytesIn;
    row.bytesOut += bytesOut;
    row.codes[code] = (row.codes[code] ?? 0) + 1;
    if (code === 'Success') {
      const isFirst = row.codes.Success === 1;
      row.latencyMs = isFirst ? elapsedMs : row.latencyMs + SMOOTHING * (elapsedMs - row.latencyMs);
    }
    for (const oldest of this.rows.keys()) {
      if (this.rows.size <= this.peers) break;
      this.rows.delete(oldest);
    }
  }

  /** The peers asked last come last. */
  all(): readonly PeerTraffic[] {
    return [...this.rows.values()].map(row => ({ ...row, codes: { ...row.codes } }));
  }
}
