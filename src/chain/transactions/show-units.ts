import { formatAlpha, formatCoins, formatTao } from '../../base/browser.js';

/** Where a number stands, which is all that tells what it counts. */
export interface Place {
  readonly pallet: string;
  readonly call: string;
  readonly name: string;
  /** As the runtime's source has it: `BalanceOf<T>`, `TaoBalance`, `u64`. */
  readonly typeName: string;
  /** Names of the call's arguments. */
  readonly siblings: readonly string[];
}

/** Amounts that upstream's calls give as plain u64, by the argument's name. */
const TAO =
  /^(amount|amount_staked|swap_cost|lock_cost|tao_amount|tao|(min_|max_)?burn|min_stake|rao_recycled|total_issuance|stake_threshold)$/;
const ALPHA = /^(amount_unstaked|alpha_amount|alpha)$/;
const PRICE = /^(limit_price|limit)$/;
/** Shares of 65535. */
const TAKE = /^(take|default_take|subnet_owner_cut)$/;
const U64_MAX = 2n ** 64n - 1n;

/** A number as a person reads it: TAO, alpha, a price, a share; digits where nothing is known of it. */
export function showNumber(value: bigint, bytes: number, place: Place): string {
  const { pallet, call, name, typeName, siblings } = place;
  const isAmount = bytes >= 8;
  if (isAmount && PRICE.test(name)) {
    if (value === U64_MAX) return 'no limit';
    return call.startsWith('register') ? formatTao(value) : `${formatCoins(value)} TAO for one alpha`;
  }
  if (/Alpha(Balance|Currency)/.test(typeName)) return formatAlpha(value);
  if (/Balance|TaoCurrency/.test(typeName)) return formatTao(value);
  const isStaking = pallet === 'SubtensorModule' || pallet === 'AdminUtils' || pallet === 'Swap';
  if (isAmount && isStaking) {
    // Before subnets had tokens of their own, stake was TAO.
    if (ALPHA.test(name)) return siblings.some(other => /netuid$/.test(other)) ? formatAlpha(value) : formatTao(value);
    if (name === 'amount' && /^(recycle|burn)_alpha$/.test(call)) return formatAlpha(value);
    if (TAO.test(name)) return formatTao(value);
  }
  if (bytes === 2 && isStaking && TAKE.test(name)) return `${((100 * Number(value)) / 65_535).toFixed(2)} % (${value})`;
  return String(value);
}
