import { defineConfig } from 'vitest/config';

// The tests that hold the verification files of stryker.config.json: `npm run mutation`.
export default defineConfig({
  test: {
    include: [
      'test/net/auth/**/*.test.ts',
      'test/net/attacks/signatures.test.ts',
      'test/net/axon/admission.test.ts',
      'test/net/dendrite/{checks,gradients,pinning}.test.ts',
      'test/net/gossip/peer-table.test.ts',
      'test/net/gossip/work.test.ts',
      'test/net/server/certificate.test.ts',
    ],
    testTimeout: 20_000,
    isolate: false,
  },
});
