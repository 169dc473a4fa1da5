import { prepareBurnedRegister } from '../../../chain/index.js';
import type { Action } from '../../frame/command.js';
import { coldkeyOf, hotkeyAddressOf } from '../../secrets/keys.js';
import { checkMeant } from '../../transaction/consent.js';
import { withChain } from '../../transaction/network.js';
import { transact } from '../../transaction/transaction.js';
import { checkCanRegister, checkCost, registered } from './registration.js';
import type { registerRows } from './rows.js';

export const register: Action<typeof registerRows> = async input => {
  const { settings, sources, ui, signal } = input;
  const key = await coldkeyOf(settings, ui);
  const hotkey = await hotkeyAddressOf(settings);
  return withChain(input, async target => {
    const { client, isAtStake } = target;
    const { netuid, max_cost: maxRao } = settings;
    checkMeant(isAtStake, { netuid: sources.netuid !== 'default', 'max-cost': maxRao !== undefined });
    await checkCanRegister(client, netuid, hotkey, signal);
    checkCost('registering', await client.registrationCost(netuid, { signal }), maxRao);
    const limit = maxRao === undefined ? {} : { limitRao: maxRao };
    const prepared = await prepareBurnedRegister(client, { from: key.address, netuid, hotkey, ...limit, signal });
    return transact({
      ...input,
      target,
      key,
      prepared,
      outcome: done => registered(done, { netuid, hotkey, payer: key.address }),
    });
  });
};
