import { mergeConfig } from 'vitest/config';
import base from './vitest.config.js';

// Comparisons with other implementations; scripts/test-all.sh installs what they need.
const { exclude: _, ...test } = base.test!;
export default mergeConfig({ test: { ...test, include: ['test/conformance/**/*.test.ts'] } }, {});
