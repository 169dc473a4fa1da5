import { slopePerHour } from '../net/memory.js';
import type { ProcessSample } from './processes.js';

/** A process at one time: a line of soak.jsonl. */
export interface SoakSample extends ProcessSample {
  readonly seconds: number;
  readonly name: string;
  /** Of those that tell: what of V8's heap is in use. */
  readonly heapBytes?: number | undefined;
  readonly weightsSet: number;
}

/** What a soak came to; all by the name of the process. */
export interface Soak {
  readonly minutes: number;
  readonly samples: readonly SoakSample[];
  /** Of each validator. */
  readonly weights: Readonly<Record<string, { readonly set: number; readonly missed: number }>>;
  /** Mentions of an unhandled rejection or an uncaught exception. */
  readonly unhandled: Readonly<Record<string, number>>;
}

export interface ProcessMemory {
  readonly firstMiB: number;
  readonly mostMiB: number;
  readonly lastMiB: number;
  /** A share, over the last three quarters. */
  readonly slopePerHour: number;
  /** The same of V8's heap in use, of those that tell: what is kept, without what the allocator holds back. */
  readonly heapSlopePerHour?: number | undefined;
}

/** A slope says something only of so long a run. */
export const SLOPE_MINUTES = 60;
const ALLOWED_PER_HOUR = 0.01;

/**
 * What a log tells of rejections that nobody awaited, and of exceptions that nobody caught. Of an `Error` that ends it Node prints the
 * stack, and then its own version.
 */
export function countUnhandled(log: string): number {
  return log.match(/unhandled|uncaught|^Node\.js v\d/gim)?.length ?? 0;
}

export function byProcess(samples: readonly SoakSample[]): Map<string, SoakSample[]> {
  const all = new Map<string, SoakSample[]>();
  for (const sample of samples) {
    const own = all.get(sample.name);
    if (own) own.push(sample);
    else all.set(sample.name, [sample]);
  }
  return all;
}

export function memoryOf(samples: readonly SoakSample[]): ProcessMemory {
  const bytes = samples.map(({ rssBytes }) => rssBytes);
  const hours = (seconds: number) => seconds / 3_600;
  const heaps = samples.flatMap(({ seconds, heapBytes }) =>
    heapBytes === undefined ? [] : [{ hours: hours(seconds), bytes: heapBytes }],
  );
  return {
    firstMiB: mib(bytes[0]!),
    mostMiB: mib(Math.max(...bytes)),
    lastMiB: mib(bytes.at(-1)!),
    slopePerHour: slopePerHour(samples.map(({ seconds, rssBytes }) => ({ hours: hours(seconds), bytes: rssBytes }))),
    heapSlopePerHour: heaps.length > 1 ? slopePerHour(heaps) : undefined,
  };
}

/** What is not as wanted, a line each. */
export function problemsOf({ minutes, samples, weights, unhandled }: Soak, capMiB: number): string[] {
  const problems: string[] = [];
  for (const [name, own] of byProcess(samples)) {
    const { mostMiB, slopePerHour: slope } = memoryOf(own);
    if (mostMiB > capMiB) problems.push(`${name} had ${mostMiB} MiB, the cap is ${capMiB}`);
    if (minutes >= SLOPE_MINUTES && slope >= ALLOWED_PER_HOUR) {
      problems.push(`${name} grows by ${(100 * slope).toFixed(1)} % an hour`);
    }
  }
  for (const [name, count] of Object.entries(unhandled)) {
    if (count > 0) problems.push(`${name} logged ${count} unhandled rejections`);
  }
  for (const [name, { missed, set }] of Object.entries(weights)) {
    if (missed > 0 || set === 0) problems.push(`${name} set weights ${set} times and let ${missed} epochs pass`);
  }
  return problems;
}

function mib(bytes: number): number {
  return Math.round((10 * bytes) / 2 ** 20) / 10;
}
