import { noSubnet } from '../../errors.js';
import type { Action } from '../../frame/command.js';
import { withChain } from '../../transaction/network.js';
import type { oneSubnetRows } from './rows.js';

export const hyperparameters: Action<typeof oneSubnetRows> = input =>
  withChain(input, async ({ client, name }) => {
    const { settings, ui, signal } = input;
    const { netuid } = settings;
    const found = await ui.busy(`reading subnet ${netuid}`, client.allHyperparameters(netuid, { signal }));
    if (!found) throw noSubnet(netuid);
    const values = found.map(one => [one.name, typeof one.value === 'bigint' ? String(one.value) : one.value] as const);
    return {
      json: { network: name, netuid, block: client.headBlock(), hyperparameters: Object.fromEntries(values) },
      show: shown => {
        shown.table(
          ['HYPERPARAMETER', { title: 'VALUE', align: 'right' }],
          found.map(one => [one.name, one.text]),
        );
      },
    };
  });
