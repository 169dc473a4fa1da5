/** More than any stake. */
const MOST = 2n ** 63n;

/** Of a number, such as a stake in TAO, or of rao as it is; what is no number comes last. */
export function priorityOf(priority: number | bigint): bigint {
  if (typeof priority === 'bigint') return priority;
  if (Number.isNaN(priority)) return 0n;
  const rao = Math.round(priority * 1e9);
  if (Number.isFinite(rao)) return BigInt(rao);
  return rao > 0 ? MOST : -MOST;
}
