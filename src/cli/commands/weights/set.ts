import { keepCommitment, prepareCommitWeights, prepareSetWeights, revealBlocks } from '../../../chain/index.js';
import type { Action } from '../../frame/command.js';
import { hotkeyOf } from '../../secrets/keys.js';
import { checkMeant } from '../../transaction/consent.js';
import { withChain } from '../../transaction/network.js';
import { transact } from '../../transaction/transaction.js';
import { readRow, rowJson, rowLine } from './lists.js';
import { checkUids, ownUid } from './own-uid.js';
import type { setRows } from './rows.js';

/** Sets weights, or commits to them where the subnet hides them at first: then they are kept for `weights reveal`. */
export const set: Action<typeof setRows> = async input => {
  const { settings, sources, ui, signal } = input;
  const row = readRow(settings.uids, settings.weights);
  const key = await hotkeyOf(settings, ui);
  return withChain(input, async target => {
    const { client, isAtStake } = target;
    const { netuid, version_key: version } = settings;
    checkMeant(isAtStake, { netuid: sources.netuid !== 'default' });
    const uid = await ownUid(client, netuid, key.address, signal);
    await checkUids(client, netuid, row.uids, signal);
    const versionKey = version === undefined ? {} : { versionKey: BigInt(version) };
    const request = { from: key.address, netuid, ...row, ...versionKey, signal };
    const json = { netuid, uid, hotkey: key.address, weights: rowJson(row) };
    const { commitRevealEnabled } = await client.hyperparameters(netuid, { signal });
    if (!commitRevealEnabled) {
      const prepared = await prepareSetWeights(client, request);
      const lines = [rowLine(uid, row)];
      return transact({ ...input, target, key, prepared, outcome: () => ({ json: { ...json, reveal: null }, lines }) });
    }
    const prepared = await prepareCommitWeights(client, request);
    const { commitment } = prepared;
    let file = '';
    return transact({
      ...input,
      target,
      key,
      prepared,
      beforeSigning: () => {
        file = keepCommitment({ folder: key.folder, genesisHash: client.genesisHash }, commitment);
      },
      outcome: async () => {
        const blocks = await revealBlocks(client, commitment, { signal }).catch(() => undefined);
        const when = blocks === undefined ? '' : `, in blocks ${blocks.first} to ${blocks.last}`;
        const lines = [
          rowLine(uid, row),
          `This subnet hides weights at first: bittensor-cli weights reveal --netuid ${netuid} shows them${when}.`,
          `What it needs is kept in ${file}`,
        ];
        return { json: { ...json, reveal: blocks === undefined ? null : { ...blocks, file } }, lines };
      },
    });
  });
};
