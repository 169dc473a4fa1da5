/** An address as the chain stores it: a u128 and 4 or 6. */
export interface IpNumber {
  readonly value: bigint;
  readonly type: 4 | 6;
}

/** The usual spelling; IPv6 by RFC 5952 (the longest run of zeros as `::`). */
export function formatIp({ value, type }: IpNumber): string {
  if (type === 4) return [24n, 16n, 8n, 0n].map(shift => (value >> shift) & 255n).join('.');
  const groups = Array.from({ length: 8 }, (_, i) => Number((value >> BigInt(112 - 16 * i)) & 0xffffn));
  let best = { start: 0, length: 0 };
  for (let start = 0; start < 8; start++) {
    let length = 0;
    while (start + length < 8 && groups[start + length] === 0) length++;
    if (length > best.length) best = { start, length };
  }
  const hex = (from: number, to: number) =>
    groups
      .slice(from, to)
      .map(group => group.toString(16))
      .join(':');
  return best.length < 2 ? hex(0, 8) : `${hex(0, best.start)}::${hex(best.start + best.length, 8)}`;
}
