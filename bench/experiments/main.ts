import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { SingleBar } from 'cli-progress';
import { packagePath } from '../../src/base/index.js';
import { machineText } from '../machine.js';
import { cheats } from './cheats.js';
import { type Experiment, type Goal, table } from './experiment.js';
import { imageSharing } from './images.js';
import { bertSharing, gpt2Sharing } from './language.js';
import { writeSection } from './section.js';
import { sharing } from './sharing.js';
import { trust } from './trust.js';
import { wire } from './wire.js';

/**
 * `npm run experiments [-- name ...] [--seeds 5] [--steps N]`: trains, and writes what came of it into docs/experiments.md and, number by
 * number, into docs/experiments/NAME.json. What is there of the same form is not done again: `--again` does.
 */
const EXPERIMENTS: readonly Experiment<{ seed: number; steps: number }>[] = [
  sharing,
  trust,
  gpt2Sharing,
  bertSharing,
  imageSharing,
  wire,
  cheats,
] as never;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seeds: { type: 'string', default: '5' },
    steps: { type: 'string' },
    again: { type: 'boolean', default: false },
    docs: { type: 'string', default: packagePath('docs') },
  },
});
const names = EXPERIMENTS.map(({ name }) => name);
const unknown = positionals.filter(name => !names.includes(name));
if (unknown.length > 0) {
  console.error(`no such experiment: ${unknown.join(', ')} (there are ${names.join(', ')})`);
  process.exit(2);
}
const machine = machineText();

let missed = 0;
for (const experiment of EXPERIMENTS.filter(({ name }) => positionals.length === 0 || positionals.includes(name))) {
  const steps = values.steps === undefined ? experiment.steps : Number(values.steps);
  // What is shorter than the whole is shown and kept aside.
  const docs = steps === experiment.steps ? values.docs : packagePath('bench-results');
  mkdirSync(join(docs, 'experiments'), { recursive: true });
  const runs = values.again ? [] : runsOf(docs, experiment.name, steps);
  const seeds = Math.min(Number(values.seeds), experiment.seeds ?? Number.POSITIVE_INFINITY);
  for (let seed = 0; seed < seeds; seed++) {
    if (runs.some(run => run.seed === seed)) continue;
    runs.push(await runSeed(experiment, seed, steps));
    runs.sort((a, b) => a.seed - b.seed);
    write(experiment, docs, runs);
  }
  write(experiment, docs, runs);
  const goals = experiment.goals(runs);
  missed += goals.filter(({ met }) => !met).length;
  console.log(`\n${experiment.title}\n\n${experiment.report(runs)}\n\n${goalsTable(goals)}`);
}
process.exit(missed > 0 ? 1 : 0);

async function runSeed(experiment: (typeof EXPERIMENTS)[number], seed: number, steps: number) {
  const bar = new SingleBar({
    format: `${experiment.name} {bar} {value}/{total} {what}`,
    noTTYOutput: true,
    notTTYSchedule: 10_000,
  });
  bar.start(experiment.ticks(steps), 0, { what: '' });
  try {
    return await experiment.run(seed, steps, async what => {
      bar.increment(1, { what });
      // Training on this thread leaves timers no turn of their own.
      await setImmediate();
    });
  } finally {
    bar.stop();
  }
}

function runsOf(docs: string, name: string, steps: number): { seed: number; steps: number }[] {
  const file = fileOf(docs, name);
  if (!existsSync(file)) return [];
  const { runs } = JSON.parse(readFileSync(file, 'utf8')) as { runs: { seed: number; steps: number }[] };
  return runs.filter(run => run.steps === steps);
}

function fileOf(docs: string, name: string): string {
  return join(docs, 'experiments', `${name}.json`);
}

function write(experiment: (typeof EXPERIMENTS)[number], docs: string, runs: { seed: number; steps: number }[]): void {
  const about = { experiment: experiment.name, machine, date: new Date().toISOString() };
  writeFileSync(fileOf(docs, experiment.name), `${JSON.stringify({ ...about, runs }, null, 2)}\n`);
  writeSection(
    docs,
    experiment.name,
    `${experiment.report(runs)}\n\n${goalsTable(experiment.goals(runs))}\n\n${runs.length} ${runs.length === 1 ? 'seed' : 'seeds'}, ${machine}.`,
  );
}

function goalsTable(goals: readonly Goal[]): string {
  return table(
    ['goal', 'wanted', 'measured', ''],
    goals.map(({ what, wanted, measured, met }) => [what, wanted, measured, met ? 'met' : '**missed**']),
  );
}
