import { useMemo, useState } from 'preact/hooks';
import type { WeightMatrix } from '../../data/types.js';
import { strongestWeights } from './bins.js';
import { type Layout, layOut } from './graph-layout.js';
import { GraphEdge, GraphNodeMark, place } from './graph-marks.js';
import { describeNode } from './graph-text.js';

export interface WeightGraphProps {
  matrix: WeightMatrix;
  hrefOf: (uid: number) => string;
}

const MOST_EDGES = [50, 100, 200, 400] as const;

/** Who weighs whom, as arrows between neurons: the strongest weights only. Arrow keys go from neuron to neuron. */
export function WeightGraph({ matrix, hrefOf }: WeightGraphProps) {
  const [most, setMost] = useState<number>(100);
  const [layout, setLayout] = useState<Layout>('force');
  const [selected, setSelected] = useState<number>();
  const edges = useMemo(() => strongestWeights(matrix, most, 'self'), [matrix, most]);
  // A new block mostly brings the same weights: then nothing is laid out again.
  const key = edges.map(edge => `${edge.from}>${edge.to}:${edge.share}`).join();
  const graph = useMemo(() => layOut(edges, layout), [key, layout]);
  const index = graph.nodes.findIndex(node => node.uid === selected);
  const current = graph.nodes[index];

  const onKeyDown = (event: KeyboardEvent) => {
    // Alt and an arrow is the browser's way back.
    if (event.altKey || event.metaKey || event.ctrlKey) return;
    const last = graph.nodes.length - 1;
    const to = {
      ArrowRight: index + 1,
      ArrowDown: index + 1,
      ArrowLeft: index - 1,
      ArrowUp: index - 1,
      Home: 0,
      End: last,
    }[event.key];
    if (event.key === 'Enter' && current) location.hash = hrefOf(current.uid);
    if (to === undefined) return;
    event.preventDefault();
    setSelected(graph.nodes[Math.max(0, Math.min(last, to))]?.uid);
  };

  return (
    <figure class="wg">
      <figcaption>Arrows go from who weighs to who is weighed; the thicker, the larger the share.</figcaption>
      <div class="wg-tools">
        <label>
          Strongest{' '}
          <select value={most} onChange={event => setMost(Number(event.currentTarget.value))}>
            {MOST_EDGES.map(count => (
              <option key={count} value={count}>
                {count} weights
              </option>
            ))}
          </select>
        </label>
        <label>
          Layout{' '}
          <select
            value={layout}
            onChange={event => setLayout(event.currentTarget.value === 'circle' ? 'circle' : 'force')}
          >
            <option value="force">by weights</option>
            <option value="circle">circle</option>
          </select>
        </label>
      </div>
      {graph.nodes.length === 0 ? (
        <p class="hm-empty">Nobody weighs another.</p>
      ) : (
        <div
          class="wg-picture"
          role="listbox"
          tabIndex={0}
          aria-label="Neurons that weigh or are weighed"
          aria-activedescendant={current ? `wg-${current.uid}` : undefined}
          aria-describedby="wg-readout"
          onKeyDown={onKeyDown}
        >
          <svg viewBox="0 0 800 600" role="presentation">
            <g>
              {graph.edges.map(edge => (
                <GraphEdge key={`${edge.from}-${edge.to}`} edge={edge} graph={graph} selected={current?.uid} />
              ))}
            </g>
            {graph.nodes.map(node => (
              <GraphNodeMark
                key={node.uid}
                node={node}
                at={place(node)}
                selected={node.uid === current?.uid}
                onSelect={() => setSelected(node.uid)}
              />
            ))}
          </svg>
        </div>
      )}
      <output id="wg-readout" class="hm-readout" aria-live="polite">
        {current ? (
          <>
            {describeNode(graph, current.uid)} <a href={hrefOf(current.uid)}>Open neuron {current.uid}</a>
          </>
        ) : (
          `${graph.nodes.length} neurons, ${graph.edges.length} weights`
        )}
      </output>
    </figure>
  );
}
