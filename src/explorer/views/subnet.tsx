import { formatAmount, formatTao } from '../../base/browser.js';
import { useLive, useLoaded } from '../app/live.js';
import { href, type View, type ViewProps } from '../app/routes.js';
import type { ChainData } from '../data/chain-data.js';
import { readHyperparameters, readSubnets, type SubnetData } from '../data/subnets.js';
import { Facts } from '../parts/facts.js';
import { Show } from '../parts/loaded.js';
import { Problem } from '../parts/problem.js';
import { SubnetNav } from '../parts/subnet-nav.js';
import { Table } from '../parts/table.js';
import { Address, BlockLink } from '../parts/text.js';
import { Value } from '../parts/value.js';
import { numberParam } from './params.js';

async function readAll(chain: ChainData, netuid: number, signal: AbortSignal) {
  const place = await chain.place({ signal });
  const [[subnet], hyperparameters] = await Promise.all([
    readSubnets(chain, place, netuid),
    readHyperparameters(chain, netuid, place),
  ]);
  return { subnet, hyperparameters };
}

function SubnetView({ params }: ViewProps) {
  const netuid = numberParam(params['netuid']);
  if (netuid === undefined) return <Problem text={`There is no subnet "${params['netuid']}".`} />;
  return <Found netuid={netuid} />;
}

function Found({ netuid }: { netuid: number }) {
  const { chain, head } = useLive();
  const loaded = useLoaded(`subnet ${netuid}`, head?.hash, signal => readAll(chain, netuid, signal), !head);
  return (
    <>
      <SubnetNav netuid={netuid} here="" />
      <Show loaded={loaded}>
        {({ subnet, hyperparameters }) =>
          subnet === undefined ? (
            <Problem text={`There is no subnet ${netuid} on this chain.`} />
          ) : (
            <>
              <About subnet={subnet} />
              <p>
                <a href={href('subnet', netuid, 'changes')}>What changed between two blocks</a>
              </p>
              <h2>Hyperparameters</h2>
              <Table
                caption={`Hyperparameters of subnet ${netuid}`}
                rows={hyperparameters}
                empty="This chain does not tell them."
                keyOf={([name]) => name}
                columns={[
                  { name: 'Name', cell: ([name]) => <code>{name}</code> },
                  { name: 'Value', cell: ([, value]) => <Value value={value} /> },
                ]}
              />
            </>
          )
        }
      </Show>
    </>
  );
}

const tao = (rao: bigint | undefined) => (rao === undefined ? undefined : formatTao(rao));

function About({ subnet }: { subnet: SubnetData }) {
  const { owner, ownerHotkey, registeredAt, registrationAllowed, n, maxN, token } = subnet;
  const own = (rao: bigint | undefined) => (rao === undefined ? undefined : formatAmount(rao, token));
  return (
    <>
      <Facts
        rows={[
          [
            'Name',
            <span key="name" class="name">
              {subnet.name}
            </span>,
          ],
          ['Symbol', subnet.symbol],
          ['Neurons', maxN === undefined ? n : `${n} of ${maxN}`],
          ['Tempo', subnet.tempo === undefined ? undefined : `${subnet.tempo} blocks`],
          ['Price of 1 alpha', tao(subnet.priceRao)],
          // Without a token of its own there is no pool, and one staked TAO is one.
          ['TAO in its pool', token === 'alpha' ? tao(subnet.taoInRao) : undefined],
          ['Alpha in its pool', token === 'alpha' ? own(subnet.alphaInRao) : undefined],
          ['Staked', own(subnet.alphaOutRao)],
          ['Paid out per block', own(subnet.emissionRao)],
          ['Registration', registrationAllowed === false ? 'closed' : tao(subnet.burnRao)],
          ['Since block', registeredAt === undefined ? undefined : <BlockLink key="since" number={registeredAt} />],
          ['Owner', owner === undefined ? undefined : <Address key="owner" address={owner} isWhole />],
          [
            "Owner's hotkey",
            ownerHotkey === undefined ? undefined : <Address key="hotkey" address={ownerHotkey} isWhole />,
          ],
        ]}
      />
      {subnet.identity.length > 0 && (
        <>
          <h2>What its owner says of it</h2>
          {/* Text only: an address that a stranger wrote is not made a link. */}
          <Facts rows={subnet.identity} />
        </>
      )}
    </>
  );
}

export const subnet: View = {
  pattern: 'subnet/:netuid',
  title: ({ netuid }) => `Subnet ${netuid}`,
  component: SubnetView,
};
