import { type Metagraph, toU16Weights } from '../../chain/index.js';

/** A row of weights as the chain takes it: u16, the largest at 65535, in the order of the uids. */
export interface Vector {
  readonly uids: readonly number[];
  readonly weights: readonly number[];
}

/** What a subnet asks of a row. */
export interface RowLimits {
  /** Fewest uids in a row; a row for less is refused. */
  readonly minAllowedWeights: number;
  /** Largest share of one weight, of 65535; 65535: any. */
  readonly maxWeightsLimitU16: number;
}

export const NO_LIMITS: RowLimits = { minAllowedWeights: 0, maxWeightsLimitU16: 65_535 };

/**
 * Scores by hotkey as a row: only registered neurons that are not lost, never this one, no weight above the subnet's limit. What a limit
 * cuts off goes to the others by their shares. Where the subnet wants more uids than earned a score, others get 0, or what is left over
 * where the limit forces it. Empty when nobody has a score.
 */
export function forChain(
  scores: ReadonlyMap<string, number>,
  metagraph: Metagraph,
  {
    ownHotkey,
    isLost = () => false,
    limits = NO_LIMITS,
  }: { ownHotkey: string; isLost?: (hotkey: string) => boolean; limits?: RowLimits },
): Vector {
  const others = metagraph.neurons.filter(({ hotkeyHex }) => hotkeyHex !== ownHotkey);
  const scored = others
    .filter(({ hotkeyHex }) => !isLost(hotkeyHex))
    .map(({ uid, hotkeyHex }) => ({ uid, weight: scores.get(hotkeyHex) ?? 0 }))
    .filter(({ weight }) => Number.isFinite(weight) && weight > 0);
  // What would round to nothing is nothing.
  const rounded = toU16Weights(scored.map(({ weight }) => weight));
  const earned = scored.filter((_, i) => rounded[i]! > 0);
  if (earned.length === 0) return { uids: [], weights: [] };

  const limit = limits.maxWeightsLimitU16 / 65_535;
  const fewest = Math.max(limits.minAllowedWeights, limit < 1 ? Math.ceil(1 / limit) : 1);
  const spare = others.filter(({ uid }) => !earned.some(one => one.uid === uid));
  const padding = spare
    .slice(0, Math.max(0, Math.min(fewest, metagraph.n) - earned.length))
    .map(({ uid }) => ({ uid, weight: 0 }));
  const row = [...earned, ...padding].sort((a, b) => a.uid - b.uid);
  return {
    uids: row.map(one => one.uid),
    weights: fitWeights(
      row.map(one => one.weight),
      limits,
    ),
  };
}

/** Weights of one row as u16, the largest at 65535, none with a larger share than the subnet takes, as far as there are enough of them. */
export function fitWeights(weights: readonly number[], { maxWeightsLimitU16 }: RowLimits): number[] {
  const shares = clipShares(weights, maxWeightsLimitU16 / 65_535);
  const largest = Math.max(...shares);
  // Rounded up, so that the largest share does not grow by rounding.
  return shares.map(share => Math.min(65_535, Math.max(0, Math.ceil((share / largest) * 65_535 - 1e-6))));
}

/** Shares with sum 1, none above the limit as far as there are enough of them. */
function clipShares(weights: readonly number[], limit: number): number[] {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  let shares = weights.map(weight => weight / total);
  if (limit * weights.length <= 1) return shares.map(() => 1 / weights.length);
  for (;;) {
    const over = shares.map(share => share > limit * (1 + 1e-12));
    if (!over.includes(true)) return shares;
    const full = shares.map((share, i) => over[i] || share >= limit * (1 - 1e-12));
    const room = shares.reduce((sum, share, i) => sum + (full[i] ? 0 : share), 0);
    const left = 1 - limit * full.filter(Boolean).length;
    const open = full.filter(one => !one).length;
    shares = shares.map((share, i) => (full[i] ? limit : room > 0 ? (share / room) * left : left / open));
  }
}
