import type { NamedArray } from '../compute/tensor.js';
import { clipScale, globalNorm } from '../train/optim.js';
import { majorityShares } from './majority.js';

/** Whose gradients are learnt from: nobody's, everybody's, or those of callers with a stake. */
export type CallerPolicy = 'off' | 'all' | 'staked';
export const callerPolicies = ['off', 'all', 'staked'] as const satisfies readonly CallerPolicy[];

/** Who sent a gradient. */
export interface Caller {
  /** Its hotkey. */
  readonly name: string;
  /** In TAO. */
  readonly stake: number;
}

/** What the callers' gradients came to since they were last taken. */
export interface CallerGradients {
  /** Backwards that are in it. */
  readonly calls: number;
  /** Callers that are in it. */
  readonly callers: number;
  /** What the majority of them wants: see {@link CallerPool}. */
  readonly gradients: NamedArray[];
}

export interface CallerPoolOptions {
  readonly policy: CallerPolicy;
  /** The L2 norm of all parameter gradients of one call together is at most this. */
  readonly clipNorm: number;
  /** Calls of one caller that are taken until the next step; its others are answered and not learnt from. */
  readonly callsPerCaller: number;
  /** Numbers that are kept for all callers together; where they are too many, those of the smallest stakes give way. */
  readonly capacity: number;
}

export const callerPoolDefaults: CallerPoolOptions = {
  policy: 'all',
  clipNorm: 1,
  callsPerCaller: 16,
  capacity: 2 ** 26,
};

/** Callers that are kept at most, however small the model is. */
const MAX_CALLERS = 64;

/** What those without a stake weigh together, beside those with one. */
const UNSTAKED_SHARE = 0.05;

/** What one caller sent. */
interface Sent {
  readonly stake: number;
  calls: number;
  readonly sums: Map<string, Float32Array>;
}

/**
 * What callers of the served model sent back, and the one gradient that it comes to. Each call is clipped to one norm; a caller's calls
 * are averaged, so that it gains nothing by sending many; over the callers it is the mean of the majority by stake: those who mean
 * harm and hold less than half of the weight are in it only where they are as close to the honest ones as these are to each other. Many
 * identities weigh what their stakes weigh: those without any weigh together a twentieth of the others, or each the same where nobody
 * has a stake.
 */
export class CallerPool {
  readonly options: CallerPoolOptions;
  private readonly senders = new Map<string, Sent>();

  constructor(
    options: Partial<CallerPoolOptions>,
    /** Parameters of the model, in numbers. */
    private readonly size: number,
  ) {
    this.options = { ...callerPoolDefaults, ...options };
  }

  /** Whether a gradient of this caller would be kept: asked before it is computed. */
  wants({ name, stake }: Caller): boolean {
    const { policy, callsPerCaller } = this.options;
    if (policy === 'off' || (policy === 'staked' && !(stake > 0))) return false;
    const sent = this.senders.get(name);
    if (sent) return sent.calls < callsPerCaller;
    return this.senders.size < this.room() || this.smallest()[1].stake < stake;
  }

  /** Keeps what a call came to; false, and nothing is kept, when its norm is not finite. The arrays stay the caller's. */
  add(caller: Caller, gradients: ReadonlyMap<string, Float32Array>): boolean {
    const norm = globalNorm(gradients.values());
    if (!Number.isFinite(norm)) return false;
    if (!this.wants(caller)) return true;
    const sent = this.sentBy(caller);
    const scale = clipScale(norm, this.options.clipNorm);
    for (const [name, values] of gradients) {
      const sum = sent.sums.get(name) ?? new Float32Array(values.length);
      sent.sums.set(name, sum);
      addScaled(sum, values, scale);
    }
    sent.calls++;
    return true;
  }

  /** What it came to, which then starts anew; undefined when nothing was kept. The arrays become the caller's. */
  take(shapeOf: (name: string) => readonly number[]): CallerGradients | undefined {
    const sent = [...this.senders.values()];
    this.senders.clear();
    if (sent.length === 0) return undefined;
    for (const { calls, sums } of sent) for (const values of sums.values()) divide(values, calls);
    const shares = majorityShares(
      sent.map(({ sums }) => sums),
      weightsOf(sent.map(({ stake }) => stake)),
    );
    const [first, ...others] = sent.map(({ sums }, i) => ({ sums, share: shares[i]! }));
    const gradients: NamedArray[] = [];
    const names = new Set(sent.flatMap(({ sums }) => [...sums.keys()]));
    for (const name of names) {
      const own = first!.sums.get(name);
      const length = own?.length ?? others.find(({ sums }) => sums.has(name))!.sums.get(name)!.length;
      const data = own ?? new Float32Array(length);
      if (first!.share !== 1) for (let i = 0; i < length; i++) data[i]! *= first!.share;
      for (const { sums, share } of others) {
        const values = sums.get(name);
        if (values && share > 0) addScaled(data, values, share);
      }
      gradients.push({ name, shape: shapeOf(name), data });
    }
    const calls = sent.reduce((sum, one) => sum + one.calls, 0);
    return { calls, callers: sent.length, gradients };
  }

  private sentBy({ name, stake }: Caller): Sent {
    const known = this.senders.get(name);
    if (known) return known;
    if (this.senders.size >= this.room()) this.senders.delete(this.smallest()[0]);
    const sent: Sent = { stake: Math.max(0, stake), calls: 0, sums: new Map() };
    this.senders.set(name, sent);
    return sent;
  }

  private room(): number {
    return Math.max(1, Math.min(MAX_CALLERS, Math.floor(this.options.capacity / this.size)));
  }

  private smallest(): [name: string, sent: Sent] {
    return [...this.senders].reduce((least, entry) => (entry[1].stake < least[1].stake ? entry : least));
  }
}

/** What each caller weighs, in all 1. */
export function weightsOf(stakes: readonly number[]): number[] {
  const staked = stakes.reduce((sum, stake) => sum + stake, 0);
  const without = stakes.filter(stake => stake === 0).length;
  if (staked === 0) return stakes.map(() => 1 / stakes.length);
  const small = without === 0 ? 0 : (UNSTAKED_SHARE * staked) / without;
  const total = staked + small * without;
  return stakes.map(stake => (stake === 0 ? small : stake) / total);
}

function addScaled(sum: Float32Array, values: Float32Array, scale: number): void {
  for (let i = 0; i < sum.length; i++) sum[i]! += scale * values[i]!;
}

function divide(values: Float32Array, by: number): void {
  if (by !== 1) for (let i = 0; i < values.length; i++) values[i]! /= by;
}
