import { defineConfig } from 'vitest/config';

// The tests that hold the verification files of stryker.config.json: `npm run mutation`.
export default defineConfig({
  test: {
    include: ['test/net/auth/**/*.test.ts'],
    testTimeout: 20_000,
    // One run for each mutant: loading everything anew would take most of its time.
    isolate: false,
  },
});
