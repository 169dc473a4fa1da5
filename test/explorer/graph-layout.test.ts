import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { layOut } from '../../src/explorer/parts/weights/graph-layout.js';
import { describeNode } from '../../src/explorer/parts/weights/graph-text.js';

const edges = fc.array(
  fc
    .record({ from: fc.nat(60), to: fc.nat(60), share: fc.double({ min: 1e-6, max: 1, noNaN: true }) })
    .map(edge => ({ ...edge, u16: 1 })),
  { maxLength: 100 },
);

describe('the graph of weights', () => {
  it('lies the same way each time, inside the picture, no two neurons on one place', () => {
    fc.assert(
      fc.property(edges, fc.constantFrom('circle' as const, 'force' as const), (list, layout) => {
        const graph = layOut(list, layout);
        expect(layOut(structuredClone(list), layout)).toEqual(graph);
        expect(new Set(graph.nodes.map(node => node.uid)).size).toBe(graph.nodes.length);
        const places = new Set(graph.nodes.map(({ x, y }) => `${x.toFixed(6)} ${y.toFixed(6)}`));
        expect(places.size).toBe(graph.nodes.length);
        for (const { x, y } of graph.nodes) {
          expect(Math.abs(x)).toBeLessThanOrEqual(1.000001);
          expect(Math.abs(y)).toBeLessThanOrEqual(1.000001);
        }
      }),
      { seed: 9, numRuns: 60 },
    );
  });

  it('has a place for each who weighs or is weighed, and what each is given', () => {
    const graph = layOut(
      [
        { from: 5, to: 2, u16: 1, share: 0.5 },
        { from: 7, to: 2, u16: 1, share: 0.25 },
      ],
      'circle',
    );
    expect(graph.nodes.map(node => [node.uid, node.received])).toEqual([
      [2, 0.75],
      [5, 0],
      [7, 0],
    ]);
    expect(describeNode(graph, 2)).toBe('uid 2 weighs nobody; is weighed by 5 (50.0 %), 7 (25.0 %).');
    expect(describeNode(graph, 5)).toBe('uid 5 weighs 2 (50.0 %); nobody weighs it.');
  });

  it('names six neighbours and counts the rest', () => {
    const list = Array.from({ length: 9 }, (_, i) => ({ from: 0, to: i + 1, u16: 1, share: (9 - i) / 45 }));
    expect(describeNode(layOut(list, 'circle'), 0)).toMatch(/^uid 0 weighs 1 \(20\.0 %\), .* 6 \(8\.9 %\) and 3 more;/);
  });
});
