import type { ChainEvent, Submitted } from '../../chain/index.js';

/** The first event of that name, its fields as text. */
export function eventOf(events: readonly ChainEvent[], name: string): readonly string[] | undefined {
  return events.find(event => event.name === name)?.data.map(String);
}

const TAKES = ['Withdraw', 'Burned', 'Slashed'];
const GIVES = ['Deposit', 'Minted'];

/** What an account really paid in a transaction, beside its fee, by the events of its balance; undefined for nothing. */
export function paidRao({ events, feeRao = 0n }: Pick<Submitted, 'events' | 'feeRao'>, address: string) {
  let sum = -feeRao;
  for (const { pallet, name, data } of events) {
    if (pallet !== 'Balances') continue;
    const [who, second, third] = data.map(String);
    if (name === 'Transfer') {
      if (who === address) sum += BigInt(third ?? 0);
      if (second === address) sum -= BigInt(third ?? 0);
    } else if (who === address && TAKES.includes(name)) sum += BigInt(second ?? 0);
    else if (who === address && GIVES.includes(name)) sum -= BigInt(second ?? 0);
  }
  return sum > 0n ? sum : undefined;
}
