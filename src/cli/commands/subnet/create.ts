import { prepareRegisterNetwork } from '../../../chain/index.js';
import type { Action } from '../../frame/command.js';
import { coldkeyOf, hotkeyAddressOf } from '../../secrets/keys.js';
import { checkMeant } from '../../transaction/consent.js';
import { eventOf } from '../../transaction/events.js';
import { withChain } from '../../transaction/network.js';
import { transact } from '../../transaction/transaction.js';
import { checkCost, paidOutcome } from './registration.js';
import type { createRows } from './rows.js';

export const create: Action<typeof createRows> = async input => {
  const { settings, ui, signal } = input;
  const key = await coldkeyOf(settings, ui);
  const hotkey = await hotkeyAddressOf(settings);
  return withChain(input, async target => {
    const { client, isAtStake } = target;
    const maxRao = settings.max_cost;
    checkMeant(isAtStake, { 'max-cost': maxRao !== undefined });
    checkCost('a subnet', await client.subnetCreationCost({ signal }), maxRao);
    const prepared = await prepareRegisterNetwork(client, { from: key.address, hotkey, signal });
    return transact({
      ...input,
      target,
      key,
      prepared,
      outcome: done => {
        const paid = paidOutcome(done, key.address);
        const [netuid] = eventOf(done.events, 'NetworkAdded') ?? [];
        const next = netuid === undefined ? [] : [`bittensor-cli subnet start --netuid ${netuid} starts it`];
        const json = { netuid: netuid === undefined ? null : Number(netuid), hotkey, ...paid.json };
        return { json, lines: [...paid.lines, ...next] };
      },
    });
  });
};
