import { formatCoins, formatTao, type SettingValues } from '../../../base/index.js';
import {
  type ChainClient,
  type PreparedAction,
  type PriceLimit,
  prepareRemoveStake,
  prepareUnstakeAll,
} from '../../../chain/index.js';
import { cliError } from '../../errors.js';
import type { Action } from '../../frame/command.js';
import { coldkeyOf, hotkeyAddressOf } from '../../secrets/keys.js';
import { boundToFail } from '../../transaction/bound-to-fail.js';
import { checkMeant } from '../../transaction/consent.js';
import { eventOf } from '../../transaction/events.js';
import { checkSubnet, withChain } from '../../transaction/network.js';
import { transact } from '../../transaction/transaction.js';
import type { removeRows } from './rows.js';

export const remove: Action<typeof removeRows> = async input => {
  const { settings, sources, ui, signal } = input;
  const { amount, all } = settings;
  if ((amount === undefined) === !all) throw cliError('usage', 'how much? Give --amount or --all');
  const key = await coldkeyOf(settings, ui);
  const hotkey = await hotkeyAddressOf(settings);
  return withChain(input, async target => {
    const isEverywhere = all && sources.netuid === 'default';
    if (!isEverywhere) checkMeant(target.isAtStake, { netuid: sources.netuid !== 'default' });
    const netuid = isEverywhere ? null : settings.netuid;
    if (netuid !== null) await checkSubnet(target.client, netuid, signal);
    const request = { from: key.address, hotkey, signal };
    const prepared = await prepare(target.client, request, netuid, settings);
    return transact({
      ...input,
      target,
      key,
      prepared,
      outcome: ({ events }) => {
        const [, , , alpha] = eventOf(events, 'StakeRemoved') ?? [];
        return { json: { netuid, hotkey, stakeRao: isEverywhere ? null : (alpha ?? '0') } };
      },
    });
  });
};

type Settings = SettingValues<typeof removeRows>;

async function prepare(
  client: ChainClient,
  request: { from: string; hotkey: string; signal: AbortSignal },
  netuid: number | null,
  settings: Settings,
): Promise<PreparedAction> {
  const limit = limitOf(settings);
  if (netuid === null) {
    if (limit) throw cliError('usage', '--min-price is the price of one subnet: give its --netuid');
    return prepareUnstakeAll(client, request);
  }
  const { amount } = settings;
  if (limit) await checkPrice(client, netuid, limit, request.signal);
  if (amount !== undefined) await checkStake(client, request, netuid, amount);
  return prepareRemoveStake(client, { ...request, netuid, amountRao: amount ?? 'all', ...(limit ? { limit } : {}) });
}

function limitOf({ min_price: priceRao, partial: allowPartial }: Settings): PriceLimit | undefined {
  if (priceRao !== undefined) return { priceRao, allowPartial };
  if (allowPartial) throw cliError('usage', '--partial goes with --min-price');
  return undefined;
}

/** Error `rejected`: the price is below the limit already. */
async function checkPrice(
  client: ChainClient,
  netuid: number,
  { priceRao: leastRao }: PriceLimit,
  signal: AbortSignal,
): Promise<void> {
  const priceRao = await client.priceRao(netuid, { signal });
  if (priceRao === undefined || priceRao >= leastRao) return;
  const message = `one alpha of subnet ${netuid} brings ${formatTao(priceRao)} now, less than --min-price ${formatTao(leastRao)}`;
  throw boundToFail('SlippageTooHigh', message, { netuid, priceRao, minPriceRao: leastRao });
}

/** Error `insufficient_stake`, before anything is signed. */
async function checkStake(
  client: ChainClient,
  { from, hotkey, signal }: { from: string; hotkey: string; signal: AbortSignal },
  netuid: number,
  amountRao: bigint,
): Promise<void> {
  const stakes = await client.stakesOf(from, { signal });
  const own = stakes.find(stake => stake.hotkey === hotkey && (stake.netuid ?? netuid) === netuid);
  const stakeRao = own?.stakeRao ?? 0n;
  if (stakeRao >= amountRao) return;
  const message = `${from} has ${formatCoins(stakeRao)} alpha staked on ${hotkey} in subnet ${netuid}, less than ${formatCoins(amountRao)} alpha; nothing was signed`;
  throw cliError('insufficient_stake', message, { stakeRao, amountRao, netuid, hotkey });
}
