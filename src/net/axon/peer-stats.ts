import type { RequestKind } from '../auth/signed.js';
import type { ReturnCode } from '../wire/codes.js';

/** What one caller, who proved its key, has asked for. */
export interface PeerStats {
  readonly requests: number;
  /** Requests that were answered with another code than `Success`. */
  readonly refusals: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
  /** From the head of a request to its answer, milliseconds, of all requests that were not refused. */
  readonly meanMs: number;
  readonly maxMs: number;
  /** Of the last request, milliseconds since 1970. */
  readonly lastMs: number;
}

/** What came of one request. */
export interface Served {
  readonly kind: RequestKind;
  readonly code: ReturnCode;
  readonly bytesIn: number;
  readonly bytesOut: number;
  readonly tookMs: number;
}

interface Row {
  requests: number;
  refusals: number;
  bytesIn: number;
  bytesOut: number;
  totalMs: number;
  maxMs: number;
  lastMs: number;
}

/** Statistics of so many callers; of more, the one heard of longest ago is forgotten. */
export class PeerBook {
  // In the order of the last request.
  private readonly rows = new Map<string, Row>();

  constructor(private readonly size: number) {}

  note(caller: string, { code, bytesIn, bytesOut, tookMs }: Omit<Served, 'kind'>, nowMs: number): void {
    const row = this.rows.get(caller) ?? {
      requests: 0,
      refusals: 0,
      bytesIn: 0,
      bytesOut: 0,
      totalMs: 0,
      maxMs: 0,
      lastMs: 0,
    };
    this.rows.delete(caller);
    this.rows.set(caller, row);
    row.requests++;
    row.bytesIn += bytesIn;
    row.bytesOut += bytesOut;
    row.lastMs = nowMs;
    if (code === 'Success') {
      row.totalMs += tookMs;
      row.maxMs = Math.max(row.maxMs, tookMs);
    } else {
      row.refusals++;
    }
    if (this.rows.size > this.size) this.forgetOldest();
  }

  /** By hotkey, who asked last comes last. */
  all(): ReadonlyMap<string, PeerStats> {
    return new Map([...this.rows].map(([caller, row]) => [caller, statsOf(row)]));
  }

  private forgetOldest(): void {
    for (const caller of this.rows.keys()) {
      this.rows.delete(caller);
      return;
    }
  }
}

function statsOf({ totalMs, ...row }: Row): PeerStats {
  return { ...row, meanMs: totalMs / Math.max(1, row.requests - row.refusals) };
}
