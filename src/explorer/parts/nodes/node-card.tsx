import { useMemo } from 'preact/hooks';
import type { NodeStatus } from '../../../base/browser.js';
import { LineChart } from '../chart/line-chart.js';
import { factsOf, weightsOf } from './node-facts.js';
import { PeerTable } from './peer-table.js';

const MOST_WEIGHTS = 12;

/** One node of one's own: what it is, how its losses go, whom it asks, what it set. */
export function NodeCard({ id, node, nowMs }: { id: string; node: NodeStatus; nowMs: number }) {
  const series = useMemo(
    () =>
      (['local', 'network', 'distillation'] as const)
        .map(name => ({ name, points: node.history.map(item => ({ x: item.step, y: item[name] })) }))
        .filter(line => line.points.some(point => Number.isFinite(point.y))),
    [node.history],
  );
  const weights = weightsOf(node);
  return (
    <article class="np-card" aria-labelledby={id}>
      <h2 id={id}>
        {node.role} {node.name || node.neuron}
      </h2>
      <p class="np-hotkey">{node.hotkey}</p>
      <dl class="np-facts">
        {factsOf(node, nowMs).map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <div class="np-two">
        <LineChart title={`Losses of ${node.name || node.neuron || node.role}`} xName="step" series={series} />
        <PeerTable peers={node.peers} label={`Peers of ${node.name || node.neuron || node.role}`} />
      </div>
      {weights.length > 0 && (
        <p>
          Weights:{' '}
          {weights
            .slice(0, MOST_WEIGHTS)
            .map(({ uid, share }) => `uid ${uid} ${(100 * share).toFixed(1)} %`)
            .join(', ')}
          {weights.length > MOST_WEIGHTS && ` and ${weights.length - MOST_WEIGHTS} more`}
        </p>
      )}
    </article>
  );
}
