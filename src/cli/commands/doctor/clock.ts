import { type Finding, ok, problem, warning } from './finding.js';

export interface ClockFacts {
  readonly nowMs: number;
  /** The newest block's time; undefined where no chain was reached. */
  readonly chainMs: number | undefined;
  readonly blockTimeMs: number;
  /** A local chain's clock may be set, and its blocks may wait for a request. */
  readonly isLocal: boolean;
  /** How far the clocks of peers are ahead of this one, milliseconds, less the way. */
  readonly peersMs: readonly number[];
}

/** Axons refuse what was signed further away than that, in either direction. */
const REFUSED_MS = 10_000;
const CLOSE_MS = 2_000;
const REMEDY = 'let the system keep the time: timedatectl set-ntp true';

/** Whether this machine's clock agrees with the chain's and with the peers'. */
export function clockFindings({ nowMs, chainMs, blockTimeMs, isLocal, peersMs }: ClockFacts): Finding[] {
  const findings: Finding[] = [];
  if (peersMs.length > 0) {
    const sorted = [...peersMs].sort((a, b) => a - b);
    const off = sorted[sorted.length >> 1]!;
    const text = `the clock is ${seconds(Math.abs(off))} ${off > 0 ? 'behind' : 'ahead of'} that of ${peersMs.length} peers`;
    if (Math.abs(off) > REFUSED_MS) findings.push(problem('clock', `${text}: requests are refused`, REMEDY));
    else if (Math.abs(off) > CLOSE_MS) findings.push(warning('clock', text, REMEDY));
    else findings.push(ok('clock', `the clock agrees with ${peersMs.length} peers (${seconds(Math.abs(off))})`));
  }
  if (chainMs === undefined) return findings;
  const ageMs = nowMs - chainMs;
  if (ageMs < -CLOSE_MS) {
    const text = `the newest block is ${seconds(-ageMs)} in the future: the clock is behind the chain's`;
    // A local chain's clock can be moved on purpose.
    if (isLocal) findings.push(warning('chain clock', text, 'if the chain has not travelled in time, set the clock'));
    else findings.push(problem('chain clock', text, REMEDY));
    return findings;
  }
  const mostMs = Math.max(30_000, 5 * blockTimeMs);
  if (ageMs > mostMs && !isLocal) {
    const text = `the newest block is ${seconds(ageMs)} old: the endpoint is behind, or the clock is ahead`;
    findings.push(warning('chain clock', text, 'try another endpoint of the network, and look at the clock'));
  } else {
    findings.push(ok('chain clock', `the newest block is ${seconds(Math.max(0, ageMs))} old`));
  }
  return findings;
}

function seconds(ms: number): string {
  return ms < 120_000 ? `${(ms / 1_000).toFixed(1)} s` : `${Math.round(ms / 60_000)} minutes`;
}
