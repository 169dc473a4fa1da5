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

/** A chain counts rao in 64 bits. */
const MOST_RAO = 2n ** 64n - 1n;

/**
 * An amount of TAO, or of another token, in rao. Error: a `RangeError` whose message follows the name of where it was given.
 */
export function raoOf(text: string): bigint {
  const [, whole, part = ''] = /^(\d+)(?:\.(\d+))?$/.exec(text.trim()) ?? [];
  if (whole === undefined) throw new RangeError('must be an amount like 10 or 0.5');
  if (part.replace(/0+$/, '').length > 9) throw new RangeError('must have at most nine decimals');
  const rao = BigInt(whole) * RAO + BigInt(part.slice(0, 9).padEnd(9, '0'));
  if (rao === 0n) throw new RangeError('must be more than 0');
  if (rao > MOST_RAO) throw new RangeError(`must not be more than there can be, ${formatAmount(MOST_RAO)}`);
  return rao;
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
    parse: raoOf,
  };
}
