import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pollUntil } from '../../../src/base/index.js';
import { ready } from '../../../src/wallet/index.js';
import { CountingAxon, problemOf, run, schedules } from './schedule.js';

/** `SCHEDULES=1000 npx vitest run test/net/faults/schedules.test.ts`; SCHEDULE_SEED for others. */
const COUNT = Number(process.env['SCHEDULES'] ?? 60);
const SEED = Number(process.env['SCHEDULE_SEED'] ?? 20_201_001);
const AT_ONCE = 4;

describe('a thousand random schedules of faults', () => {
  it(`end every call by its deadline with one outcome, and leave nothing behind (${COUNT} of them)`, async () => {
    await ready();
    const before = resources();
    const counting = new CountingAxon();
    const port = await counting.axon.start();
    const all = fc.sample(schedules, { seed: SEED, numRuns: COUNT });
    const problems: string[] = [];
    const codes: Record<string, number> = {};
    const memory: number[] = [];
    let lateMs = 0;
    let next = 0;
    const worker = async () => {
      for (let n = next++; n < COUNT; n = next++) {
        const outcomes = await run(all[n]!, port, 16 * n);
        for (const outcome of outcomes) {
          codes[outcome.reply.code] = (codes[outcome.reply.code] ?? 0) + 1;
          lateMs = Math.max(lateMs, outcome.elapsedMs - outcome.call.timeoutMs);
          const problem = problemOf(all[n]!, outcome, counting.runs);
          if (problem) problems.push(`schedule ${n} of seed ${SEED}: ${problem} ${JSON.stringify(all[n])}`);
        }
        if (n % 10 === 9) memory.push(usedBytes());
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
    expect(problems).toEqual([]);
    // Faults that let nothing through, or none that did harm, would prove little.
    const calls = Object.values(codes).reduce((sum, count) => sum + count, 0);
    const ended = JSON.stringify({ calls, codes, lateMs: Math.round(lateMs) });
    expect(codes['Success'], ended).toBeGreaterThan(calls / 50);
    expect(calls - codes['Success']!, ended).toBeGreaterThan(calls / 50);

    const left = () => {
      const { active, connections, computing, waiting, abandoned } = counting.axon.stats();
      return { active, connections, computing, waiting, abandoned };
    };
    const none = { active: 0, connections: 0, computing: 0, waiting: 0, abandoned: 0 };
    await pollUntil('the end of all requests and connections', { withinMs: 20_000 }, () =>
      Object.values(left()).every(count => count === 0) ? true : undefined,
    ).catch(() => expect(left()).toEqual(none));
    await counting.axon.stop();
    await pollUntil('the end of all sockets and timers', { withinMs: 10_000 }, () => {
      const now = resources();
      return now.sockets <= before.sockets && now.timers <= before.timers ? true : undefined;
    }).catch(() => expect(resources()).toEqual(before));
    const grownMiB = (usedBytes() - memory[Math.floor(memory.length / 3)]!) / 2 ** 20;
    expect(grownMiB, ended).toBeLessThan(24);
    process.stdout.write(`${COUNT} schedules: ${ended}, memory ${grownMiB.toFixed(1)} MiB more than after a third\n`);
  }, 3_600_000);
});

function resources(): { sockets: number; timers: number } {
  const all = process.getActiveResourcesInfo();
  const sockets = all.filter(kind => /TCP|TLS|Http2/.test(kind)).length;
  return { sockets, timers: all.filter(kind => kind === 'Timeout').length };
}

/** What is reachable, buffers included. */
function usedBytes(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}
