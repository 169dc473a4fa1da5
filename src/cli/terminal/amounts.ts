import { formatCoins, RAO_PER_TAO, type Setting } from '../../base/index.js';

/** A chain counts rao in 64 bits. */
const MOST_RAO = 2n ** 64n - 1n;

/**
 * An amount of TAO, or of another token, in rao. Error: a `RangeError` whose message follows the name of where it was given.
 */
export function raoOf(text: string): bigint {
  const [, whole, part = ''] = /^(\d+)(?:\.(\d+))?$/.exec(text.trim()) ?? [];
  if (whole === undefined) throw new RangeError('must be an amount like 10 or 0.5');
  if (part.replace(/0+$/, '').length > 9) throw new RangeError('must have at most nine decimals');
  const rao = BigInt(whole) * RAO_PER_TAO + BigInt(part.slice(0, 9).padEnd(9, '0'));
  if (rao === 0n) throw new RangeError('must be more than 0');
  if (rao > MOST_RAO) throw new RangeError(`must not be more than there can be, ${formatCoins(MOST_RAO)}`);
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
