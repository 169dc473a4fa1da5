import { expect, it } from 'vitest';
import { runSchedules } from '../../../bench/net/faults/many.js';

/** `npm run faults -- 1000` has more of them. */
const COUNT = 60;
const SEED = 20_201_001;

it(`${COUNT} random schedules of faults end every call by its deadline with one outcome, and leave nothing behind`, async () => {
  const { problems, calls, codes, grownMiB } = await runSchedules({ count: COUNT, seed: SEED });
  expect(problems).toEqual([]);
  // Faults that let nothing through, or none that did harm, would prove little.
  const ended = JSON.stringify(codes);
  expect(codes['Success'], ended).toBeGreaterThan(calls / 50);
  expect(calls - codes['Success']!, ended).toBeGreaterThan(calls / 50);
  expect(grownMiB, ended).toBeLessThan(24);
}, 600_000);
