import type { Weight } from './bins.js';
import type { Graph, GraphNode } from './graph-layout.js';

interface Place {
  readonly x: number;
  readonly y: number;
}

/** Into the picture's 800 by 600. */
export function place(node: Pick<GraphNode, 'x' | 'y'>): Place {
  return { x: 400 + 365 * node.x, y: 300 + 270 * node.y };
}

export function radius(node: GraphNode): number {
  // Room for the uid, however many digits it has.
  return 5 + 3 * String(node.uid).length + Math.min(14, 9 * Math.sqrt(node.received));
}

export interface GraphEdgeProps {
  edge: Weight;
  graph: Graph;
  selected: number | undefined;
}

/** A line with a head at the one who is weighed. */
export function GraphEdge({ edge, graph, selected }: GraphEdgeProps) {
  const from = graph.nodes.find(node => node.uid === edge.from);
  const to = graph.nodes.find(node => node.uid === edge.to);
  if (!from || !to) return null;
  const [a, b] = [place(from), place(to)];
  const length = Math.hypot(b.x - a.x, b.y - a.y) || 1;
  const [ux, uy] = [(b.x - a.x) / length, (b.y - a.y) / length];
  const widthPx = 0.8 + 5 * edge.share;
  // Ends at the circle, and a little to the side, so that two that weigh each other are two lines.
  const [sx, sy] = [-uy * 3, ux * 3];
  const end = { x: b.x - ux * (radius(to) + 2) + sx, y: b.y - uy * (radius(to) + 2) + sy };
  const head = 5 + widthPx;
  const kind =
    selected === undefined ? '' : selected === edge.from ? ' wg-out' : selected === edge.to ? ' wg-in' : ' wg-other';
  return (
    <g class={`wg-edge${kind}`}>
      <line
        x1={a.x + sx}
        y1={a.y + sy}
        x2={end.x - ux * head}
        y2={end.y - uy * head}
        stroke-width={widthPx}
        stroke-dasharray={kind === ' wg-in' ? '6 3' : undefined}
      />
      <path
        d={`M${end.x} ${end.y}L${end.x - ux * head - uy * head * 0.5} ${end.y - uy * head + ux * head * 0.5}L${
          end.x - ux * head + uy * head * 0.5
        } ${end.y - uy * head - ux * head * 0.5}Z`}
      />
    </g>
  );
}

export interface GraphNodeMarkProps {
  node: GraphNode;
  at: Place;
  selected: boolean;
  onSelect: () => void;
}

export function GraphNodeMark({ node, at, selected, onSelect }: GraphNodeMarkProps) {
  return (
    <g
      id={`wg-${node.uid}`}
      role="option"
      aria-selected={selected}
      aria-label={`uid ${node.uid}, is given ${(100 * node.received).toFixed(1)} % in all`}
      class={`wg-node${selected ? ' wg-selected' : ''}`}
      onClick={onSelect}
    >
      <circle cx={at.x} cy={at.y} r={radius(node)} />
      <text x={at.x} y={at.y} dy="0.35em" text-anchor="middle">
        {node.uid}
      </text>
    </g>
  );
}
