import type { View } from '../app/routes.js';
import { NodesPanel } from '../parts/nodes/nodes-panel.js';
import { useNodes } from '../parts/nodes/use-nodes.js';

/** Answered by `bittensor-cli explorer`, wherever the page lies. */
const NODES_URL = '/api/nodes';

function Nodes() {
  const nodes = useNodes(NODES_URL);
  return <NodesPanel {...nodes} nowMs={Date.now()} />;
}

export const nodes: View = { pattern: 'nodes', title: () => 'My nodes', component: Nodes };
