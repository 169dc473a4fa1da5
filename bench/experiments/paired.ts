import type { Experiment } from './experiment.js';
import { table } from './experiment.js';

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
