import fc from 'fast-check';
import { pollUntil } from '../../../src/base/index.js';
import { ready } from '../../../src/wallet/index.js';
import { collectedBytes } from '../memory.js';
import { CountingAxon, problemOf, run, type Schedule, schedules } from './schedule.js';

const AT_ONCE = 4;
/** An axon notices a half-open connection within seven seconds here. */
const ENDED_WITHIN_MS = 20_000;
const MAX_CALLS = 16;

export interface FaultsOptions {
  readonly count: number;
  readonly seed: number;
  /** Only this one of them. */
  readonly only?: number | undefined;
  readonly onProgress?: (progress: FaultsReport) => void;
}

export interface FaultsReport {
  schedules: number;
  calls: number;
  /** How calls ended, and how often. */
  readonly codes: Record<string, number>;
  /** The most that a call ended after its deadline. */
  lateMs: number;
  /** Broken promises, each with its schedule. */
  readonly problems: string[];
  /** What is reachable at the end more than after a third of the schedules. */
  grownMiB: number;
}

/**
 * Random schedules of faults, four at a time, each beside others on an axon that four take turns with: every call has to end
 * by its deadline with one outcome, and when a schedule is over its axon has to be without requests and connections.
 */
export async function runSchedules({ count, seed, only, onProgress }: FaultsOptions): Promise<FaultsReport> {
  await ready();
  const all = fc.sample(schedules, { seed, numRuns: count });
  const numbers = only === undefined ? all.map((_, n) => n) : [only];
  const report: FaultsReport = { schedules: 0, calls: 0, codes: {}, lateMs: 0, problems: [], grownMiB: 0 };
  const before = resources();
  const memory: number[] = [];
  let next = 0;
  const worker = async () => {
    const counting = new CountingAxon();
    await using axon = counting.axon;
    const port = await axon.start();
    while (next < numbers.length) {
      const n = numbers[next++]!;
      await runOne(n, all[n]!, counting, port, report);
      if (++report.schedules % 10 === 0) memory.push(collectedBytes());
      onProgress?.(report);
    }
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, numbers.length) }, worker));
  const free = () => {
    const { sockets, timers } = resources();
    return (sockets <= before.sockets && timers <= before.timers) || undefined;
  };
  await pollUntil('the end of all sockets and timers', { withinMs: ENDED_WITHIN_MS }, free).catch(() =>
    report.problems.push(`left behind: ${JSON.stringify(resources())}, before ${JSON.stringify(before)}`),
  );
  const third = memory[Math.floor(memory.length / 3)];
  if (third !== undefined) report.grownMiB = (collectedBytes() - third) / 2 ** 20;
  return report;
}

async function runOne(
  n: number,
  schedule: Schedule,
  counting: CountingAxon,
  port: number,
  report: FaultsReport,
): Promise<void> {
  const complain = (problem: string) =>
    report.problems.push(`schedule ${n}: ${problem}; it is ${JSON.stringify(schedule)}`);
  for (const outcome of await run(schedule, port, MAX_CALLS * n)) {
    const { code } = outcome.reply;
    report.calls++;
    report.codes[code] = (report.codes[code] ?? 0) + 1;
    report.lateMs = Math.max(report.lateMs, outcome.elapsedMs - outcome.call.timeoutMs);
    const problem = problemOf(schedule, outcome, counting.runs);
    if (problem) complain(problem);
  }
  const left = () => {
    const { active, connections, computing, waiting, abandoned } = counting.axon.stats();
    return { active, connections, computing, waiting, abandoned };
  };
  const empty = () => Object.values(left()).every(amount => amount === 0) || undefined;
  await pollUntil('the end of its requests and connections', { withinMs: ENDED_WITHIN_MS }, empty).catch(() =>
    complain(`left behind after ${ENDED_WITHIN_MS} ms: ${JSON.stringify(left())}`),
  );
}

function resources(): { sockets: number; timers: number } {
  const all = process.getActiveResourcesInfo();
  const sockets = all.filter(kind => /TCP|TLS|Http2/.test(kind)).length;
  return { sockets, timers: all.filter(kind => kind === 'Timeout').length };
}
