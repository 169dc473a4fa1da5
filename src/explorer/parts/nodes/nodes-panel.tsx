import { NodeCard } from './node-card.js';
import type { OwnNodes } from './use-nodes.js';

/** All nodes of one's own. A lost connection says so and leaves what was known. */
export function NodesPanel({ nodes, problem, nowMs }: OwnNodes & { nowMs: number }) {
  return (
    <div class="np">
      <p role="status" class={problem === undefined ? 'np-status' : 'mg-problem'}>
        {problem ?? (nodes === undefined ? 'Asking for nodes…' : `${nodes.length} running`)}
      </p>
      {nodes?.length === 0 && (
        <p>
          No node of yours runs. <code>bittensor-cli run miner</code> starts one.
        </p>
      )}
      {nodes?.map((node, i) => {
        // One hotkey may be a neuron on two networks.
        const isFirst = nodes.findIndex(({ hotkey }) => hotkey === node.hotkey) === i;
        const id = isFirst ? `node-${node.hotkey}` : `node-${node.hotkey}-${i}`;
        return <NodeCard key={id} id={id} node={node} nowMs={nowMs} />;
      })}
    </div>
  );
}
