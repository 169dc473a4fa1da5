import { CONDUCTS, minersOf } from '../cheats/miners.js';
import { COPIER, type Earnings, HIDDEN, OPEN, simulate } from '../cheats/simulation.js';
import { type Experiment, each, type Goal, spread, table } from './experiment.js';

/** Questions of a validator in an epoch. */
const QUESTIONS = 20;
/** Epochs before those that count. */
const UNCOUNTED = 4;

export interface CheatsRun {
  seed: number;
  steps: number;
  /** With weights that are hidden for an epoch, and without. */
  hidden: Earnings;
  open: Earnings;
}

/** Who does not do the work, beside somebody who does, judged by the shipped validator and paid by the chain's own epoch. */
export const cheats: Experiment<CheatsRun> = {
  name: 'cheats',
  title: 'Cheats: what is earned by not doing the work',
  steps: 8,
  // Judged once, paid twice.
  ticks: steps => 3 * (UNCOUNTED + steps),

  async run(seed, steps, tick) {
    const earnings = await simulate({
      seed,
      miners: minersOf(CONDUCTS, { changing: 4, period: 12 }),
      uncounted: UNCOUNTED,
      epochs: steps,
      questions: QUESTIONS,
      rules: { hidden: HIDDEN, open: OPEN },
      onEpoch: what => tick(`seed ${seed}, ${what}`),
    });
    return { seed, steps, ...earnings };
  },

  report(runs) {
    const miners = CONDUCTS.map(name => minerRow(name, runs));
    const validators = (['hidden', 'open'] as const).flatMap(kind => [
      validatorRow(`honest, weights ${kind} (mean of three)`, runs, run => honestMean(run[kind])),
      validatorRow(`copies weights, weights ${kind}`, runs, run => run[kind].validators[COPIER]!),
    ]);
    return [
      table(['miner with a model of 90 %', 'TAO earned', 'by seed'], miners),
      table(['validator', 'TAO earned', 'by seed'], validators),
    ].join('\n\n');
  },

  goals(runs) {
    return [...CONDUCTS.filter(name => name !== 'honest').map(name => minerGoal(name, runs)), copierGoal(runs)];
  },
};

function honestMean({ validators }: Earnings): number {
  const honest = Object.entries(validators).filter(([name]) => name !== COPIER);
  return honest.reduce((sum, [, earned]) => sum + earned, 0) / honest.length;
}

function minerRow(name: string, runs: readonly CheatsRun[]): string[] {
  const earned = runs.map(run => run.hidden.miners[name]!);
  return [name, spread(earned), each(earned, 2)];
}

function validatorRow(name: string, runs: readonly CheatsRun[], of: (run: CheatsRun) => number): string[] {
  const earned = runs.map(of);
  return [name, spread(earned), each(earned, 2)];
}

function minerGoal(name: string, runs: readonly CheatsRun[]): Goal {
  const shares = runs.flatMap(({ hidden, open }) =>
    [hidden, open].map(one => one.miners[name]! / one.miners['honest']!),
  );
  return {
    what: `a miner of the kind "${name}" earns, of what the honest one beside it does`,
    wanted: 'less, in every run',
    measured: `at most ${(100 * Math.max(...shares)).toFixed(1)} %`,
    met: shares.every(share => share < 1),
  };
}

function copierGoal(runs: readonly CheatsRun[]): Goal {
  const shares = runs.map(({ hidden }) => hidden.validators[COPIER]! / honestMean(hidden));
  const least = runs.every(({ hidden }) =>
    Object.values(hidden.validators).every(earned => earned >= hidden.validators[COPIER]!),
  );
  return {
    what: 'a validator that copies weights, where they are hidden for an epoch, earns of what the honest ones do',
    wanted: 'less than each of them, in every run',
    measured: `${(100 * Math.min(...shares)).toFixed(1)} to ${(100 * Math.max(...shares)).toFixed(1)} %`,
    met: least && shares.every(share => share < 1),
  };
}
