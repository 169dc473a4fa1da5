import type { Experiment } from './experiment.js';
import { each, percent, table } from './experiment.js';

/** One seed of a neuron alone and of the same neuron beside a peer, by what its test measures. */
export interface PairedRun {
  seed: number;
  steps: number;
  peer: number;
  alone: { network: number; student: number; bestStep: number };
  beside: { network: number; student: number };
}

type Row = (name: string, values: number[], gains?: number[]) => string[];

/** The peer, the lone neuron and the one beside the peer, network and student, with what the last two gain. */
export function pairedTable<Run extends PairedRun>(
  heads: string[],
  peerName: string,
  runs: readonly Run[],
  gains: { network: number[]; student: number[] },
  row: Row,
): ReturnType<Experiment<Run>['report']> {
  const of = (value: (run: Run) => number) => runs.map(value);
  return table(heads, [
    row(
      peerName,
      of(run => run.peer),
    ),
    row(
      'alone, best checkpoint: with itself in the network’s place',
      of(run => run.alone.network),
    ),
    row(
      'alone, best checkpoint: student',
      of(run => run.alone.student),
    ),
    row(
      'beside the peer, last step: with the network’s answers',
      of(run => run.beside.network),
      gains.network,
    ),
    row(
      'beside the peer, last step: student, with nobody to ask',
      of(run => run.beside.student),
      gains.student,
    ),
  ]);
}

/** The same of accuracies, in percent. */
export function accuracyTable<Run extends PairedRun>(
  tested: string,
  peerName: string,
  runs: readonly Run[],
): ReturnType<Experiment<Run>['report']> {
  const row = (name: string, shares: number[], gain?: number[]) => [
    name,
    percent(shares),
    gain ? percent(gain) : '',
    gain ? (100 * Math.min(...gain)).toFixed(1) : '',
    each(shares.map(share => 100 * share)),
  ];
  const heads = [`accuracy on ${tested}, percent`, 'mean ± deviation', 'gain, paired', 'smallest gain', 'by seed'];
  return pairedTable(heads, peerName, runs, gainsOf(runs), row);
}

/** What each run gained beside the peer. */
export function gainsOf(runs: readonly PairedRun[]): { network: number[]; student: number[] } {
  return {
    network: runs.map(({ alone, beside }) => beside.network - alone.network),
    student: runs.map(({ alone, beside }) => beside.student - alone.student),
  };
}
