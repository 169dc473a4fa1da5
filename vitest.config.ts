import { defineConfig } from 'vitest/config';

// `npm test` is what a bare machine can run. `npm run test:all` adds the suites that need more tools.
export default defineConfig({
  // The explorer's page.
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/system/**', 'test/browser/**', 'test/conformance/**', 'test/native/**'],
    reporters: ['default', './test/helpers/tally-reporter.ts'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    teardownTimeout: 10_000,
    // A busy machine.
    expect: { poll: { timeout: 20_000 } },
  },
});
