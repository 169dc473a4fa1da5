import { forgetCommitment, type OwedReveal, owedReveals, prepareRevealWeights } from '../../../chain/index.js';
import { cliError } from '../../errors.js';
import type { Action } from '../../frame/command.js';
import { hotkeyOf } from '../../secrets/keys.js';
import { checkMeant } from '../../transaction/consent.js';
import { withChain } from '../../transaction/network.js';
import { transact } from '../../transaction/transaction.js';
import { rowJson, rowLine } from './lists.js';
import { ownUid } from './own-uid.js';
import type { revealRows } from './rows.js';

/** Reveals the oldest weights that were committed by `weights set` and can be revealed now. */
export const reveal: Action<typeof revealRows> = async input => {
  const { settings, sources, ui, signal } = input;
  const key = await hotkeyOf(settings, ui);
  return withChain(input, async target => {
    const { client, isAtStake } = target;
    const { netuid } = settings;
    checkMeant(isAtStake, { netuid: sources.netuid !== 'default' });
    const uid = await ownUid(client, netuid, key.address, signal);
    const owed = await owedReveals(client, { folder: key.folder, hotkey: key.address, netuid }, { signal });
    const due = dueNow(owed, client.headBlock());
    const { commitment } = due;
    const prepared = await prepareRevealWeights(client, { commitment, signal });
    return transact({
      ...input,
      target,
      key,
      prepared,
      outcome: () => {
        forgetCommitment(due);
        const json = { netuid, uid, hotkey: key.address, weights: rowJson(commitment) };
        return { json, lines: [rowLine(uid, commitment)] };
      },
    });
  });
};

/** Errors: `nothing_to_reveal`, `too_early` with the block to wait for. */
function dueNow(owed: readonly OwedReveal[], headBlock: number): OwedReveal {
  // A transaction of now is at the earliest in the next block.
  const next = headBlock + 1;
  const due = owed.find(({ first, last }) => first <= next && next <= last);
  if (due) return due;
  const later = owed.find(({ first }) => first > next);
  if (later) {
    const blocks = later.first - next;
    const message = `the weights can be revealed from block ${later.first} on, in ${blocks} blocks`;
    throw cliError('too_early', message, { first: later.first, last: later.last, blocks });
  }
  const message =
    owed.length > 0
      ? 'the time to reveal what was committed has passed: set the weights again'
      : 'no weights of this hotkey wait here to be revealed: weights set commits to some';
  throw cliError('nothing_to_reveal', message);
}
