import type { SettingValues } from '../../../base/index.js';
import { type ChainClient, type PreparedAction, type PriceLimit, prepareAddStake } from '../../../chain/index.js';
import { cliError } from '../../errors.js';
import type { Action } from '../../frame/command.js';
import { coldkeyOf, hotkeyAddressOf } from '../../secrets/keys.js';
import { formatTao } from '../../terminal/amounts.js';
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

function limitOf({ max_price: priceRao, partial: allowPartial }: Settings): { limit?: PriceLimit } {
  if (priceRao !== undefined) return { limit: { priceRao, allowPartial } };
  if (allowPartial) throw cliError('usage', '--partial goes with --max-price');
  return {};
}

/** With `--all`, everything but the fee and what keeps the account; never more than `--max-cost`. Error `too_dear`. */
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
  const mostRao = maxRao !== undefined && maxRao < transferableRao ? maxRao : transferableRao;
  if (mostRao <= feeRao) throw nothing(request.from);
  return prepareAddStake(client, { ...request, amountRao: mostRao - feeRao });
}

function nothing(address: string) {
  return cliError('insufficient_balance', `${address} has nothing to stake`, { address });
}
