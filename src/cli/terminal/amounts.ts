import type { Setting } from '../../base/index.js';

const RAO = 1_000_000_000n;

/** `1,234.5 TAO`, with as many decimals as there are. */
export function formatTao(rao: bigint): string {
  return `${formatAmount(rao)} TAO`;
}

/** The same without its unit, which the head of a column tells. */
export function formatAmount(rao: bigint): string {
  const size = rao < 0n ? -rao : rao;
  const whole = String(size / RAO).replace(/\B(?=(\d{3})+$)/g, ',');
  const part = String(size % RAO)
    .padStart(9, '0')
    .replace(/0+$/, '');
  return `${rao < 0n ? '-' : ''}${whole}${part === '' ? '' : `.${part}`}`;
}

/** An amount of TAO with up to nine decimals, in rao; undefined for what is none. */
export function raoOf(text: string): bigint | undefined {
  const [, whole, part = ''] = /^(\d{1,10})(?:\.(\d{1,9}))?$/.exec(text) ?? [];
  return whole === undefined ? undefined : BigInt(whole) * RAO + BigInt(part.padEnd(9, '0'));
}

/** A setting that is an amount with up to nine decimals, kept in rao. More than 0. */
export function amountRow({
  argument = 'tao',
  about,
}: {
  argument?: string;
  about: string;
}): Setting<bigint | undefined> {
  return {
    about,
    argument,
    default: undefined,
    parse: text => {
      const rao = raoOf(text.trim());
      if (rao !== undefined && rao > 0n) return rao;
      throw new RangeError('must be an amount like 10 or 0.5, with at most nine decimals');
    },
  };
}
