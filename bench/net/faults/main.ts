import { runSchedules } from './many.js';

/**
 * `npm run faults -- [schedules=1000] [seed=20201001] [only this one]`: random schedules of faults between a dendrite and an
 * axon, some three a second. The last line counts; exit code 1 when a promise was broken.
 */
const [count = 1_000, seed = 20_201_001, only] = process.argv.slice(2).map(Number);
const natural = [count, seed, only ?? 0].every(Number.isSafeInteger);
if (!natural || count < 1 || (only !== undefined && !(only >= 0 && only < count))) {
  console.error('faults [schedules=1000] [seed=20201001] [only this one, from 0]');
  process.exit(2);
}

const begin = performance.now();
const { calls, codes, problems, schedules, lateMs, grownMiB } = await runSchedules({
  count,
  seed,
  only,
  onProgress: report => {
    if (report.schedules % 50 > 0) return;
    const seconds = Math.round((performance.now() - begin) / 1_000);
    console.log(
      `${seconds} s: ${report.schedules} schedules, ${report.calls} calls, ${report.problems.length} problems`,
    );
  },
});
for (const problem of problems) console.log(problem);
console.log(JSON.stringify(codes));
const late = `the latest ${Math.max(0, Math.round(lateMs))} ms after its deadline`;
const memory = `${grownMiB.toFixed(1)} MiB more than after a third`;
console.log(`${schedules} schedules of seed ${seed}, ${calls} calls, ${problems.length} problems; ${late}; ${memory}`);
process.exit(problems.length === 0 ? 0 : 1);
