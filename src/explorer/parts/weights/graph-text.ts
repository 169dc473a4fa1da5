import type { Graph } from './graph-layout.js';

/** Neighbours that are named before the rest is only counted. */
const MOST_NAMED = 6;

/** What the graph shows around one neuron, in a sentence. */
export function describeNode(graph: Graph, uid: number): string {
  const out = graph.edges.filter(edge => edge.from === uid);
  const into = graph.edges.filter(edge => edge.to === uid);
  const names = (list: readonly { uid: number; share: number }[]) =>
    list
      .slice()
      .sort((a, b) => b.share - a.share || a.uid - b.uid)
      .slice(0, MOST_NAMED)
      .map(({ uid: other, share }) => `${other} (${(100 * share).toFixed(1)} %)`)
      .join(', ') + (list.length > MOST_NAMED ? ` and ${list.length - MOST_NAMED} more` : '');
  const gives = out.length === 0 ? 'weighs nobody' : `weighs ${names(out.map(e => ({ uid: e.to, share: e.share })))}`;
  const gets =
    into.length === 0 ? 'nobody weighs it' : `is weighed by ${names(into.map(e => ({ uid: e.from, share: e.share })))}`;
  return `uid ${uid} ${gives}; ${gets}.`;
}
