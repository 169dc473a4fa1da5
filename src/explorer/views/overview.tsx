import { useLive, useLoaded } from '../app/live.js';
import type { View } from '../app/routes.js';
import type { Block } from '../data/blocks.js';
import type { ChainData } from '../data/chain-data.js';
import { bigOf, numberOf, TAO } from '../data/decoded.js';
import { Facts } from '../parts/facts.js';
import { Show } from '../parts/loaded.js';
import { Spark } from '../parts/spark.js';
import { amount } from '../parts/table/columns.js';
import { formatNumber, formatTime, Hash } from '../parts/text.js';

const SHOWN_BLOCKS = 60;

async function readOverview(chain: ChainData, signal: AbortSignal) {
  const place = await chain.place({ signal });
  const [[issuance, stake, subnets], health, name, version, blocks] = await Promise.all([
    chain.read(place, [
      ['SubtensorModule.TotalIssuance'],
      ['SubtensorModule.TotalStake'],
      ['SubtensorModule.TotalNetworks'],
    ]),
    chain.rpc.call('system_health', [], { signal }),
    chain.rpc.call('system_chain', [], { signal }),
    chain.rpc.call('system_version', [], { signal }),
    chain.blocksBefore(place.hash, SHOWN_BLOCKS),
  ]);
  const { peers, isSyncing } = (health ?? {}) as { peers?: unknown; isSyncing?: unknown };
  const { specName, specVersion } = place.runtime;
  return {
    runtime: `${specName} ${specVersion}`,
    name: String(name),
    version: String(version),
    issuanceRao: bigOf(issuance),
    stakeRao: bigOf(stake),
    subnets: numberOf(subnets),
    peers: typeof peers === 'number' ? peers : undefined,
    isSyncing: isSyncing === true,
    blocks,
  };
}

/** At a glance, not to the last rao. */
const tao = (rao: bigint | undefined) => (rao === undefined ? undefined : `${amount(Number(rao) / TAO)} TAO`);

/** Mean over the blocks shown, from what they say of their time. */
function blockTimeOf(blocks: readonly Block[]): number | undefined {
  const [newest, oldest] = [blocks[0], blocks.findLast(({ timeMs }) => timeMs !== undefined)];
  if (newest?.timeMs === undefined || oldest?.timeMs === undefined || newest === oldest) return undefined;
  return (newest.timeMs - oldest.timeMs) / (newest.number - oldest.number);
}

function Overview() {
  const { chain, head, genesis, state } = useLive();
  const loaded = useLoaded('overview', head?.hash, signal => readOverview(chain, signal), head === undefined);
  return (
    <Show loaded={loaded}>
      {found => {
        const newest = found.blocks[0];
        const blockTime = blockTimeOf(found.blocks);
        const counts = found.blocks.map(({ extrinsics }) => extrinsics.length).reverse();
        return (
          <>
            <Facts
              isBig
              rows={[
                ['Newest block', newest && <a href={`#/block/${newest.number}`}>{formatNumber(newest.number)}</a>],
                ['Final block', head && <a href={`#/block/${head.finalized}`}>{formatNumber(head.finalized)}</a>],
                ['Time between blocks', blockTime === undefined ? undefined : `${(blockTime / 1000).toFixed(2)} s`],
                ['Subnets', found.subnets === undefined ? undefined : <a href="#/subnets">{found.subnets}</a>],
                ['Issued', tao(found.issuanceRao)],
                ['Staked', tao(found.stakeRao)],
              ]}
            />
            <h2>Extrinsics per block</h2>
            <Spark values={counts} label={sparkLabel(found.blocks)} />
            <h2>Chain</h2>
            <Facts
              rows={[
                ['Name', found.name],
                ['Runtime', found.runtime],
                ['Node', found.version],
                ['Peers', found.peers],
                ['Health', state !== 'open' ? 'no connection' : found.isSyncing ? 'catching up' : 'in step'],
                ['Time of the newest block', newest?.timeMs === undefined ? undefined : formatTime(newest.timeMs)],
                ['Genesis', <Hash key="genesis" hash={genesis} isWhole />],
                ['Newest block hash', newest && <Hash hash={newest.hash} isWhole />],
              ]}
            />
          </>
        );
      }}
    </Show>
  );
}

function sparkLabel(blocks: readonly Block[]): string {
  const counts = blocks.map(({ extrinsics }) => extrinsics.length);
  const mean = counts.reduce((sum, count) => sum + count, 0) / Math.max(1, counts.length);
  return `Extrinsics in the newest ${counts.length} blocks: ${mean.toFixed(1)} on average, ${Math.max(0, ...counts)} at most`;
}

export const overview: View = { pattern: '', title: () => 'Overview', component: Overview };
