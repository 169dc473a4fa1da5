/** The largest weight on the chain. */
export const U16_MAX = 65_535;

/** Divides by the sum, so that the result adds up to 1. Negative and non-finite values count as 0; all zero stays so. */
export function normalizeL1(weights: readonly number[]): number[] {
  const clean = weights.map(weight => (Number.isFinite(weight) && weight > 0 ? weight : 0));
  // Scaled first, so that the sum of very large values stays finite.
  const largest = Math.max(0, ...clean);
  if (largest === 0) return clean;
  const scaled = clean.map(weight => weight / largest);
  const sum = scaled.reduce((total, weight) => total + weight, 0);
  return scaled.map(weight => weight / sum);
}

/**
 * Weights as the chain takes them: u16, the largest at 65535, so that no precision is lost ("max-upscale"). Negative
 * and non-finite values become 0; all zero stays so. Source: subtensor `epoch/math.rs`, `vec_u16_max_upscale_to_u16`.
 */
export function toU16Weights(weights: readonly number[]): number[] {
  const clean = weights.map(weight => (Number.isFinite(weight) && weight > 0 ? weight : 0));
  const largest = Math.max(0, ...clean);
  if (largest === 0) return clean;
  return clean.map(weight => Math.round((weight / largest) * U16_MAX));
}

/** Back to shares with sum 1. */
export function fromU16Weights(weightsU16: readonly number[]): number[] {
  return normalizeL1(weightsU16);
}
