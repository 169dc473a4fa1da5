import { useMemo, useState } from 'preact/hooks';
import type { NeuronAt } from '../../data/types.js';
import { LineChart } from '../chart/line-chart.js';
import { Show } from '../loaded.js';
import { historyCharts, MOST_BLOCKS } from './history.js';
import { useHistory } from './use-history.js';

const STEPS = [1, 5, 20, 100, 360, 7200];

export interface NeuronHistoryProps {
  netuid: number;
  uid: number;
  hotkey: string;
}

/** The neuron's columns over the last blocks, as far apart as the reader wants. */
export function NeuronHistory({ netuid, uid, hotkey }: NeuronHistoryProps) {
  const [every, setEvery] = useState(5);
  const loaded = useHistory(netuid, uid, every);
  return (
    <>
      <p>
        <label>
          Up to {MOST_BLOCKS} blocks,{' '}
          <select value={every} onChange={event => setEvery(Number(event.currentTarget.value))}>
            {STEPS.map(step => (
              <option key={step} value={step}>
                {step === 1 ? 'each' : `every ${step}th`}
              </option>
            ))}
          </select>
        </label>
      </p>
      <Show loaded={loaded}>{history => <Charts history={history} hotkey={hotkey} />}</Show>
    </>
  );
}

function Charts({ history, hotkey }: { history: readonly NeuronAt[]; hotkey: string }) {
  const charts = useMemo(() => historyCharts(history, hotkey), [history, hotkey]);
  return (
    <div class="nh">
      {charts.map(chart => (
        <LineChart key={chart.title} title={chart.title} xName="block" series={chart.series} />
      ))}
    </div>
  );
}
