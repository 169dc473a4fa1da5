/** 1 TAO, and 1 alpha of a subnet, are 10^9 rao. */
export const RAO_PER_TAO = 1_000_000_000n;

/** `1,234.5` for 1234500000000 rao: all digits that count, and no more. */
export function formatCoins(rao: bigint): string {
  const size = rao < 0n ? -rao : rao;
  const whole = String(size / RAO_PER_TAO).replace(/\B(?=(\d{3})+$)/g, ',');
  const fraction = String(size % RAO_PER_TAO)
    .padStart(9, '0')
    .replace(/0+$/, '');
  return `${rao < 0n ? '-' : ''}${whole}${fraction === '' ? '' : `.${fraction}`}`;
}

/** `1,234.5 TAO`. */
export function formatTao(rao: bigint): string {
  return `${formatCoins(rao)} TAO`;
}

/** `1.5 alpha`: a subnet's own token has as many decimals as TAO. */
export function formatAlpha(rao: bigint): string {
  return `${formatCoins(rao)} alpha`;
}
