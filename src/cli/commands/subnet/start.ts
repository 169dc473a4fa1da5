import { prepareStartCall } from '../../../chain/index.js';
import type { Action } from '../../command.js';
import { checkMeant } from '../../consent.js';
import { coldkeyOf } from '../../keys.js';
import { withChain } from '../../network.js';
import { transact } from '../../transaction.js';
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
