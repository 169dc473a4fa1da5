import { readFileSync } from 'node:fs';
import { defineConfig } from 'vitest/config';

const plan = JSON.parse(readFileSync(new URL('test/mutation/plan.json', import.meta.url), 'utf8')) as {
  [file: string]: string[];
};
const file = process.env.MUTATED_FILE;

// The tests that hold a verification file: `npm run mutation` names one at a time.
export default defineConfig({
  test: {
    include: (file && plan[file]) || Object.values(plan).flat(),
    testTimeout: 20_000,
    isolate: false,
  },
});
