import { type ChainClient, prepareStartCall } from '../../../chain/index.js';
import { noSubnet } from '../../errors.js';
import type { Action } from '../../frame/command.js';
import { coldkeyOf } from '../../secrets/keys.js';
import { boundToFail } from '../../transaction/bound-to-fail.js';
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
    await checkCanStart(target.client, netuid, key.address, signal);
    return transact({ ...input, target, key, prepared, outcome: () => ({ json: { netuid } }) });
  });
};

/** Errors `no_subnet`, and `rejected` where it is open already or somebody else's. */
async function checkCanStart(client: ChainClient, netuid: number, coldkey: string, signal: AbortSignal): Promise<void> {
  const names = ['NetworksAdded', 'SubnetOwner', 'FirstEmissionBlockNumber'];
  const items = names.map(name => [`SubtensorModule.${name}`, netuid] as const);
  const [isThere, owner, since] = await client.read(items, { signal });
  if (isThere !== true) throw noSubnet(netuid);
  if (since !== undefined && since !== null) {
    const message = `subnet ${netuid} is open already: its emission began with block ${since}`;
    throw boundToFail('FirstEmissionBlockNumberAlreadySet', message, { netuid, owner, since });
  }
  if (owner === coldkey) return;
  const message = `only its owner can start subnet ${netuid}: that is ${owner}, not ${coldkey}`;
  throw boundToFail('BadOrigin', message, { netuid, owner, coldkey });
}
