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

/** What stake and emission of a subnet are counted in. */
export type Token = 'TAO' | 'alpha';

/** `1.5 alpha`, or `1.5 TAO`. */
export function formatAmount(rao: bigint, token: Token): string {
  return token === 'alpha' ? formatAlpha(rao) : formatTao(rao);
}

/** As column heads have it. */
export const TOKEN_SIGNS: Readonly<Record<Token, string>> = { TAO: 'τ', alpha: 'α' };

/**
 * Root and the subnets of mechanism 0 (stable) count in TAO, as all did before subnets had tokens; `mechanism` is undefined where
 * the chain does not tell. Source: subtensor `staking/stake_utils.rs`.
 */
export function tokenOf(netuid: number, mechanism: number | undefined): Token {
  return netuid !== 0 && mechanism === 1 ? 'alpha' : 'TAO';
}
