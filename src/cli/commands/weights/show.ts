import { cliError } from '../../errors.js';
import type { Action } from '../../frame/command.js';
import { checkSubnet, withChain } from '../../transaction/network.js';
import { sharesOf } from './lists.js';
import type { showRows } from './rows.js';

export const show: Action<typeof showRows> = async input => {
  const { settings, ui, signal } = input;
  return withChain(input, async ({ client, name }) => {
    const { netuid, uid: only } = settings;
    const [graph, all] = await ui.busy(
      `reading subnet ${netuid}`,
      Promise.all([
        client.metagraph(netuid, { signal }),
        client.weights(netuid, { signal, ...(only === undefined ? {} : { uids: [only] }) }),
      ]),
    );
    if (only !== undefined && only >= graph.n) {
      throw cliError('not_registered', `subnet ${netuid} has no uid ${only}: it has ${graph.n} neurons`, {
        netuid,
        uid: only,
      });
    }
    if (graph.n === 0) await checkSubnet(client, netuid, signal);
    const rows = [...all]
      .sort(([a], [b]) => a - b)
      .map(([uid, entries]) => {
        const shares = sharesOf(entries.map(([, weight]) => weight));
        const weights = entries.map(([to, weightU16], i) => ({ uid: to, weightU16, share: shares[i]! }));
        return { uid, hotkey: graph.neurons[uid]?.hotkey ?? '', weights };
      })
      .filter(({ hotkey }) => hotkey !== '');
    return {
      json: { network: name, netuid, block: graph.block, rows },
      show: shown => {
        if (rows.length === 0) return shown.line(`No weights are set in subnet ${netuid}.`);
        shown.table(
          ['UID', 'HOTKEY', { title: 'RANKS (uid: share)', align: 'left' }],
          rows.map(({ uid, hotkey, weights }) => [
            uid,
            hotkey,
            weights.map(one => `${one.uid}: ${one.share.toFixed(4)}`).join('  '),
          ]),
        );
      },
    };
  });
};
