import { prepareTransfer, prepareTransferAll } from '../../../chain/index.js';
import { cliError } from '../../errors.js';
import type { Action } from '../../frame/command.js';
import { checkAddress, coldkeyOf } from '../../secrets/keys.js';
import { withChain } from '../../transaction/network.js';
import { transact } from '../../transaction/transaction.js';
import type { transferRows } from './settings.js';

/** TAO from the coldkey to another account. */
export const transfer: Action<typeof transferRows> = async ({ settings, ui, signal }) => {
  const { dest, amount: amountRao, all, allow_death: mayEmpty } = settings;
  if (dest === undefined) throw cliError('usage', '--dest is missing: the address to send to');
  if (all === (amountRao !== undefined)) throw cliError('usage', 'give --amount or --all, one of them');
  const to = checkAddress(dest, '--dest');
  const key = await coldkeyOf(settings, ui);
  if (to === key.address) ui.note('Sender and receiver are the same account: only the fee will go.');
  return await withChain({ settings, ui, signal }, async target => {
    const from = { from: key.address, signal, mayEmpty, to };
    const preparing =
      amountRao === undefined
        ? prepareTransferAll(target.client, from)
        : prepareTransfer(target.client, { ...from, amountRao });
    const prepared = await ui.busy('preparing the transfer', preparing);
    return await transact({ settings, ui, signal, target, key, prepared });
  });
};
