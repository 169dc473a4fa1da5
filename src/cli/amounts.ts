const RAO = 1_000_000_000n;

/** `1,234.5 TAO`, with as many decimals as there are. */
export function formatTao(rao: bigint): string {
  const size = rao < 0n ? -rao : rao;
  const whole = String(size / RAO).replace(/\B(?=(\d{3})+$)/g, ',');
  const part = String(size % RAO)
    .padStart(9, '0')
    .replace(/0+$/, '');
  return `${rao < 0n ? '-' : ''}${whole}${part === '' ? '' : `.${part}`} TAO`;
}

/** An amount of TAO with up to nine decimals, in rao; undefined for what is none. */
export function raoOf(text: string): bigint | undefined {
  const [, whole, part = ''] = /^(\d{1,10})(?:\.(\d{1,9}))?$/.exec(text) ?? [];
  return whole === undefined ? undefined : BigInt(whole) * RAO + BigInt(part.padEnd(9, '0'));
}
