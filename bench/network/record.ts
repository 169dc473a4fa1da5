import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { spread, table } from '../experiments/experiment.js';
import { writeSection } from '../experiments/section.js';
import { machineText } from '../machine.js';
import type { RunResult } from './run.js';
import type { TempoRow } from './tempos.js';

const file = (docs: string) => join(docs, 'experiments', 'network.json');

/** The runs that are recorded so far. */
export function recordedRuns(docs: string): RunResult[] {
  if (!existsSync(file(docs))) return [];
  return (JSON.parse(readFileSync(file(docs), 'utf8')) as { runs: RunResult[] }).runs;
}

/** What makes a run another one. */
export function runKey({ seed, place, faults }: { seed: number; place: string; faults: boolean }): string {
  return [place, faults ? 'faults' : 'calm', String(seed).padStart(4, '0')].join(' ');
}

export function keyOf({ seed, place, faults }: RunResult): string {
  return runKey({ seed, place, faults: faults.length > 0 });
}

/** Adds a run, or puts it in the place of one of the same key, and writes the table of all into experiments.md. */
export function record(docs: string, result: RunResult): void {
  const others = recordedRuns(docs).filter(run => keyOf(run) !== keyOf(result));
  const runs = [...others, result].sort((a, b) => keyOf(a).localeCompare(keyOf(b)));
  mkdirSync(dirname(file(docs)), { recursive: true });
  const about = { experiment: 'network', machine: machineText(), date: new Date().toISOString() };
  const lines = runs.map(run => JSON.stringify(run)).join(',\n');
  writeFileSync(file(docs), `${JSON.stringify(about).slice(0, -1)},"runs":[\n${lines}\n]}\n`);
  writeSection(docs, 'network', report(runs), 'npm run network');
}

/** The tempos before anything was done to the network. */
function calmTempos({ tempos, calmTempos: count }: RunResult): readonly TempoRow[] {
  return tempos.slice(0, count);
}

/** What the runs have in common. */
function summary(runs: readonly RunResult[]): string {
  const ofLast = (of: (row: TempoRow) => number) => {
    const values = runs.map(run => of(calmTempos(run).at(-1)!));
    return `${spread(values, 3)}, least ${Math.min(...values).toFixed(3)}`;
  };
  const [incentive, emission] = [ofLast(row => row.spearmanIncentive), ofLast(row => row.spearmanEmission)];
  const right = runs.flatMap(run =>
    calmTempos(run).filter(({ tempo }) => tempo >= (run.rightFrom ?? Number.POSITIVE_INFINITY)),
  );
  const least = Math.min(...right.map(row => Math.min(row.spearmanIncentive, row.spearmanEmission)));
  const from = runs.map(({ rightFrom }) => rightFrom).filter(tempo => tempo !== undefined);
  return [
    `Over ${runs.length} runs, Spearman's correlation after the last tempo: of incentive ${incentive}; of emission ${emission}.`,
    `Right from tempo ${spread(from, 1)} on (${Math.min(...from)} to ${Math.max(...from)}), and from then on never below ${least.toFixed(3)}.`,
  ].join('\n');
}

function report(runs: readonly RunResult[]): string {
  const percent = (share: number) => (100 * share).toFixed(1);
  const rows = runs.map(run => {
    const last = calmTempos(run).at(-1);
    const honest = run.miners.filter(({ kind }) => kind === 'good' || kind === 'weak');
    const audits = Object.values(run.weights);
    const sum = (of: (audit: (typeof audits)[number]) => number) =>
      audits.reduce((total, audit) => total + of(audit), 0);
    return [
      String(run.seed),
      run.place,
      honest.map(({ quality }) => percent(quality)).join(', '),
      run.rightFrom === undefined ? '**never**' : String(run.rightFrom),
      last ? `${last.spearmanIncentive.toFixed(3)}, ${last.spearmanEmission.toFixed(3)} (${last.tempo})` : '',
      run.faults
        .map(({ over, rightFrom }) => (rightFrom === undefined ? '**not**' : String(rightFrom - over)))
        .join(', '),
      `${sum(audit => audit.sets)}; ${sum(audit => audit.doubles.length)}, ${sum(audit => audit.lost.length)}, ${sum(audit => audit.unknown.length)}`,
      run.ok ? 'as wanted' : '**not as wanted**',
    ];
  });
  const head = [
    'seed',
    'where',
    'quality of the good and the weak, percent',
    'right from tempo',
    'Spearman of incentive, emission (after tempo)',
    'tempos to be right after a kill, a cut',
    'rows set; double, lost, unknown',
    '',
  ];
  const good = runs.filter(run => run.ok).length;
  return `${table(head, rows)}\n\n${summary(runs)}\n\n${good} of ${runs.length} runs as wanted. ${machineText()}.`;
}
