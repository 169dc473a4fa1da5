import { formatTao } from '../../base/index.js';
import type { AccountBalance, ChainClient, PreparedAction } from '../../chain/index.js';
import { cliError } from '../errors.js';

interface Payer {
  readonly address: string;
  /** As the user knows it: `hotkey default of wallet default`. */
  readonly title: string;
}

/** Calls that may leave an account without what keeps it. */
const MAY_EMPTY = ['Balances.transfer_allow_death', 'Balances.transfer', 'Balances.transfer_all'];
const UNSTAKES = /^SubtensorModule\.(remove_stake|unstake_all)/;

/**
 * What cannot be paid is not signed. Where the chain may take the fee out of the stake, what to say of it instead. Error
 * `insufficient_balance`.
 */
export function checkAffordable(
  client: ChainClient,
  payer: Payer,
  { call, feeRao = 0n, effect }: Pick<PreparedAction, 'call' | 'feeRao' | 'effect'>,
  balance: AccountBalance,
  preview: Record<string, unknown>,
): string | undefined {
  const { address } = payer;
  if (call !== 'SubtensorModule.register' || !client.takesWorkOfNewcomers()) checkExists(client, payer, balance);
  const spendRao = (effect.balanceRao < 0n ? -effect.balanceRao : 0n) + feeRao;
  const missingRao = spendRao - (MAY_EMPTY.includes(call) ? balance.freeRao : balance.transferableRao);
  if (spendRao === 0n || missingRao <= 0n) return undefined;
  const has = `${address} can spend ${formatTao(spendRao - missingRao)}`;
  if (UNSTAKES.test(call) && client.mayTakeFeeOfStake()) {
    return `${has}, less than the fee: this chain may take it out of the stake, or refuse`;
  }
  throw cliError(
    'insufficient_balance',
    `${has}, and this takes ${formatTao(spendRao)} with its fee: ${formatTao(missingRao)} are missing; nothing was signed`,
    { address, ...balance, neededRao: spendRao, missingRao, transaction: preview },
  );
}

/** The pool takes nothing from an account that the chain does not keep, also where no fee is due. Error `insufficient_balance`. */
export function checkExists(client: ChainClient, { address, title }: Payer, balance: AccountBalance): void {
  if (balance.exists) return;
  const leastRao = client.existentialDepositRao();
  const amount = formatTao(leastRao).replace(/ TAO$|,/g, '');
  const command = client.isLocal
    ? `bittensor-cli localnet fund ${address} 1`
    : `bittensor-cli wallet transfer --dest ${address} --amount ${amount}`;
  throw cliError(
    'insufficient_balance',
    `${address} (${title}) has no account on this chain yet, so nothing that it signs is taken, even without a fee: it must hold at least ${formatTao(leastRao)} (${command}); nothing was signed`,
    { address, ...balance, neededRao: leastRao, missingRao: leastRao },
  );
}
