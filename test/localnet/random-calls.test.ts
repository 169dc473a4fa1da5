import { describe, expect, it } from 'vitest';
import { temporaryFolder } from './fixture.js';
import { runRandomCalls } from './random-run.js';

/** `npm run soak` raises this to a hundred thousand. */
const CALLS = Number(process.env['SOAK_CALLS'] ?? 600);
const ROOT_POINTS = Number(process.env['SOAK_ROOTS'] ?? 5);
const SEED = Number(process.env['SOAK_SEED'] ?? 20201105);
/** Absurd settings pile up in a long run until little succeeds, so a chain gets this many and the next begins anew. */
const CALLS_PER_CHAIN = 5_000;
const CHAINS = Math.ceil(CALLS / CALLS_PER_CHAIN);
const calls = Math.min(CALLS, CALLS_PER_CHAIN);

describe('random calls', () => {
  it.each(Array.from({ length: CHAINS }, (_, i) => SEED + i))(
    'never break an invariant or the runtime, and give the same chain when executed again (seed %i)',
    async seed => {
      using here = temporaryFolder();
      using there = temporaryFolder();
      const run = await runRandomCalls({
        folder: here.path,
        replayFolder: there.path,
        seed,
        calls,
        callsPerBlock: 25,
        rootPoints: Math.ceil(ROOT_POINTS / CHAINS),
      });
      expect(run.panics).toEqual([]);
      expect(run.violations).toEqual([]);
      expect(run.roots.different).toEqual([]);
      expect(run.replayedHead).toBe(run.head);
      expect(run.included).toBeGreaterThanOrEqual(calls);
      // Random arguments must do something, or the rest says nothing.
      expect(run.kinds.succeeded.size).toBeGreaterThan(25);
      expect(run.roots.compared).toBeGreaterThanOrEqual(run.kinds.succeeded.size / 25);
      // What was reached is for the reader.
      const missing = run.kinds.all.filter(kind => !run.kinds.succeeded.has(kind));
      const refused = [...run.refused].map(([reason, times]) => `${times} x ${reason.slice(0, 100)}`).join(', ');
      process.stdout.write(
        `${run.included} calls in ${run.blocks} blocks, ${run.succeeded} succeeded, ${run.kinds.succeeded.size} of ` +
          `${run.kinds.all.length} kinds; ${run.roots.compared} roots as smoldot's; executed again in ` +
          `${run.replayMs.toFixed(0)} ms; never succeeded: ${missing.join(', ')}; not taken: ${refused}\n`,
      );
    },
    calls * 100 + 60_000,
  );
});
