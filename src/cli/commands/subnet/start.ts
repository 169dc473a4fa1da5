import { prepareStartCall } from '../../../chain/index.js';
import type { Action } from '../../frame/command.js';
import { coldkeyOf } from '../../secrets/keys.js';
import { checkMeant } from '../../transaction/consent.js';
import { withChain } from '../../transaction/network.js';
import { transact } from '../../transaction/transaction.js';
import type { startRows } from './rows.js';

export const start: Action<typeof startRows> = async input => {
  const { settings, sources, ui, signal } = input;
  const key = await coldkeyOf(settings, ui);
  return withChain(input, async target => {
    const { netuid } = settings;
    checkMeant(target.isAtStake, { netuid: sources.netuid !== 'default' });
    const prepared = await prepareStartCall(target.client, { from: key.address, netuid, signal });
    return transact({ ...input, target, key, prepared, outcome: () => ({ json: { netuid } }) });
  });
};
