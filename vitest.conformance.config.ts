import { mergeConfig } from 'vitest/config';
import base from './vitest.config.js';

// The official Python clients, from the package index; scripts/test-all.sh runs it.
const { exclude: _, ...test } = base.test!;
export default mergeConfig({ test: { ...test, include: ['test/conformance/**/*.test.ts'], testTimeout: 600_000 } }, {});
