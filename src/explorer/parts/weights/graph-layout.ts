import type { Weight } from './bins.js';

export interface GraphNode {
  readonly uid: number;
  /** From -1 to 1, both. */
  readonly x: number;
  readonly y: number;
  /** Shares that it is given in this graph, added up. */
  readonly received: number;
}

export interface Graph {
  /** By uid. */
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly Weight[];
}

export type Layout = 'circle' | 'force';

const STEPS = 120;

/** Places for those who weigh and are weighed. The same weights always lie the same way. */
export function layOut(edges: readonly Weight[], layout: Layout): Graph {
  const uids = [...new Set(edges.flatMap(edge => [edge.from, edge.to]))].sort((a, b) => a - b);
  const received = new Map<number, number>();
  for (const { to, share } of edges) received.set(to, (received.get(to) ?? 0) + share);
  const x = Float64Array.from(uids, (_, i) => Math.sin((2 * Math.PI * i) / uids.length));
  const y = Float64Array.from(uids, (_, i) => -Math.cos((2 * Math.PI * i) / uids.length));
  if (layout === 'force') pull(x, y, uids, edges);
  const nodes = uids.map((uid, i) => ({ uid, x: x[i]!, y: y[i]!, received: received.get(uid) ?? 0 }));
  return { nodes, edges };
}

/** Fruchterman and Reingold (1991): all push each other away, edges pull, and the steps grow shorter. */
function pull(x: Float64Array, y: Float64Array, uids: readonly number[], edges: readonly Weight[]): void {
  const n = uids.length;
  const indexOf = new Map(uids.map((uid, i) => [uid, i]));
  const ends = edges.map(edge => [indexOf.get(edge.from)!, indexOf.get(edge.to)!, Math.sqrt(edge.share)] as const);
  const ideal = 2 / Math.sqrt(Math.max(1, n));
  const dx = new Float64Array(n);
  const dy = new Float64Array(n);
  for (let step = 0; step < STEPS; step++) {
    dx.fill(0);
    dy.fill(0);
    for (let i = 0; i < n; i++) {
      for (let j = i + 1; j < n; j++) {
        const ax = x[i]! - x[j]!;
        const ay = y[i]! - y[j]!;
        const push = (ideal * ideal) / Math.max(1e-4, ax * ax + ay * ay);
        dx[i]! += ax * push;
        dy[i]! += ay * push;
        dx[j]! -= ax * push;
        dy[j]! -= ay * push;
      }
    }
    for (const [i, j, strength] of ends) {
      const ax = x[i]! - x[j]!;
      const ay = y[i]! - y[j]!;
      const by = (Math.hypot(ax, ay) / ideal) * (0.3 + strength);
      dx[i]! -= ax * by;
      dy[i]! -= ay * by;
      dx[j]! += ax * by;
      dy[j]! += ay * by;
    }
    // A little towards the middle, or groups that do not weigh each other would part for good.
    for (let i = 0; i < n; i++) {
      dx[i]! -= x[i]! * 0.5;
      dy[i]! -= y[i]! * 0.5;
    }
    const most = 0.15 * (1 - step / STEPS);
    for (let i = 0; i < n; i++) {
      const length = Math.hypot(dx[i]!, dy[i]!);
      if (length === 0) continue;
      const by = Math.min(length, most) / length;
      x[i]! += dx[i]! * by;
      y[i]! += dy[i]! * by;
    }
  }
  stretch(x);
  stretch(y);
}

/** Into -1 to 1, filled out. */
function stretch(values: Float64Array): void {
  const low = values.reduce((a, b) => Math.min(a, b), Infinity);
  const high = values.reduce((a, b) => Math.max(a, b), -Infinity);
  const span = high - low;
  for (const [i, value] of values.entries()) values[i] = span > 0 ? (2 * (value - low)) / span - 1 : 0;
}
