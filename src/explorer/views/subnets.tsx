import { formatAmount, formatTao } from '../../base/browser.js';
import { useLive, useLoaded } from '../app/live.js';
import { href, type View } from '../app/routes.js';
import { readSubnets } from '../data/subnets.js';
import { Show } from '../parts/loaded.js';
import { Table } from '../parts/table.js';
import { Address } from '../parts/text.js';

function Subnets() {
  const { chain, head } = useLive();
  const load = async (signal: AbortSignal) => readSubnets(chain, await chain.place({ signal }));
  const loaded = useLoaded('subnets', head?.hash, load, !head);
  return (
    <Show loaded={loaded}>
      {subnets => (
        <Table
          caption="All subnets"
          rows={subnets}
          keyOf={({ netuid }) => netuid}
          columns={[
            { name: 'Netuid', isNumber: true, cell: ({ netuid }) => <a href={href('subnet', netuid)}>{netuid}</a> },
            { name: 'Name', cell: ({ name }) => <span class="name">{name}</span> },
            { name: 'Symbol', cell: ({ symbol }) => symbol },
            {
              name: 'Neurons',
              isNumber: true,
              cell: ({ netuid, n, maxN }) => (
                <a href={href('subnet', netuid, 'metagraph')}>{maxN === undefined ? n : `${n} of ${maxN}`}</a>
              ),
            },
            { name: 'Tempo', isNumber: true, cell: ({ tempo }) => tempo },
            {
              name: 'Price of 1 alpha',
              isNumber: true,
              cell: ({ priceRao }) => priceRao !== undefined && formatTao(priceRao),
            },
            {
              name: 'Paid out per block',
              isNumber: true,
              cell: ({ emissionRao, token }) => emissionRao !== undefined && formatAmount(emissionRao, token),
            },
            {
              name: 'Registration',
              isNumber: true,
              cell: ({ burnRao, registrationAllowed }) =>
                registrationAllowed === false ? 'closed' : burnRao !== undefined && formatTao(burnRao),
            },
            { name: 'Owner', cell: ({ owner }) => owner !== undefined && <Address address={owner} /> },
          ]}
        />
      )}
    </Show>
  );
}

export const subnets: View = { pattern: 'subnets', title: () => 'Subnets', component: Subnets };
