import { readFileSync } from 'node:fs';
import { table } from '../experiments/experiment.js';
import { byProcess, memoryOf, type ProcessMemory, type SoakSample } from './soak-judge.js';

/** The last line of soak.jsonl. */
export interface SoakSummary {
  readonly minutes: number;
  readonly blockTimeMs: number;
  readonly epochs: number;
  readonly memory: Readonly<Record<string, ProcessMemory>>;
  readonly weights: Readonly<Record<string, { readonly set: number; readonly missed: number }>>;
  readonly unhandled: Readonly<Record<string, number>>;
  readonly problems: readonly string[];
}

export interface SoakFile {
  readonly samples: readonly SoakSample[];
  /** Not there while the soak runs, or when it was stopped. */
  readonly summary: SoakSummary | undefined;
}

/** The real networks' block time. */
const REAL_BLOCK_MS = 12_000;

export function readSoak(file: string): SoakFile {
  const lines = readFileSync(file, 'utf8')
    .split('\n')
    .filter(line => line !== '')
    .map(line => JSON.parse(line) as SoakSample | SoakSummary);
  return {
    samples: lines.filter(line => 'name' in line),
    summary: lines.find(line => 'problems' in line),
  };
}

/** Of each process its first and last sample, and one of each so many seconds. */
export function thin(samples: readonly SoakSample[], everySeconds: number): SoakSample[] {
  const kept = [...byProcess(samples).values()].flatMap(own =>
    own.filter((sample, i) => {
      const turn = Math.floor(sample.seconds / everySeconds);
      return i === own.length - 1 || turn !== Math.floor((own[i - 1]?.seconds ?? -1) / everySeconds);
    }),
  );
  return kept.sort((a, b) => a.seconds - b.seconds);
}

/** What became of each process, and of all, as Markdown. */
export function soakReport({ samples, summary }: SoakFile): string {
  const processes = byProcess(samples);
  const rows = [...processes].map(([name, own]) => {
    const [first, last] = [own[0]!, own.at(-1)!];
    const { firstMiB, mostMiB, lastMiB, slopePerHour, heapSlopePerHour } = memoryOf(own);
    const weights = summary?.weights[name];
    const change = (key: 'sockets' | 'files' | 'threads') => `${first[key]}, ${last[key]}`;
    return [
      name,
      [firstMiB, mostMiB, lastMiB].map(value => value.toFixed(1)).join(', '),
      `${(100 * slopePerHour).toFixed(2)} %`,
      heapSlopePerHour === undefined ? '' : `${(100 * heapSlopePerHour).toFixed(2)} %`,
      weights ? `${weights.set}, ${weights.missed}` : last.weightsSet > 0 ? `${last.weightsSet}` : '',
      change('sockets'),
      change('files'),
      change('threads'),
    ];
  });
  const head = [
    'process',
    'MiB first, most, last',
    'growth an hour',
    'of the heap in use',
    'rows of weights set, epochs without',
    'sockets first, last',
    'files',
    'threads',
  ];
  return `${summary ? aboutAll(summary, processes) : 'A soak that was stopped before its end.'}\n\n${table(head, rows)}`;
}

function aboutAll(
  { minutes, blockTimeMs, epochs, unhandled, problems }: SoakSummary,
  processes: ReadonlyMap<string, readonly SoakSample[]>,
): string {
  const hours = ((minutes / 60) * REAL_BLOCK_MS) / blockTimeMs;
  const counts = Object.values(unhandled).reduce((sum, count) => sum + count, 0);
  const samples = [...processes.values()].map(own => own.length);
  return [
    `A soak: ${minutes} minutes of ${processes.size} processes at a block every ${blockTimeMs} ms, as many blocks as ${hours.toFixed(1)} hours have on the real networks, ${epochs} epochs.`,
    `Growth an hour is a line through the last three quarters of ${Math.min(...samples)} samples of each process, as a share of its mean;`,
    `a part of the samples is in [network-soak.jsonl](experiments/network-soak.jsonl). Unhandled rejections: ${counts}.`,
    problems.length === 0 ? 'Nothing was not as wanted.' : `**Not as wanted:** ${problems.join('; ')}.`,
  ].join('\n');
}
