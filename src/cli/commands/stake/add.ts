import { formatTao, type SettingValues } from '../../../base/index.js';
import {
  type ChainClient,
  type PreparedAction,
  type PriceLimit,
  prepareAddStake,
  unstakeFee,
} from '../../../chain/index.js';
import { cliError } from '../../errors.js';
import type { Action } from '../../frame/command.js';
import { coldkeyOf, hotkeyAddressOf } from '../../secrets/keys.js';
import { boundToFail } from '../../transaction/bound-to-fail.js';
import { checkMeant } from '../../transaction/consent.js';
import { eventOf } from '../../transaction/events.js';
import { checkSubnet, withChain } from '../../transaction/network.js';
import { transact } from '../../transaction/transaction.js';
import type { addRows } from './rows.js';

export const add: Action<typeof addRows> = async input => {
  const { settings, sources, ui, signal } = input;
  const { amount, all } = settings;
  if ((amount === undefined) === !all) throw cliError('usage', 'how much? Give --amount or --all');
  const key = await coldkeyOf(settings, ui);
  const hotkey = await hotkeyAddressOf(settings);
  return withChain(input, async target => {
    const { netuid } = settings;
    checkMeant(target.isAtStake, { netuid: sources.netuid !== 'default' });
    await checkSubnet(target.client, netuid, signal);
    const request = { from: key.address, netuid, hotkey, signal, ...limitOf(settings) };
    const prepared = await withinCost(target.client, request, settings);
    await checkStakes(target.client, request, -prepared.effect.balanceRao);
    return transact({
      ...input,
      target,
      key,
      prepared,
      outcome: ({ events }) => {
        const [, , , alpha] = eventOf(events, 'StakeAdded') ?? [];
        return { json: { netuid, hotkey, stakeRao: alpha ?? '0' } };
      },
    });
  });
};

type Settings = SettingValues<typeof addRows>;
type Request = Omit<Parameters<typeof prepareAddStake>[1], 'amountRao'> & { signal: AbortSignal };

/** What the chain would refuse: too little, or at a price that has passed already. Error `rejected`. */
async function checkStakes(client: ChainClient, { netuid, limit, signal }: Request, amountRao: bigint): Promise<void> {
  const leastRao = client.leastStakeRao();
  if (leastRao !== undefined && amountRao < leastRao) {
    const message = `${formatTao(amountRao)} are too little: this chain takes ${formatTao(leastRao)} or more as stake`;
    throw boundToFail('AmountTooLow', message, { amountRao, leastRao });
  }
  const priceRao = limit && (await client.priceRao(netuid, { signal }));
  if (limit && priceRao !== undefined && limit.priceRao < priceRao) {
    const message = `one alpha of subnet ${netuid} costs ${formatTao(priceRao)} now, more than --max-price ${formatTao(limit.priceRao)}`;
    throw boundToFail('SlippageTooHigh', message, { netuid, priceRao, maxPriceRao: limit.priceRao });
  }
}

function limitOf({ max_price: priceRao, partial: allowPartial }: Settings): { limit?: PriceLimit } {
  if (priceRao !== undefined) return { limit: { priceRao, allowPartial } };
  if (allowPartial) throw cliError('usage', '--partial goes with --max-price');
  return {};
}

/** Fees of later unstaking that `--all` leaves: without TAO for one, most chains give no stake back. */
const KEPT_FEES = 4n;

/**
 * With `--all`, everything but the fee, fees of later unstaking and what keeps the account; never more than `--max-cost`.
 * Error `too_dear`.
 */
async function withinCost(client: ChainClient, request: Request, settings: Settings): Promise<PreparedAction> {
  const { amount, max_cost: maxRao } = settings;
  if (amount !== undefined) {
    const prepared = await prepareAddStake(client, { ...request, amountRao: amount });
    const costRao = amount + (prepared.feeRao ?? 0n);
    if (maxRao === undefined || costRao <= maxRao) return prepared;
    const message = `this takes ${formatTao(costRao)} with its fee, more than --max-cost ${formatTao(maxRao)}; nothing was signed`;
    throw cliError('too_dear', message, { costRao, maxRao });
  }
  const { transferableRao } = await client.accountBalance(request.from, { signal: request.signal });
  if (transferableRao === 0n) throw nothing(request.from);
  // The fee is of the length of the call, which is the same for each amount.
  const { feeRao = 0n } = await prepareAddStake(client, { ...request, amountRao: transferableRao });
  const { from, netuid, hotkey, signal } = request;
  const keptRao = KEPT_FEES * (await unstakeFee(client, { from, netuid, hotkey, signal }));
  const spendableRao = transferableRao - keptRao;
  const mostRao = maxRao !== undefined && maxRao < spendableRao ? maxRao : spendableRao;
  if (mostRao <= feeRao) throw nothing(from);
  const prepared = await prepareAddStake(client, { ...request, amountRao: mostRao - feeRao });
  if (keptRao === 0n) return prepared;
  const kept = ['Kept back', `${formatTao(keptRao)} for the fees of taking stake back later`] as const;
  return { ...prepared, effect: { ...prepared.effect, more: [...prepared.effect.more, kept] } };
}

function nothing(address: string) {
  const what = `${address} has nothing to stake beside what fees and the account need`;
  return cliError('insufficient_balance', what, { address });
}
