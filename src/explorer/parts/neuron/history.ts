import type { NeuronAt, NeuronRow } from '../../data/types.js';
import type { Series } from '../chart/scale.js';

/** Blocks that a history reads at most: each is a question to the chain. */
export const MOST_BLOCKS = 40;

/** The blocks to read: up to the newest one, `every` apart, oldest first, none before the first block. */
export function historyBlocks(newest: number, every: number, most = MOST_BLOCKS): number[] {
  const step = Math.max(1, Math.floor(every));
  // Round numbers, so that the next block asks for the same ones again, which are known already.
  const last = newest - (newest % step);
  const count = Math.min(most, Math.floor((last - 1) / step) + 1);
  const blocks = Array.from({ length: Math.max(0, count) }, (_, i) => last - (count - 1 - i) * step);
  return last === newest ? blocks : [...blocks.slice(blocks.length === most ? 1 : 0), newest];
}

export interface HistoryChart {
  readonly title: string;
  readonly series: readonly Series[];
}

type NumberColumn = { [K in keyof NeuronRow]: NeuronRow[K] extends number ? K : never }[keyof NeuronRow];

const CHARTS: readonly { title: string; columns: readonly (readonly [name: string, column: NumberColumn])[] }[] = [
  { title: 'Stake, TOKEN', columns: [['stake', 'stake']] },
  { title: 'Emission, TOKEN an epoch', columns: [['emission', 'emission']] },
  {
    title: 'What it earns by',
    columns: [
      ['incentive', 'incentive'],
      ['dividends', 'dividends'],
    ],
  },
  {
    title: 'What others think of it',
    columns: [
      ['rank', 'rank'],
      ['trust', 'trust'],
      ['consensus', 'consensus'],
      ['vtrust', 'validatorTrust'],
    ],
  },
  { title: 'Blocks since its last weights', columns: [['updated', 'updated']] },
];

/** The charts of a neuron. Where the chain keeps no state, or another neuron had the place, a line has a gap. */
export function historyCharts(history: readonly NeuronAt[], hotkey: string): HistoryChart[] {
  const sorted = [...history].sort((a, b) => a.block - b.block);
  const token = sorted.findLast(({ row }) => row !== undefined)?.row?.token ?? 'TAO';
  return CHARTS.map(({ title, columns }) => ({
    title: title.replace('TOKEN', token),
    series: columns.map(([name, column]) => ({
      name,
      points: sorted.map(({ block, row }) => ({ x: block, y: row?.hotkey === hotkey ? row[column] : Number.NaN })),
    })),
  }));
}
