import { formatCoins, formatTao, TOKEN_SIGNS } from '../../../base/index.js';
import type { Action } from '../../frame/command.js';
import { withChain } from '../../transaction/network.js';
import type { listRows } from './rows.js';
import { subnetJson } from './subnet-json.js';

export const list: Action<typeof listRows> = input =>
  withChain(input, async ({ client, name }) => {
    const { ui, signal } = input;
    const [subnets, creationCostRao] = await ui.busy(
      'reading subnets',
      Promise.all([client.subnets({ signal }), client.subnetCreationCost({ signal })]),
    );
    return {
      json: {
        network: name,
        block: client.headBlock(),
        subnets: subnets.map(subnetJson),
        creationCostRao: creationCostRao ?? null,
      },
      show: shown => {
        shown.table(
          HEADS,
          subnets.map(subnet => [
            subnet.netuid,
            subnet.name,
            subnet.symbol,
            subnet.maxN === undefined ? String(subnet.n) : `${subnet.n}/${subnet.maxN}`,
            subnet.tempo,
            subnet.token === 'alpha' ? amount(subnet.priceRao) : undefined,
            subnet.emissionRao === undefined ? undefined : `${amount(subnet.emissionRao)} ${TOKEN_SIGNS[subnet.token]}`,
            subnet.registrationAllowed === false ? 'closed' : amount(subnet.burnRao),
            subnet.isStarted,
            subnet.owner,
          ]),
        );
        if (creationCostRao !== undefined) shown.line(`A new subnet costs ${formatTao(creationCostRao)} now.`);
      },
    };
  });

const right = (title: string, spare?: number) => ({
  title,
  align: 'right' as const,
  whole: true,
  ...(spare === undefined ? {} : { spare }),
});
const HEADS = [
  right('NETUID'),
  'NAME',
  { title: 'SYMBOL', spare: 3 },
  right('NEURONS'),
  right('TEMPO', 2),
  right('PRICE(τ/α)'),
  right('EMISSION/BLOCK', 1),
  right('REGISTER(τ)'),
  'RUNS',
  { title: 'OWNER', spare: 4 },
];

function amount(rao: bigint | undefined): string | undefined {
  return rao === undefined ? undefined : formatCoins(rao);
}
