import { prepareSetWeights } from '../../../chain/index.js';
import type { Action } from '../../command.js';
import { checkMeant } from '../../consent.js';
import { cliError } from '../../errors.js';
import { hotkeyOf } from '../../keys.js';
import { withChain } from '../../network.js';
import { transact } from '../../transaction.js';
import { readRow, sharesOf } from './lists.js';
import type { setRows } from './rows.js';

export const set: Action<typeof setRows> = async input => {
  const { settings, sources, ui, signal } = input;
  const { uids, weightsU16 } = readRow(settings.uids, settings.weights);
  const key = await hotkeyOf(settings, ui);
  return withChain(input, async target => {
    const { client, isAtStake } = target;
    const { netuid, version_key: version } = settings;
    checkMeant(isAtStake, { netuid: sources.netuid !== 'default' });
    const uid = await client.uidOf(netuid, key.address, { signal });
    if (uid === undefined) {
      const advice = `bittensor-cli subnet register --netuid ${netuid} registers it`;
      throw cliError('not_registered', `${key.address} is no neuron of subnet ${netuid}; ${advice}`, { netuid });
    }
    const versionKey = version === undefined ? {} : { versionKey: BigInt(version) };
    const request = { from: key.address, netuid, uids, weightsU16, ...versionKey, signal };
    const prepared = await prepareSetWeights(client, request);
    const shares = sharesOf(weightsU16);
    const weights = uids.map((target, i) => ({ uid: target, weightU16: weightsU16[i]!, share: shares[i]! }));
    const lines = [
      `uid ${uid} ranks ${weights.map(one => `uid ${one.uid}: ${(100 * one.share).toFixed(2)} %`).join(', ')}`,
    ];
    return transact({
      ...input,
      target,
      key,
      prepared,
      outcome: () => ({ json: { netuid, uid, hotkey: key.address, weights }, lines }),
    });
  });
};
