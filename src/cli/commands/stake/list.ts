import { formatCoins, formatTao, RAO_PER_TAO, TOKEN_SIGNS } from '../../../base/index.js';
import type { ChainClient, Stake } from '../../../chain/index.js';
import type { Action } from '../../frame/command.js';
import { checkAddress, coldkeyAddressOf } from '../../secrets/keys.js';
import { withChain } from '../../transaction/network.js';
import type { listRows } from './rows.js';

export const list: Action<typeof listRows> = async input => {
  const { settings, ui, signal } = input;
  const { coldkey_ss58: given } = settings;
  const coldkey = given === undefined ? await coldkeyAddressOf(settings) : checkAddress(given, '--coldkey-ss58');
  return withChain(input, async ({ client, name }) => {
    const [stakes, { freeRao }] = await ui.busy(
      'reading stakes',
      Promise.all([client.stakesOf(coldkey, { signal }), client.accountBalance(coldkey, { signal })]),
    );
    const entries = await Promise.all(stakes.map(stake => valued(client, stake, signal)));
    entries.sort((a, b) => (a.netuid ?? -1) - (b.netuid ?? -1) || (a.hotkey < b.hotkey ? -1 : 1));
    const isKnown = entries.every(({ valueRao }) => valueRao !== null);
    const totalValueRao = isKnown ? entries.reduce((sum, { valueRao }) => sum + (valueRao ?? 0n), 0n) : null;
    return {
      json: { network: name, block: client.headBlock(), coldkey, stakes: entries, totalValueRao, freeRao },
      show: shown => {
        if (entries.length === 0) shown.line(`${coldkey} has nothing staked.`);
        else {
          shown.table(
            [
              'NETUID',
              { title: 'HOTKEY', whole: true },
              { title: 'STAKE', align: 'right' },
              { title: 'VALUE(τ)', align: 'right' },
              { title: 'NEURON', spare: 1 },
            ],
            entries.map(({ netuid, hotkey, token, stakeRao, valueRao, registered }) => [
              netuid,
              hotkey,
              `${formatCoins(stakeRao)} ${TOKEN_SIGNS[token]}`,
              valueRao === null ? null : formatCoins(valueRao),
              registered,
            ]),
          );
        }
        const total =
          totalValueRao === null ? [] : [['Staked', `${formatTao(totalValueRao)} at the price of now`] as const];
        shown.pairs([['Coldkey', coldkey], ...total, ['Free', formatTao(freeRao)]]);
      },
    };
  });
};

/** With what it would bring at the price of now; null where the chain tells no prices. */
async function valued(client: ChainClient, stake: Stake, signal: AbortSignal) {
  const { netuid, hotkey, token, stakeRao, emissionRao, isRegistered } = stake;
  const priceRao = netuid === undefined ? RAO_PER_TAO : await client.priceRao(netuid, { signal });
  return {
    netuid: netuid ?? null,
    hotkey,
    token,
    stakeRao,
    valueRao: priceRao === undefined ? null : (stakeRao * priceRao) / RAO_PER_TAO,
    emissionRao: emissionRao ?? null,
    registered: isRegistered ?? null,
  };
}
