import { useMemo } from 'preact/hooks';
import { useLive, useLoaded } from '../app/live.js';
import { href, type View, type ViewProps } from '../app/routes.js';
import type { WeightMatrix } from '../data/types.js';
import { Show } from '../parts/loaded.js';
import { NeuronCard } from '../parts/neuron/neuron-card.js';
import { NeuronHistory } from '../parts/neuron/neuron-history.js';
import { Problem } from '../parts/problem.js';
import { formatNumber } from '../parts/text.js';
import { weightsAround } from '../parts/weights/neuron-weights.js';
import { WeightTable } from '../parts/weights/weight-table.js';
import { numberParam } from './params.js';
import { useWeights } from './weights.js';

function Neuron({ params }: ViewProps) {
  const netuid = numberParam(params['netuid']);
  const uid = numberParam(params['uid']);
  if (netuid === undefined || uid === undefined)
    return <Problem text={`There is no neuron "${params['netuid']}/${params['uid']}".`} />;
  return <OneNeuron netuid={netuid} uid={uid} />;
}

const LISTED = 40;
const accountHref = (address: string) => href('account', address);

function OneNeuron({ netuid, uid }: { netuid: number; uid: number }) {
  const { chain, head } = useLive();
  const loaded = useLoaded(
    `neuron ${netuid} ${uid}`,
    head?.number,
    async signal => {
      const [found] = await chain.neuronHistory(netuid, uid, [head!.number], { signal });
      return found!;
    },
    head === undefined,
  );
  const weights = useWeights(netuid);
  return (
    <Show loaded={loaded}>
      {({ block, row }) =>
        row === undefined ? (
          <Problem text={`Subnet ${netuid} has no neuron ${uid} in block ${block}.`} />
        ) : (
          <>
            <p class="quiet">
              In <a href={href('subnet', netuid, 'metagraph')}>subnet {netuid}</a>, block {formatNumber(block)}
            </p>
            <NeuronCard row={row} accountHref={accountHref} />
            <h2>Over the last blocks</h2>
            <NeuronHistory netuid={netuid} uid={uid} hotkey={row.hotkey} />
            <h2>Weights</h2>
            <Show loaded={weights}>{matrix => <Around matrix={matrix} uid={uid} netuid={netuid} />}</Show>
          </>
        )
      }
    </Show>
  );
}

function Around({ matrix, uid, netuid }: { matrix: WeightMatrix; uid: number; netuid: number }) {
  const { gives, gets } = useMemo(() => weightsAround(matrix, uid), [matrix, uid]);
  const hrefOf = (other: number) => href('neuron', netuid, other);
  const caption = (text: string, count: number) =>
    count > LISTED ? `${text} (the strongest ${LISTED} of ${count})` : text;
  return (
    <div class="nw">
      <WeightTable caption={caption('What it gives', gives.length)} weights={gives.slice(0, LISTED)} hrefOf={hrefOf} />
      <WeightTable caption={caption('What it is given', gets.length)} weights={gets.slice(0, LISTED)} hrefOf={hrefOf} />
    </div>
  );
}

export const neuron: View = {
  pattern: 'neuron/:netuid/:uid',
  title: params => `Neuron ${params['uid']} of subnet ${params['netuid']}`,
  component: Neuron,
};
