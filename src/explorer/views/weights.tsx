import { useMemo } from 'preact/hooks';
import { useLive, useLoaded } from '../app/live.js';
import { href, type View, type ViewProps } from '../app/routes.js';
import { readWeightsState } from '../data/subnet-reads.js';
import type { WeightMatrix } from '../data/types.js';
import { Show } from '../parts/loaded.js';
import { Problem } from '../parts/problem.js';
import { SubnetNav } from '../parts/subnet-nav.js';
import { strongestWeights } from '../parts/weights/bins.js';
import { HeatMap } from '../parts/weights/heat-map.js';
import { WeightGraph } from '../parts/weights/weight-graph.js';
import { WeightTable } from '../parts/weights/weight-table.js';
import { numberParam } from './params.js';

function Weights({ params }: ViewProps) {
  const netuid = numberParam(params['netuid']);
  if (netuid === undefined) return <Problem text={`There is no subnet "${params['netuid']}".`} />;
  return <Pictures netuid={netuid} />;
}

/** Revealed weights do not show among the blocks in which weights were set: after so many blocks all are read again. */
const AGAIN_BLOCKS = 20;
const LISTED = 50;

/** The weights of a subnet, read again when somebody has set some. */
export function useWeights(netuid: number) {
  const { chain, head } = useLive();
  const state = useLoaded(
    `weights state ${netuid}`,
    head?.hash,
    async signal => readWeightsState(chain, netuid, await chain.place({ signal })),
    head === undefined,
  );
  const again = Math.floor((head?.number ?? 0) / AGAIN_BLOCKS);
  const isWaiting = state.value === undefined && state.error === undefined;
  return useLoaded(
    `weights ${netuid}`,
    `${again} ${state.value ?? ''}`,
    signal => chain.weights(netuid, { signal }),
    isWaiting,
  );
}

function Pictures({ netuid }: { netuid: number }) {
  const loaded = useWeights(netuid);
  return (
    <>
      <SubnetNav netuid={netuid} here="weights" />
      <Show loaded={loaded}>{matrix => <Matrix netuid={netuid} matrix={matrix} />}</Show>
    </>
  );
}

function Matrix({ netuid, matrix }: { netuid: number; matrix: WeightMatrix }) {
  const strongest = useMemo(() => strongestWeights(matrix, LISTED), [matrix]);
  const hrefOf = (uid: number) => href('neuron', netuid, uid);
  return (
    <>
      <h2>Heat map</h2>
      <HeatMap matrix={matrix} />
      <h2>Who weighs whom</h2>
      <WeightGraph matrix={matrix} hrefOf={hrefOf} />
      <h2>In numbers</h2>
      <WeightTable caption={`The ${strongest.length} strongest weights`} weights={strongest} hrefOf={hrefOf} />
    </>
  );
}

export const weights: View = {
  pattern: 'subnet/:netuid/weights',
  title: params => `Weights of subnet ${params['netuid']}`,
  component: Weights,
};
