const UNITS_MS: Record<string, number> = { H: 3_600_000, M: 60_000, S: 1_000, m: 1, u: 1e-3, n: 1e-6 };
/** Longer than any timer; a caller with so much patience has no deadline. */
export const LONGEST_MS = 2 ** 31 - 1;

/** gRPC's `grpc-timeout`: up to eight digits and a unit. Infinite for none; none is what a malformed one is taken for. */
export function timeoutOf(header: string | string[] | undefined): number {
  const match = typeof header === 'string' ? /^(\d{1,8})([HMSmun])$/.exec(header) : null;
  if (!match) return Number.POSITIVE_INFINITY;
  const ms = Number(match[1]) * UNITS_MS[match[2]!]!;
  return ms > LONGEST_MS ? Number.POSITIVE_INFINITY : ms;
}
