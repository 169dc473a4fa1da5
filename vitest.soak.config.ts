import { mergeConfig } from 'vitest/config';
import base from './vitest.config.js';

// What runs for minutes, for those who want to see it: `npm run soak`.
const { exclude: _, reporters: __, ...test } = base.test!;
process.env['SOAK_CALLS'] ??= '100000';
process.env['SOAK_ROOTS'] ??= '100';
process.env['SOAK_KILLS'] ??= '300';
process.env['SOAK_KEY_KILLS'] ??= '200';
export default mergeConfig(
  {
    test: {
      ...test,
      include: ['test/localnet/random-calls.test.ts', 'test/localnet/kill.test.ts', 'test/wallet/kill.test.ts'],
    },
  },
  {},
);
