import { useLive, useLoaded } from '../app/live.js';
import { href, type View, type ViewProps } from '../app/routes.js';
import { readEpochsPerDay } from '../data/subnet-reads.js';
import { LiveSwitch, useFollowing } from '../parts/live-switch.js';
import { Show } from '../parts/loaded.js';
import { Problem } from '../parts/problem.js';
import { SubnetNav } from '../parts/subnet-nav.js';
import { MetagraphTable } from '../parts/table/metagraph-table.js';
import { formatNumber } from '../parts/text.js';
import { blockParam, numberParam, wrongBlock } from './params.js';

/** Of an earlier block with `?block=12`. */
function Metagraph({ params, query }: ViewProps) {
  const netuid = numberParam(params['netuid']);
  if (netuid === undefined) return <Problem text={`There is no subnet "${params['netuid']}".`} />;
  const given = query.get('block');
  const wrong = wrongBlock(given);
  if (wrong) return <Problem text={wrong} />;
  return <Neurons netuid={netuid} block={blockParam(given)} />;
}

const accountHref = (address: string) => href('account', address);
/** The pace of blocks is measured again after so many. */
const PACE_BLOCKS = 100;

function Neurons({ netuid, block }: { netuid: number; block: number | undefined }) {
  const { chain, head } = useLive();
  const following = useFollowing();
  const scope = `metagraph ${netuid} ${block ?? ''}`;
  const isWaiting = head === undefined;
  const at = (signal: AbortSignal) => (block === undefined ? { signal } : { block, signal });
  const loaded = useLoaded(
    scope,
    block ?? following.block?.hash,
    signal => chain.metagraph(netuid, at(signal)),
    isWaiting,
  );
  const pace = useLoaded(
    scope,
    block ?? Math.floor((head?.number ?? 0) / PACE_BLOCKS),
    async signal => readEpochsPerDay(chain, netuid, await chain.place(at(signal))),
    isWaiting,
  );
  return (
    <>
      <SubnetNav netuid={netuid} here="metagraph" />
      <Show loaded={loaded}>
        {data => (
          <>
            <p class="mg-tools">
              <span>
                Block {formatNumber(data.block)}
                {block !== undefined && <a href={href('subnet', netuid, 'metagraph')}> Go to the newest</a>}
              </span>
              {block === undefined && <LiveSwitch {...following} />}
            </p>
            {data.rows.length === 0 ? (
              <p class="empty">This subnet has no neurons, or there is none of this number.</p>
            ) : (
              <MetagraphTable
                data={data}
                epochsPerDay={pace.value}
                hrefOf={uid => href('neuron', netuid, uid)}
                accountHref={accountHref}
              />
            )}
          </>
        )}
      </Show>
    </>
  );
}

export const metagraph: View = {
  pattern: 'subnet/:netuid/metagraph',
  title: params => `Metagraph of subnet ${params['netuid']}`,
  component: Metagraph,
};
