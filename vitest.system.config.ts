import { mergeConfig } from 'vitest/config';
import base from './vitest.config.js';

// What needs root (mounting a small disk); scripts/test-all.sh runs it.
const { exclude: _, ...test } = base.test!;
export default mergeConfig({ test: { ...test, include: ['test/system/**/*.test.ts'] } }, {});
