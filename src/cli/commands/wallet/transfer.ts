import { formatTao } from '../../../base/index.js';
import { type ChainClient, prepareTransfer, prepareTransferAll } from '../../../chain/index.js';
import { cliError } from '../../errors.js';
import type { Action } from '../../frame/command.js';
import { checkAddress, coldkeyOf } from '../../secrets/keys.js';
import { boundToFail } from '../../transaction/bound-to-fail.js';
import { withChain } from '../../transaction/network.js';
import { transact } from '../../transaction/transaction.js';
import type { transferRows } from './settings.js';

/** Error `rejected`: too little to begin an account with. */
async function checkArrives(client: ChainClient, to: string, amountRao: bigint, signal: AbortSignal): Promise<void> {
  const leastRao = client.existentialDepositRao();
  if (amountRao >= leastRao || (await client.accountBalance(to, { signal })).freeRao > 0n) return;
  const message = `${to} has no account yet, and ${formatTao(amountRao)} are too little for one: it takes ${formatTao(leastRao)} or more`;
  throw boundToFail('BelowMinimum', message, { to, amountRao, leastRao });
}

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
    if (amountRao !== undefined) await checkArrives(target.client, to, amountRao, signal);
    return await transact({ settings, ui, signal, target, key, prepared });
  });
};
